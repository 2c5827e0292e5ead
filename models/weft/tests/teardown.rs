//! Programs that panic, catch panics, and have destructors that do things, also when their execution is cut short.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use weft::sync::atomic::{AtomicPtr, AtomicU32, Ordering::*};
use weft::sync::{Arc, Mutex};
use weft::{Builder, FailureKind, Report, hint, thread};

fn check(f: impl Fn() + Send + Sync + 'static) -> Report {
    let builder = Builder {
        awaits: true,
        ..Builder::default()
    };
    builder.check(f)
}

/// Stores, loads, locks and joins when it goes.
struct Busy {
    word: Arc<AtomicU32>,
    lock: Arc<Mutex<u32>>,
    worker: Option<thread::JoinHandle<()>>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.word.store(9, Release);
        *self.lock.lock().unwrap_or_else(|e| e.into_inner()) += 1;
        if let Some(worker) = self.worker.take() {
            worker.thread().unpark();
            let _ = worker.join();
        }
    }
}

fn pool(body: fn(&AtomicU32)) -> impl Fn() + Send + Sync + 'static {
    move || {
        let word = Arc::new(AtomicU32::new(0));
        let lock = Arc::new(Mutex::new(0));
        let (w, l) = (Arc::clone(&word), Arc::clone(&lock));
        let worker = thread::spawn(move || {
            let _busy = Busy {
                word: Arc::clone(&w),
                lock: l,
                worker: None,
            };
            while w.load(Acquire) != 9 {
                thread::park();
            }
        });
        let busy = Busy {
            word: Arc::clone(&word),
            lock,
            worker: Some(worker),
        };
        body(&busy.word);
    }
}

#[test]
fn destructors_that_run_in_the_model() {
    let report = check(pool(|_| ()));
    assert!(report.is_complete(), "{report}");
}

#[test]
fn destructors_of_a_failed_execution() {
    let report = check(pool(|_| panic!("on purpose")));
    let failure = report.failure().expect("it panics");
    assert!(matches!(&failure.kind, FailureKind::Panic { message, .. } if message == "on purpose"));
}

#[test]
fn destructors_of_a_blocked_execution() {
    // Main waits for ever, so that every thread is unwound, each with a destructor that waits for another.
    let report = check(pool(|word| {
        while word.load(Acquire) != 7 {
            hint::spin_loop();
        }
    }));
    let failure = report.failure().expect("it hangs");
    assert!(
        matches!(failure.kind, FailureKind::Hang { .. }),
        "{failure}"
    );
}

