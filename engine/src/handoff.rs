//! How requests change hands: what a design has to answer, and which design a build has.
//!
//! A design owns the words that both sides see and the barriers around them. Everything else is
//! written once and serves all designs: whose turn it is and what is pending
//! ([`submitter`](crate::submitter)), the requests ([`slots`](crate::slots)), sleeping and waking
//! ([`wake`](crate::wake)), a worker's life ([`worker`](crate::worker)), starting and stopping.
//!
//! A plain build has the striped flip-bitmaps alone. The feature `designs` adds the others that
//! were weighed on the way to it, and chooses among them at run time.

mod snapshot;
mod striped;

#[cfg(feature = "designs")]
mod any;
#[cfg(feature = "designs")]
mod completion_bitmap;
#[cfg(feature = "designs")]
mod lines;
#[cfg(feature = "designs")]
mod one_bit;
#[cfg(feature = "designs")]
mod outward;
#[cfg(feature = "designs")]
mod packed;
#[cfg(feature = "designs")]
mod ptr_ring;
#[cfg(feature = "designs")]
mod ring;
#[cfg(feature = "designs")]
mod shared;

use crate::bits::{Layout, Place};
use crate::site::Site;

/// The words of one design, shared by both sides. What a side alone knows is apart from them, and
/// only ever given to the pool that it was made for.
pub(crate) trait Handoff: Send + Sync {
    /// What the submitter alone knows.
    type Submitter: Send;
    /// What a worker alone knows.
    type Worker;

    fn submitter(&self, layout: Layout) -> Self::Submitter;

    fn worker(&self, layout: Layout, worker: usize) -> Self::Worker;

    /// Hands filled requests over, given as bits of words: Free becomes Busy. All that the calling
    /// thread did before comes before what their workers do with them (O1, O4).
    fn publish(&self, own: &mut Self::Submitter, filled: impl Iterator<Item = (usize, u64)>);

    /// Looks for requests that came back: Busy became Done. At least those of the word that had
    /// come back before are reported to `back`, as bits of words, each once; so may others be. What
    /// their workers did with them comes before what the calling thread does next (O2, O3).
    fn reap(
        &self,
        own: &mut Self::Submitter,
        word: usize,
        site: Site,
        back: impl FnMut(usize, u64),
    );

    /// The submitter is about to hand a free request out. For designs whose words say that it did.
    #[inline(always)]
    fn claimed(&self, _own: &mut Self::Submitter, _place: Place) {}

    /// Looks for requests that are the worker's; whether there are any. Only to be called when
    /// nothing is left of the last look. What the submitter did with them comes before what the
    /// worker does next (O1, O4).
    fn look(&self, own: &mut Self::Worker) -> bool;

    /// The next request of the last look.
    fn take(&self, own: &mut Self::Worker) -> Option<Place>;

    /// Gives a request back: Busy becomes Done. All that the worker did with it comes before what
    /// the submitter does with it (O2, O3). Whether nothing is left of the last look.
    fn complete(&self, own: &mut Self::Worker, place: Place) -> bool;
}

#[cfg(not(feature = "designs"))]
mod chosen {
    use super::striped::Striped;
    use crate::bits::Layout;
    use crate::site::Accesses;

    /// The design of this build.
    pub(crate) type Chosen = Striped<Accesses>;

    /// Which of this build's designs is meant: there is one.
    #[derive(Clone, Copy, Debug, Default)]
    pub(crate) enum Design {
        #[default]
        FlipStriped,
    }

    impl Design {
        pub(crate) fn build(self, layout: Layout) -> Chosen {
            match self {
                Self::FlipStriped => Striped::new(layout),
            }
        }
    }
}

#[cfg(feature = "designs")]
pub(crate) use any::Any as Chosen;
#[cfg(feature = "designs")]
pub use any::Design;
#[cfg(not(feature = "designs"))]
pub(crate) use chosen::{Chosen, Design};
