//! Every committed request is handled once and delivered once, as it was filled (O1 to O5, O12).
#![cfg(not(any(loom, shuttle, weft)))]

mod common;

use common::{Gated, gated, in_time, settings};
use flipside::{Builder, Dispatch, Outcome, Threads};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A request that both sides write to, without an atomic: what one side did not see of the other's
/// writing shows.
#[derive(Default)]
struct Request {
    id: usize,
    answer: usize,
    /// Counted by the submitter and by the worker.
    filled: u64,
    handled: u64,
}

impl Request {
    fn fill(&mut self, id: usize) {
        assert_eq!(self.filled, self.handled, "handed out while it is busy");
        self.id = id;
        self.answer = 0;
        self.filled += 1;
    }
}

fn answer(id: usize) -> usize {
    id.wrapping_mul(0x9E37_79B9).rotate_left(7) ^ 0x5A5A
}

/// What came back.
struct Ledger {
    delivered: Vec<u32>,
    count: usize,
}

impl Ledger {
    fn receive(&mut self, done: Outcome<'_, Request>) {
        let request = done.expect("no handler panics");
        assert_eq!(request.answer, answer(request.id), "request {}", request.id);
        assert_eq!(request.filled, request.handled, "request {}", request.id);
        self.delivered[request.id] += 1;
        self.count += 1;
    }
}

/// How the submitter goes about it.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// One by one, waiting for a free request.
    Wait,
    /// One by one, never waiting in `prepare`; `deliver` in between.
    Poll,
    /// In batches of changing size.
    Batch,
    /// One by one, and `wait_done` every now and then.
    Flush,
}

const WAYS: [Way; 4] = [Way::Wait, Way::Poll, Way::Batch, Way::Flush];

struct Run {
    threads: Threads<Request>,
    ledger: Ledger,
    committed: usize,
    total: usize,
}

/// Submits `total` requests, and checks where each of them went.
fn run(builder: Builder, way: Way, total: usize) {
    let handled: Arc<[AtomicU32]> = (0..total).map(|_| AtomicU32::new(0)).collect();
    let count = Arc::clone(&handled);
    let threads = builder.spawn(
        |_| Ok(Request::default()),
        move |request: &mut Request| {
            count[request.id].fetch_add(1, Ordering::Relaxed);
            request.answer = answer(request.id);
            request.handled += 1;
        },
    );
    let ledger = Ledger {
        delivered: vec![0; total],
        count: 0,
    };
    let mut run = Run {
        threads: threads.expect("a pool"),
        ledger,
        committed: 0,
        total,
    };
    run.go(way);
    run.threads.stop(|_| panic!("wait_done left a result"));
    for (id, handled) in handled.iter().enumerate() {
        let fate = (handled.load(Ordering::Relaxed), run.ledger.delivered[id]);
        assert_eq!(fate, (1, 1), "request {id}: handled, delivered");
    }
}

impl Run {
    fn go(&mut self, way: Way) {
        while self.committed < self.total {
            match way {
                Way::Wait => self.submit(),
                Way::Poll => self.submit_or_deliver(),
                Way::Batch => self.submit_batch(),
                Way::Flush if self.committed % 97 == 96 => {
                    self.submit();
                    self.flush();
                }
                Way::Flush => self.submit(),
            }
            assert_eq!(self.threads.pending(), self.committed - self.ledger.count);
        }
        self.flush();
    }

    fn submit(&mut self) {
        let ledger = &mut self.ledger;
        let mut request = self.threads.prepare_wait(|done| ledger.receive(done));
        request.fill(self.committed);
        request.commit();
        self.committed += 1;
    }

    fn submit_or_deliver(&mut self) {
        let ledger = &mut self.ledger;
        if let Some(mut request) = self.threads.prepare(|done| ledger.receive(done)) {
            request.fill(self.committed);
            request.commit();
            self.committed += 1;
            return;
        }
        let before = self.ledger.count;
        let ledger = &mut self.ledger;
        let count = self.threads.deliver(|done| ledger.receive(done));
        assert_eq!(count, self.ledger.count - before, "what deliver() returns");
        std::thread::yield_now();
    }

    fn submit_batch(&mut self) {
        let size = (1 + self.committed % 150).min(self.total - self.committed);
        let ledger = &mut self.ledger;
        let mut batch = self.threads.batch();
        let mut staged = 0;
        while staged < size {
            let Some(mut request) = batch.prepare_wait(|done| ledger.receive(done)) else {
                break;
            };
            request.fill(self.committed + staged);
            request.commit();
            staged += 1;
        }
        assert_eq!(batch.commit(), staged);
        self.committed += staged;
    }

