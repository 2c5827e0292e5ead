//! Pools that borrow from the stack.
#![cfg(not(any(loom, shuttle, weft)))]

mod common;

use common::{Counter, Tracked, in_time, settings};
use flipside::SpawnError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};

#[test]
fn requests_and_handler_borrow_from_the_stack() {
    in_time(|| {
        let text: Vec<String> = (0..500).map(|n| format!("line {n}")).collect();
        let bytes = AtomicUsize::new(0);
        let mut lengths = vec![0; text.len()];
        let longest = settings().workers(3).ring_size(7).scope(
            // Each request holds what it works on by reference, and its place for the result.
            |_| Ok(("", None::<&mut usize>)),
            |(line, length): &mut (&str, Option<&mut usize>)| {
                bytes.fetch_add(line.len(), Ordering::Relaxed);
                if let Some(length) = length {
                    **length = line.len();
                }
            },
            |threads| {
                let mut longest = 0;
                for (line, length) in text.iter().zip(&mut lengths) {
                    let mut request = threads.prepare_wait(|done| {
                        let (line, _) = done.expect("no panics");
                        longest = longest.max(line.len());
                    });
                    *request = (line, Some(length));
                    request.commit();
                }
                threads.wait_done(|_| ());
                longest
            },
        );
        assert_eq!(longest.expect("a pool"), "line 100".len());
        assert_eq!(bytes.into_inner(), text.concat().len());
        assert!(lengths.iter().zip(&text).all(|(&n, line)| n == line.len()));
    });
}

/// What was committed is handled before the scope is over, however it ends.
#[test]
fn everything_committed_is_handled_before_the_end() {
    in_time(|| {
        for panics in [false, true] {
            let (handled, drops) = (AtomicUsize::new(0), Counter::default());
            let run = || {
                settings().workers(2).ring_size(50).scope(
                    |index| Ok(Tracked::new(index, &drops)),
                    |_: &mut Tracked| {
                        std::thread::yield_now();
                        handled.fetch_add(1, Ordering::Relaxed);
                    },
                    |threads| {
                        for _ in 0..80 {
                            threads.prepare(|_| ()).expect("100 are free").commit();
                        }
                        assert!(!panics, "the body's own");
                        "the end"
                    },
                )
            };
            let result = catch_unwind(AssertUnwindSafe(run));
            match result {
                Ok(result) => assert_eq!((result.expect("a pool"), panics), ("the end", false)),
                Err(payload) => {
                    assert!(panics);
                    assert_eq!(payload.downcast_ref(), Some(&"the body's own"));
                }
            }
            assert_eq!((handled.into_inner(), drops.get()), (80, 100));
        }
    });
}

#[test]
fn a_handler_that_panics_is_no_panic_of_the_scope() {
    in_time(|| {
        let marked = settings().workers(2).ring_size(2).scope(
            |_| Ok(0),
            |number: &mut usize| assert_ne!(*number % 3, 0, "no multiples of three"),
            |threads| {
                let mut marked = 0;
                for number in 0..30 {
                    let count = |done: flipside::Outcome<'_, usize>| done.is_err();
                    let mut request =
                        threads.prepare_wait(|done| marked += usize::from(count(done)));
                    *request = number;
                    request.commit();
                }
                threads.wait_done(|done| marked += usize::from(done.is_err()));
                // Of this one nobody asks.
                threads.prepare_wait(|_| ()).commit();
                marked
            },
        );
        assert_eq!(marked.expect("a pool"), 10);
    });
}

#[test]
fn the_body_does_not_run_if_the_pool_cannot_start() {
    let drops = Counter::default();
    let scope = |workers, fails_at| {
        settings().workers(workers).ring_size(4).scope(
            |index| match index {
                _ if index == fails_at => Err("out of luck")?,
                _ => Ok(Tracked::new(index, &drops)),
            },
            |_: &mut Tracked| (),
            |_| -> () { panic!("the body ran") },
        )
    };
    let error = scope(1, 2).expect_err("init fails");
    assert!(
        matches!(error, SpawnError::Init { index: 2, .. }),
        "{error}"
    );
    assert_eq!(drops.get(), 2);
    let error = scope(0, 9).expect_err("no workers");
    assert!(matches!(error, SpawnError::Config(_)), "{error}");
    assert_eq!(drops.get(), 2);
}

#[test]
fn scopes_nest() {
    in_time(|| {
        let total = AtomicUsize::new(0);
        let add = |number: &mut usize| {
            total.fetch_add(*number, Ordering::Relaxed);
        };
        let builder = settings().workers(2).ring_size(2);
        let result = builder.clone().scope(Ok, add, |outer| {
            builder.scope(Ok, add, |inner| {
                for number in 0..100 {
                    let pool = if number % 2 == 0 {
                        &mut *outer
                    } else {
                        &mut *inner
                    };
                    let mut request = pool.prepare_wait(|_| ());
                    *request = number;
                    request.commit();
                }
            })
        });
        result.expect("the outer").expect("the inner");
        assert_eq!(total.into_inner(), 99 * 50);
    });
}

/// A scope waits for its workers, so they have to end even if no handle is left that would stop them.
#[test]
fn a_scope_whose_pool_was_swapped_for_another_ends_and_says_so() {
    in_time(|| {
        let total = AtomicUsize::new(0);
        let add = |number: &mut usize| {
            total.fetch_add(*number, Ordering::Relaxed);
        };
        let builder = settings().workers(2).ring_size(2);
        let run = || {
            builder.clone().scope(Ok, add, |outer| {
                let inner = builder.clone().scope(Ok, add, |inner| {
                    for pool in [&mut *outer, &mut *inner] {
                        let mut request = pool.prepare_wait(|_| ());
                        *request = 10;
                        request.commit();
                    }
                    std::mem::swap(outer, inner);
                });
                inner.map_err(|error| error.to_string())
            })
        };
        let payload = catch_unwind(AssertUnwindSafe(run)).expect_err("a swapped pool");
        let text = payload.downcast_ref::<&str>().copied();
        assert!(
            text.is_some_and(|text| text.contains("was swapped")),
            "{text:?}"
        );
        assert_eq!(total.into_inner(), 20);
    });
}

/// Says which thread drops it.
struct Dropped<'a>(&'a std::sync::Mutex<Vec<ThreadId>>);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        let mut seen = self.0.lock().expect("no panics");
        seen.push(thread::current().id());
    }
}

#[test]
fn the_requests_of_a_scope_are_dropped_by_its_own_thread() {
    in_time(|| {
        let seen = std::sync::Mutex::default();
        let scope = settings().workers(2).ring_size(3).scope(
            |_| Ok(Dropped(&seen)),
            |_: &mut Dropped<'_>| thread::yield_now(),
            |threads| {
                for _ in 0..6 {
                    threads.prepare_wait(|_| ()).commit();
                }
            },
        );
        scope.expect("a pool");
        let seen = seen.into_inner().expect("no panics");
        assert_eq!(seen, [thread::current().id(); 6]);
    });
}
