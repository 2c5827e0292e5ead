//! What the tests share. Each test binary uses a part of it.
#![allow(
    dead_code,
    reason = "a test binary of its own for each theme, with a part of this in each"
)]

use flipside::{Builder, Dispatch, Threads};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Far beyond what anything here takes on the slowest machine; to fail rather than hang.
const PATIENCE: Duration = Duration::from_secs(120);

thread_local! {
    static DESIGN: Cell<Design> = const { Cell::new(DESIGNS[0]) };
}

// The designs that the tests run for: of the engine its own, and in the package of the designs, which
// runs these tests too, all of them.
include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/designs.in"));

/// Settings for a pool of the design that the test is running for.
pub(crate) fn settings() -> Builder {
    builder(DESIGN.get())
}

/// Runs a test's body for each design that there is, and fails if it hangs, as it would on a
/// lost wake-up.
pub(crate) fn in_time(body: impl Fn() + Send + Sync + 'static) {
    let body = Arc::new(body);
    for &design in DESIGNS {
        let body = Arc::clone(&body);
        println!("{design:?}");
        in_time_once(move || {
            DESIGN.set(design);
            body();
        });
    }
}

/// Runs a test's body, of the default design, and fails if it hangs.
pub(crate) fn in_time_once(body: impl FnOnce() + Send + 'static) {
    let (done, finished) = channel();
    let runs = thread::spawn(move || {
        body();
        let _ = done.send(());
    });
    match finished.recv_timeout(PATIENCE) {
        Err(RecvTimeoutError::Timeout) => panic!("no end after {PATIENCE:?}"),
        // The end of the channel is the end of the body, by whatever way.
        Ok(()) | Err(RecvTimeoutError::Disconnected) => {
            if let Err(panic) = runs.join() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

/// Waits for what another thread is about to bring about.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        thread::yield_now();
    }
}

/// Permits that a handler must take before it goes on.
#[derive(Default)]
pub(crate) struct Gate {
    permits: Mutex<usize>,
    more: Condvar,
}

impl Gate {
    pub(crate) fn let_through(&self, how_many: usize) {
        *self.permits() += how_many;
        self.more.notify_all();
    }

    /// From now on the gate is open.
    pub(crate) fn open(&self) {
        *self.permits() = usize::MAX / 2;
        self.more.notify_all();
    }

    pub(crate) fn pass(&self) {
        let mut permits = self.permits();
        while *permits == 0 {
            permits = self
                .more
                .wait(permits)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *permits -= 1;
    }

    fn permits(&self) -> MutexGuard<'_, usize> {
        self.permits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the gate when the test ends, even by a failure: else the pool would wait for its handlers.
pub(crate) struct OpenAtEnd(pub(crate) Arc<Gate>);

impl Drop for OpenAtEnd {
    fn drop(&mut self) {
        self.0.open();
    }
}

/// How many of something there are.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Counts its drops; one that is dropped twice is a use after free, which is what it looks for.
pub(crate) struct Tracked {
    pub(crate) number: usize,
    drops: Counter,
    alive: bool,
}

impl Tracked {
    pub(crate) fn new(number: usize, drops: &Counter) -> Self {
        Self {
            number,
            drops: drops.clone(),
            alive: true,
        }
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        assert!(std::mem::take(&mut self.alive), "dropped twice");
        self.drops.add();
    }
}

/// A pool whose requests hold their own numbers, and whose handlers each take a permit of their
/// worker's gate before they say which request passed.
pub(crate) struct Gated {
    pub(crate) open: Vec<OpenAtEnd>,
    pub(crate) threads: Threads<usize>,
    pub(crate) gates: Vec<Arc<Gate>>,
    pub(crate) passed: Receiver<usize>,
}

pub(crate) fn gated(workers: usize, ring: usize, dispatch: Dispatch) -> Gated {
    let gates: Vec<Arc<Gate>> = (0..workers).map(|_| Arc::default()).collect();
    let pass = gates.clone();
    let (passes, passed) = channel();
    let threads = settings()
        .workers(workers)
        .ring_size(ring)
        .dispatch(dispatch)
        .spawn(Ok, move |index: &mut usize| {
            pass[*index / ring].pass();
            passes.send(*index).expect("the test listens");
        });
    Gated {
        open: gates.iter().cloned().map(OpenAtEnd).collect(),
        threads: threads.expect("a pool"),
        gates,
        passed,
    }
}
