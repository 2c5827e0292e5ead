//! weft.

pub(crate) use crate::checked::backend::parker::{Parker, Unparker};
pub(crate) use weft::cell::UnsafeCell;
pub(crate) use weft::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence};
pub(crate) use weft::thread::{JoinHandle, Thread, current, park, yield_now};

pub(crate) fn thread_builder() -> weft::thread::Builder {
    weft::thread::Builder::new()
}

pub(crate) fn position() -> Option<(u32, u32)> {
    weft::trace::position().map(|id| (id.thread, id.index))
}

pub(crate) struct Access<'a, T>(weft::cell::MutPtr<'a, T>);

impl<T> Access<'_, T> {
    pub(crate) fn get(&self) -> *mut T {
        self.0.with(|value| value)
    }
}

/// Begins an access; `begun` is called when it does.
#[track_caller]
pub(crate) fn access<T>(cell: &UnsafeCell<T>, begun: impl FnOnce()) -> Access<'_, T> {
    begun();
    Access(cell.get_mut())
}
