//! Failures whose replay is not obvious: each is found, and found again from its text.

use super::*;

fn spin_until(word: &AtomicU32, value: u32) {
    while word.load(Acquire) != value {
        hint::spin_loop();
    }
}

#[test]
fn a_panic_beside_a_thread_that_waits_on_a_stale_value() {
    let program = || {
        let words = Arc::new([0, 0, 0].map(AtomicU32::new));
        let other = Arc::clone(&words);
        let t = thread::spawn(move || {
            other[1].store(1, Relaxed);
            other[0].store(1, Relaxed);
            assert_eq!(other[2].load(Relaxed), 0, "main was there");
        });
        let wait = |word: &AtomicU32| {
            while word.load(Relaxed) == 0 {
                hint::spin_loop();
            }
        };
        wait(&words[1]);
        words[2].store(1, Relaxed);
        wait(&words[0]);
        t.join().unwrap();
    };
    for awaits in [false, true] {
        let builder = Builder {
            awaits,
            ..Builder::default()
        };
        let report = builder.check(program);
        let failure = report.failure().expect("it panics");
        let again = builder.replay(&failure.decisions, program);
        let kind = again.failure().map(|f| format!("{:?}", f.kind));
        assert_eq!(kind, Some(format!("{:?}", failure.kind)), "{again}");
    }
}

/// Two threads wait, the first before the second, and one of them is woken.
fn woken_first(expected: u32) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let words = [0, 0].map(AtomicU32::new);
        let shared = Arc::new((Mutex::new(()), Condvar::new(), words));
        let waiters: Vec<_> = (1..=2)
            .map(|me| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    let (lock, condition, [begun, woken]) = &*shared;
                    spin_until(begun, me - 1);
                    let guard = lock.lock().unwrap();
                    begun.store(me, Release);
                    drop(condition.wait(guard).unwrap());
                    let _ = woken.compare_exchange(0, me, Relaxed, Relaxed);
                })
            })
            .collect();
        let (lock, condition, [begun, woken]) = &*shared;
        spin_until(begun, 2);
        // Both have given the lock back, so both wait.
        drop(lock.lock().unwrap());
        condition.notify_one();
        while woken.load(Relaxed) == 0 {
            hint::spin_loop();
        }
        condition.notify_one();
        for waiter in waiters {
            waiter.join().unwrap();
        }
        assert_eq!(woken.load(Relaxed), expected);
    }
}

#[test]
fn notify_one_wakes_any_waiter() {
    for expected in [1, 2] {
        let failure = failure(woken_first(expected));
        assert!(
            matches!(failure.kind, FailureKind::Panic { .. }),
            "{failure}"
        );
    }
}

#[test]
fn a_wait_may_end_by_itself_if_asked_to() {
    let program = || {
        let pair = Arc::new((Mutex::new(false), Condvar::new()));
        let other = Arc::clone(&pair);
        let t = thread::spawn(move || {
            *other.0.lock().unwrap() = true;
            other.1.notify_one();
        });
        let mut ready = pair.0.lock().unwrap();
        if !*ready {
            ready = pair.1.wait(ready).unwrap();
        }
        assert!(*ready, "woken by nobody");
        drop(ready);
        t.join().unwrap();
    };
    assert!(check(program).is_complete());
    let spurious = Builder {
        spurious_park: true,
        ..Builder::default()
    };
    let report = spurious.check(program);
    let failure = report.failure().expect("it panics");
    assert!(failure.message().contains("woken by nobody"), "{failure}");
}