    fn flush(&mut self) {
        let ledger = &mut self.ledger;
        self.threads.wait_done(|done| ledger.receive(done));
        assert_eq!(self.threads.pending(), 0);
        assert_eq!(self.ledger.count, self.committed);
    }
}

/// Each patience: sleeping at once, after some looks, and never.
fn patiences(builder: &Builder) -> [Builder; 3] {
    [
        builder.clone().spin_budget(std::time::Duration::ZERO),
        builder.clone(),
        builder.clone().busy_wait(),
    ]
}

fn every_way(workers: usize, rings: &[usize]) {
    for &ring in rings {
        for dispatch in [Dispatch::RoundRobin, Dispatch::FillFirst] {
            let builder = settings().workers(workers).ring_size(ring);
            for builder in patiences(&builder.dispatch(dispatch)) {
                for way in WAYS {
                    run(builder.clone(), way, (4 * workers * ring).clamp(200, 1500));
                }
            }
        }
    }
}

const RINGS: &[usize] = &[1, 2, 63, 64, 65, 130];

#[test]
fn one_worker_every_way() {
    in_time(|| every_way(1, RINGS));
}

#[test]
fn two_workers_every_way() {
    in_time(|| every_way(2, RINGS));
}

#[test]
fn five_workers_every_way() {
    in_time(|| every_way(5, RINGS));
}

#[test]
fn rings_of_many_words() {
    in_time(|| {
        for (workers, ring) in [(1, 4096), (2, 4096), (3, 1000)] {
            for builder in patiences(&settings().workers(workers).ring_size(ring)) {
                for way in WAYS {
                    run(builder.clone(), way, 10_000);
                }
            }
        }
    });
}

#[test]
fn the_largest_pools_start_and_work() {
    in_time(|| {
        let many = settings().workers(flipside::MAX_WORKERS);
        run(many.ring_size(1), Way::Wait, 3000);
        let wide = settings().workers(1);
        run(wide.ring_size(flipside::MAX_RING_SIZE), Way::Wait, 70_000);
    });
}

#[test]
fn wait_done_and_deliver_have_nothing_to_do_when_nothing_was_committed() {
    in_time(|| {
        for builder in patiences(&settings().workers(3).ring_size(65)) {
            let threads = builder.spawn(|_| Ok(()), |(): &mut ()| ());
            let mut threads = threads.expect("a pool");
            for _ in 0..100 {
                threads.wait_done(|_| panic!("nothing was committed"));
                assert_eq!(threads.deliver(|_| panic!("nothing was committed")), 0);
                assert_eq!(threads.deliver_wait(|_| panic!("nothing was committed")), 0);
            }
            assert_eq!(threads.batch().commit(), 0);
            threads.wait_done(|_| panic!("the batch was empty"));
            threads.stop(|_| panic!("nothing was committed"));
        }
    });
}

#[test]
fn the_handle_moves_from_thread_to_thread() {
    in_time(|| {
        for mut builder in patiences(&settings().workers(2)) {
            builder = builder.ring_size(3);
            let threads = builder.spawn(|_| Ok(0), |n: &mut usize| *n += 1);
            let mut threads = threads.expect("a pool");
            // Each round on a thread of its own, which may have to sleep for a request.
            for round in 0..50 {
                let moved = std::thread::spawn(move || {
                    let mut sum = 0;
                    for _ in 0..20 {
                        let mut request = threads.prepare_wait(|n| sum += *n.expect("no panics"));
                        *request = round;
                        request.commit();
                    }
                    threads.wait_done(|n| sum += *n.expect("no panics"));
                    assert_eq!(sum, 20 * (round + 1));
                    threads
                });
                threads = moved.join().expect("the thread that had the handle");
            }
        }
    });
}

#[test]
fn deliver_wait_waits_for_the_first_result_and_for_no_other() {
    in_time(|| {
        let Gated {
            open,
            mut threads,
            gates,
            passed: _listens,
        } = gated(2, 2, Dispatch::RoundRobin);
        for _ in 0..4 {
            threads.prepare(|_| ()).expect("4 are free").commit();
        }
        let mut wait = |expected: &[usize]| {
            let mut seen = Vec::new();
            let count = threads.deliver_wait(|n| seen.push(*n.expect("no panics")));
            assert_eq!((seen.as_slice(), count), (expected, expected.len()));
        };
        // Workers one behind the other, and one request of a worker behind the other.
        for request in [2, 0, 1, 3] {
            gates[request / 2].let_through(1);
            wait(&[request]);
        }
        wait(&[]);
        drop(open);
    });
}
