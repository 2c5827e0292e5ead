//! What a program of the gallery is written over: words, cells, fences and threads of whichever checker runs it.
//!
//! Nothing here weakens or strengthens an operation: an ordering reaches the checker as the program wrote it. (shuttle
//! then ignores it, which is the point of running it beside the others.)

mod loom;
mod shuttle;
mod weft;

pub use self::loom::Loom;
pub use self::shuttle::Shuttle;
pub use self::weft::Weft;

use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A model checker's version of memory and threads.
pub trait Checker: Sized + 'static {
    /// Its atomic integer.
    type Word: Word;
    /// Its plain memory.
    type Cell: Cell;
    /// Its thread.
    type Thread: Thread;

    /// An atomic word, 0 at first. The name is for drawings.
    fn word(name: &'static str) -> Self::Word;
    /// Plain memory, 0 at first.
    fn cell(name: &'static str) -> Self::Cell;
    /// A fence.
    fn fence(order: Ordering);
    /// A thread that works on what it shares with others.
    fn spawn<S: Send + Sync + 'static>(
        name: &'static str,
        shared: &Arc<S>,
        body: impl FnOnce(&S) + Send + 'static,
    ) -> Self::Thread;
    /// The end of a waiting loop's turn.
    fn spin();
    /// Sleeps until the thread is unparked, or returns at once if it was already.
    fn park();
}

/// An atomic integer, as std's.
pub trait Word: Send + Sync + 'static {
    /// std's `load`.
    fn load(&self, order: Ordering) -> u64;
    /// std's `store`.
    fn store(&self, value: u64, order: Ordering);
    /// std's `fetch_or`.
    fn fetch_or(&self, bits: u64, order: Ordering) -> u64;
    /// std's `fetch_xor`.
    fn fetch_xor(&self, bits: u64, order: Ordering) -> u64;
    /// std's `fetch_add`.
    fn fetch_add(&self, value: u64, order: Ordering) -> u64;
}

/// Memory that is not atomic: two accesses that nothing orders are a bug, if one is a write.
pub trait Cell: Send + Sync + 'static {
    /// Reads.
    fn get(&self) -> u64;
    /// Writes.
    fn set(&self, value: u64);
}

/// A running thread.
pub trait Thread {
    /// Wakes it from its current or next `park`.
    fn unpark(&self);
    /// Waits for its end.
    fn join(self);
}
