//! The global allocator: a model's threads allocate from the run's arena, everybody else from the program's allocator.

use std::alloc::{GlobalAlloc, Layout, System};

use super::space;
use crate::runtime;

/// An allocator that knows the blocks of models: put it before the program's own.
///
/// weft brings `Checked<System>` as the global allocator by its default feature `allocator`. A program that has a global
/// allocator of its own turns that feature off (rustc says "the `#[global_allocator]` in … conflicts with global allocator in:
/// weft" otherwise) and wraps its own:
///
/// ```ignore
/// #[global_allocator]
/// static ALLOCATOR: weft::alloc::Checked<MyAllocator> = weft::alloc::Checked(MyAllocator);
/// ```
///
/// Without either, nothing is known of the program's memory: no error of it is found but the use of dropped atomics and cells, and
/// what the threads of an execution that was given up hold is lost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checked<A = System>(
    /// The allocator that everything outside of models uses.
    pub A,
);

// SAFETY: blocks are either the inner allocator's, with which they are then freed, or the arena's, whose blocks are
// aligned, large enough, and apart from each other.
unsafe impl<A: GlobalAlloc> GlobalAlloc for Checked<A> {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match runtime::allocate(layout) {
            Some(address) => std::ptr::with_exposed_provenance_mut(address),
            // SAFETY: the caller's obligation.
            None => unsafe { self.0.alloc(layout) },
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        match runtime::allocate(layout) {
            Some(address) => {
                let start = std::ptr::with_exposed_provenance_mut::<u8>(address);
                // SAFETY: a new block of that size.
                unsafe { start.write_bytes(0, layout.size()) };
                start
            }
            // SAFETY: the caller's obligation.
            None => unsafe { self.0.alloc_zeroed(layout) },
        }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        if space::range().contains(&ptr.addr()) {
            runtime::free(ptr.addr());
        } else {
            runtime::free_outside(ptr.addr());
            if !space::range().is_empty() {
                // What lies about in free memory would look like references to models' blocks.
                // SAFETY: the block is of that size, and its owner has given it up.
                unsafe { ptr.write_bytes(0, layout.size()) };
                std::hint::black_box(ptr);
            }
            // SAFETY: the caller's obligation; the block came from the inner allocator.
            unsafe { self.0.dealloc(ptr, layout) };
        }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let outside = !space::range().contains(&ptr.addr());
        if outside && space::range().is_empty() {
            runtime::free_outside(ptr.addr());
            // SAFETY: the caller's obligation.
            return unsafe { self.0.realloc(ptr, layout, new_size) };
        }
        // SAFETY: the caller's obligation: the new size is no overflow.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: as above; the size is not zero.
        let new = if outside {
            // What was allocated outside of the model lives on after it, and so may what it grows to.
            // SAFETY: as above.
            unsafe { self.0.alloc(new_layout) }
        } else {
            // SAFETY: as above.
            unsafe { self.alloc(new_layout) }
        };
        if !new.is_null() {
            // SAFETY: both blocks are that large, and apart.
            unsafe { new.copy_from_nonoverlapping(ptr, layout.size().min(new_size)) };
            // SAFETY: the caller's obligation.
            unsafe { self.dealloc(ptr, layout) };
        }
        new
    }
}

#[cfg(feature = "allocator")]
#[global_allocator]
static ALLOCATOR: Checked<System> = Checked(System);
