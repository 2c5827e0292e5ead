//! loom.

pub(crate) use loom::cell::UnsafeCell;
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence};
pub(crate) use loom::thread::{JoinHandle, Thread, current, park, yield_now};
use std::marker::PhantomData;
use std::sync::Arc;

pub(crate) fn thread_builder() -> loom::thread::Builder {
    loom::thread::Builder::new()
}

pub(crate) const fn position() -> Option<(u32, u32)> {
    None
}

pub(crate) struct Access<'a, T>(loom::cell::MutPtr<T>, PhantomData<&'a T>);

impl<T> Access<'_, T> {
    pub(crate) fn get(&self) -> *mut T {
        self.0.with(|value| value)
    }
}

/// Begins an access; `begun` is called when it does.
#[track_caller]
pub(crate) fn access<T>(cell: &UnsafeCell<T>, begun: impl FnOnce()) -> Access<'_, T> {
    begun();
    Access(cell.get_mut(), PhantomData)
}

/// The submitter's parking place. Not over loom's `park`: an `unpark` that comes late, when the
/// submitter already waits in `join`, ends that join and trips loom's own assertion.
#[derive(Clone)]
pub(crate) struct Parker(Unparker);

impl Parker {
    pub(crate) fn new() -> Self {
        Self(Unparker(Arc::new(loom::sync::Notify::new())))
    }

    pub(crate) fn park(&self) {
        self.0.0.wait();
    }

    pub(crate) fn unparker(&self) -> &Unparker {
        &self.0
    }
}

#[derive(Clone)]
pub(crate) struct Unparker(Arc<loom::sync::Notify>);

impl Unparker {
    pub(crate) fn unpark(&self) {
        self.0.notify();
    }
}
