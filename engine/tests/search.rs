//! Where the next request comes from: the search of `prepare` (O11), and the two dispatches.
#![cfg(not(any(loom, shuttle, weft)))]

mod common;

use common::{Gate, Gated, OpenAtEnd, eventually, gated, in_time, settings};
use flipside::{Dispatch, Threads};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// A pool whose handlers each wait for a permit of their worker, so that which requests are busy
/// is the test's to say. With it goes a model: which requests those are.
struct Model {
    // Dropped first, so that the pool can end.
    _open: Vec<OpenAtEnd>,
    threads: Threads<usize>,
    gates: Vec<Arc<Gate>>,
    /// Where a worker says which request it lets through.
    passed: Receiver<usize>,
    busy: BTreeSet<usize>,
}

impl Model {
    fn new(workers: usize, ring: usize, dispatch: Dispatch) -> Self {
        let Gated {
            open,
            threads,
            gates,
            passed,
        } = gated(workers, ring, dispatch);
        Self {
            _open: open,
            threads,
            gates,
            passed,
            busy: BTreeSet::new(),
        }
    }

    /// Commits the request that `prepare` finds at once, if there is one; returns its index.
    fn submit(&mut self) -> Option<usize> {
        let request = self.threads.prepare(|done| assert!(done.is_ok()))?;
        let index = request.index();
        request.commit();
        assert!(
            self.busy.insert(index),
            "{index} is busy and was handed out"
        );
        Some(index)
    }

    /// Commits what is free until so many are busy.
    fn submit_until_busy(&mut self, busy: usize) {
        while self.busy.len() < busy {
            eventually("a free request", || self.submit());
        }
    }

    fn submit_all(&mut self) {
        while self.submit().is_some() {}
        let all = self.threads.workers() * self.threads.ring_size();
        assert_eq!(self.busy.len(), all);
    }

    /// Lets a worker finish a request; returns which it took.
    fn finish(&mut self, worker: usize) -> usize {
        self.gates[worker].let_through(1);
        let index = self.passed.recv().expect("a worker");
        assert_eq!(index / self.threads.ring_size(), worker);
        assert!(self.busy.remove(&index), "{index} was handled twice");
        index
    }

    /// The search must come up with this request, and no other.
    fn must_find(&mut self, index: usize) {
        let found = eventually("the free request is found", || self.submit());
        assert_eq!(found, index);
    }
}

const DISPATCHES: [Dispatch; 2] = [Dispatch::RoundRobin, Dispatch::FillFirst];

/// With all requests but one busy, that one is found: for each place that it can have, and from
/// each worker that the search can begin with.
#[test]
fn the_only_free_request_is_found_from_every_cursor() {
    in_time(|| {
        for (workers, ring) in [(1, 1), (1, 2), (1, 64), (1, 130), (2, 3), (3, 65), (4, 1)] {
            for dispatch in DISPATCHES {
                let mut model = Model::new(workers, ring, dispatch);
                model.submit_all();
                assert_eq!(model.submit(), None, "every request is busy");
                // Each step leaves the cursor at or behind the worker of the last one, so steps of
                // every width over the workers try every start against every place.
                for width in 0..workers {
                    for step in 0..workers * ring {
                        let worker = (step * width + step / workers) % workers;
                        let index = model.finish(worker);
                        model.must_find(index);
                        assert_eq!(model.submit(), None, "every request is busy");
                    }
                }
            }
        }
    });
}

/// With any number of requests free, each of them is found before `prepare` gives up.
#[test]
fn every_free_request_is_found_before_none() {
    in_time(|| {
        let mut random = 1u64;
        let mut below = |limit: usize| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 33) as usize % limit
        };
        for (workers, ring) in [(1, 5), (2, 66), (3, 4), (2, 129)] {
            for dispatch in DISPATCHES {
                let mut model = Model::new(workers, ring, dispatch);
                model.submit_all();
                for _ in 0..60 {
                    let mut free = Vec::new();
                    for worker in 0..workers {
                        for _ in 0..below(ring + 1) {
                            free.push(model.finish(worker));
                        }
                    }
                    let mut found: Vec<usize> = free
                        .iter()
                        .map(|_| eventually("a free request", || model.submit()))
                        .collect();
                    assert_eq!(model.submit(), None, "every request is busy");
                    free.sort_unstable();
                    found.sort_unstable();
                    assert_eq!(found, free);
                }
            }
        }
    });
}

