//! The search of `prepare` (O11) against a walk: whichever requests are free and wherever the
//! cursors stand, it finds the one that comes first in turn.
//!
//! A batch that is dropped moves the cursors and commits nothing; that is how the test puts them
//! where it likes.
#![cfg(not(any(loom, shuttle, weft)))]

mod common;

use common::{Gate, Gated, OpenAtEnd, eventually, gated, in_time};
use flipside::{Dispatch, Threads};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

/// What the documents say of the search, in the plainest way.
struct Walk {
    workers: usize,
    ring: usize,
    dispatch: Dispatch,
    /// The worker that a search begins with, and where in each worker's range it goes on.
    cursor: usize,
    next: Vec<usize>,
    /// With the workers, or in the batch.
    taken: BTreeSet<usize>,
}

impl Walk {
    fn find(&self) -> Option<usize> {
        let worker = |step| (self.cursor + step) % self.workers;
        (0..self.workers).map(worker).find_map(|worker| {
            let in_turn = (0..self.ring).map(|step| (self.next[worker] + step) % self.ring);
            let mut requests = in_turn.map(|place| worker * self.ring + place);
            requests.find(|request| !self.taken.contains(request))
        })
    }

    /// The request is the last one found.
    fn take(&mut self, request: usize) {
        assert!(self.taken.insert(request), "{request} was taken already");
        let (worker, place) = (request / self.ring, request % self.ring);
        self.next[worker] = (place + 1) % self.ring;
        self.cursor = match self.dispatch {
            Dispatch::RoundRobin => (worker + 1) % self.workers,
            _ => worker,
        };
    }
}

/// A pool whose handlers wait at a gate of their worker's.
struct Pool {
    // Dropped first, so that the pool can end.
    _open: Vec<OpenAtEnd>,
    threads: Threads<usize>,
    gates: Vec<Arc<Gate>>,
    /// Where a handler says which request the gate let through.
    passed: Receiver<usize>,
    walk: Walk,
}

impl Pool {
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
            walk: Walk {
                workers,
                ring,
                dispatch,
                cursor: 0,
                next: vec![0; workers],
                taken: BTreeSet::new(),
            },
        }
    }

    fn submit(&mut self) {
        let request = self.threads.prepare(|_| panic!("delivered already"));
        let found = request.as_ref().map(|request| request.index());
        assert_eq!(found, self.walk.find());
        if let Some(request) = request {
            self.walk.take(request.index());
            request.commit();
        }
    }

    /// Stages so many requests, if there are as many, and drops the batch.
    fn stage_and_drop(&mut self, how_many: usize) {
        let before = self.walk.taken.clone();
        let mut batch = self.threads.batch();
        for _ in 0..how_many {
            let request = batch.prepare(|_| panic!("delivered already"));
            let found = request.as_ref().map(|request| request.index());
            assert_eq!(found, self.walk.find());
            let Some(request) = request else { break };
            self.walk.take(request.index());
            request.commit();
        }
        drop(batch);
        self.walk.taken = before;
    }

    /// Lets a worker finish a request and has the result delivered, so that it is seen as free.
    fn finish(&mut self, worker: usize) {
        let ring = self.walk.ring;
        let mut busy = self.walk.taken.range(worker * ring..(worker + 1) * ring);
        if busy.next().is_none() {
            return;
        }
        self.gates[worker].let_through(1);
        let index = self.passed.recv().expect("a worker");
        assert!(self.walk.taken.remove(&index), "{index} was handled twice");
        eventually("the result", || {
            let mut seen = None;
            self.threads.deliver(|done| seen = done.ok().copied());
            seen.map(|seen| assert_eq!(seen, index))
        });
    }
}

#[test]
fn prepare_finds_what_a_walk_finds() {
    in_time(|| {
        let mut random = 7u64;
        let mut below = move |limit: usize| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 33) as usize % limit
        };
        let sizes = [
            (1, 1),
            (1, 5),
            (1, 64),
            (1, 66),
            (1, 130),
            (2, 3),
            (3, 65),
            (4, 2),
        ];
        for (workers, ring) in sizes {
            for dispatch in [Dispatch::RoundRobin, Dispatch::FillFirst] {
                let mut pool = Pool::new(workers, ring, dispatch);
                for step in 0..1500 {
                    // From all free to all busy and back, again and again.
                    let filling = step / 250 % 2 == 0;
                    match below(8) {
                        0 | 1 => pool.stage_and_drop(below(workers * ring + 1)),
                        2..=6 if filling => pool.submit(),
                        2..=6 => pool.finish(below(workers)),
                        _ if filling => pool.finish(below(workers)),
                        _ => pool.submit(),
                    }
                }
            }
        }
    });
}
