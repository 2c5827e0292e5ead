//! Handlers that each worker has for itself.
#![cfg(not(any(loom, shuttle, weft)))]

mod common;

use common::{Counter, Tracked, in_time, settings};
use flipside::SpawnError;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};

/// Says on which thread it was dropped.
struct Farewell(usize, Arc<Mutex<Vec<(usize, ThreadId)>>>);

impl Farewell {
    fn worker(&self) -> usize {
        self.0
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        let Self(worker, said) = self;
        let here = (*worker, thread::current().id());
        said.lock().expect("no panics").push(here);
    }
}

#[test]
fn each_worker_keeps_its_own_from_request_to_request() {
    in_time(|| {
        let (mut built, farewells) = (Vec::new(), Arc::default());
        let pool = settings().workers(3).ring_size(4).spawn_with(
            |_| Ok((0, 0, thread::current().id())),
            |worker| {
                built.push(worker);
                let farewell = Farewell(worker, Arc::clone(&farewells));
                let mut count = 0;
                Ok(move |request: &mut (usize, usize, ThreadId)| {
                    count += 1;
                    *request = (farewell.worker(), count, thread::current().id());
                })
            },
        );
        let mut threads = pool.expect("a pool");
        let mut seen = Vec::new();
        for _ in 0..30 {
            let request = threads.prepare_wait(|request| seen.push(*request.expect("no panics")));
            request.commit();
        }
        threads.stop(|request| seen.push(*request.expect("no panics")));
        assert_eq!(built, [0, 1, 2]);

        let mut farewells = farewells.lock().expect("no panics").clone();
        farewells.sort_unstable_by_key(|&(worker, _)| worker);
        seen.sort_unstable_by_key(|&(worker, count, _)| (worker, count));
        assert_eq!((seen.len(), farewells.len()), (30, 3));
        // What a worker counted, it counted alone, and it dropped it itself.
        for (worker, on) in farewells {
            let own = seen.iter().filter(|&&(of, ..)| of == worker);
            let counted = own.map(|&(_, count, thread)| (count, thread));
            assert!(counted.zip(1..).all(|(seen, n)| seen == (n, on)));
        }
    });
}

#[test]
fn one_that_cannot_be_built_takes_down_what_was() {
    in_time(|| {
        for fails_at in 0..3 {
            for panics in [false, true] {
                let (requests, handlers) = (Counter::default(), Counter::default());
                let spawn = || {
                    settings().workers(3).ring_size(2).spawn_with(
                        |index| Ok(Tracked::new(index, &requests)),
                        |worker| {
                            if worker == fails_at && panics {
                                resume_unwind(Box::new("out of luck"));
                            }
                            if worker == fails_at {
                                Err("out of luck")?;
                            }
                            let handler = Tracked::new(worker, &handlers);
                            Ok(move |_: &mut Tracked| {
                                let _ = &handler;
                            })
                        },
                    )
                };
                match catch_unwind(AssertUnwindSafe(spawn)) {
                    Ok(Err(error @ SpawnError::Handler { worker, .. })) => {
                        assert_eq!((worker, panics), (fails_at, false));
                        let text = format!("the handler of worker {worker} could not be built");
                        assert_eq!(error.to_string(), text);
                        let source = error.source().expect("what it returned");
                        assert_eq!(source.to_string(), "out of luck");
                    }
                    Ok(other) => panic!("{other:?}"),
                    Err(payload) => {
                        assert!(panics);
                        assert_eq!(payload.downcast_ref(), Some(&"out of luck"));
                    }
                }
                assert_eq!((requests.get(), handlers.get()), (6, fails_at));
            }
        }
    });
}

#[test]
fn one_that_panicked_goes_on_with_what_it_keeps() {
    in_time(|| {
        let pool = settings().workers(1).ring_size(1).spawn_with(
            |_| Ok(0),
            |_| {
                let mut count = 0;
                Ok(move |request: &mut u32| {
                    count += 1;
                    if count == 2 {
                        resume_unwind(Box::new("the second"));
                    }
                    *request = count;
                })
            },
        );
        let mut threads = pool.expect("a pool");
        for expected in [Some(1), None, Some(3)] {
            threads.prepare_wait(|_| unreachable!()).commit();
            threads.wait_done(|request| assert_eq!(request.ok().copied(), expected));
        }
    });
}

/// Panics when it is dropped.
struct Brittle;

impl Brittle {
    fn touch(&self) {}
}

impl Drop for Brittle {
    fn drop(&mut self) {
        resume_unwind(Box::new("brittle"));
    }
}

#[test]
fn one_that_panics_when_it_is_dropped_is_heard_of_unless_another_panic_is() {
    in_time(|| {
        for first in ["brittle", "the caller's own"] {
            let drops = Counter::default();
            let end = || {
                let pool = settings().workers(2).ring_size(1).spawn_with(
                    |index| Ok(Tracked::new(index, &drops)),
                    |_| {
                        let brittle = Brittle;
                        Ok(move |_: &mut Tracked| brittle.touch())
                    },
                );
                let _threads = pool.expect("a pool");
                if first != "brittle" {
                    resume_unwind(Box::new(first));
                }
            };
            let payload = catch_unwind(AssertUnwindSafe(end)).expect_err("a panic");
            assert_eq!(payload.downcast_ref(), Some(&first));
            assert_eq!(drops.get(), 2);
        }
    });
}

#[test]
fn those_of_a_scope_borrow_and_end_with_it() {
    in_time(|| {
        let mut sums = [0; 2];
        let mut left: Vec<_> = sums.iter_mut().rev().collect();
        let scope = settings().workers(2).ring_size(3).scope_with(
            |_| Ok(0),
            |_| {
                let sum = left.pop().expect("one for each worker");
                Ok(move |n: &mut u64| *sum += *n)
            },
            |threads| {
                for n in 0..100 {
                    let mut request = threads.prepare_wait(|_| ());
                    *request = n;
                    request.commit();
                }
            },
        );
        scope.expect("a pool");
        assert_eq!(sums[0] + sums[1], 4950, "{sums:?}");
        assert!(sums[0] > 0 && sums[1] > 0, "{sums:?}");
    });
}