#[test]
fn a_caught_panic_is_no_failure() {
    let report = check(|| {
        let x = Arc::new(AtomicU32::new(0));
        let y = Arc::clone(&x);
        let t = thread::spawn(move || {
            struct Mark(Arc<AtomicU32>);
            impl Drop for Mark {
                fn drop(&mut self) {
                    // An operation of the model in the middle of a panic of the program's own.
                    self.0.fetch_add(1, Release);
                }
            }
            let caught = catch_unwind(AssertUnwindSafe(|| {
                let _mark = Mark(Arc::clone(&y));
                panic!("handled");
            }));
            assert!(caught.is_err());
            y.fetch_add(1, Release);
        });
        while x.load(Acquire) != 2 {
            hint::spin_loop();
        }
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.complete, 1);
}

#[test]
fn catching_the_unwinding_does_not_help() {
    // A worker that swallows every panic, also the one that unwinds it, and then goes on with the protocol.
    let report = check(|| {
        let x = Arc::new(AtomicU32::new(0));
        let y = Arc::clone(&x);
        let t = thread::spawn(move || {
            for _ in 0..3 {
                let _ = catch_unwind(AssertUnwindSafe(|| {
                    while y.load(Acquire) == 0 {
                        hint::spin_loop();
                    }
                }));
                y.fetch_add(1, AcqRel);
            }
        });
        x.store(1, Release);
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert!(report.blocked > 0);
}

#[test]
fn a_destructor_that_walks_a_list_sees_its_own_stores() {
    struct Node(*mut Node);
    struct List(AtomicPtr<Node>);
    impl Drop for List {
        fn drop(&mut self) {
            loop {
                let head = self.0.load(Acquire);
                if head.is_null() {
                    return;
                }
                // SAFETY: the list owns its nodes; nobody else is left.
                let node = unsafe { Box::from_raw(head) };
                self.0.store(node.0, Release);
            }
        }
    }
    let report = check(|| {
        let list = List(AtomicPtr::new(std::ptr::null_mut()));
        for _ in 0..3 {
            let head = list.0.load(Relaxed);
            list.0.store(Box::into_raw(Box::new(Node(head))), Release);
        }
        while !list.0.load(Acquire).is_null() {
            hint::spin_loop();
        }
    });
    assert!(matches!(
        report.failure().expect("it hangs").kind,
        FailureKind::Hang { .. }
    ));
}

#[test]
fn a_destructor_that_waits_for_ever() {
    struct Waits(Arc<AtomicU32>);
    impl Drop for Waits {
        fn drop(&mut self) {
            while self.0.load(Acquire) == 0 {
                hint::spin_loop();
            }
        }
    }
    // In the execution in which main reads x too early, nobody ever writes y, and main's destructor waits for it.
    let report = check(|| {
        let x = Arc::new(AtomicU32::new(0));
        let y = Arc::new(AtomicU32::new(0));
        let z = Arc::new(AtomicU32::new(0));
        let (a, b, c) = (Arc::clone(&x), Arc::clone(&y), Arc::clone(&z));
        let t = thread::spawn(move || {
            a.store(1, Release);
            while c.load(Acquire) == 0 {
                hint::spin_loop();
            }
            b.store(1, Release);
        });
        let waits = Waits(y);
        while x.load(Acquire) == 0 {
            hint::spin_loop();
        }
        z.store(1, Release);
        drop(waits);
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.complete, 1);
}

#[test]
fn an_escaped_panic_of_a_spawned_thread_fails() {
    let joins: [fn(thread::JoinHandle<()>); 2] = [drop, |t| t.join().unwrap()];
    for join in joins {
        let report = check(move || join(thread::spawn(|| panic!("in a thread"))));
        let failure = report.failure().expect("it panics");
        assert!(matches!(failure.kind, FailureKind::Panic { thread: 1, .. }));
    }
    // As in std, joining is being told.
    let report = check(|| {
        let t = thread::spawn(|| panic!("in a thread"));
        let _ = t.join();
    });
    assert!(report.is_complete(), "{report}");
}

#[test]
fn a_poisoned_lock() {
    let report = check(|| {
        let lock = Arc::new(Mutex::new(0));
        let other = Arc::clone(&lock);
        let t = thread::spawn(move || {
            let caught = catch_unwind(AssertUnwindSafe(|| {
                let _guard = other.lock().unwrap();
                panic!("while it is held");
            }));
            assert!(caught.is_err());
        });
        t.join().unwrap();
        assert!(lock.lock().is_err());
    });
    assert!(report.is_complete(), "{report}");
}

#[test]
fn catching_the_unwinding_in_a_loop_without_an_end() {
    // In the execution in which main looks too early, the worker catches what unwinds it, again and again.
    let report = check(|| {
        let x = Arc::new(AtomicU32::new(0));
        let y = Arc::clone(&x);
        let t = thread::spawn(move || {
            while catch_unwind(AssertUnwindSafe(|| {
                while y.load(Acquire) == 0 {
                    hint::spin_loop();
                }
            }))
            .is_err()
            {}
        });
        x.store(1, Release);
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert!(report.blocked > 0, "{report}");
}

#[test]
fn a_visitor_that_panics() {
    for workers in [1, 2, 4] {
        let builder = Builder {
            workers,
            ..Builder::default()
        };
        let visit = |_: &weft::Graph| panic!("seen enough");
        let caught = catch_unwind(AssertUnwindSafe(|| {
            builder.visit(visit, || {
                let x = Arc::new(AtomicU32::new(0));
                let y = Arc::clone(&x);
                let t = thread::spawn(move || y.store(1, Relaxed));
                x.load(Relaxed);
                t.join().unwrap();
            })
        }));
        let payload = caught.expect_err("the visitor panics");
        assert_eq!(payload.downcast_ref(), Some(&"seen enough"));
    }
}

#[test]
fn an_object_of_another_check() {
    static KEPT: std::sync::OnceLock<AtomicU32> = std::sync::OnceLock::new();
    let program = || {
        KEPT.get_or_init(|| AtomicU32::new(0)).store(1, Relaxed);
    };
    assert!(check(program).is_complete());
    let report = check(program);
    let failure = report.failure().expect("the object is an old one");
    assert!(failure.message().contains("an earlier run"), "{failure}");
}

/// Sets a flag when it goes.
struct Leaves(Arc<AtomicU32>);

impl Drop for Leaves {
    fn drop(&mut self) {
        self.0.fetch_add(1, Release);
    }
}

#[test]
fn a_result_that_nobody_joins() {
    // The thread has dropped its result before it ends, or its handle's owner does: never nobody, never both.
    let report = check(|| {
        let gone = Arc::new(AtomicU32::new(0));
        let result = Leaves(Arc::clone(&gone));
        drop(thread::spawn(move || result));
        while gone.load(Acquire) != 1 {
            hint::spin_loop();
        }
    });
    assert!(report.is_complete(), "{report}");
}
