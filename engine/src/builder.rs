//! The settings of a pool, and its start.

use crate::bits::Layout;
use crate::error::{BoxError, ConfigError, SpawnError};
use crate::handoff::Design;
use crate::pool::Pool;
use crate::slots::Slots;
use crate::sync::{Parker, spawn_named};
use crate::threads::{Threads, Worker};
use crate::wake::Patience;
use crate::worker;
use std::sync::Arc;

/// The most workers that a pool can have.
pub const MAX_WORKERS: usize = 1 << 10;

/// The most requests that a worker can have.
pub const MAX_RING_SIZE: usize = 1 << 16;

/// Looks before a side goes to sleep, unless set: tens of microseconds, about what going to sleep and
/// being woken costs. The second half of them gives the rest of the time slice away each time.
const SPIN_BUDGET: u32 = 256;

/// Requests per worker, unless set: one word.
const RING_SIZE: usize = 64;

/// Which worker the next request goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Dispatch {
    /// To each in turn: spreads the work, and wakes the most workers.
    #[default]
    RoundRobin,
    /// To one until its requests are used up, then to the next: fewer wake-ups and better batching
    /// for small jobs.
    FillFirst,
}

/// The settings of a pool. Made by [`Threads::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing is started before `spawn` or `scope`"]
pub struct Builder {
    workers: Option<usize>,
    ring_size: usize,
    patience: Patience,
    dispatch: Dispatch,
    design: Design,
    thread_name: String,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            workers: None,
            ring_size: RING_SIZE,
            patience: Patience::Turns(SPIN_BUDGET),
            dispatch: Dispatch::default(),
            design: Design::default(),
            thread_name: "flipside".to_owned(),
        }
    }

    /// How many worker threads: 1 to [`MAX_WORKERS`]. Unless set, as many as the machine runs at
    /// once ([`std::thread::available_parallelism`]).
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = Some(workers);
        self
    }

    /// How many requests each worker has: 1 to [`MAX_RING_SIZE`]. Unless set, 64.
    pub fn ring_size(mut self, requests: usize) -> Self {
        self.ring_size = requests;
        self
    }

    /// How many times a side that waits looks before it says that it sleeps, and looks once more.
    /// Unless set, tens of microseconds' worth, about what a sleep and a wake-up cost.
    /// 1 is kindest to a busy machine; 0 says so even where there is something to find.
    pub fn spin_budget(mut self, turns: u32) -> Self {
        self.patience = Patience::Turns(turns);
        self
    }

    /// Never sleeps: both sides look on for as long as they wait. The lowest latency, since no one
    /// is ever woken and no full barrier is needed, for a processor per thread.
    pub fn busy_wait(mut self) -> Self {
        self.patience = Patience::Endless;
        self
    }

    /// Which worker the next request goes to. Unless set, [`Dispatch::RoundRobin`].
    pub fn dispatch(mut self, dispatch: Dispatch) -> Self {
        self.dispatch = dispatch;
        self
    }

    /// How requests change hands. Unless set, [`Design::FlipStriped`].
    #[cfg(feature = "designs")]
    pub fn design(mut self, design: Design) -> Self {
        self.design = design;
        self
    }

    /// What the threads are called: this, a hyphen and the worker's number. Unless set,
    /// `flipside`.
    pub fn thread_name(mut self, prefix: impl Into<String>) -> Self {
        self.thread_name = prefix.into();
        self
    }

    /// Builds the requests and starts the workers.
    ///
    /// `init` is called once per request, in order, with its number, on the calling thread; `?`
    /// works in it for any error. `handler` runs on the workers, once per committed request.
    ///
    /// # Errors
    ///
    /// A setting out of range, no memory for the requests, an `init` that failed, a thread that the
    /// system would not start.
    /// In each case everything that was built is dropped and every thread joined.
    ///
    /// # Panics
    ///
    /// If `init` panics, with its panic, after dropping what it had built.
    pub fn spawn<R, I, H>(self, init: I, handler: H) -> Result<Threads<R>, SpawnError>
    where
        R: Send + 'static,
        I: FnMut(usize) -> Result<R, BoxError>,
        H: Fn(&mut R) + Send + Sync + 'static,
    {
        let handler = Arc::new(handler);
        self.start(init, |pool, index, name| {
            let handler = Arc::clone(&handler);
            let join = spawn_named(name, move || worker::run(&pool, index, &*handler))?;
            Ok(Worker {
                thread: join.thread().clone(),
                join: Some(join),
            })
        })
    }

    /// Checks the settings, builds the requests, and starts each worker by `start`.
    pub(crate) fn start<R>(
        self,
        init: impl FnMut(usize) -> Result<R, BoxError>,
        start: impl Fn(Arc<Pool<R>>, usize, String) -> std::io::Result<Worker>,
    ) -> Result<Threads<R>, SpawnError> {
        let layout = self.layout()?;
        let slots = Slots::build(layout.requests(), init)?;
        let parker = Parker::new();
        let pool = Arc::new(Pool::new(
            layout,
            self.design.build(layout),
            self.patience,
            slots,
            parker.unparker().clone(),
        ));
        #[cfg(any(loom, shuttle, weft))]
        pool.name();
        // Should a thread fail to start, dropping `threads` stops and joins those before it.
        let mut threads = Threads::new(Arc::clone(&pool), self.dispatch, parker);
        for worker in 0..layout.workers {
            let name = format!("{}-{worker}", self.thread_name);
            let started = start(Arc::clone(&pool), worker, name);
            threads.add_worker(started.map_err(|source| SpawnError::Thread { worker, source })?);
        }
        Ok(threads)
    }

    fn layout(&self) -> Result<Layout, ConfigError> {
        let workers = self.workers.unwrap_or_else(|| {
            std::thread::available_parallelism().map_or(1, |n| n.get().min(MAX_WORKERS))
        });
        if !(1..=MAX_WORKERS).contains(&workers) {
            return Err(ConfigError::Workers(workers));
        }
        if !(1..=MAX_RING_SIZE).contains(&self.ring_size) {
            return Err(ConfigError::RingSize(self.ring_size));
        }
        if let Some(at) = self.thread_name.find('\0') {
            return Err(ConfigError::ThreadName(at));
        }
        Ok(Layout::new(workers, self.ring_size))
    }
}
