//! Ways to break the engine on purpose, for the models: a checker that finds no error in the
//! engine must find one in each of its mutants.
//!
//! Barriers are weakened in what stands between the engine and the checker. Steps are left out and
//! swapped by [`Breakable`](crate::Breakable), in whose place the engine's own order of steps stands
//! else. Both exist under a checker alone and are chosen at run time.

macro_rules! faults {
    ($( $(#[doc = $doc:literal])+ $fault:ident = $name:literal; )+) => {
        /// A step of the protocol left out or put in the wrong place.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Fault { $( $(#[doc = $doc])+ $fault, )+ }

            impl Fault {
                /// Every fault.
                pub const ALL: &'static [Fault] = &[$(Fault::$fault),+];

                /// The fault's name, as the seeds and the tables write it.
                #[must_use]
                pub const fn name(self) -> &'static str {
                    match self { $(Fault::$fault => $name),+ }
                }

                /// What is done wrong, in one sentence.
                #[must_use]
                pub const fn summary(self) -> &'static str {
                    match self { $(Fault::$fault => concat!($($doc),+)),+ }
                }
            }
    };
}

faults! {
    /// The submitter flips the request's bit when it prepares it, before it fills it.
    FlipBeforeFill = "flip-before-fill";
    /// The worker flips the request's bit before its handler runs.
    FlipBeforeResult = "flip-before-result";
    /// The submitter hands out requests without looking at whose they are.
    OwnershipIgnored = "ownership-ignored";
    /// A result that was delivered in prepare stays marked as undelivered.
    PendingKept = "pending-kept";
    /// Prepare hands out a request without delivering the result that it holds.
    PendingIgnored = "pending-ignored";
    /// A worker goes to sleep without a last look.
    WorkerNoRecheck = "worker-no-recheck";
    /// The submitter goes to sleep without a last look.
    SubmitterNoRecheck = "submitter-no-recheck";
    /// The submitter looks at whether the worker sleeps before it flips.
    CommitWakesFirst = "commit-wakes-first";
    /// A worker looks at whether the submitter sleeps before it flips.
    CompleteWakesFirst = "complete-wakes-first";
    /// A worker takes requests of other workers too.
    RangeIgnored = "range-ignored";
    /// The search for a free request ends at the last worker instead of going around.
    SearchEndsEarly = "search-ends-early";
    /// The round robin goes by the request's number instead of its worker's.
    CursorFromRequest = "cursor-from-request";
    /// A bitmap that several threads write is changed by a load and a store.
    TornUpdate = "torn-update";
    /// The submitter changes a bitmap by a load and a store that workers change by read-modify-writes.
    MixedUpdate = "mixed-update";
    /// `wait_done` leaves out the last worker.
    FlushSkipsLast = "flush-skips-last";
    /// A worker returns as soon as it sees the stop flag, without a last look for work.
    StopWithoutDrain = "stop-without-drain";
    /// A worker whose handler panicked ends there and then, and keeps the request.
    PanicKeepsRequest = "panic-keeps-request";
}

/// What breaks the engine, in builds under a checker.
#[cfg(any(loom, shuttle, weft))]
mod checked {
    use super::Fault;
    use crate::Design;
    use flipside::seam::{Kind, Site};
    use flipside_instrument::barrier::{self, Stray};
    use std::cell::Cell;

