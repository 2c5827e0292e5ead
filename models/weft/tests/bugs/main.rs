//! One program per kind of bug, and its correct twin where there is one.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod cells;
mod forbidden;
mod lines;
mod panics;
mod replays;
mod wake_ups;

use weft::cell::{MaybeUninitCell, UnsafeCell};
use weft::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering::*, fence};
use weft::sync::{Arc, Condvar, Mutex};
use weft::{Bound, Builder, Decisions, Failure, FailureKind, Report, Verdict, hint, thread};

/// A cell that threads share because the program under test orders their accesses, or because the test is that it does not.
struct Shared<T>(UnsafeCell<T>);
// SAFETY: the checker ends the execution before any access that races.
unsafe impl<T: Send> Sync for Shared<T> {}

fn check(f: impl Fn() + Send + Sync + Clone + 'static) -> Report {
    let report = Builder::default().check(f.clone());
    if let Some(failure) = report.failure() {
        if let FailureKind::Nondeterminism { .. } = failure.kind {
            return report;
        }
        // Every other failure replays from its text, and is the same one.
        let text = failure.decisions.to_string();
        let decisions: Decisions = text.parse().expect("a decision list reads back");
        let again = Builder::default().replay(&decisions, f);
        let again = again.failure().expect("the replay fails too");
        assert_eq!(format!("{:?}", failure.kind), format!("{:?}", again.kind));
    }
    report
}

fn failure(f: impl Fn() + Send + Sync + Clone + 'static) -> Failure {
    match check(f).verdict {
        Verdict::Failed(failure) => {
            println!("{failure}");
            *failure
        }
        other => panic!("expected a failure, found {other:?}"),
    }
}

fn message_passing(release: bool) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let shared = Arc::new((Shared(UnsafeCell::new(0)), AtomicBool::new(false)));
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || {
            // SAFETY: the checker ends the execution before an access that races.
            other.0.0.with_mut(|p| unsafe { *p = 1 });
            other.1.store(true, if release { Release } else { Relaxed });
        });
        if shared.1.load(Acquire) {
            // SAFETY: as above.
            assert_eq!(shared.0.0.with(|p| unsafe { *p }), 1);
        }
        t.join().unwrap();
    }
}

#[test]
fn race() {
    assert!(check(message_passing(true)).is_complete());
    let failure = failure(message_passing(false));
    let FailureKind::Race { first, second } = failure.kind else {
        panic!("{failure}")
    };
    let line = |id| failure.graph.event(id).site.line();
    assert_ne!(line(first), line(second));
    let text = failure.message();
    assert!(text.contains("main.rs:"), "{text}");
}

#[test]
fn race_with_the_creation_of_an_atomic() {
    let failure = failure(|| {
        let slot = Arc::new(AtomicPtr::new(std::ptr::null_mut::<AtomicU32>()));
        let other = Arc::clone(&slot);
        let t = thread::spawn(move || {
            let fresh = Box::new(AtomicU32::new(1));
            // Released too weakly: the atomic may be read before it is there.
            other.store(Box::into_raw(fresh), Relaxed);
        });
        let p = slot.load(Acquire);
        if !p.is_null() {
            // SAFETY: the box is never freed.
            unsafe { &*p }.load(Relaxed);
        }
        t.join().unwrap();
    });
    assert!(matches!(failure.kind, FailureKind::Race { .. }));
}

#[test]
fn race_with_the_creation_of_an_atomic_in_one_of_two_reads() {
    // What was stored after the creation is acquired with it; the initial value is not.
    let failure = failure(|| {
        let slot = Arc::new(AtomicPtr::new(std::ptr::null_mut::<AtomicU32>()));
        let other = Arc::clone(&slot);
        let t = thread::spawn(move || {
            let fresh = Box::new(AtomicU32::new(0));
            fresh.store(1, Release);
            other.store(Box::into_raw(fresh), Relaxed);
        });
        let p = slot.load(Relaxed);
        if !p.is_null() {
            // SAFETY: the box is never freed.
            unsafe { &*p }.load(Acquire);
        }
        t.join().unwrap();
    });
    let FailureKind::Race { second, .. } = failure.kind else {
        panic!("{failure}")
    };
    assert_eq!(failure.graph.event(second).value, 0);
}

