use super::*;
use flipside::Design;

fn seed(checker: Checker, schedule: Schedule) -> Seed {
    let size = Size {
        workers: 1,
        ring: 2,
        requests: 3,
    };
    let extent = Extent {
        size,
        steps: 21,
        switches: 3,
    };
    Seed {
        mutant: Some("complete.wmb:dropped".to_owned()),
        scenario: "handover",
        size,
        design: Design::default(),
        checker,
        version: "0.7.3".to_owned(),
        schedule,
        failure: "a failure: with a colon".to_owned(),
        found: extent,
        minimal: extent,
    }
}

fn loom() -> Seed {
    execution(Some(1))
}

fn execution(preemptions: Option<usize>) -> Seed {
    let schedule = Schedule::Execution {
        preemptions,
        number: 12,
    };
    seed(Checker::Loom, schedule)
}

fn refused(text: &str) -> String {
    match text.parse::<Seed>() {
        Err(why) => why,
        Ok(seed) => panic!("taken for {seed}"),
    }
}

#[test]
fn a_seed_reads_as_it_was_written() {
    let long = (0..80).map(|task| (task % 3, task + 1)).collect();
    let decisions = "weft1: 0*4 1r0.3*2 0".to_owned();
    for seed in [
        loom(),
        execution(None),
        seed(Checker::Shuttle, Schedule::Tasks(long)),
        seed(Checker::Weft, Schedule::Decisions(decisions)),
    ] {
        let text = seed.to_string();
        assert!(text.lines().all(|line| line.len() <= 100), "{text}");
        assert_eq!(text.parse().as_ref(), Ok(&seed));
        let json = serde_json::to_string(&seed).expect("text");
        assert_eq!(serde_json::from_str::<Seed>(&json).ok(), Some(seed));
    }
}

#[test]
fn its_id_is_a_file_name() {
    assert_eq!(loom().id(), "complete.wmb-dropped.loom");
    let engine = Seed {
        mutant: None,
        ..loom()
    };
    assert_eq!(engine.id(), "handover-1x2-3.loom");
}

#[test]
fn another_version_says_how_to_renew() {
    let text = loom().to_string();
    let why = refused(&text.replace("flipside seed 1", "flipside seed 2"));
    assert!(why.contains("seed 2") && why.contains(RENEW), "{why}");
    let why = refused("\u{7f}ELF");
    assert!(why.contains("no seed"), "{why}");
    refused("");
}

/// `cargo seeds --renew` never touches the seeds of what failed on this machine.
#[test]
fn a_seed_of_the_engine_itself_is_renewed_by_verify() {
    let engine = Seed {
        mutant: None,
        version: "0.0.1".to_owned(),
        ..loom()
    };
    let text = engine.to_string();
    let damaged = refused(&text.replace("size: 1x2,3", "size: big"));
    let newer = refused(&text.replace("seed 1", "seed 2"));
    let unfit = engine.fits().expect_err("the version is another");
    for why in [damaged, newer, unfit] {
        assert!(why.contains(VERIFY) && !why.contains(RENEW), "{why}");
    }
    let mutant = Seed {
        mutant: Some("worker-no-recheck".to_owned()),
        ..engine
    };
    let unfit = mutant.fits().expect_err("the version is another");
    assert!(unfit.contains(RENEW), "{unfit}");
}

#[test]
fn what_is_damaged_is_named() {
    let text = loom().to_string();
    for key in [
        "mutant", "scenario", "size", "design", "checker", "schedule", "failure", "found",
        "minimal",
    ] {
        let without: Vec<_> = text
            .lines()
            .filter(|l| !l.starts_with(&format!("{key}:")))
            .collect();
        let why = refused(&without.join("\n"));
        assert!(why.contains(key), "{key}: {why}");
        let twice = format!("{text}{key}: again\n");
        let why = refused(&twice);
        assert!(why.contains("two lines"), "{key}: {why}");
    }
    for (from, to, says) in [
        ("size: 1x2,3", "size: big", "WORKERSxRING"),
        ("execution 12", "execution 0", "execution 7"),
        ("checker: loom 0.7.3", "checker: loom", "version"),
        ("3 switches", "3", "switches"),
        ("failure: ", "failure ", "damaged"),
    ] {
        let why = refused(&text.replace(from, to));
        assert!(why.contains(says), "{to}: {why}");
    }
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() {
    let text = loom().to_string();
    for (from, to, says) in [
        ("scenario: handover", "scenario: handovr", "flush"),
        ("checker: loom", "checker: spin", "shuttle"),
        ("design: flip-striped", "design: ring", "flip-striped"),
    ] {
        let why = refused(&text.replace(from, to));
        assert!(why.contains(says), "{why}");
    }
}
