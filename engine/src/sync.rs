//! The only file that names a checker.
//!
//! A normal build takes atomics, fences, cells and threads from `std` and `crossbeam-utils`; under
//! `--cfg loom`, `--cfg shuttle` or `--cfg weft` the same names come from that checker. The shim
//! renames and never weakens: every ordering reaches the checker as it is written in the engine.

#[cfg(any(all(loom, shuttle), all(loom, weft), all(shuttle, weft)))]
compile_error!(
    "two checkers were asked for at once: pass exactly one of --cfg loom, --cfg shuttle, --cfg weft"
);

#[cfg(any(loom, shuttle, weft))]
mod recorded;

#[cfg(not(any(loom, shuttle, weft)))]
use backend as shown;
pub(crate) use backend::{fence, relax};
pub(crate) use crossbeam_utils::CachePadded;
#[cfg(any(loom, shuttle, weft))]
use recorded as shown;
pub(crate) use shown::{
    AtomicBool, AtomicU64, AtomicUsize, JoinHandle, Parker, Thread, Unparker, UnsafeCell, park,
    spawn_named,
};
pub(crate) use std::sync::atomic::Ordering;

/// Words on a cache line, as far as padding goes. A checker has no cache: there each word that is
/// not used would only be one more to follow.
#[cfg(feature = "designs")]
pub(crate) const WORDS_PER_LINE: usize = if cfg!(any(loom, shuttle, weft)) {
    1
} else {
    size_of::<CachePadded<u64>>() / size_of::<u64>()
};

