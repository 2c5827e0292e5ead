//! What a thread of a litmus test does in one execution.

use super::program::{Barrier, Mark};
use std::collections::BTreeSet;

/// An event.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The thread; none for a location's beginning.
    pub(super) thread: Option<usize>,
    pub(super) what: What,
    pub(super) mark: Mark,
    /// Loads whose values decide the value that is stored.
    pub(super) data: BTreeSet<usize>,
    /// Loads whose values decide whether it happens.
    pub(super) control: BTreeSet<usize>,
    /// The store of the same read-modify-write.
    pub(super) pair: Option<usize>,
    /// Whether it is the load of one that does not return the old value.
    pub(super) unreturned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    Read(&'static str, i64),
    Write(&'static str, i64),
    Fence(Barrier),
}

impl Event {
    pub(super) fn location(&self) -> Option<&'static str> {
        match self.what {
            What::Read(location, _) | What::Write(location, _) => Some(location),
            What::Fence(_) => None,
        }
    }

    pub(super) const fn is_read(&self) -> bool {
        matches!(self.what, What::Read(..))
    }

    pub(super) const fn is_write(&self) -> bool {
        matches!(self.what, What::Write(..))
    }

    pub(super) const fn is_fence(&self, barrier: Barrier) -> bool {
        matches!(
            (self.what, barrier),
            (What::Fence(Barrier::Wmb), Barrier::Wmb)
                | (What::Fence(Barrier::Rmb), Barrier::Rmb)
                | (What::Fence(Barrier::Mb), Barrier::Mb)
                | (What::Fence(Barrier::BeforeAtomic), Barrier::BeforeAtomic)
        )
    }
}
