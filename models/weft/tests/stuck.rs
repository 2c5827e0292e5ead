//! Programs that hang where weft does not see it.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::Mutex as Plain;
use std::time::{Duration, Instant};

use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering::*};
use weft::{Builder, FailureKind, Report, Verdict, thread};

fn impatient(workers: usize) -> Builder {
    Builder {
        stuck_after: Some(Duration::from_millis(200)),
        workers,
        ..Builder::default()
    }
}

/// The other thread waits for a lock of std's that main holds while it is not its turn.
fn locks() {
    let shared = Arc::new((Plain::new(()), AtomicU32::new(0)));
    let own = Arc::clone(&shared);
    let other = thread::Builder::new().name("locker".into());
    let other = other.spawn(move || {
        let _guard = own.0.lock().unwrap();
        own.1.fetch_add(1, SeqCst);
    });
    {
        let _guard = shared.0.lock().unwrap();
        shared.1.fetch_add(1, SeqCst);
        // Main waits here for the other's update in one execution.
        while shared.1.load(SeqCst) < 2 {
            thread::yield_now();
        }
    }
    other.unwrap().join().unwrap();
}

fn stuck(report: &Report) -> (&str, Option<&str>) {
    let Verdict::Failed(failure) = &report.verdict else {
        panic!("{report}")
    };
    let text = failure.to_string();
    assert!(
        text.contains("std's locks, channels and sleeps") && !text.contains("replay:"),
        "{text}"
    );
    match &failure.kind {
        FailureKind::Stuck { thread, last, .. } => (thread, last.as_deref()),
        _ => panic!("{report}"),
    }
}

#[test]
fn a_lock_of_stds() {
    for workers in [1, 3] {
        let start = Instant::now();
        let report = impatient(workers).check(locks);
        let (thread, last) = stuck(&report);
        assert_eq!(thread, "locker");
        let last = last.expect("it has begun");
        assert!(
            last.starts_with("beginning at ") && last.contains("stuck.rs:"),
            "{last}"
        );
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_channel_before_the_first_operation() {
    let report = impatient(1).check(|| {
        let (_send, receive) = std::sync::mpsc::channel::<()>();
        let _ = receive.recv();
    });
    let (thread, last) = stuck(&report);
    assert_eq!(thread, "main");
    assert!(last.is_some_and(|last| last.starts_with("beginning")));
}

#[test]
fn under_a_visitor_that_the_caller_owns() {
    let mut seen = 0;
    let report = impatient(2).visit(|_| seen += 1, locks);
    stuck(&report);
    assert_eq!(seen, report.complete);
}

#[test]
fn in_a_replay() {
    let decisions = "weft1: 0*3".parse().unwrap();
    let report = impatient(1).replay(&decisions, || {
        AtomicU32::new(0).store(1, Relaxed);
        std::thread::sleep(Duration::from_secs(3600));
    });
    let (thread, last) = stuck(&report);
    assert_eq!(thread, "main");
    assert!(
        last.is_some_and(|last| last.starts_with("write at ")),
        "{last:?}"
    );
}

#[test]
fn a_visitor_and_a_program_that_take_their_time_are_not_stuck() {
    let nap = || std::thread::sleep(Duration::from_millis(120));
    let program = move || {
        let word = Arc::new(AtomicU32::new(0));
        let other = Arc::clone(&word);
        let t = thread::spawn(move || other.store(1, Relaxed));
        for _ in 0..3 {
            nap();
            word.load(Relaxed);
        }
        t.join().unwrap();
    };
    let visit = |_: &weft::Graph| std::thread::sleep(Duration::from_millis(450));
    let report = impatient(2).visit(visit, program);
    assert!(report.is_complete(), "{report}");
}
