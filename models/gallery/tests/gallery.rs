//! What each checker says of each bug, replayed and written down.

use flipside_gallery::execution::execution;
use flipside_gallery::page::Exhibit;
use flipside_gallery::shim::{Checker, Thread, Weft};
use flipside_gallery::{ALL, Answer, Entry, Shape, Shuttle, renew, repository, seed};
use flipside_record::log::What;
use flipside_record::seed::gallery::{RENEW, SHELF};
use flipside_record::timeline::{Headline, Mark, lay_out};
use std::collections::HashSet;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, LazyLock};

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

fn seed_of(entry: &Entry) -> String {
    let path = seed::path(entry);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

fn entry(id: &str) -> &'static Entry {
    let entry = ALL.iter().find(|entry| entry.id == id);
    entry.expect("the entry is there")
}

#[test]
fn every_seed_replays_to_the_same_execution() {
    for exhibit in EXHIBITS.iter() {
        let Exhibit { entry, buggy, .. } = exhibit;
        let again = seed::rerun(&seed_of(entry)).unwrap_or_else(|why| panic!("{why}"));
        let failure = buggy.report.failure().expect("it fails");
        assert_eq!(again, execution(entry, failure), "{}", entry.id);
    }
    let seeds = std::fs::read_dir(repository().join(SHELF)).expect("the folder of seeds");
    assert_eq!(seeds.count(), ALL.len(), "a seed without an entry");
}

#[test]
fn a_seed_that_does_not_fit_is_refused_with_what_to_do() {
    let text = seed_of(entry("ptr-ring"));
    let refused = |old: &str, new: &str, why: &str| {
        assert!(text.contains(old), "{text}");
        let said = seed::rerun(&text.replace(old, new)).expect_err(new);
        assert!(said.contains(why), "{new}: {said}");
        said
    };
    refused(
        "flipside gallery seed 1",
        "# ptr-ring",
        "begins with `flipside gallery seed 1`",
    );
    refused(
        "bug ptr-ring",
        "bug heartbleed",
        "the gallery has no `heartbleed`",
    );
    for (old, new, why) in [
        (
            "bug ptr-ring",
            "bug starvation",
            "does not fit this program",
        ),
        ("fails data", "fails dat", "it fails in another way now"),
        (
            "weft1: 0*4 1*3 0*3",
            "weft1: 0*4",
            "does not fit this program",
        ),
        ("weft1: 0", "weft1: x", "its `schedule`"),
        (
            "seed 1",
            "seed 2",
            "this version reads `flipside gallery seed 1`",
        ),
        (
            "checker weft",
            "checker weft 0.0.1 of",
            "it was found with weft 0.0.1 of",
        ),
        ("checker weft", "checker loom", "loom"),
        ("schedule", "scheduled", "no line `schedule …`"),
    ] {
        let said = refused(old, new, why);
        assert!(said.contains(RENEW), "{said}");
    }
}

/// What is shown of a read: the newest write above it is newer, if it is not what it reads.
#[test]
fn writes_are_shown_in_the_order_in_which_they_take_effect() {
    for Exhibit { entry, buggy, .. } in EXHIBITS.iter() {
        let graph = &buggy.report.failure().expect("it fails").graph;
        let shown = graph.in_order();
        for word in graph.locations() {
            let places = graph.coherence(word).iter();
            let places: Vec<_> = places
                .map(|write| shown.iter().position(|id| id == write))
                .collect();
            assert!(
                places.is_sorted(),
                "{}: {}",
                entry.id,
                graph.location_name(word)
            );
        }
    }
}

/// All kinds of steps that are done in the programs, as a person reads them.
#[test]
fn what_is_shown_is_what_the_graph_says() {
    let shown = |id: &str| {
        let execution = seed::rerun(&seed_of(entry(id))).unwrap_or_else(|why| panic!("{why}"));
        let headline = Headline {
            title: id.to_owned(),
            given: Vec::new(),
            extent: String::new(),
        };
        let timeline = lay_out(headline, &execution);
        let rows = timeline.rows.iter().map(|row| {
            let from = row.from.and_then(|from| timeline.rows[from].number);
            let from = match (from, row.initial) {
                (Some(from), _) => format!(" ← {from}"),
                (None, true) => " ← start".to_owned(),
                (None, false) => String::new(),
            };
            let (who, what) = (&timeline.columns[row.column], &row.text);
            let mark = if row.mark == Mark::Culprit {
                " ◀"
            } else {
                ""
            };
            let (order, source) = (row.order, &row.source);
            format!("{who} {what}{from}{mark} {order} {source}").replace("  ", " ")
        });
        (rows.collect::<Vec<_>>(), timeline)
    };
    let at = |line: u32| format!("models/gallery/src/bugs/qemu_event.rs:{line}");
    let (rows, timeline) = shown("qemu-event");
    let expected = [
        (25, "poster starts waiter"),
        (37, "poster writes work = 1 Relaxed"),
        (38, "poster passes a fence SeqCst"),
        (39, "poster reads event = 0 ← start ◀ Relaxed"),
        (26, "waiter changes event from 0 to 1 ← start SeqCst"),
        (30, "waiter reads work = 0 ← start Relaxed"),
        (31, "waiter reads event = 1 ← 5 Acquire"),
        (32, "waiter goes to sleep ◀"),
    ];
    assert_eq!(
        rows,
        expected.map(|(line, step)| format!("{step} {}", at(line)))
    );
    assert_eq!(timeline.rows[5].newer, Some(1), "it does not see the work");
    assert!(
        timeline.story.ends_with("unpark the waiter."),
        "{}",
        timeline.story
    );

    let (rows, timeline) = shown("ptr-ring");
    let at = |line: u32| format!("models/gallery/src/bugs/ptr_ring.rs:{line}");
    let (fills, looks) = ("producer fills object ◀", "consumer looks at object ◀");
    assert_eq!(rows[1], format!("{fills} {}", at(22)));
    assert_eq!(
        rows[2],
        format!("producer writes slot = 0x1000 Relaxed {}", at(26))
    );
    assert_eq!(rows[5], format!("{looks} {}", at(33)));
    assert_eq!(timeline.gap, Some((1, 5)));
    assert_eq!(
        timeline.failure,
        "data race: neither access happens before the other"
    );

    let (rows, timeline) = shown("destroy");
    assert!(
        rows.iter()
            .any(|row| row.contains("waits for the end of worker")),
        "{rows:?}"
    );
    let said = "assertion `left == right` failed: a request was dropped";
    assert_eq!(timeline.failure, said);
}

/// A wake-up, which no failing execution has.
#[test]
fn a_wake_up_names_who_is_woken() {
    let program = || {
        let shared = Arc::new(Weft::word("asleep"));
        let sleeper = Weft::spawn("sleeper", &shared, |asleep| {
            Weft::park();
            assert_eq!(asleep.load(Relaxed), 0, "it was woken");
        });
        shared.store(1, Relaxed);
        sleeper.unpark();
        Thread::join(sleeper);
    };
    let report = weft::Builder::new().check(program);
    let failure = report.failure().expect("it is woken");
    let execution = execution(entry("qemu-event"), failure);
    let steps = execution
        .events
        .iter()
        .map(|event| (event.thread, &event.what));
    let steps: Vec<_> = steps.collect();
    assert!(steps.contains(&(0, &What::Unpark(1))), "{steps:?}");
    assert!(steps.contains(&(1, &What::Park)), "{steps:?}");
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