#[test]
fn race_over_a_long_access() {
    // The flag is released while the access still goes on.
    let failure = failure(|| {
        let shared = Arc::new((Shared(UnsafeCell::new(0)), AtomicBool::new(false)));
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || {
            other.0.0.with_mut(|p| {
                other.1.store(true, Release);
                // SAFETY: the checker ends the execution before an access that races.
                unsafe { *p = 1 };
            });
        });
        if shared.1.load(Acquire) {
            shared.0.0.with(|_| ());
        }
        t.join().unwrap();
    });
    assert!(matches!(failure.kind, FailureKind::Race { .. }));
}

#[test]
fn assertion() {
    let failure = failure(|| {
        let x = Arc::new(AtomicU32::new(0));
        let y = Arc::clone(&x);
        let t = thread::spawn(move || y.store(1, Relaxed));
        assert_eq!(x.load(Relaxed), 0, "somebody wrote");
        t.join().unwrap();
    });
    let FailureKind::Panic {
        thread: 0,
        message,
        at,
    } = &failure.kind
    else {
        panic!("{failure}")
    };
    assert!(
        message.contains("somebody wrote") && at.contains("main.rs:"),
        "{message} {at}"
    );
}

#[test]
fn lost_update() {
    let count = |rmw: bool| {
        move || {
            let n = Arc::new(AtomicUsize::new(0));
            let add = move |n: &AtomicUsize| {
                if rmw {
                    n.fetch_add(1, Relaxed);
                } else {
                    n.store(n.load(Relaxed) + 1, Relaxed);
                }
            };
            let m = Arc::clone(&n);
            let t = thread::spawn(move || add(&m));
            add(&n);
            t.join().unwrap();
            assert_eq!(n.load(Relaxed), 2);
        }
    };
    assert!(check(count(true)).is_complete());
    assert!(matches!(
        failure(count(false)).kind,
        FailureKind::Panic { .. }
    ));
}

#[test]
fn hang() {
    // Waits for a flag that nobody sets once more.
    let failure = failure(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let other = Arc::clone(&flag);
        let t = thread::spawn(move || {
            other.store(true, Relaxed);
            other.store(false, Relaxed);
        });
        while !flag.load(Relaxed) {
            hint::spin_loop();
        }
        t.join().unwrap();
    });
    assert_eq!(failure.kind, FailureKind::Hang { threads: vec![0] });
    let text = failure.to_string();
    assert!(
        text.contains("main spins at ") && text.contains("t1 wrote it last"),
        "{text}"
    );
}

#[test]
fn deadlock() {
    let lock = |swap: bool| {
        move || {
            let locks = Arc::new((Mutex::new(()), Mutex::new(())));
            let other = Arc::clone(&locks);
            let t = thread::spawn(move || {
                let _a = other.0.lock().unwrap();
                let _b = other.1.lock().unwrap();
            });
            let (first, second) = if swap {
                (&locks.1, &locks.0)
            } else {
                (&locks.0, &locks.1)
            };
            let a = first.lock().unwrap();
            let b = second.lock().unwrap();
            drop((a, b));
            t.join().unwrap();
        }
    };
    assert!(check(lock(false)).is_complete());
    assert_eq!(
        failure(lock(true)).kind,
        FailureKind::Deadlock {
            threads: vec![0, 1]
        }
    );
}

#[test]
fn lost_wake_up_of_a_parked_thread() {
    let park = |check_first: bool| {
        move || {
            let flag = Arc::new(AtomicBool::new(false));
            let (main, other) = (thread::current(), Arc::clone(&flag));
            let t = thread::spawn(move || {
                other.store(true, Release);
                main.unpark();
                if !check_first {
                    main.unpark();
                }
            });
            if check_first {
                while !flag.load(Acquire) {
                    thread::park();
                }
            } else {
                // Two tokens given may be one token taken.
                thread::park();
                thread::park();
            }
            t.join().unwrap();
        }
    };
    assert!(check(park(true)).is_complete());
    let failure = failure(park(false));
    assert_eq!(failure.kind, FailureKind::Deadlock { threads: vec![0] });
    assert!(
        failure.waits[0].starts_with("main is parked at "),
        "{failure}"
    );
}

