//! The settings of a pool, and its start.

use crate::bits::Layout;
use crate::built::{IntoHandler, IntoRequest};
use crate::error::{ConfigError, SpawnError};
use crate::handoff::{Handoff, Striped};
use crate::own::Worker;
use crate::pool::Pool;
use crate::slots::Slots;
use crate::sync::{Parker, spawn_named};
use crate::threads::Threads;
use crate::wake::Patience;
use crate::worker;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The most workers that a pool can have.
pub const MAX_WORKERS: usize = 1 << 10;

/// The most requests that a worker can have.
pub const MAX_RING_SIZE: usize = 1 << 16;

/// For how long a side looks before it goes to sleep, unless set: about what going to sleep and being
/// woken costs.
const SPIN_BUDGET: Duration = Duration::from_micros(50);

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
#[must_use = "nothing is started before `spawn` or `scope`"]
pub struct Builder<D: Handoff = Striped> {
    workers: Option<usize>,
    ring_size: usize,
    patience: Patience,
    dispatch: Dispatch,
    design: D::Choice,
    thread_name: String,
}

impl<D: Handoff> Builder<D> {
    pub(crate) fn new() -> Self {
        Self {
            workers: None,
            ring_size: RING_SIZE,
            patience: Patience::For(SPIN_BUDGET),
            dispatch: Dispatch::default(),
            design: D::Choice::default(),
            thread_name: "flipside".to_owned(),
        }
    }

