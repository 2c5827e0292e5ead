//! The only file that names a checker.
//!
//! A normal build takes atomics, fences, cells and threads from `std` and `crossbeam-utils`. Under
//! `--cfg loom`, `--cfg shuttle` or `--cfg weft` the same names come from a crate of the models,
//! which stands between the engine and that checker.

#![allow(unreachable_pub, reason = "some of it is for the designs as well")]

pub use crossbeam_utils::CachePadded;
#[cfg(any(loom, shuttle, weft))]
pub use flipside_instrument::{
    AtomicBool, AtomicU64, AtomicUsize, JoinHandle, Parker, Thread, Unparker, UnsafeCell, fence,
    is_torn_down, name, ordering, park, relax, scope, spawn_named,
};
#[cfg(not(any(loom, shuttle, weft)))]
pub use native::*;
pub use std::sync::atomic::Ordering;

#[cfg(not(any(loom, shuttle, weft)))]
mod native {
    use super::Ordering;
    pub use crossbeam_utils::sync::{Parker, Unparker};
    use std::io;
    use std::marker::PhantomData;
    pub use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize};
    use std::thread::Builder;
    pub use std::thread::{JoinHandle, Scope as StdScope, Thread, park, scope as std_scope};

    /// A fence at a site; a checker can weaken it by the site's name.
    #[inline(always)]
    pub fn fence(_site: &'static str, order: Ordering) {
        std::sync::atomic::fence(order);
    }

    /// The ordering of the next access, which is at a site.
    #[inline(always)]
    pub const fn ordering(_site: &'static str, order: Ordering) -> Ordering {
        order
    }

    /// Gives a word or cell the name and its values the form in which a checker's log shows them.
    #[inline(always)]
    pub fn name<T>(_: &T, _: impl FnOnce() -> String, _: impl Fn(u64) -> String + 'static) {}

    /// Whether this thread is being torn down with a checker's model that has failed.
    pub const fn is_torn_down() -> bool {
        false
    }

    /// `std`'s cell. The checkers need to see where an access ends.
    pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    /// An exclusive access to a cell, for as long as it lives.
    pub struct Access<'a, T>(*mut T, PhantomData<&'a T>);

    impl<T> UnsafeCell<T> {
        pub const fn new(value: T) -> Self {
            Self(std::cell::UnsafeCell::new(value))
        }

        #[inline(always)]
        pub const fn access(&self, _purpose: &'static str) -> Access<'_, T> {
            Access(self.0.get(), PhantomData)
        }
    }

    impl<T> Access<'_, T> {
        #[inline(always)]
        pub const fn get(&self) -> *mut T {
            self.0
        }
    }

    /// One turn of a waiting loop: the processor's hint at first, then the rest of the time slice.
    #[inline]
    pub fn relax(turn: u32) {
        if turn < 128 {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }

    pub fn spawn_named(
        name: String,
        f: impl FnOnce() + Send + 'static,
    ) -> io::Result<JoinHandle<()>> {
        Builder::new().name(name).spawn(f)
    }

    /// `std`'s scope, with the one way to start a thread that is used.
    pub struct Scope<'scope, 'env: 'scope>(&'scope StdScope<'scope, 'env>);

    pub fn scope<'env, F, T>(f: F) -> T
    where
        F: for<'scope> FnOnce(Scope<'scope, 'env>) -> T,
    {
        std_scope(|scope| f(Scope(scope)))
    }

    impl<'scope> Scope<'scope, '_> {
        pub fn spawn_named(
            &self,
            name: String,
            f: impl FnOnce() + Send + 'scope,
        ) -> io::Result<Thread> {
            let handle = Builder::new().name(name).spawn_scoped(self.0, f)?;
            Ok(handle.thread().clone())
        }
    }
}