#[test]
fn lost_notification() {
    let wait = |looks: bool| {
        move || {
            let pair = Arc::new((Mutex::new(false), Condvar::new()));
            let other = Arc::clone(&pair);
            let t = thread::spawn(move || {
                *other.0.lock().unwrap() = true;
                other.1.notify_one();
            });
            let mut ready = pair.0.lock().unwrap();
            while looks && !*ready {
                ready = pair.1.wait(ready).unwrap();
            }
            if !looks {
                ready = pair.1.wait(ready).unwrap();
            }
            assert!(*ready);
            drop(ready);
            t.join().unwrap();
        }
    };
    assert!(check(wait(true)).is_complete());
    assert!(matches!(
        failure(wait(false)).kind,
        FailureKind::Deadlock { .. }
    ));
}

#[test]
fn notify_one_where_all_is_needed() {
    let wake = |all: bool| {
        move || {
            let pair = Arc::new((Mutex::new(false), Condvar::new()));
            let waiters: Vec<_> = (0..2)
                .map(|_| {
                    let pair = Arc::clone(&pair);
                    thread::spawn(move || {
                        let guard = pair.0.lock().unwrap();
                        drop(pair.1.wait_while(guard, |ready| !*ready).unwrap());
                    })
                })
                .collect();
            *pair.0.lock().unwrap() = true;
            if all {
                pair.1.notify_all();
            } else {
                pair.1.notify_one();
            }
            for w in waiters {
                w.join().unwrap();
            }
        }
    };
    assert!(check(wake(true)).is_complete());
    assert!(matches!(
        failure(wake(false)).kind,
        FailureKind::Deadlock { .. }
    ));
}

#[test]
fn uninitialised() {
    struct Slot(MaybeUninitCell<u32>, AtomicBool);
    // SAFETY: the checker ends the execution before an access that races.
    unsafe impl Sync for Slot {}
    let read = |early: bool| {
        move || {
            let slot = Arc::new(Slot(MaybeUninitCell::uninit(), AtomicBool::new(false)));
            let other = Arc::clone(&slot);
            let t = thread::spawn(move || {
                if other.1.load(Acquire) || early {
                    // SAFETY: nothing else takes the value.
                    let value = unsafe { other.0.take() };
                    assert_eq!(value, 7);
                }
            });
            if !early {
                slot.0.write(7);
            }
            slot.1.store(true, Release);
            t.join().unwrap();
        }
    };
    assert!(check(read(false)).is_complete());
    assert!(matches!(
        failure(read(true)).kind,
        FailureKind::Uninitialised { .. }
    ));
}

#[test]
fn nondeterminism() {
    use std::sync::atomic::AtomicU32 as Real;
    static RUNS: Real = Real::new(0);
    let failure = failure(|| {
        let x = Arc::new(AtomicU32::new(0));
        let y = Arc::clone(&x);
        let run = RUNS.fetch_add(1, Relaxed);
        let t = thread::spawn(move || y.store(run, Relaxed));
        x.load(Relaxed);
        t.join().unwrap();
    });
    assert!(matches!(failure.kind, FailureKind::Nondeterminism { .. }));
    assert!(failure.to_string().contains("HashMap"));
}

#[test]
fn loop_without_a_yield() {
    let report = check(|| {
        let x = Arc::new(AtomicBool::new(false));
        while !x.load(Relaxed) {}
    });
    let text = report.to_string();
    assert!(
        text.contains("spin_loop") && text.contains("main.rs:"),
        "{text}"
    );
    let Verdict::Bounded(bound) = report.verdict else {
        panic!("{text}")
    };
    let Bound::Events { thread, limit, .. } = bound else {
        panic!("{text}")
    };
    assert_eq!((thread, limit), (0, 10_000));
}

#[test]
fn a_stack_that_the_system_refuses() {
    let greedy = Builder {
        stack_size: usize::MAX,
        ..Builder::default()
    };
    let report = greedy.check(message_passing(true));
    let text = report.to_string();
    assert!(
        text.contains("Lower Builder::stack_size") && !report.is_complete(),
        "{text}"
    );
    let Verdict::Bounded(Bound::Stack { bytes }) = report.verdict else {
        panic!("{text}")
    };
    assert_eq!(bytes, usize::MAX);
    assert!(check(message_passing(true)).is_complete());
}

#[test]
#[should_panic(expected = "data race")]
fn model_panics() {
    weft::model(message_passing(false));
}
