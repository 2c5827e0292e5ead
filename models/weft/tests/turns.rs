//! What a thread keeps from one turn of a waiting loop to the next.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering::*};
use weft::{Bound, Builder, FailureKind, Report, Verdict, hint, thread};

fn check(f: impl Fn() + Send + Sync + 'static) -> Report {
    Builder::default().check(f)
}

fn awaits(f: impl Fn() + Send + Sync + 'static) -> Report {
    let builder = Builder {
        awaits: true,
        ..Builder::default()
    };
    builder.check(f)
}

fn words() -> (Arc<[AtomicU32; 2]>, Arc<[AtomicU32; 2]>) {
    let words = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    (Arc::clone(&words), words)
}

fn panics(report: &Report) -> bool {
    let failure = report.failure().map(|f| &f.kind);
    matches!(failure, Some(FailureKind::Panic { .. }))
}

/// Remembers whether it has seen a 1 before the 2 that it waits for.
fn remembers() {
    let (a, b) = words();
    let t = thread::spawn(move || {
        a[0].store(1, Relaxed);
        a[0].store(2, Relaxed);
    });
    let mut seen = false;
    loop {
        match b[0].load(Relaxed) {
            1 => seen = true,
            2 => break,
            _ => {}
        }
        hint::spin_loop();
    }
    t.join().unwrap();
    assert!(!seen, "it was there");
}

#[test]
fn what_a_turn_saw_is_remembered() {
    let report = check(remembers);
    assert!(panics(&report), "{report}");
    // The promise of `awaits` is that it is not.
    let report = awaits(remembers);
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.complete, 1);
}

/// Gives up after so many turns.
fn patience(turns: u32) -> impl Fn() + Send + Sync + 'static {
    move || {
        let (a, b) = words();
        let t = thread::spawn(move || a[0].store(1, Relaxed));
        let came = (0..turns).any(|_| {
            let came = b[0].load(Relaxed) == 1;
            hint::spin_loop();
            came
        });
        assert!(came, "gave up");
        t.join().unwrap();
    }
}

#[test]
fn a_loop_that_gives_up() {
    for turns in [1, 2, 3, 10, 100] {
        let report = check(patience(turns));
        assert!(panics(&report), "{turns}: {report}");
    }
}

#[test]
fn a_loop_that_gives_up_is_explored_to_its_end() {
    let report = check(|| {
        let (a, b) = words();
        let t = thread::spawn(move || a[0].store(1, Relaxed));
        for _ in 0..5 {
            if b[0].load(Relaxed) == 1 {
                break;
            }
            hint::spin_loop();
        }
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    // The 1 is seen in one of five turns, or in none.
    assert_eq!(report.complete, 6);
}

/// Waits for one word and then for the other, in one loop.
fn machine() {
    let (a, b) = words();
    let t = thread::spawn(move || {
        a[0].store(1, Release);
        a[1].store(1, Release);
    });
    let mut second = false;
    loop {
        if b[usize::from(second)].load(Acquire) == 1 {
            if second {
                break;
            }
            second = true;
        }
        thread::yield_now();
    }
    t.join().unwrap();
}

#[test]
fn a_state_machine_that_is_polled() {
    for report in [check(machine), awaits(machine)] {
        assert!(report.is_complete(), "{report}");
        assert!(report.complete > 0, "{report}");
    }
}

#[test]
fn a_loop_that_looks_at_two_words_by_turns() {
    let report = check(|| {
        let (a, b) = words();
        let t = thread::spawn(move || a[1].store(1, Release));
        let mut turn = 0;
        while b[turn % 2].load(Acquire) == 0 {
            turn += 1;
            thread::yield_now();
        }
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert!(report.complete >= 2, "{report}");
}

fn poll(word: &AtomicU32) -> u32 {
    let value = word.load(Acquire);
    if value == 0 {
        thread::yield_now();
    }
    value
}

/// One thread waits by means of a helper, the other calls it once.
fn helper() {
    let (a, b) = words();
    let t = thread::spawn(move || {
        while poll(&a[0]) == 0 {}
        a[1].store(1, Release);
    });
    let early = poll(&b[1]) == 0;
    b[0].store(1, Release);
    t.join().unwrap();
    assert!(!early, "it went on");
}

#[test]
fn a_helper_that_is_called_in_a_loop_and_once() {
    assert!(panics(&check(helper)));
    assert!(panics(&awaits(helper)));
}

#[test]
fn several_workers_know_alike_what_a_yield_means() {
    let report = |workers, awaits| {
        let builder = Builder {
            workers,
            awaits,
            ..Builder::default()
        };
        builder.check(|| {
            let x = Arc::new(AtomicU32::new(0));
            x.load(Relaxed);
            thread::yield_now();
            x.store(9, Relaxed);
            let stores: Vec<_> = (1..5)
                .map(|i| {
                    let x = Arc::clone(&x);
                    thread::spawn(move || x.store(i, Relaxed))
                })
                .collect();
            for t in stores {
                t.join().unwrap();
            }
        })
    };
    for (workers, awaits) in [(1, false), (2, false), (4, true), (4, true), (4, true)] {
        let report = report(workers, awaits);
        assert!(report.is_complete(), "{workers} workers: {report}");
        assert_eq!(report.complete, 24, "{workers} workers");
    }
}

/// Tries so often, and is unlucky each time.
fn attempts(times: u32) -> impl Fn() + Send + Sync + 'static {
    move || {
        let x = AtomicU32::new(0);
        for _ in 0..times {
            if x.compare_exchange_weak(0, 1, Relaxed, Relaxed).is_ok() {
                return;
            }
        }
        panic!("never");
    }
}

#[test]
fn spurious_failures_that_are_counted() {
    for times in [1, 2, 3, 20] {
        let report = check(attempts(times));
        assert!(panics(&report), "{times}: {report}");
    }
}

#[test]
fn spurious_failures_in_a_row_at_two_places() {
    let report = check(|| {
        let x = AtomicU32::new(0);
        let _ = x.compare_exchange_weak(0, 1, Relaxed, Relaxed);
        let _ = x.compare_exchange_weak(0, 1, Relaxed, Relaxed);
        assert_eq!(x.load(Relaxed), 1, "both failed");
    });
    assert!(panics(&report), "{report}");
}

#[test]
fn retries_without_an_end() {
    for load in [false, true] {
        let report = check(move || {
            let (a, b) = words();
            let add = move |x: &AtomicU32| {
                let mut old = x.load(Relaxed);
                while let Err(now) = x.compare_exchange_weak(old, old + 1, Relaxed, Relaxed) {
                    old = if load { x.load(Relaxed) } else { now };
                }
            };
            let t = thread::spawn(move || add(&a[0]));
            add(&b[0]);
            t.join().unwrap();
            assert_eq!(b[0].load(Relaxed), 2);
        });
        assert!(report.is_complete(), "{report}");
        assert!(report.complete > 2, "{report}");
    }
}

#[test]
fn a_loop_that_only_yields() {
    let builder = Builder {
        max_events_per_thread: 1_000,
        ..Builder::default()
    };
    let report = builder.check(|| {
        let x = AtomicU32::new(0);
        x.load(Relaxed);
        loop {
            hint::spin_loop();
        }
    });
    let Verdict::Bounded(Bound::Events { limit, .. }) = report.verdict else {
        panic!("{report}")
    };
    assert_eq!(limit, 1_000);
}
