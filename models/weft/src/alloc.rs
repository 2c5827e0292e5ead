//! Memory on the heap: the allocator that knows a model's blocks, and loom's names for what must be given back.
//!
//! weft's types find an access of memory that was freed by the address where they lie, so `Box`, `Vec`, `Arc` and
//! `std::alloc` are checked as they are. **What weft cannot see** is an access that is none of its types': a plain field that is
//! read through a raw pointer. Put such a field into a [`cell::UnsafeCell`](crate::cell::UnsafeCell), and its accesses are
//! checked like those of an atomic. Freed memory is written over, so that a plain read of it rarely goes unnoticed.

use std::alloc as std_alloc;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

pub use std::alloc::Layout;

pub use crate::memory::allocator::Checked;
use crate::runtime::context;

/// As `std::alloc::alloc`. An execution that ends without the block being given back fails, as in loom.
///
/// # Safety
/// As std's: the layout's size must not be zero.
#[track_caller]
pub unsafe fn alloc(layout: Layout) -> *mut u8 {
    // SAFETY: the caller's obligation.
    let block = unsafe { std_alloc::alloc(layout) };
    owe(block.addr(), Location::caller());
    block
}

/// As `std::alloc::alloc_zeroed`; see [`alloc`].
///
/// # Safety
/// As std's: the layout's size must not be zero.
#[track_caller]
pub unsafe fn alloc_zeroed(layout: Layout) -> *mut u8 {
    // SAFETY: the caller's obligation.
    let block = unsafe { std_alloc::alloc_zeroed(layout) };
    owe(block.addr(), Location::caller());
    block
}

/// As `std::alloc::dealloc`.
///
/// # Safety
/// As std's. A block of the model's that is not allocated any more is found.
pub unsafe fn dealloc(block: *mut u8, layout: Layout) {
    give(block.addr());
    // SAFETY: the caller's obligation.
    unsafe { std_alloc::dealloc(block, layout) };
}

/// A value that must be dropped or taken out before the execution ends, which fails otherwise (loom's name).
#[derive(Debug)]
pub struct Track<T> {
    _owed: Owed,
    value: T,
}

/// Something that is owed until it is dropped. A block of its own tells it from all others, wherever it is moved to.
#[derive(Debug)]
struct Owed(Box<u8>);

impl Owed {
    fn new(site: &'static Location<'static>) -> Owed {
        let owed = Owed(Box::new(0));
        owe(owed.key(), site);
        owed
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(&*self.0).addr()
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        give(self.key());
    }
}

/// What is at that address must be given back.
fn owe(address: usize, site: &'static Location<'static>) {
    context(|cx| {
        let key = cx.arena().in_graph(address as u64);
        cx.exec().lifetimes.owed.insert(key, site);
    });
}

/// What is at that address is given back.
fn give(address: usize) {
    context(|cx| {
        let key = cx.arena().in_graph(address as u64);
        cx.exec().lifetimes.owed.remove(&key);
    });
}

impl<T> Track<T> {
    /// Tracks a value.
    #[track_caller]
    pub fn new(value: T) -> Track<T> {
        Track {
            _owed: Owed::new(Location::caller()),
            value,
        }
    }

    /// The value.
    pub fn get_ref(&self) -> &T {
        &self.value
    }

    /// The value.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// The value, not tracked any more.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Track<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Track<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