#[test]
fn round_robin_goes_to_each_worker_in_turn() {
    for (workers, ring) in [(1, 3), (2, 65), (3, 4)] {
        let mut model = Model::new(workers, ring, Dispatch::RoundRobin);
        for turn in 0..workers * ring {
            let index = model.submit().expect("it is free");
            assert_eq!(index, turn % workers * ring + turn / workers);
        }
        assert_eq!(model.submit(), None);
    }
}

#[test]
fn round_robin_skips_a_worker_that_is_full() {
    in_time(|| {
        let mut model = Model::new(3, 2, Dispatch::RoundRobin);
        model.submit_all();
        // Worker 1 stands still; the others take turns.
        for _ in 0..5 {
            for worker in [0, 2] {
                let index = model.finish(worker);
                model.must_find(index);
            }
        }
        assert!(model.busy.contains(&2) && model.busy.contains(&3));
    });
}

#[test]
fn fill_first_fills_one_worker_before_the_next() {
    in_time(|| {
        for (workers, ring) in [(1, 3), (2, 65), (3, 4)] {
            let mut model = Model::new(workers, ring, Dispatch::FillFirst);
            for index in 0..workers * ring {
                assert_eq!(model.submit(), Some(index));
            }
            assert_eq!(model.submit(), None);
            // It stays with the worker that it found a request at.
            for worker in (0..workers).rev() {
                for _ in 0..ring {
                    let index = model.finish(worker);
                    model.must_find(index);
                }
            }
        }
    });
}

#[test]
fn fill_first_leaves_the_other_workers_alone_while_one_keeps_up() {
    in_time(|| {
        let threads = settings()
            .workers(3)
            .ring_size(4)
            .dispatch(Dispatch::FillFirst)
            .spawn(Ok, |_: &mut usize| ());
        let mut threads = threads.expect("a pool");
        for _ in 0..100 {
            let request = threads.prepare(|_| ()).expect("nothing is busy");
            assert!(request.index() < 4, "worker 0 had nothing to do");
            request.commit();
            threads.wait_done(|_| ());
        }
    });
}

/// Each request of a worker gets its turn, in order, however fast the first ones come back.
#[test]
fn requests_of_a_worker_are_used_in_turn() {
    for ring in [1, 3, 64, 65, 130] {
        let threads = settings().workers(1).ring_size(ring);
        let threads = threads.spawn(Ok, |_: &mut usize| ());
        let mut threads = threads.expect("a pool");
        for turn in 0..3 * ring {
            let request = threads.prepare(|_| ()).expect("nothing is busy");
            assert_eq!(request.index(), turn % ring);
            request.commit();
            threads.wait_done(|_| ());
        }
    }
}

/// However much is done and committed again, a worker comes round to each request, in whatever
/// word it is.
#[test]
fn no_request_starves_behind_those_that_are_always_ready() {
    in_time(|| {
        for ring in [3, 64, 65, 128, 200] {
            for start in [0, 1, 2, 10, 63, 64, 100] {
                let mut model = Model::new(1, ring, Dispatch::RoundRobin);
                for _ in 0..start.min(ring) {
                    model.submit().expect("it is free");
                    model.finish(0);
                }
                model.submit_until_busy(ring);
                let mut waiting = model.busy.clone();
                for _ in 0..2 * ring {
                    let index = model.finish(0);
                    model.must_find(index);
                    waiting.remove(&index);
                }
                assert!(waiting.is_empty(), "ring {ring} from {start}: {waiting:?}");
            }
        }
    });
}

/// However soon others are done again, `prepare` comes round to each result, in whatever word it
/// is.
#[test]
fn no_result_starves_behind_those_that_are_always_there() {
    in_time(|| {
        for ring in [3, 64, 65, 128, 200] {
            for start in [0, 1, 2, 10, 63, 64, 100] {
                let builder = settings().workers(1).ring_size(ring);
                let threads = builder.spawn(|_| Ok(0), |round: &mut u32| *round += 1);
                let mut threads = threads.expect("a pool");
                for _ in 0..start.min(ring) {
                    threads.prepare(|_| ()).expect("all are free").commit();
                    threads.wait_done(|round| *round.expect("no panics") = 0);
                }
                for _ in 0..ring {
                    threads.prepare(|_| ()).expect("all are free").commit();
                }
                let mut first = 0;
                for _ in 0..3 * ring {
                    // Gives the worker its chance to be done with the last one.
                    std::thread::yield_now();
                    let mut count = |round: &u32| first += u32::from(*round == 1);
                    let request = threads.prepare_wait(|round| count(round.expect("no panics")));
                    request.commit();
                }
                assert_eq!(first as usize, ring, "ring {ring} from {start}");
            }
        }
    });
}
