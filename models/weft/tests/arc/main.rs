//! Shared ownership: weft's own `Arc`, std's around what weft knows, and one written by hand.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![allow(
    clippy::multiple_unsafe_ops_per_block,
    reason = "a pointer is followed and used in one step, as the programs under test do"
)]

mod by_hand;
mod grid;
mod last;
mod single;

use weft::sync::atomic::{AtomicU32, Ordering::*};
use weft::sync::{Arc, Weak};
use weft::{Builder, Decisions, Failure, FailureKind, Report, Verdict, thread};

fn check(f: impl Fn() + Send + Sync + Clone + 'static) -> Report {
    let one = Builder::default().check(f.clone());
    let two = Builder {
        workers: 2,
        ..Builder::default()
    };
    let two = two.check(f.clone());
    let numbers = |report: &Report| (report.is_complete(), report.complete, report.blocked);
    match &one.verdict {
        Verdict::Failed(failure) => {
            assert!(two.failure().is_some(), "{two}");
            let decisions: Decisions = failure.decisions.to_string().parse().unwrap();
            let again = Builder::default().replay(&decisions, f);
            let again = again.failure().expect("the replay fails too");
            let kind = |failure: &Failure| std::mem::discriminant(&failure.kind);
            assert_eq!(kind(failure), kind(again), "{again}");
            assert_eq!(failure.events(), again.events(), "{again}");
        }
        _ => assert_eq!(numbers(&one), numbers(&two)),
    }
    one
}

/// How many graphs a program has that is right.
fn complete(f: impl Fn() + Send + Sync + Clone + 'static) -> u64 {
    let report = check(f);
    assert!(report.is_complete(), "{report}");
    report.complete
}

fn failure(f: impl Fn() + Send + Sync + Clone + 'static) -> Failure {
    match check(f).verdict {
        Verdict::Failed(failure) => *failure,
        other => panic!("expected a failure, found {other:?}"),
    }
}

fn assert_race(f: impl Fn() + Send + Sync + Clone + 'static) {
    let failure = failure(f);
    assert!(
        matches!(failure.kind, FailureKind::Race { .. }),
        "{failure}"
    );
}
