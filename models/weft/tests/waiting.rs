//! Which yields wait, and for how long.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering::*};
use weft::{Builder, FailureKind, Report, hint, thread};

fn check(f: impl Fn() + Send + Sync + 'static) -> Report {
    awaits().check(f)
}

/// Nothing here remembers its turns; `turns.rs` has what does.
fn awaits() -> Builder {
    Builder {
        awaits: true,
        ..Builder::default()
    }
}

fn word() -> (Arc<AtomicU32>, Arc<AtomicU32>) {
    let word = Arc::new(AtomicU32::new(0));
    (Arc::clone(&word), word)
}

#[test]
fn one_turn_is_enough() {
    // Whatever the waiter saw before, there is one complete graph.
    let report = check(|| {
        let (a, b) = word();
        let t = thread::spawn(move || {
            for i in 1..5 {
                a.store(i, Release);
            }
        });
        while b.load(Acquire) != 4 {
            hint::spin_loop();
        }
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.complete, 1);
}

#[test]
fn what_comes_before_the_loop_is_not_its_turn() {
    // The store and the load before the loop must not be taken for parts of a turn.
    let report = check(|| {
        let (a, b) = word();
        let t = thread::spawn(move || a.store(1, Release));
        let (c, _) = word();
        c.store(1, Relaxed);
        c.load(Relaxed);
        while b.load(Acquire) != 1 {
            hint::spin_loop();
        }
        t.join().unwrap();
    });
    assert_eq!(report.complete, 1);
}

#[test]
fn a_yield_in_no_loop_means_nothing() {
    let report = check(|| {
        let (a, b) = word();
        let t = thread::spawn(move || a.store(1, Relaxed));
        b.load(Relaxed);
        thread::yield_now();
        b.load(Relaxed);
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.complete, 3);
}

#[test]
fn a_loop_that_writes_does_not_wait() {
    // Each turn raises its hand, and lowers it again if the other's is up.
    let report = check(|| {
        let hands = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let other = Arc::clone(&hands);
        let t = thread::spawn(move || {
            other.1.store(1, SeqCst);
            other.1.store(0, SeqCst);
        });
        for _ in 0..3 {
            hands.0.store(1, SeqCst);
            if hands.1.load(SeqCst) == 0 {
                break;
            }
            hands.0.store(0, SeqCst);
            hint::spin_loop();
        }
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert!(report.complete > 3, "{report}");
}

#[test]
fn weak_compare_exchange_in_a_waiting_loop() {
    let lock = || {
        let (a, b) = word();
        let take = |lock: &AtomicU32| {
            while lock.compare_exchange_weak(0, 1, Acquire, Relaxed).is_err() {
                hint::spin_loop();
            }
            lock.store(0, Release);
        };
        let t = thread::spawn(move || take(&a));
        take(&b);
        t.join().unwrap();
    };
    let report = check(lock);
    assert!(report.is_complete(), "{report}");
    // The two orders. A turn that fails spuriously is a turn without effect.
    assert_eq!(report.complete, 2, "{report}");
}

#[test]
fn a_swap_loop_waits() {
    // A swap that only writes back what it read.
    let take = |lock: &AtomicU32| {
        while lock.swap(1, Acquire) == 1 {
            hint::spin_loop();
        }
        lock.store(0, Release);
    };
    for (threads, orders) in [(2, 2), (3, 6)] {
        let program = move || {
            let (lock, _) = word();
            let takers: Vec<_> = (0..threads)
                .map(|_| {
                    let lock = Arc::clone(&lock);
                    thread::spawn(move || take(&lock))
                })
                .collect();
            for t in takers {
                t.join().unwrap();
            }
        };
        let report = check(program);
        assert!(report.is_complete(), "{report}");
        assert_eq!(report.complete, orders, "{report}");
        assert!(threads > 2 || Builder::default().check(program).is_complete());
    }
}

#[test]
fn a_long_turn_is_a_turn() {
    let builder = Builder {
        max_events_per_thread: 200,
        ..Builder::default()
    };
    let report = builder.check(|| {
        let (a, b) = word();
        let t = thread::spawn(move || a.store(1, Release));
        while !(0..50).any(|_| b.load(Acquire) == 1) {
            hint::spin_loop();
        }
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
}

#[test]
fn a_swap_loop_can_hang() {
    let report = check(|| {
        let (a, b) = word();
        a.store(1, Relaxed);
        while b.swap(1, Acquire) == 1 {
            hint::spin_loop();
        }
    });
    let kind = report.failure().map(|f| &f.kind);
    assert_eq!(kind, Some(&FailureKind::Hang { threads: vec![0] }));
}

#[test]
fn one_helper_that_yields_for_many_loops() {
    fn wait(word: &AtomicU32, until: u32) {
        while word.load(Acquire) != until {
            for _ in 0..3 {
                hint::spin_loop();
            }
        }
    }
    let report = check(|| {
        let (a, b) = word();
        let t = thread::spawn(move || {
            a.store(1, Release);
            wait(&a, 2);
            a.store(3, Release);
        });
        wait(&b, 1);
        b.store(2, Release);
        wait(&b, 3);
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.complete, 1);
}

#[test]
fn park_may_return_early_if_asked_to() {
    let program = || {
        let (a, b) = word();
        let main = thread::current();
        let t = thread::spawn(move || {
            a.store(1, Release);
            main.unpark();
        });
        thread::park();
        assert_eq!(b.load(Acquire), 1, "woken by nobody");
        t.join().unwrap();
    };
    assert!(check(program).is_complete());
    let spurious = Builder {
        spurious_park: true,
        ..awaits()
    };
    let report = spurious.check(program);
    let failure = report.failure().unwrap();
    assert!(
        matches!(failure.kind, FailureKind::Panic { .. }),
        "{failure}"
    );
}

#[test]
fn a_mutex_costs_its_orders() {
    use weft::sync::Mutex;
    for (threads, orders) in [(2, 2), (3, 6)] {
        let report = check(move || {
            let sum = Arc::new(Mutex::new(0));
            let adders: Vec<_> = (0..threads)
                .map(|i| {
                    let sum = Arc::clone(&sum);
                    thread::spawn(move || *sum.lock().unwrap() += i)
                })
                .collect();
            for t in adders {
                t.join().unwrap();
            }
            assert_eq!(*sum.lock().unwrap(), (0..threads).sum());
        });
        assert!(report.is_complete(), "{report}");
        assert_eq!(report.complete, orders, "{report}");
    }
}
