//! Why a pool could not be started.

use std::collections::TryReserveError;
use std::error::Error;
use std::fmt;
use std::io;

/// Any error that the constructor of a request or of a handler may return; `?` converts into it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why a pool could not be started. Nothing of it is left behind: requests that were built have
/// been dropped, threads that were started have been joined.
#[derive(Debug)]
#[non_exhaustive]
pub enum SpawnError {
    /// A setting is outside its range.
    Config(ConfigError),
    /// There is no memory for so many requests of that size.
    Memory {
        /// How many were asked for, of all workers together.
        requests: usize,
        /// What the allocator said.
        source: TryReserveError,
    },
    /// The constructor of a request failed.
    Init {
        /// Which request could not be built.
        index: usize,
        /// What its constructor returned.
        source: BoxError,
    },
    /// The constructor of a worker's handler failed.
    Handler {
        /// Which worker's.
        worker: usize,
        /// What its constructor returned.
        source: BoxError,
    },
    /// The system would not start a thread.
    Thread {
        /// Which worker's.
        worker: usize,
        /// What the system said.
        source: io::Error,
    },
}

/// A setting that can't work: which, what it was, and what would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The number of workers is zero or above [`MAX_WORKERS`](crate::MAX_WORKERS).
    Workers(usize),
    /// The ring size is zero or above [`MAX_RING_SIZE`](crate::MAX_RING_SIZE).
    RingSize(usize),
    /// The thread name holds a zero byte, at this position; the system's names cannot.
    ThreadName(usize),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sizes = |f: &mut fmt::Formatter<'_>, what, size, max| {
            write!(f, "a pool of {size} {what} can't work: use 1 to {max}")
        };
        match *self {
            Self::Workers(workers) => sizes(f, "workers", workers, crate::MAX_WORKERS),
            Self::RingSize(size) => sizes(f, "requests per worker", size, crate::MAX_RING_SIZE),
            Self::ThreadName(at) => write!(
                f,
                "the thread name holds a zero byte at position {at}: leave it out"
            ),
        }
    }
}

impl Error for ConfigError {}

impl From<ConfigError> for SpawnError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl fmt::Display for SpawnError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Memory { requests, .. } => write!(
                f,
                "there is no memory for {requests} requests: use fewer workers or a smaller ring"
            ),
            Self::Init { index, .. } => write!(f, "request {index} could not be built"),
            Self::Handler { worker, .. } => {
                write!(f, "the handler of worker {worker} could not be built")
            }
            Self::Thread { worker, .. } => {
                write!(f, "the thread of worker {worker} could not be started")
            }
        }
    }
}

impl Error for SpawnError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // Its text is already this error's own.
            Self::Config(_) => None,
            Self::Memory { source, .. } => Some(source),
            Self::Init { source, .. } | Self::Handler { source, .. } => Some(&**source),
            Self::Thread { source, .. } => Some(source),
        }
    }
}
