//! Plans: what a caller does to a pool, as data.
//!
//! Every operation means something in every state, so that a plan from which any part was taken
//! away is still a plan: that is what shrinking needs. An operation that ends the pool is followed
//! by a new one of the same settings as soon as another operation needs it.

use flipside::{Builder, Design, Dispatch};
use std::time::Duration;

/// The settings of a plan's pools, and what is done to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The settings.
    pub config: Config,
    /// What is done, in order. At the end of the last, everything is delivered and the pool dropped.
    pub ops: Vec<Op>,
}

/// The settings of a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How requests change hands.
    pub design: Design,
    /// Workers, 1 to 4.
    pub workers: usize,
    /// Requests of each, 1 to 70: from 65 on they need a second word.
    pub ring: usize,
    /// Which worker the next request goes to.
    pub dispatch: Dispatch,
    /// Turns before a side sleeps; none, and it never does.
    pub spin: Option<u32>,
}

impl Config {
    /// The engine's settings for it.
    pub fn builder(&self) -> Builder {
        let builder = flipside::builder(self.design)
            .workers(self.workers)
            .ring_size(self.ring)
            .dispatch(self.dispatch);
        match self.spin {
            // Under a checker a turn takes a nanosecond.
            Some(turns) => builder.spin_budget(Duration::from_nanos(turns.into())),
            None => builder.busy_wait(),
        }
    }

    /// Requests in all.
    #[must_use]
    pub const fn requests(&self) -> usize {
        self.workers * self.ring
    }
}

/// What a handler does with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// How it behaves.
    pub behaviour: Behaviour,
    /// Bytes of the result.
    pub size: u8,
}

/// How a handler behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Returns as soon as it can.
    Quick,
    /// Gives way so many times, in the middle of its result.
    Yields(u8),
    /// Panics, in the middle of its result.
    Panics,
}

/// What becomes of requests that were prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// They are handed over.
    Commit,
    /// They are dropped and stay free.
    Drop,
    /// They are forgotten, without even a destructor, and stay free.
    Forget,
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Prepares one request and ends it.
    One {
        /// What its handler does.
        job: Job,
        /// Whether to wait if all are with the workers.
        wait: bool,
        /// What becomes of it.
        end: End,
    },
    /// Prepares up to so many requests, and ends them together.
    Batch {
        /// How many.
        count: u8,
        /// What their handlers do.
        job: Job,
        /// Whether to wait if all others are with the workers.
        wait: bool,
        /// What becomes of them.
        end: End,
    },
    /// Takes the results that are there.
    Deliver,
    /// Waits for a result, if there is one to come, and takes those that are there.
    DeliverWait,
    /// Waits for everything, and takes all results.
    WaitDone,
    /// Lets time pass.
    Pause(u8),
    /// Where handlers are behind gates: lets a worker finish so many; elsewhere, lets time pass.
    Release {
        /// Which, counted around.
        worker: u8,
        /// How many.
        count: u8,
    },
    /// Stops the pool, with what it still holds.
    Stop,
    /// Drops the pool, with what it still holds.
    Drop,
}

impl Plan {
    /// How many requests it can commit at most.
    #[must_use]
    pub fn jobs(&self) -> usize {
        let jobs = |op: &Op| match *op {
            Op::One { .. } => 1,
            Op::Batch { count, .. } => usize::from(count),
            _ => 0,
        };
        self.ops.iter().map(jobs).sum()
    }
}
