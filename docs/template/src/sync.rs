//! The only file that names a checker. It renames and never weakens: every ordering reaches the
//! checker as the code has it.

#[cfg(any(all(loom, shuttle), all(loom, weft), all(shuttle, weft)))]
compile_error!("two checkers at once: pass one of --cfg loom, --cfg shuttle, --cfg weft");

#[cfg(loom)]
pub use loom::{cell::UnsafeCell, sync::Arc, sync::atomic::AtomicBool, thread};
#[cfg(shuttle)]
pub use shuttle::{sync::Arc, sync::atomic::AtomicBool, thread};
#[cfg(not(any(loom, shuttle, weft)))]
pub use std::{sync::Arc, sync::atomic::AtomicBool, thread};
#[cfg(weft)]
pub use weft::{cell::UnsafeCell, sync::Arc, sync::atomic::AtomicBool, thread};

pub use std::sync::atomic::Ordering;

/// std's cell, with the accessor by which loom and weft see where an access begins and ends.
#[cfg(not(any(loom, shuttle, weft)))]
#[derive(Debug)]
pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

#[cfg(not(any(loom, shuttle, weft)))]
impl<T> UnsafeCell<T> {
    pub fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }

    pub fn with_mut<O>(&self, f: impl FnOnce(*mut T) -> O) -> O {
        f(self.0.get())
    }
}

/// shuttle has no race detector, and switches threads only at its own operations: one at each
/// end of an access lets another thread in, and finds it there.
#[cfg(shuttle)]
#[derive(Debug)]
pub struct UnsafeCell<T> {
    accessed: AtomicBool,
    value: std::cell::UnsafeCell<T>,
}

#[cfg(shuttle)]
impl<T> UnsafeCell<T> {
    pub fn new(value: T) -> Self {
        Self {
            accessed: AtomicBool::new(false),
            value: std::cell::UnsafeCell::new(value),
        }
    }

    pub fn with_mut<O>(&self, f: impl FnOnce(*mut T) -> O) -> O {
        let raced = self.accessed.swap(true, Ordering::SeqCst);
        assert!(!raced, "data race: two threads access one cell at once");
        let out = f(self.value.get());
        self.accessed.store(false, Ordering::SeqCst);
        out
    }
}
