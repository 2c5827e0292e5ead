//! The threads of this build: the one file that names a checker's, besides the layer of its own.

#[cfg(shuttle)]
use shuttle::thread;
#[cfg(not(any(loom, shuttle, weft)))]
use std::thread;
#[cfg(weft)]
use weft::thread;

#[cfg(not(loom))]
pub(crate) fn yield_now() {
    thread::yield_now();
}

/// No layer runs under loom.
#[cfg(loom)]
pub(crate) fn yield_now() {}

/// The number at the end of the thread's name, which is the worker's.
#[cfg(not(loom))]
pub(crate) fn worker_number() -> Option<usize> {
    thread::current().name()?.rsplit('-').next()?.parse().ok()
}

#[cfg(loom)]
pub(crate) fn worker_number() -> Option<usize> {
    None
}
