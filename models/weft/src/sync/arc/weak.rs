//! Pointers to a shared value that do not own it.

use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::sync;

use super::{Arc, counts, key_of};

/// `std::sync::Weak`.
pub struct Weak<T: ?Sized> {
    value: ManuallyDrop<sync::Weak<T>>,
}

impl<T> Weak<T> {
    /// A `Weak` of nothing.
    pub fn new() -> Weak<T> {
        Weak::of(sync::Weak::new())
    }
}

impl<T: ?Sized> Weak<T> {
    /// A `Weak` that the counts have been told of.
    pub(super) fn of(value: sync::Weak<T>) -> Weak<T> {
        Weak {
            value: ManuallyDrop::new(value),
        }
    }

    fn key(&self) -> usize {
        key_of(self.value.as_ptr())
    }

    /// An owner of the value, if there is one left.
    #[track_caller]
    pub fn upgrade(&self) -> Option<Arc<T>> {
        if let Some(counts) = counts::read(self.key())
            && !counts.upgrade(Location::caller())
        {
            return None;
        }
        self.value.upgrade().map(Arc::untracked)
    }

    /// How many owners there are.
    #[track_caller]
    pub fn strong_count(&self) -> usize {
        match counts::read(self.key()) {
            Some(counts) => counts.strong_count(Location::caller()),
            None => self.value.strong_count(),
        }
    }

    /// How many `Weak`s there are; 0 if there is no owner.
    #[track_caller]
    pub fn weak_count(&self) -> usize {
        let site = Location::caller();
        let Some(counts) = counts::read(self.key()) else {
            return self.value.weak_count();
        };
        let weak = counts.weak_count(site);
        match counts.strong_count(site) {
            0 => 0,
            _ => weak - 1,
        }
    }

    /// Whether both are of one value.
    pub fn ptr_eq(&self, other: &Weak<T>) -> bool {
        self.value.ptr_eq(&other.value)
    }

    /// The value's address.
    pub fn as_ptr(&self) -> *const T {
        self.value.as_ptr()
    }

    /// As std's `into_raw`.
    #[must_use = "losing the pointer will leak memory"]
    pub fn into_raw(self) -> *const T {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is never used again, nor dropped.
        unsafe { ManuallyDrop::take(&mut this.value) }.into_raw()
    }

    /// As std's `from_raw`.
    ///
    /// # Safety
    /// As std's.
    pub unsafe fn from_raw(ptr: *const T) -> Weak<T> {
        crate::object::assert_alive(key_of(ptr), Location::caller());
        // SAFETY: the caller's obligation.
        Weak::of(unsafe { sync::Weak::from_raw(ptr) })
    }
}

impl<T: ?Sized> Clone for Weak<T> {
    #[track_caller]
    fn clone(&self) -> Weak<T> {
        if let Some(counts) = counts::of(self.key()) {
            counts.clone_weak(Location::caller());
        }
        Weak {
            value: self.value.clone(),
        }
    }
}

impl<T: ?Sized> Drop for Weak<T> {
    fn drop(&mut self) {
        let key = self.key();
        // SAFETY: it is not used again.
        let value = unsafe { ManuallyDrop::take(&mut self.value) };
        let_memory_go(value, key);
    }
}

/// A `Weak` goes, or the one that all owners have together: the last gives the memory back.
pub(super) fn let_memory_go<T: ?Sized>(memory: sync::Weak<T>, key: usize) {
    if let Some(counts) = counts::of(key)
        && counts.drop_weak(counts.site())
    {
        counts::end(key);
    }
    drop(memory);
}

impl<T> Default for Weak<T> {
    fn default() -> Weak<T> {
        Weak::new()
    }
}

impl<T: ?Sized> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(Weak)")
    }
}
