//! What each checker says of each bug, replayed and written down.

use flipside_gallery::page::Exhibit;
use flipside_gallery::seed::RENEW;
use flipside_gallery::{ALL, Answer, Entry, Seed, Shape, Shuttle, renew, repository};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Everything is run once for all of the tests.
static EXHIBITS: LazyLock<Vec<Exhibit>> = LazyLock::new(Exhibit::all);

fn passes(entry: &Entry, checker: &str, answer: &Answer, wrong: &mut Vec<String>) {
    if let Some(failure) = &answer.failure {
        wrong.push(format!("{}: {checker} should pass: {failure}", entry.id));
    }
}

fn fails(entry: &Entry, checker: &str, answer: &Answer, how: &str, wrong: &mut Vec<String>) {
    if !answer.failure.as_ref().is_some_and(|f| f.contains(how)) {
        let found = answer.failure.as_deref().unwrap_or("it passed");
        wrong.push(format!(
            "{}: {checker} should fail with {how:?}: {found}",
            entry.id
        ));
    }
}

#[test]
fn every_checker_says_what_it_must() {
    let mut wrong = Vec::new();
    for Exhibit {
        entry,
        buggy,
        fixed,
    } in EXHIBITS.iter()
    {
        let expect = entry.expect;
        fails(entry, "weft", &buggy.weft, expect.weft, &mut wrong);
        passes(entry, "weft", &fixed.weft, &mut wrong);
        let graphs = (fixed.weft.executions, fixed.weft.blocked);
        if graphs != expect.graphs {
            wrong.push(format!(
                "{}: {graphs:?} graphs, not {:?}",
                entry.id, expect.graphs
            ));
        }
        fails(entry, "loom", &buggy.loom, expect.loom, &mut wrong);
        passes(entry, "loom", &fixed.loom, &mut wrong);
        match expect.shuttle {
            Shuttle::Fails => fails(entry, "shuttle", &buggy.shuttle, expect.weft, &mut wrong),
            Shuttle::Blind => passes(entry, "shuttle", &buggy.shuttle, &mut wrong),
        }
        passes(entry, "shuttle", &fixed.shuttle, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_shape_is_there_and_shuttle_sees_those_without_weak_memory() {
    for shape in Shape::ALL {
        assert!(ALL.iter().any(|e| e.shape == shape), "no {shape}");
    }
    for entry in ALL {
        let logic = matches!(entry.shape, Shape::Wc | Shape::Flip | Shape::Logic);
        let sees = entry.expect.shuttle == Shuttle::Fails;
        assert_eq!(logic, sees, "{}", entry.id);
    }
}

#[test]
fn every_seed_replays_to_the_same_failure() {
    for entry in ALL {
        let seed = Seed::load(entry).unwrap_or_else(|why| panic!("{why}"));
        seed.replay(entry).unwrap_or_else(|why| panic!("{why}"));
    }
    let folder = repository().join("models/gallery/seeds");
    let seeds = std::fs::read_dir(folder).expect("the folder of seeds");
    assert_eq!(seeds.count(), ALL.len(), "a seed without an entry");
}

#[test]
fn a_seed_of_another_program_is_refused() {
    let [one, other] = ["ptr-ring", "starvation"].map(|id| {
        let entry = ALL.iter().find(|entry| entry.id == id);
        entry.expect("the entry is there")
    });
    let seed = Seed::load(one).unwrap_or_else(|why| panic!("{why}"));
    let why = seed
        .replay(other)
        .expect_err("it is ptr-ring's")
        .to_string();
    assert!(why.contains("should fail with\ndata race"), "{why}");
    assert!(why.contains(RENEW), "{why}");
}

#[test]
fn the_page_and_the_seeds_are_fresh() {
    let mut files = renew::files(&EXHIBITS);
    assert_eq!(files.len(), ALL.len() + 1);
    renew::check(&files).unwrap_or_else(|why| panic!("{why}"));

    files[0].1.push('x');
    let why = renew::check(&files).expect_err("a file is stale");
    assert!(why.contains("models/gallery/seeds/ptr-ring.seed"), "{why}");
    assert!(!why.contains("gallery.md"), "{why}");
}

#[test]
fn programs_are_tiny_and_entries_well_formed() {
    let ids: HashSet<&str> = ALL.iter().map(|entry| entry.id).collect();
    assert_eq!(ids.len(), ALL.len(), "two entries with one id");
    for entry in ALL {
        let listing = entry.listing();
        let code = listing.iter().filter(|(_, line)| !line.trim().is_empty());
        let lines = code.count();
        assert!((10..=45).contains(&lines), "{}: {lines} lines", entry.id);
        assert!(
            listing
                .iter()
                .any(|(_, line)| line.starts_with("fn program<C: Checker>"))
        );
        let (number, line) = listing[0];
        assert_eq!(entry.text.lines().nth(number - 1), Some(line));
        assert!(entry.story().len() > 200, "{}: no story", entry.id);
        assert!(!entry.origins.is_empty(), "{}: no origin", entry.id);
        assert!(repository().join(entry.file).is_file(), "{}", entry.file);
    }
}
