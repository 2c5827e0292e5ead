//! Noticing that the program hangs where weft does not see it: in a lock of std's, a channel, a sleep, a loop of its own.
//!
//! All threads of a model run on one OS thread, and one that does not come back stops them all. It cannot be
//! stopped itself; so the OS thread that it holds is left behind, and the check ends.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

use crate::event::{Event, Kind};
use crate::report::FailureKind;

/// What an OS thread that runs models says of itself as it goes on.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    /// A model runs.
    running: AtomicBool,
    operations: AtomicU64,
    thread: AtomicU32,
    /// The last operation: its name's place among [`NAMES`], and its site.
    name: AtomicU32,
    site: AtomicPtr<Location<'static>>,
    /// The names that threads were given.
    names: Mutex<BTreeMap<u32, String>>,
}

const NAMES: [&str; 9] = [
    "beginning",
    "end",
    "spawn",
    "join",
    "creation",
    "read",
    "write",
    "fence",
    "choice",
];

impl Pulse {
    pub(crate) fn begin(&self) {
        self.site.store(null_mut(), Relaxed);
        self.tick();
        self.running.store(true, Relaxed);
    }

    pub(crate) fn end(&self) {
        self.running.store(false, Relaxed);
    }

    /// This thread goes on.
    pub(crate) fn resume(&self, thread: u32) {
        self.thread.store(thread, Relaxed);
        self.site.store(null_mut(), Relaxed);
    }

    pub(crate) fn call(&self, thread: u32, name: &str) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.get(&thread).map(String::as_str) != Some(name) {
            names.insert(thread, name.to_string());
        }
    }

    pub(crate) fn tick(&self) {
        // Nobody else counts.
        let operations = self.operations.load(Relaxed);
        self.operations.store(operations + 1, Relaxed);
    }

    /// The current thread does this.
    pub(crate) fn note(&self, event: &Event) {
        let name = match event.kind {
            Kind::Begin => 0,
            Kind::End => 1,
            Kind::Spawn(_) => 2,
            Kind::Join(_) => 3,
            Kind::Init => 4,
            Kind::Read => 5,
            Kind::Write => 6,
            Kind::Fence => 7,
            Kind::Choice(_) => 8,
        };
        self.name.store(name, Relaxed);
        self.site
            .store(std::ptr::from_ref(event.site).cast_mut(), Relaxed);
    }

    fn stuck(&self, after: Duration) -> FailureKind {
        let thread = self.thread.load(Relaxed);
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let name = match (names.get(&thread), thread) {
            (Some(name), _) => name.clone(),
            (None, 0) => "main".to_string(),
            (None, _) => format!("t{thread}"),
        };
        // SAFETY: null, or a location of the program, which lives as long as the process.
        let site = unsafe { self.site.load(Relaxed).as_ref() };
        let kind = NAMES.get(self.name.load(Relaxed) as usize);
        let last = site
            .zip(kind)
            .map(|(site, kind)| format!("{kind} at {}:{}", site.file(), site.line()));
        FailureKind::Stuck {
            thread: name,
            last,
            after,
        }
    }
}

/// Looks now and then whether pulses go on.
pub(crate) struct Watch {
    /// And what each had counted, since when.
    pulses: Vec<(Arc<Pulse>, u64, Instant)>,
    patience: Option<Duration>,
}

impl Watch {
    pub(crate) fn new(pulses: Vec<Arc<Pulse>>, patience: Option<Duration>) -> Watch {
        let now = Instant::now();
        Watch {
            pulses: pulses.into_iter().map(|pulse| (pulse, 0, now)).collect(),
            patience,
        }
    }

    /// When to look again; never if nobody asks.
    pub(crate) fn pause(&self) -> Duration {
        self.patience.map_or(Duration::MAX, |patience| patience / 4)
    }

    /// What is wrong, if a program has done nothing for so long.
    pub(crate) fn stuck(&mut self) -> Option<FailureKind> {
        let patience = self.patience?;
        self.pulses.iter_mut().find_map(|(pulse, seen, since)| {
            let operations = pulse.operations.load(Relaxed);
            if operations != *seen || !pulse.running.load(Relaxed) {
                (*seen, *since) = (operations, Instant::now());
            }
            (since.elapsed() >= patience).then(|| pulse.stuck(patience))
        })
    }
}

/// Runs `f` on an OS thread of its own, so that nothing of a failed run stays behind in the caller's thread-locals.
/// `Err` if a program hangs there: then the thread is left behind.
pub(crate) fn on_own_thread<R: Send + 'static>(
    patience: Option<Duration>,
    f: impl FnOnce(Arc<Pulse>) -> R + Send + 'static,
) -> Result<R, FailureKind> {
    let pulse = Arc::new(Pulse::default());
    let mut watch = Watch::new(vec![Arc::clone(&pulse)], patience);
    let (send, receive) = mpsc::channel::<Result<R, Box<dyn Any + Send>>>();
    let thread = std::thread::spawn(move || {
        // Nobody may be there any more to hear.
        let _ = send.send(catch_unwind(AssertUnwindSafe(|| f(pulse))));
    });
    loop {
        match receive.recv_timeout(watch.pause()) {
            Ok(answer) => {
                // It has nothing more to do.
                let _ = thread.join();
                return Ok(answer.unwrap_or_else(|payload| resume_unwind(payload)));
            }
            Err(_) => {
                if let Some(stuck) = watch.stuck() {
                    return Err(stuck);
                }
            }
        }
    }
}
