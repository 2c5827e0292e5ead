//! The requests of a plan, and what their handlers do.
//!
//! What handlers report goes through `std`'s atomics whatever the checker: they must observe an
//! execution without adding an order to it.

use crate::gate::Gate;
use crate::plan::{Behaviour, Job};
use crate::random::mix;
use crate::thread::{worker_number, yield_now};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a request is at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ticket {
    /// As it was built.
    Blank,
    /// Filled, and then not committed: no handler may see it.
    Draft,
    /// Committed as that number.
    Number(usize),
}

/// A request: filled by the submitter, answered by a worker.
#[derive(Debug)]
pub struct Request {
    /// Its place in the pool, from its constructor.
    pub home: usize,
    /// What it is.
    pub ticket: Ticket,
    /// What its handler shall do.
    pub job: Job,
    /// The handler's answer.
    pub result: Vec<u8>,
    shared: Arc<Shared>,
}

/// What handlers and destructors report of one plan.
#[derive(Debug)]
pub struct Shared {
    ring: usize,
    jobs: Box<[Seen]>,
    workers: Box<[Counts]>,
    built: AtomicUsize,
    dropped: AtomicUsize,
    violation: Mutex<Option<String>>,
    pace: Pace,
}

/// Who decides when a handler goes on.
#[derive(Debug)]
pub(crate) enum Pace {
    /// The scheduler.
    Free,
    /// The plan: a gate for each worker.
    #[cfg_attr(any(loom, shuttle, weft), allow(dead_code, reason = "of real threads"))]
    Gated(Box<[Gate]>),
    /// The scheduler, disturbed by what this seed says.
    #[cfg_attr(any(loom, shuttle, weft), allow(dead_code, reason = "of real threads"))]
    Jitter(u64),
}

#[derive(Debug, Default)]
struct Seen {
    starts: AtomicU32,
    /// Which start of its worker it was, from 1.
    turn: AtomicUsize,
    finishes: AtomicU32,
}

#[derive(Debug, Default)]
struct Counts {
    started: AtomicUsize,
    finished: AtomicUsize,
}

impl Shared {
    pub(crate) fn new(workers: usize, ring: usize, jobs: usize, pace: Pace) -> Self {
        Self {
            ring,
            jobs: (0..jobs).map(|_| Seen::default()).collect(),
            workers: (0..workers).map(|_| Counts::default()).collect(),
            built: AtomicUsize::new(0),
            dropped: AtomicUsize::new(0),
            violation: Mutex::new(None),
            pace,
        }
    }

    /// How often handlers were given a request.
    pub(crate) fn starts(&self, number: usize) -> u32 {
        self.jobs[number].starts.load(Ordering::Acquire)
    }

    /// Whether a handler is through with it.
    pub(crate) fn is_finished(&self, number: usize) -> bool {
        self.jobs[number].finishes.load(Ordering::Acquire) > 0
    }

    /// Whether it was given back for certain: its worker has taken another since.
    pub(crate) fn is_given_back(&self, number: usize, worker: usize) -> bool {
        let turn = self.jobs[number].turn.load(Ordering::Acquire);
        turn != 0 && turn < self.started(worker)
    }

    pub(crate) fn started(&self, worker: usize) -> usize {
        self.workers[worker].started.load(Ordering::Acquire)
    }

    pub(crate) fn finished(&self, worker: usize) -> usize {
        self.workers[worker].finished.load(Ordering::Acquire)
    }

    /// Requests that were built, and that were dropped.
    pub(crate) fn built_and_dropped(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Acquire);
        (count(&self.built), count(&self.dropped))
    }

    /// What a handler found wrong.
    pub(crate) fn violation(&self) -> Option<String> {
        self.violation
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }

    fn violated(&self, what: String) {
        let mut violation = self
            .violation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        violation.get_or_insert(what);
    }
}

impl Request {
    pub(crate) fn build(home: usize, shared: &Arc<Shared>) -> Self {
        shared.built.fetch_add(1, Ordering::AcqRel);
        Self {
            home,
            ticket: Ticket::Blank,
            job: Job {
                behaviour: Behaviour::Quick,
                size: 0,
            },
            result: Vec::new(),
            shared: Arc::clone(shared),
        }
    }

    /// The handler of every plan.
    pub fn handle(&mut self) {
        let shared = Arc::clone(&self.shared);
        let worker = self.home / shared.ring;
        if let Some(by) = worker_number()
            && by != worker
        {
            shared.violated(format!(
                "worker {by} was given request {}, which is worker {worker}'s",
                self.home
            ));
        }
        let Ticket::Number(number) = self.ticket else {
            shared.violated(format!(
                "a handler was given request {}, which is {:?} and was never committed",
                self.home, self.ticket
            ));
            return;
        };
        let seen = &shared.jobs[number];
        let turn = shared.workers[worker]
            .started
            .fetch_add(1, Ordering::AcqRel)
            + 1;
        seen.turn.store(turn, Ordering::Release);
        if seen.starts.fetch_add(1, Ordering::AcqRel) > 0 {
            shared.violated(format!("number {number} was handled twice"));
        }
        match &shared.pace {
            Pace::Free => {}
            Pace::Gated(gates) => gates[worker].pass(),
            Pace::Jitter(seed) => jitter(mix(seed ^ number as u64)),
        }
        self.answer(number);
        seen.finishes.fetch_add(1, Ordering::AcqRel);
        shared.workers[worker]
            .finished
            .fetch_add(1, Ordering::AcqRel);
        if self.job.behaviour == Behaviour::Panics {
            // Past the panic hook: the panic is part of the plan.
            std::panic::resume_unwind(Box::new(number));
        }
    }

    /// Writes the result, in two parts.
    fn answer(&mut self, number: usize) {
        let Job { behaviour, size } = self.job;
        self.result.clear();
        let mut bytes = Bytes::new(number, size);
        self.result.extend(bytes.by_ref().take(size as usize / 2));
        match behaviour {
            Behaviour::Quick => {}
            Behaviour::Yields(times) => (0..times).for_each(|_| yield_now()),
            Behaviour::Panics => return,
        }
        self.result.extend(bytes.take((size - size / 2).into()));
    }
}

/// The bytes of a result, each by the state that the last one left.
pub(crate) struct Bytes(u64);

impl Bytes {
    pub(crate) fn new(number: usize, size: u8) -> Self {
        Self((number as u64) << 8 | u64::from(size))
    }
}

impl Iterator for Bytes {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        self.0 = self.0.wrapping_mul(FACTOR).wrapping_add(STEP);
        Some((self.0 >> 56) as u8)
    }
}

/// Of the generator behind the results.
pub(crate) const FACTOR: u64 = 6_364_136_223_846_793_005;
/// Of the generator behind the results.
pub(crate) const STEP: u64 = 1_442_695_040_888_963_407;

/// Lets a bit of time pass, or none.
pub(crate) fn jitter(random: u64) {
    match random % 16 {
        0..=9 => {}
        10..=12 => (0..random >> 8 & 255).for_each(|_| std::hint::spin_loop()),
        13 | 14 => std::thread::yield_now(),
        _ => std::thread::sleep(std::time::Duration::from_micros(random >> 8 & 31)),
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.shared.dropped.fetch_add(1, Ordering::AcqRel);
    }
}
