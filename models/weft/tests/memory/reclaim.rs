//! When a node that was taken out may be freed: schemes that are right, and the same made wrong.

use super::*;
use std::ptr::null_mut;

/// What is wrong with a scheme.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Broken {
    Nothing,
    /// A hazard may be published after it was looked for.
    NoFence,
    /// A hazard is published, but the pointer is not looked at again.
    NoSecondLook,
}

pub(crate) enum Reclaim<T> {
    /// Never.
    Leak,
    /// Before others are done with it.
    AtOnce,
    Hazards([AtomicPtr<T>; 2], Broken),
    /// Whether a thread is inside; who is inside when a node is retired keeps all that is.
    Epochs([AtomicU32; 2], bool),
}

impl<T> Reclaim<T> {
    pub(crate) fn hazards() -> Reclaim<T> {
        Reclaim::broken_hazards(Broken::Nothing)
    }

    pub(crate) fn broken_hazards(broken: Broken) -> Reclaim<T> {
        let hazard = || AtomicPtr::new(null_mut()).named("hazard");
        Reclaim::Hazards([hazard(), hazard()], broken)
    }

    pub(crate) fn epochs() -> Reclaim<T> {
        let inside = || AtomicU32::new(0).named("inside");
        Reclaim::Epochs([inside(), inside()], true)
    }

    pub(crate) fn broken_epochs() -> Reclaim<T> {
        match Reclaim::epochs() {
            Reclaim::Epochs(inside, _) => Reclaim::Epochs(inside, false),
            other => other,
        }
    }

    pub(crate) fn enter(&self, me: usize) {
        if let Reclaim::Epochs(inside, fenced) = self {
            inside[me].store(1, Relaxed);
            if *fenced {
                fence(SeqCst);
            }
        }
    }

    /// A pointer that stays valid until the thread leaves.
    pub(crate) fn protect(&self, me: usize, source: &AtomicPtr<T>) -> *mut T {
        let Reclaim::Hazards(hazards, broken) = self else {
            return source.load(Acquire);
        };
        loop {
            let pointer = source.load(Acquire);
            // Releases what was done with the pointer that was protected before.
            hazards[me].store(pointer, Release);
            if *broken != Broken::NoFence {
                fence(SeqCst);
            }
            if *broken == Broken::NoSecondLook || source.load(Acquire) == pointer {
                return pointer;
            }
        }
    }

    pub(crate) fn leave(&self, me: usize) {
        match self {
            Reclaim::Hazards(hazards, _) => hazards[me].store(null_mut(), Release),
            Reclaim::Epochs(inside, _) => inside[me].store(0, Release),
            Reclaim::Leak | Reclaim::AtOnce => {}
        }
    }

    /// Frees what was taken out, if nobody may still use it; leaks it otherwise.
    pub(crate) fn retire(&self, node: *mut T) {
        let free = match self {
            Reclaim::Leak => false,
            Reclaim::AtOnce => true,
            Reclaim::Hazards(hazards, broken) => {
                if *broken != Broken::NoFence {
                    fence(SeqCst);
                }
                hazards.iter().all(|hazard| hazard.load(Acquire) != node)
            }
            Reclaim::Epochs(inside, fenced) => {
                if *fenced {
                    fence(SeqCst);
                }
                inside.iter().all(|inside| inside.load(Acquire) == 0)
            }
        };
        if free {
            // SAFETY: nobody uses it, if the scheme is right.
            drop(unsafe { Box::from_raw(node) });
        }
    }
}
