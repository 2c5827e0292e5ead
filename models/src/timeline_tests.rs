use super::*;
use crate::log::Missing;
use crate::scenario::Size;
use crate::seed::{Extent, Schedule};
use flipside::Design;

fn event(thread: usize, what: What, line: u32) -> Event {
    Event {
        thread,
        what,
        file: "engine/src/flip.rs".to_owned(),
        line,
    }
}

fn word(name: &str, value: &str) -> Word {
    Word {
        name: name.to_owned(),
        value: value.to_owned(),
        order: Order::Relaxed,
        site: None,
        mutated: false,
    }
}

/// A request handed over without the barrier.
fn sample() -> Timeline {
    let request = || What::Cell("request 0".to_owned());
    let read = |from, value| What::Read {
        word: word("fill[0]", value),
        from,
    };
    let barrier = What::Fence {
        site: "commit.wmb".to_owned(),
        order: None,
        mutated: true,
    };
    let execution = Execution {
        threads: vec!["submitter".to_owned(), "worker 0".to_owned()],
        events: vec![
            event(1, read(None, "0"), 1),
            event(1, read(None, "0"), 1),
            event(0, request(), 2),
            event(0, What::Note("fills in <input> 1".to_owned()), 3),
            event(0, barrier, 4),
            event(0, What::Write(word("fill[0]", "1")), 5),
            event(1, read(Some(5), "1"), 1),
            event(1, request(), 6),
        ],
        failure: "data race".to_owned(),
        culprits: vec![2, 7],
        missing: Some(Missing {
            from: 2,
            to: 7,
            handover: Some((5, 6)),
            barrier: Some(4),
        }),
        story: "the worker was early".to_owned(),
    };
    let size = Size {
        workers: 1,
        ring: 1,
        requests: 1,
    };
    let extent = Extent {
        size,
        steps: 7,
        switches: 2,
    };
    let seed = Seed {
        mutant: Some("commit.wmb:dropped".to_owned()),
        scenario: "handover",
        size,
        design: Design::default(),
        checker: Checker::Weft,
        version: "1".to_owned(),
        schedule: Schedule::Decisions("weft1: 0".to_owned()),
        failure: "data race".to_owned(),
        found: extent,
        minimal: extent,
    };
    lay_out(Headline::of_scenario(&seed), &execution)
}

const WIDE: Look = Look {
    width: 120,
    colour: false,
};

#[test]
fn equal_turns_share_a_row_and_remarks_are_not_counted() {
    let timeline = sample();
    assert_eq!(timeline.rows[0].text, "reads fill[0] = 0 ×2");
    let numbers: Vec<_> = timeline.rows.iter().map(|row| row.number).collect();
    let expected = [Some(1), Some(2), None, Some(3), Some(4), Some(5), Some(6)];
    assert_eq!(numbers, expected);
    assert_eq!(timeline.rows[5].from, Some(4));
    assert_eq!(timeline.gap, Some((1, 6)));
    assert_eq!(timeline.rows[3].mark, Mark::Missing);
}

#[test]
fn the_text_has_a_column_a_thread_and_names_the_missing_edge() {
    let shown = text(&sample(), WIDE, None);
    assert!(!shown.contains('\u{1b}'), "no colours");
    assert!(shown.contains("The worker was early."), "{shown}");
    assert!(shown.contains("reads fill[0] = 1 ← #4"), "{shown}");
    assert!(shown.contains("reads fill[0] = 0 ×2 ← start"), "{shown}");
    assert!(shown.contains("no commit.wmb here"), "{shown}");
    assert!(shown.contains("flip.rs:6"), "{shown}");
    assert!(
        shown.contains("#2 (submitter touches request 0) does not happen before #6"),
        "{shown}"
    );
    assert!(shown.contains("missing at #3, flip.rs:4"), "{shown}");
    let bars: Vec<_> = shown
        .lines()
        .filter(|line| line.contains('│'))
        .map(|line| line.chars().position(|c| c == '│'))
        .collect();
    assert_eq!(bars.len(), 8);
    assert!(bars.iter().all(|bar| *bar == bars[0]), "{shown}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [44, 60, 90, 120] {
        let look = Look {
            width,
            colour: false,
        };
        let shown = text(&sample(), look, None);
        for line in shown.lines().skip(2) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        assert!(shown.contains("worker 0"));
    }
}

#[test]
fn a_part_ends_where_it_is_told_to() {
    let shown = text(&sample(), WIDE, Some(2));
    assert!(
        shown.contains("#2 touches") && !shown.contains("commit.wmb here"),
        "{shown}"
    );
}

#[test]
fn pictures_escape_what_they_show_and_need_nothing_else() {
    let timeline = sample();
    for shown in [svg(&timeline), html(&timeline)] {
        assert!(shown.contains("fills in &lt;input&gt; 1"), "{shown}");
        assert!(shown.contains("prefers-color-scheme:dark"));
        assert!(!shown.contains("<script") && !shown.contains("src="));
        let outside = shown.replace("http://www.w3.org/2000/svg", "");
        assert!(!outside.contains("http"), "{shown}");
    }
    let page = html(&timeline);
    assert!(page.contains("name=\"viewport\""));
    assert!(page.contains("href=\"#s4\"") && page.contains("id=\"s4\""));
    assert_eq!(svg(&timeline).matches("marker-end=\"url(#rf)\"").count(), 1);
    assert_eq!(
        svg(&timeline).matches("marker-end=\"url(#gap)\"").count(),
        1
    );
}
