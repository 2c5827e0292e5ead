//! shuttle, and what it lacks: a cell that detects races.

pub(crate) use crate::checked::backend::parker::{Parker, Unparker};
pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence};
use shuttle::thread::ThreadId;
pub(crate) use shuttle::thread::{JoinHandle, Thread, current, park, yield_now};
use std::sync::atomic::Ordering;

pub(crate) fn thread_builder() -> shuttle::thread::Builder {
    shuttle::thread::Builder::new()
}

pub(crate) const fn position() -> Option<(u32, u32)> {
    None
}

/// A cell that detects races by itself, since shuttle has no race detector and switches threads
/// only before its own operations: marking the start and the end of each access with an operation
/// of shuttle's lets the scheduler put another thread in between.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T> {
    accessed: AtomicBool,
    /// The thread that began an access last.
    last: std::cell::Cell<Option<ThreadId>>,
    value: std::cell::UnsafeCell<T>,
}

impl<T> UnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            accessed: AtomicBool::new(false),
            last: std::cell::Cell::new(None),
            value: std::cell::UnsafeCell::new(value),
        }
    }
}

pub(crate) struct Access<'a, T>(&'a UnsafeCell<T>);

impl<T> Access<'_, T> {
    pub(crate) fn get(&self) -> *mut T {
        self.0.value.get()
    }
}

impl<T> Drop for Access<'_, T> {
    fn drop(&mut self) {
        // A thread that is torn down with its model takes no more steps of it.
        if !std::thread::panicking() {
            self.0.accessed.store(false, Ordering::SeqCst);
        }
    }
}

/// Begins an access; `begun` is called when it does.
pub(crate) fn access<T>(cell: &UnsafeCell<T>, begun: impl FnOnce()) -> Access<'_, T> {
    let overlaps = cell.accessed.swap(true, Ordering::SeqCst);
    begun();
    // A thread that forgot the guard of its own access is done with it.
    let me = Some(current().id());
    let overlaps = overlaps && cell.last.replace(me) != me;
    cell.last.set(me);
    assert!(!overlaps, "data race: two threads access one cell at once");
    Access(cell)
}
