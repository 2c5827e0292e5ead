use super::*;
use crate::log::{Missing, Purpose, Via};
use crate::seed::{Extent, Schedule};
use flipside::Design;
use flipside_scenarios::scenario::Size;

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
    let request = |purpose| What::Cell("request 0".to_owned(), purpose);
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
            event(0, request(Purpose::Fill), 2),
            event(0, What::Note("fills in <input> 1".to_owned()), 3),
            event(0, barrier, 4),
            event(0, What::Write(word("fill[0]", "1")), 5),
            event(1, read(Some(5), "1"), 1),
            event(1, request(Purpose::Handle), 6),
        ],
        failure: "data race".to_owned(),
        culprits: vec![2, 7],
        missing: Some(Missing {
            from: 2,
            to: 7,
            via: Some(Via::Handover { write: 5, read: 6 }),
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
        shown.contains("#2 (submitter fills request 0) does not happen before #6"),
        "{shown}"
    );
    assert!(
        shown.contains("only with commit.wmb, as the engine has it at #3, flip.rs:4."),
        "{shown}"
    );
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
        shown.contains("#2 fills") && !shown.contains("commit.wmb here"),
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

/// A lost wake-up, in the recipe whose orderings stand on the accesses.
#[test]
fn an_edge_within_a_thread_is_drawn_beside_it() {
    let access = |name: &str, mutated: bool| Word {
        site: Some("commit.wmb".to_owned()),
        mutated,
        ..word(name, "1")
    };
    let fence = What::Fence {
        site: "commit.mb".to_owned(),
        order: None,
        mutated: true,
    };
    let read = |name| What::Read {
        word: word(name, "0"),
        from: None,
    };
    let execution = Execution {
        threads: vec!["submitter".to_owned(), "worker 0".to_owned()],
        events: vec![
            event(0, What::Write(access("fill[0]", true)), 1),
            event(0, fence, 2),
            event(1, What::Write(word("bell[0]", "sleeps")), 3),
            event(1, read("fill[0]"), 4),
            event(0, read("bell[0]"), 5),
        ],
        missing: Some(Missing {
            from: 0,
            to: 4,
            via: Some(Via::Crossing { write: 2, read: 3 }),
            barrier: Some(1),
        }),
        ..Execution::default()
    };
    let headline = Headline {
        title: "t".to_owned(),
        given: vec!["pool 1x1".to_owned()],
        extent: "e".to_owned(),
    };
    let timeline = lay_out(headline, &execution);
    assert_eq!(timeline.gap, Some((0, 4)));
    let shown = text(&timeline, WIDE, None);
    for line in [
        "  pool 1x1",
        "writes fill[0] = 1, no commit.wmb",
        "#1 (submitter writes fill[0] = 1, no commit.wmb) need not come before #5 (submitter reads bell[0] = 0) \
         for worker 0.",
        "Worker 0 does the same the other way round, at #3 and #4: neither sees the other's store.",
        "With commit.mb, as the engine has it at #2, flip.rs:2, one of them would.",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let picture = svg(&timeline);
    let gap = picture
        .split("<path class=\"gap\"")
        .nth(1)
        .unwrap_or_default();
    let path = gap.split('"').nth(3).unwrap_or_default();
    let numbers: Vec<i32> = path
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    let [x, .., end, _] = numbers[..] else {
        panic!("{path}");
    };
    assert!(
        numbers[2] > x && numbers[2] > end,
        "it bends outwards: {path}"
    );
}

#[test]
fn the_key_explains_what_is_drawn_and_nothing_else() {
    let key = "→ is read by";
    assert!(html(&sample()).contains(key));
    let read = What::Read {
        word: word("fill[0]", "1"),
        from: Some(0),
    };
    let execution = Execution {
        threads: vec!["submitter".to_owned()],
        events: vec![
            event(0, What::Write(word("fill[0]", "1")), 1),
            event(0, read, 2),
        ],
        ..Execution::default()
    };
    let headline = Headline {
        title: "t".to_owned(),
        given: Vec::new(),
        extent: "e".to_owned(),
    };
    let page = html(&lay_out(headline, &execution));
    assert!(page.contains("← #1") && !page.contains(key), "{page}");
}
