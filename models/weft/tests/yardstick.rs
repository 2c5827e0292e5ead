//! The striped fill/done protocol, bare: known graph counts, each ordering necessary, workers of the search alike.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod protocol;

use std::time::{Duration, Instant};

use protocol::{Size, Weaken, run};
use weft::{Builder, FailureKind, Report};

fn check(size: Size, weaken: Weaken) -> Report {
    awaits().check(move || run(size, weaken))
}

/// Every wait of the protocol is an await.
fn awaits() -> Builder {
    Builder {
        awaits: true,
        ..Builder::default()
    }
}

fn size(workers: usize, slots: usize, requests: usize) -> Size {
    Size {
        workers,
        slots,
        requests,
    }
}

#[test]
fn counts() {
    for (workers, slots, requests, graphs) in [
        (1, 1, 2, 1),
        (1, 1, 5, 1),
        (1, 2, 2, 3),
        (1, 2, 3, 9),
        (1, 2, 4, 27),
        (1, 3, 6, 1_782),
        (2, 1, 4, 1),
        (3, 1, 4, 1),
        (2, 2, 3, 3),
        (2, 2, 4, 9),
        (2, 2, 6, 81),
        (3, 2, 6, 27),
    ] {
        let report = check(size(workers, slots, requests), Weaken::Nothing);
        println!("{workers}×{slots}, {requests}: {report}");
        assert!(report.is_complete());
        assert_eq!(report.complete, graphs, "{workers}×{slots}, {requests}");
    }
}

#[test]
fn several_workers_count_alike() {
    for workers in [1, 2, 4] {
        let builder = Builder {
            workers,
            ..awaits()
        };
        let mut visited = 0;
        let report = builder.visit(|_| visited += 1, || run(size(1, 3, 6), Weaken::Nothing));
        assert!(report.is_complete(), "{report}");
        assert_eq!(
            (report.complete, visited),
            (1_782, 1_782),
            "{workers} workers"
        );
    }
}

#[test]
fn every_graph_is_another_one() {
    let mut seen = std::collections::BTreeSet::new();
    let report = awaits().visit(
        |g| assert!(seen.insert(g.canonical())),
        || run(size(2, 2, 6), Weaken::Nothing),
    );
    assert_eq!(report.complete, seen.len() as u64);
}

#[test]
fn each_ordering_is_necessary() {
    for weaken in [
        Weaken::Fill,
        Weaken::Take,
        Weaken::Complete,
        Weaken::Reap,
        Weaken::Flush,
    ] {
        let start = Instant::now();
        let report = check(size(1, 1, 2), weaken);
        let failure = report
            .failure()
            .unwrap_or_else(|| panic!("{weaken:?} survived: {report}"));
        assert!(
            matches!(failure.kind, FailureKind::Race { .. }),
            "{weaken:?}: {failure}"
        );
        assert!(
            start.elapsed() < Duration::from_millis(100),
            "{weaken:?}: {:?}",
            start.elapsed()
        );
    }
}

#[test]
fn limits_end_as_bounded() {
    use weft::{Bound, Verdict};
    let builder = Builder {
        max_graphs: Some(10),
        ..awaits()
    };
    let report = builder.check(|| run(size(1, 3, 6), Weaken::Nothing));
    assert!(
        matches!(report.verdict, Verdict::Bounded(Bound::Graphs(10))),
        "{report}"
    );
    assert_eq!(report.complete + report.blocked, 10);
    let max_duration = Some(Duration::from_millis(1));
    let builder = Builder {
        max_duration,
        ..awaits()
    };
    let report = builder.check(|| run(size(1, 3, 6), Weaken::Nothing));
    assert!(
        matches!(report.verdict, Verdict::Bounded(Bound::Duration(_))),
        "{report}"
    );
}

#[test]
fn every_happens_before_has_a_reason() {
    let mut pairs = 0;
    let report = awaits().visit(
        |g| {
            let order = g.in_order();
            for &a in &order {
                for &b in &order {
                    let steps = g.explain(a, b);
                    assert_eq!(steps.is_some(), g.hb(a, b), "{a} {b}\n{g}");
                    let Some(steps) = steps else { continue };
                    assert_eq!((steps[0].from(), steps[steps.len() - 1].to()), (a, b));
                    assert!(steps.windows(2).all(|s| s[0].to() == s[1].from()));
                    pairs += 1;
                }
            }
        },
        || run(size(2, 2, 3), Weaken::Nothing),
    );
    assert!(report.is_complete(), "{report}");
    assert!(pairs > 1_000);
}
