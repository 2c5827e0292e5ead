//! Panics: whose they are, and who is told.

use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

fn panicked(f: impl Fn() + Send + Sync + Clone + 'static) -> (u32, String) {
    let failure = failure(f);
    match failure.kind {
        FailureKind::Panic {
            thread,
            message,
            at,
        } => {
            assert!(at.is_empty() || at.contains("panics.rs:"), "{at}");
            (thread, message)
        }
        _ => panic!("{failure}"),
    }
}

#[test]
fn one_that_is_joined_is_an_answer() {
    let report = check(|| {
        let lock = Arc::new(Mutex::new(0));
        let own = Arc::clone(&lock);
        let worker = thread::spawn(move || {
            let _guard = own.lock().unwrap();
            panic!("of the worker's own");
        });
        let payload = worker.join().unwrap_err();
        assert_eq!(payload.downcast_ref(), Some(&"of the worker's own"));
        assert!(lock.lock().is_err());
        assert_eq!(*lock.lock().unwrap_or_else(|e| e.into_inner()), 0);
    });
    assert!(report.is_complete(), "{report}");
}

#[test]
fn what_it_did_happens_before_the_join() {
    let report = check(|| {
        let shared = Arc::new(Shared(UnsafeCell::new(0)));
        let own = Arc::clone(&shared);
        let worker = thread::spawn(move || {
            struct Late(Arc<Shared<i32>>);
            impl Drop for Late {
                fn drop(&mut self) {
                    // SAFETY: the checker ends the execution before an access that races.
                    self.0.0.with_mut(|p| unsafe { *p = 1 });
                }
            }
            let _late = Late(own);
            panic!("with a destructor");
        });
        assert!(worker.join().is_err());
        // SAFETY: as above.
        assert_eq!(shared.0.with(|p| unsafe { *p }), 1);
    });
    assert!(report.is_complete(), "{report}");
}

#[test]
fn one_that_nobody_joins_fails_the_execution() {
    let dropped = || drop(thread::spawn(|| panic!("unheard")));
    assert_eq!(panicked(dropped), (1, "unheard".into()));
    let forgotten = || std::mem::forget(thread::spawn(|| panic!("unheard")));
    assert_eq!(panicked(forgotten), (1, "unheard".into()));
    // Also where main waits for ever for what the thread would have done.
    let hangs = || {
        let flag = Arc::new(AtomicBool::new(false));
        let other = Arc::clone(&flag);
        thread::spawn(move || {
            if other.load(Relaxed) {
                return;
            }
            panic!("before the store");
        });
        while !flag.load(Relaxed) {
            hint::spin_loop();
        }
    };
    assert_eq!(panicked(hangs), (1, "before the store".into()));
    let without_end = || {
        thread::spawn(|| panic!("beside a loop"));
        let endless = thread::spawn(|| {
            let flag = AtomicBool::new(false);
            while !flag.load(Relaxed) {}
        });
        endless.join().unwrap();
    };
    assert_eq!(panicked(without_end), (1, "beside a loop".into()));
}

#[test]
fn one_that_is_passed_on_is_the_first_ones() {
    let unwrapped = || {
        let middle = thread::spawn(|| thread::spawn(|| panic!("the first")).join().unwrap());
        middle.join().expect("a worker that ends");
    };
    assert_eq!(panicked(unwrapped), (2, "the first".into()));
    let resumed = || {
        let worker = thread::spawn(|| panic!("the first"));
        let Err(payload) = worker.join();
        resume_unwind(payload);
    };
    assert_eq!(panicked(resumed), (1, "the first".into()));
    let of_its_own = || {
        let worker = thread::spawn(|| panic!("the first"));
        assert!(worker.join().is_ok(), "main minds");
    };
    assert_eq!(panicked(of_its_own), (0, "main minds".into()));
    let without_a_hook = || resume_unwind(Box::new("no hook"));
    assert_eq!(panicked(without_a_hook), (0, "no hook".into()));
}

#[test]
fn one_that_another_thread_waits_in_is_not_this_ones() {
    // While one thread waits in a destructor of its panic, another locks and unlocks, or panics and catches it.
    let beside = |panics: bool| {
        move || {
            struct Waits(Arc<(AtomicBool, Mutex<u32>)>);
            impl Drop for Waits {
                fn drop(&mut self) {
                    assert!(thread::panicking());
                    while !self.0.0.load(Acquire) {
                        hint::spin_loop();
                    }
                }
            }
            let shared = Arc::new((AtomicBool::new(false), Mutex::new(0)));
            let own = Arc::clone(&shared);
            let t = thread::spawn(move || {
                let caught = catch_unwind(AssertUnwindSafe(|| {
                    let _waits = Waits(own);
                    panic!("waits");
                }));
                assert!(caught.is_err() && !thread::panicking());
            });
            assert!(!thread::panicking());
            *shared.1.lock().unwrap() += 1;
            if panics {
                let caught = catch_unwind(AssertUnwindSafe(|| {
                    let _guard = shared.1.lock();
                    panic!("in the lock");
                }));
                assert!(caught.is_err());
            }
            shared.0.store(true, Release);
            t.join().unwrap();
            assert_eq!(shared.1.lock().is_err(), panics);
        }
    };
    assert!(check(beside(false)).is_complete());
    assert!(check(beside(true)).is_complete());
}

#[test]
fn a_result_that_nobody_joins_is_dropped_before_the_end() {
    struct Stores(Arc<AtomicU32>);
    impl Drop for Stores {
        fn drop(&mut self) {
            self.0.store(1, Release);
        }
    }
    let report = check(|| {
        let word = Arc::new(AtomicU32::new(0));
        let own = Stores(Arc::clone(&word));
        drop(thread::spawn(move || own));
        while word.load(Acquire) != 1 {
            hint::spin_loop();
        }
    });
    assert!(report.is_complete(), "{report}");
    let mut ends = 0;
    let visit = |graph: &weft::Graph| {
        for thread in 0..graph.thread_count() as u32 {
            let last = graph.events(thread).last().expect("a thread has events");
            assert_eq!(last.kind, weft::Kind::End);
            ends += 1;
        }
    };
    let report = Builder::default().visit(visit, || {
        let word = Arc::new(AtomicU32::new(0));
        let own = Stores(Arc::clone(&word));
        drop(thread::spawn(move || own));
        word.load(Relaxed);
    });
    assert!(report.is_complete(), "{report}");
    assert_eq!(ends, 2 * report.complete);
}