/// Keeps the items it wraps in builds under a checker and drops them from normal ones.
macro_rules! checked {
    ($($item:item)*) => { $( #[cfg(any(loom, shuttle, weft))] $item )* };
}

/// Keeps the items it wraps in normal builds and drops them under a checker.
macro_rules! native {
    ($($item:item)*) => { $( #[cfg(not(any(loom, shuttle, weft)))] $item )* };
}

pub(crate) use {checked, native};

native! {
    /// Whether this thread is being torn down with a model that has failed.
    pub(crate) const fn is_torn_down() -> bool {
        false
    }
}

checked! {
    /// Whether this thread is being torn down with a model that has failed: then no other thread
    /// of the model runs any more, and waiting for one would never end.
    pub(crate) fn is_torn_down() -> bool {
        std::thread::panicking()
    }

    /// The calling thread of the model, told from the others.
    pub(crate) fn current_thread() -> String {
        format!("{:?}", backend::current().id())
    }

    /// Where the checker's own graph will have the calling thread's next step, if it has one.
    pub(crate) fn position() -> Option<(u32, u32)> {
        backend::position()
    }
}

#[cfg(not(any(loom, shuttle, weft)))]
mod backend {
    use crate::slots::Purpose;
    pub(crate) use crossbeam_utils::sync::{Parker, Unparker};
    use std::io;
    pub(crate) use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence};
    pub(crate) use std::thread::{JoinHandle, Thread, park};

    /// `std`'s cell with the accessors that the checkers need to see where an access ends.
    pub(crate) struct UnsafeCell<T>(std::cell::UnsafeCell<T>);

    impl<T> UnsafeCell<T> {
        pub(crate) const fn new(value: T) -> Self {
            Self(std::cell::UnsafeCell::new(value))
        }

        #[inline(always)]
        pub(crate) fn with_mut<O>(&self, _purpose: Purpose, f: impl FnOnce(*mut T) -> O) -> O {
            f(self.0.get())
        }
    }

    /// One turn of a waiting loop: the processor's hint at first, then the rest of the time slice.
    #[inline]
    pub(crate) fn relax(turn: u32) {
        if turn < 128 {
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }

    pub(crate) fn spawn_named(
        name: String,
        f: impl FnOnce() + Send + 'static,
    ) -> io::Result<JoinHandle<()>> {
        std::thread::Builder::new().name(name).spawn(f)
    }
}

/// What loom, shuttle and weft share: threads under their own names.
#[cfg(any(loom, shuttle, weft))]
mod checked_threads {
    #[cfg(loom)]
    use loom::thread;
    #[cfg(shuttle)]
    use shuttle::thread;
    use std::io;
    #[cfg(weft)]
    use weft::thread;

    pub(crate) use std::sync::atomic::Ordering;
    pub(crate) use thread::{JoinHandle, Thread, current, park};

    #[cfg(any(loom, shuttle))]
    pub(crate) const fn position() -> Option<(u32, u32)> {
        None
    }

    /// Accesses a cell; `begun` is called when the access begins.
    #[cfg(any(loom, weft))]
    #[track_caller]
    pub(crate) fn with_mut<T, O>(
        cell: &super::backend::UnsafeCell<T>,
        begun: impl FnOnce(),
        f: impl FnOnce(*mut T) -> O,
    ) -> O {
        begun();
        cell.with_mut(f)
    }

    /// One turn of a waiting loop. The checkers take it as "nothing can change before another
    /// thread has run", so it stands only where the loop goes on until something does change.
    pub(crate) fn relax(_turn: u32) {
        thread::yield_now();
    }

    pub(crate) fn spawn_named(
        name: String,
        f: impl FnOnce() + Send + 'static,
    ) -> io::Result<JoinHandle<()>> {
        thread::Builder::new().name(name).spawn(f)
    }
}

/// The submitter's parking place over the checker's own `park`.
#[cfg(any(shuttle, weft))]
mod checked_parker {
    use super::backend::{Thread, current, park};

    /// Parks the thread that built it: under a checker the submitter does not migrate.
    pub(crate) struct Parker(Unparker);

    impl Parker {
        pub(crate) fn new() -> Self {
            Self(Unparker(current()))
        }

        pub(crate) fn park(&self) {
            park();
        }

        pub(crate) fn unparker(&self) -> &Unparker {
            &self.0
        }
    }

    #[derive(Clone)]
    pub(crate) struct Unparker(Thread);

    impl Unparker {
        pub(crate) fn unpark(&self) {
            self.0.unpark();
        }
    }
}

#[cfg(loom)]
mod backend {
    pub(crate) use super::checked_threads::*;
    pub(crate) use loom::cell::UnsafeCell;
    pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence};
    use std::sync::Arc;

    /// The submitter's parking place. Not over loom's `park`: an `unpark` that comes late, when the
    /// submitter already waits in `join`, ends that join and trips loom's own assertion.
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
}

#[cfg(weft)]
mod backend {
    pub(crate) use super::checked_parker::*;
    pub(crate) use super::checked_threads::*;
    pub(crate) use weft::cell::UnsafeCell;
    pub(crate) use weft::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence};

    pub(crate) fn position() -> Option<(u32, u32)> {
        weft::trace::position().map(|id| (id.thread, id.index))
    }
}

#[cfg(shuttle)]
mod backend {
    pub(crate) use super::checked_parker::*;
    pub(crate) use super::checked_threads::*;
    pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, fence};

    /// A cell that detects races by itself, since shuttle has no race detector and switches
    /// threads only before its own operations: marking the start and the end of each access with
    /// an operation of shuttle's lets the scheduler put another thread in between.
    pub(crate) struct UnsafeCell<T> {
        accessed: AtomicBool,
        value: std::cell::UnsafeCell<T>,
    }

    impl<T> UnsafeCell<T> {
        pub(crate) fn new(value: T) -> Self {
            Self {
                accessed: AtomicBool::new(false),
                value: std::cell::UnsafeCell::new(value),
            }
        }
    }

    /// Accesses a cell; `begun` is called when the access begins.
    pub(crate) fn with_mut<T, O>(
        cell: &UnsafeCell<T>,
        begun: impl FnOnce(),
        f: impl FnOnce(*mut T) -> O,
    ) -> O {
        let overlaps = cell.accessed.swap(true, super::Ordering::SeqCst);
        begun();
        assert!(!overlaps, "data race: two threads access one cell at once");
        let out = f(cell.value.get());
        cell.accessed.store(false, super::Ordering::SeqCst);
        out
    }
}
