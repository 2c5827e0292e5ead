//! The only file that names a checker.
//!
//! A normal build takes atomics, fences, cells and threads from `std` and `crossbeam-utils`. Under
//! `--cfg loom`, `--cfg shuttle` or `--cfg weft` the same names come from a crate of the models,
//! which stands between the engine and that checker.

#![allow(unreachable_pub, reason = "some of it is for the designs as well")]

pub use crossbeam_utils::CachePadded;
#[cfg(any(loom, shuttle, weft))]
pub use flipside_instrument::{
    Access, AtomicBool, AtomicU64, AtomicUsize, Deadline, JoinHandle, Parker, Thread, Turns,
    Unparker, UnsafeCell, fence, is_current, is_torn_down, name, ordering, park, scope,
    spawn_named,
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
    use std::time::{Duration, Instant};

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

    /// Whether it is the calling thread.
    pub fn is_current(thread: &Thread) -> bool {
        thread.id() == std::thread::current().id()
    }

    /// Whether this thread is being torn down with a checker's model that has failed.
    pub const fn is_torn_down() -> bool {
        false
    }

    /// `std`'s cell. The checkers need to see where an access ends.
    pub struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    /// An exclusive access to a cell, for as long as it lives.
    pub struct Access<'a, T>(*mut T, PhantomData<&'a mut T>);

    // SAFETY: it is the only access to the cell, as a mutable reference is, and goes where that may.
    unsafe impl<T: Send> Send for Access<'_, T> {}

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

    /// Turns without a pause: what a waiting side looks at may be on its way already. The clock is
    /// looked at once in so many turns too, since that takes as long as some.
    const HASTY: u32 = 16;

    /// For how long a side pauses. From then on it gives the rest of its time slice away each turn,
    /// to the thread that it waits for if that has no processor.
    const PAUSING: Duration = Duration::from_micros(5);

    /// The turns of a waiting loop, until a budget of time is spent.
    #[derive(Debug)]
    pub struct Turns {
        budget: Option<Duration>,
        taken: u32,
        start: Option<Instant>,
        yields: bool,
    }

    impl Turns {
        /// Of a loop with so much time; without end, if there is none.
        pub const fn of(budget: Option<Duration>) -> Self {
            Self {
                budget,
                taken: 0,
                start: None,
                yields: false,
            }
        }

        /// Takes a turn; whether there is time for another look.
        pub fn take(&mut self) -> bool {
            self.taken = self.taken.wrapping_add(1);
            if self.yields || self.taken.is_multiple_of(HASTY) {
                let spent = self.start.get_or_insert_with(Instant::now).elapsed();
                if self.budget.is_some_and(|budget| budget <= spent) {
                    return false;
                }
                self.yields = spent >= PAUSING;
            }
            if self.yields {
                std::thread::yield_now();
            } else if self.start.is_some() {
                std::hint::spin_loop();
            }
            true
        }
    }

    /// A time that a wait ends at.
    #[derive(Clone, Copy)]
    pub struct Deadline(Option<Instant>);

    impl Deadline {
        /// In that time from now; never, if the clock does not go that far.
        pub fn after(time: Duration) -> Self {
            Self(Instant::now().checked_add(time))
        }

        /// How long it is till then: none once it has come.
        pub fn left(self) -> Option<Duration> {
            let Some(at) = self.0 else {
                return Some(Duration::MAX);
            };
            let left = at.saturating_duration_since(Instant::now());
            (left > Duration::ZERO).then_some(left)
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
