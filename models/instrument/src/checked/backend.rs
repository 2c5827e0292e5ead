//! What loom, shuttle and weft do differently, under the same names.

#[cfg_attr(loom, path = "backend/loom.rs")]
#[cfg_attr(shuttle, path = "backend/shuttle.rs")]
#[cfg_attr(weft, path = "backend/weft.rs")]
mod checker;

pub(super) use checker::{
    Access, AtomicBool, AtomicU64, AtomicUsize, JoinHandle, Parker, Thread, Unparker, UnsafeCell,
    access, current, fence, park, position, thread_builder, yield_now,
};

/// The submitter's parking place over the checker's own `park`. It parks the thread that built it:
/// under a checker the submitter does not migrate.
#[cfg(any(shuttle, weft))]
mod parker {
    use super::checker::{Thread, current, park};

    #[derive(Clone)]
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