    /// What is wrong with a mutant of the engine.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub enum Mutation {
        /// The barrier at the site is another one, or none.
        Weakened(Site, Option<Kind>),
        /// The protocol is not kept.
        Faulty(Fault),
    }

    impl Mutation {
        /// Whether the design has the place that is changed.
        #[must_use]
        pub fn is_in(self, design: Design) -> bool {
            match self {
                Self::Weakened(Site::LockRmb | Site::LockWmb, _) => design == Design::PtrRing,
                Self::Faulty(Fault::TornUpdate) => matches!(
                    design,
                    Design::FlipShared
                        | Design::FlipSharedFences
                        | Design::CompletionBitmap
                        | Design::OneBit
                ),
                Self::Faulty(Fault::MixedUpdate) => {
                    matches!(design, Design::CompletionBitmap | Design::OneBit)
                }
                // A ring holds one worker's requests and no others.
                Self::Faulty(Fault::RangeIgnored) => {
                    !matches!(design, Design::PtrRing | Design::CompletionBitmap)
                }
                Self::Weakened(..) | Self::Faulty(_) => true,
            }
        }

        /// Whether the place is in the design's own code, not in what all designs share.
        #[must_use]
        pub fn is_of_design(self) -> bool {
            match self {
                Self::Weakened(site, _) => matches!(
                    site,
                    Site::CommitWmb
                        | Site::TakeRmb
                        | Site::CompleteWmb
                        | Site::ReapRmb
                        | Site::FlushRmb
                        | Site::LockRmb
                        | Site::LockWmb
                ),
                Self::Faulty(fault) => matches!(
                    fault,
                    Fault::TornUpdate | Fault::MixedUpdate | Fault::RangeIgnored
                ),
            }
        }
    }

    thread_local! {
        // The checkers run all threads of a model on one thread of the system, so this reaches
        // every thread of the model and no other test of the process.
        static ACTIVE: Cell<Option<Fault>> = const { Cell::new(None) };
        // A bit for each fault whose place was come by.
        static ASKED: Cell<u64> = const { Cell::new(0) };
    }

    /// Until the next call, the engine on this thread is that mutant, or itself again.
    pub fn mutate(mutation: Option<Mutation>) {
        let (fault, weakened) = match mutation {
            None => (None, None),
            Some(Mutation::Faulty(fault)) => (Some(fault), None),
            Some(Mutation::Weakened(site, to)) => {
                (None, Some((site.name(), to.map(Kind::ordering))))
            }
        };
        ACTIVE.set(fault);
        barrier::weaken(weakened);
        barrier::stray(
            fault
                .and_then(astray)
                .map(|(site, stray)| (site.name(), stray)),
        );
    }

    /// Where the engine could have been mutated on this thread since the last call: the faults and
    /// the sites that execution came by.
    #[must_use]
    pub fn asked() -> (Vec<Fault>, Vec<Site>) {
        let (asked, passed) = (ASKED.take(), barrier::passed());
        let has_passed = |site: &Site| passed.contains(&site.name());
        let is_asked = |fault: &Fault| match astray(*fault) {
            Some((site, _)) => has_passed(&site),
            None => asked & bit(*fault) != 0,
        };
        (
            Fault::ALL.iter().copied().filter(is_asked).collect(),
            Site::ALL.iter().copied().filter(has_passed).collect(),
        )
    }

    /// Where a fault leads a thread astray: it leaves out the look behind that site.
    const fn astray(fault: Fault) -> Option<(Site, Stray)> {
        match fault {
            Fault::WorkerNoRecheck => Some((Site::WorkerSleepMb, Stray::Sleep)),
            Fault::SubmitterNoRecheck => Some((Site::SubmitterSleepMb, Stray::Sleep)),
            Fault::StopWithoutDrain => Some((Site::StopRmb, Stray::End)),
            _ => None,
        }
    }

    const fn bit(fault: Fault) -> u64 {
        1 << fault as u32
    }

    /// Whether the engine is that mutant here.
    pub(crate) fn faulty(fault: Fault) -> bool {
        ASKED.set(ASKED.get() | bit(fault));
        ACTIVE.get() == Some(fault)
    }
}

#[cfg(any(loom, shuttle, weft))]
pub(crate) use checked::faulty;
#[cfg(any(loom, shuttle, weft))]
pub use checked::{Mutation, asked, mutate};

#[cfg(not(any(loom, shuttle, weft)))]
mod native {
    use super::Fault;

    /// A normal build is no mutant.
    #[inline(always)]
    pub(crate) const fn faulty(_fault: Fault) -> bool {
        false
    }
}

#[cfg(not(any(loom, shuttle, weft)))]
pub(crate) use native::faulty;
