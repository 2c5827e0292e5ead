//! `flipside seeds` from outside.

use crate::fake::{Fake, seed};
use flipside::Design;
use flipside_record::attacked::Hunted;
use flipside_scenarios::checker::Checker;
use std::error::Error;
use std::fs;

type Done = Result<(), Box<dyn Error>>;

/// The answer of weft's hunt for these mutants, of which so many died.
fn hunted(mutants: &[&str], died: usize) -> Result<String, Box<dyn Error>> {
    let mut lines = String::new();
    for (index, mutant) in mutants.iter().enumerate() {
        let hunted = Hunted {
            design: Design::default(),
            mutant: (*mutant).to_owned(),
            weakened: mutant.contains(':'),
            seed: if index < died {
                Some(seed(Some(mutant), "1x1,1")?)
            } else {
                None
            },
        };
        lines += &(serde_json::to_string(&hunted)? + "\n");
    }
    Ok(lines)
}

fn names(fake: &Fake) -> Result<Vec<String>, Box<dyn Error>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(fake.kept())? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[test]
fn a_mutant_that_is_not_there_is_a_wrong_command_line() -> Done {
    let fake = Fake::new()?;
    let (out, err) = fake.ends(2, &["seeds", "--renew", "--mutant", "typo"])?;
    assert!(out.is_empty() && !err.contains("building"), "{err}");
    assert!(
        err.contains("no mutant's name begins with `typo`; names begin with: commit.wmb:"),
        "{err}"
    );
    // What begins like one is known by the checkers alone.
    fake.answer(Checker::Weft, "hunt", "")?;
    let args = [
        "seeds",
        "--renew",
        "--checker",
        "weft",
        "--mutant",
        "commit.wmb:droped",
    ];
    let (_, err) = fake.ends(2, &args)?;
    assert!(
        err.contains("no mutant's name begins with `commit.wmb:droped`"),
        "{err}"
    );
    Ok(())
}

#[test]
fn a_mutant_that_survives_and_should_not_fails() -> Done {
    let fake = Fake::new()?;
    let args = ["seeds", "--renew", "--checker", "weft"];
    let mutants = ["commit.wmb:dropped", "worker-no-recheck"];
    fake.answer(Checker::Weft, "hunt", &hunted(&mutants, 1)?)?;
    let (out, _) = fake.ends(1, &args)?;
    assert!(out.contains("commit.wmb-dropped.weft.seed\n"), "{out}");
    assert!(out.contains("worker-no-recheck"), "{out}");
    assert!(
        out.ends_with("FAILED: it survives, and has to die\n"),
        "{out}"
    );
    assert_eq!(names(&fake)?, ["commit.wmb-dropped.weft.seed"]);

    fake.answer(Checker::Weft, "hunt", &hunted(&mutants, 2)?)?;
    fake.ends(0, &args)?;
    assert_eq!(
        names(&fake)?,
        [
            "commit.wmb-dropped.weft.seed",
            "worker-no-recheck.weft.seed"
        ]
    );
    Ok(())
}

#[test]
fn a_whole_renewal_removes_what_no_checker_has_to_kill_any_more() -> Done {
    let fake = Fake::new()?;
    for stale in [
        "gone.weft.seed",
        "commit.wmb-dropped.shuttle.seed",
        "worker-no-recheck.loom.seed",
        "notes.txt",
    ] {
        fs::write(fake.kept().join(stale), "")?;
    }
    let all = hunted(&["commit.wmb:dropped"], 0)?;
    fake.answer(Checker::Shuttle, "hunt", &all)?;
    fake.answer(Checker::Loom, "hunt", &all)?;
    fake.answer(Checker::Weft, "hunt", &hunted(&["commit.wmb:dropped"], 1)?)?;
    fs::write(
        fake.kept().join("commit.wmb-dropped.loom.seed"),
        "of an earlier run",
    )?;

    fake.ends(1, &["seeds", "--renew", "--mutant", "commit"])?;
    assert_eq!(names(&fake)?.len(), 6, "only a part was renewed");
    let (out, _) = fake.ends(1, &["seeds", "--renew"])?;
    let left = [
        "commit.wmb-dropped.loom.seed",
        "commit.wmb-dropped.weft.seed",
        "notes.txt",
    ];
    assert_eq!(
        names(&fake)?,
        left,
        "what has to die and did not is none of these"
    );
    for removed in [
        "gone.weft",
        "commit.wmb-dropped.shuttle",
        "worker-no-recheck.loom",
    ] {
        assert!(out.contains(&format!("removed  {removed}.seed")), "{out}");
    }
    Ok(())
}