    /// How many worker threads: 1 to [`MAX_WORKERS`]. Unless set, as many as the machine runs at
    /// once ([`std::thread::available_parallelism`]), and 1 where that is unknown.
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = Some(workers);
        self
    }

    /// How many requests each worker has: 1 to [`MAX_RING_SIZE`]. Unless set, 64.
    pub fn ring_size(mut self, requests: usize) -> Self {
        self.ring_size = requests;
        self
    }

    /// For how long a side that waits looks, before it says that it sleeps and looks once more.
    /// Unless set, 50 microseconds: about what a sleep and a wake-up cost. It looks without a pause
    /// at first, then with the processor's, and after a few microseconds it gives its time slice away
    /// between two looks. [`Duration::ZERO`] says that it sleeps even where there is something to
    /// find. Of this and [`busy_wait`](Self::busy_wait), the last one called counts.
    pub fn spin_budget(mut self, time: Duration) -> Self {
        self.patience = Patience::For(time);
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

    /// The same settings for another design.
    #[doc(hidden)]
    pub fn design<E: Handoff>(self, design: E::Choice) -> Builder<E> {
        Builder {
            workers: self.workers,
            ring_size: self.ring_size,
            patience: self.patience,
            dispatch: self.dispatch,
            design,
            thread_name: self.thread_name,
        }
    }

    /// What the threads are called: this, a hyphen and the worker's number. Unless set,
    /// `flipside`.
    pub fn thread_name(mut self, prefix: impl Into<String>) -> Self {
        self.thread_name = prefix.into();
        self
    }

    /// Builds the requests and starts the workers.
    ///
    /// `init` is called once per request, in order, with its number, on the calling thread. It returns
    /// the request, or a `Result` with one, and then `?` works in it for any error. `handler` runs on the workers, once per committed request, and is
    /// dropped by the last worker; [`spawn_with`](Self::spawn_with) gives each worker its own.
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
    pub fn spawn<R, T, I, H>(self, init: I, handler: H) -> Result<Threads<R, D>, SpawnError>
    where
        R: Send + 'static,
        T: IntoRequest<R>,
        I: FnMut(usize) -> T,
        H: Fn(&mut R) + Send + Sync + 'static,
    {
        let handler = Arc::new(handler);
        self.spawn_with(init, |_worker| {
            let handler = Arc::clone(&handler);
            move |request: &mut R| handler(request)
        })
    }

    /// As [`spawn`](Self::spawn), with a handler for each worker, which may keep what it needs from
    /// one request to the next: a buffer, a connection, a random number generator.
    ///
    /// `worker` is called once per worker, in order, with its number, on the calling thread. It returns
    /// the handler, or a `Result` with one. That moves to that worker and is dropped there, after its last request. A handler that
    /// panicked is called again for the next request, with what it keeps as the panic left it.
    ///
    /// ```
    /// # fn main() -> Result<(), flipside::SpawnError> {
    /// let mut threads = flipside::Threads::builder().workers(2).ring_size(8).spawn_with(
    ///     |_index| String::new(),
    ///     |_worker| {
    ///         let mut letters = Vec::new(); // one for each worker, not for each request
    ///         move |text: &mut String| {
    ///             letters.clear();
    ///             letters.extend(text.chars());
    ///             letters.sort_unstable();
    ///             text.clear();
    ///             text.extend(&letters);
    ///         }
    ///     },
    /// )?;
    /// let mut request = threads.prepare_wait(|_| ());
    /// request.push_str("flip");
    /// request.commit();
    /// threads.wait_done(|text| assert_eq!(text.unwrap(), "filp"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`spawn`](Self::spawn), and a `worker` that failed.
    ///
    /// # Panics
    ///
    /// If `init` or `worker` panics, with its panic, after dropping what it had built and joining
    /// the threads that were started.
    pub fn spawn_with<R, T, I, W, H>(self, init: I, worker: W) -> Result<Threads<R, D>, SpawnError>
    where
        R: Send + 'static,
        T: IntoRequest<R>,
        I: FnMut(usize) -> T,
        W: FnMut(usize) -> H,
        H: IntoHandler<R>,
        H::Handler: Send + 'static,
    {
        self.start(init, worker, |handler, pool, index, name| {
            let join = spawn_named(name, move || worker::run(&pool, index, handler))?;
            Ok(Worker {
                thread: join.thread().clone(),
                join: Some(join),
            })
        })
    }

    /// Checks the settings, builds the requests and the handlers, and starts each worker by `start`.
    pub(crate) fn start<R, T: IntoRequest<R>, H: IntoHandler<R>>(
        self,
        init: impl FnMut(usize) -> T,
        mut handler: impl FnMut(usize) -> H,
        start: impl Fn(H::Handler, Arc<Pool<R, D>>, usize, String) -> std::io::Result<Worker>,
    ) -> Result<Threads<R, D>, SpawnError> {
        let layout = self.layout()?;
        let slots = Slots::build(layout.requests(), init)?;
        let parker = Parker::new();
        let pool = Arc::new(Pool::new(
            layout,
            D::new(&self.design, layout),
            self.patience,
            slots,
            parker.unparker().clone(),
        ));
        pool.name();
        // Should a thread fail to start, dropping `threads` stops and joins those before it.
        let mut threads = Threads::new(Arc::clone(&pool), self.dispatch, parker);
        for worker in 0..layout.workers {
            let handler = handler(worker)
                .built()
                .map_err(|source| SpawnError::Handler { worker, source })?;
            let name = format!("{}-{worker}", self.thread_name);
            let started = start(handler, Arc::clone(&pool), worker, name);
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

// Not derived: that would ask for designs that can be cloned and shown.
impl<D: Handoff> Clone for Builder<D> {
    fn clone(&self) -> Self {
        Self {
            workers: self.workers,
            ring_size: self.ring_size,
            patience: self.patience,
            dispatch: self.dispatch,
            design: self.design.clone(),
            thread_name: self.thread_name.clone(),
        }
    }
}

impl<D: Handoff> fmt::Debug for Builder<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("workers", &self.workers)
            .field("ring_size", &self.ring_size)
            .field("patience", &self.patience)
            .field("dispatch", &self.dispatch)
            .field("thread_name", &self.thread_name)
            .finish_non_exhaustive()
    }
}
