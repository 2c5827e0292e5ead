//! Any of the designs, chosen at run time.

use crate::completion_bitmap::CompletionBitmap;
use crate::fences::Fences;
use crate::one_bit::OneBit;
use crate::ptr_ring::PtrRing;
use crate::shared::Shared;
use flipside::seam::{Accesses, Handoff, Layout, Place, Site, Striped};
use std::fmt;
use std::str::FromStr;

macro_rules! designs {
    ($( $(#[doc = $doc:literal])+ $design:ident = $name:literal, $words:ty; )+) => {
        /// How requests change hands: the default, and what was weighed on the way to it.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Design {
            #[default]
            $( $(#[doc = $doc])+ $design, )+
        }

        impl Design {
            /// Every design, the default first.
            pub const ALL: &'static [Design] = &[$(Design::$design),+];

            /// Its name, as it is written on command lines and in tables.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Design::$design => $name),+ }
            }
        }

        /// The words of one of them.
        #[expect(clippy::large_enum_variant, reason = "there is one a pool, behind its pointer")]
        #[derive(Debug)]
        pub enum Any { $( $(#[doc = $doc])+ $design($words), )+ }

        /// What the submitter knows in one of them.
        #[derive(Debug)]
        pub enum AnySubmitter { $( $(#[doc = $doc])+ $design(<$words as Handoff>::Submitter), )+ }

        /// What a worker knows in one of them.
        #[derive(Debug)]
        pub enum AnyWorker { $( $(#[doc = $doc])+ $design(<$words as Handoff>::Worker), )+ }

        /// A method of the pool's design, with what a side knows in it.
        macro_rules! with {
            ($any:expr, $side:ident, $own:expr, |$its:ident, $known:ident| $body:expr) => {
                match ($any, $own) {
                    $( (Any::$design($its), $side::$design($known)) => $body, )+
                    _ => unreachable!("both halves are of one pool"),
                }
            };
        }

        // SAFETY: that of the design.
        unsafe impl Handoff for Any {
            type Choice = Design;
            type Submitter = AnySubmitter;
            type Worker = AnyWorker;

            fn new(design: &Design, layout: Layout) -> Self {
                match design { $( Design::$design => Any::$design(<$words>::new(&(), layout)), )+ }
            }

            fn name(&self, layout: Layout) {
                match self { $( Any::$design(its) => its.name(layout), )+ }
            }

            fn submitter(&self, layout: Layout) -> AnySubmitter {
                match self { $( Any::$design(its) => AnySubmitter::$design(its.submitter(layout)), )+ }
            }

            fn worker(&self, layout: Layout, worker: usize) -> AnyWorker {
                match self { $( Any::$design(its) => AnyWorker::$design(its.worker(layout, worker)), )+ }
            }

            #[inline]
            fn publish(&self, own: &mut AnySubmitter, filled: impl Iterator<Item = (usize, u64)>) {
                with!(self, AnySubmitter, own, |its, known| its.publish(known, filled));
            }

            #[inline]
            fn reap(
                &self,
                own: &mut AnySubmitter,
                word: usize,
                site: Site,
                back: impl FnMut(usize, u64),
            ) {
                with!(self, AnySubmitter, own, |its, known| its.reap(known, word, site, back));
            }

            #[inline]
            fn claimed(&self, own: &mut AnySubmitter, place: Place) {
                with!(self, AnySubmitter, own, |its, known| its.claimed(known, place));
            }

            #[inline]
            fn look(&self, own: &mut AnyWorker) -> bool {
                with!(self, AnyWorker, own, |its, known| its.look(known))
            }

            #[inline]
            fn take(&self, own: &mut AnyWorker) -> Option<Place> {
                with!(self, AnyWorker, own, |its, known| its.take(known))
            }

            #[inline]
            fn complete(&self, own: &mut AnyWorker, place: Place) -> bool {
                with!(self, AnyWorker, own, |its, known| its.complete(known, place))
            }
        }
    };
}

designs! {
    /// Two flip-bitmaps, one word of each per worker, each word with a single writer.
    FlipStriped = "flip-striped", Striped<Accesses>;
    /// The same with standalone fences.
    FlipStripedFences = "flip-striped-fences", Striped<Fences>;
    /// Two flip-bitmaps over all requests; workers flip theirs by read-modify-writes.
    FlipShared = "flip-shared", Shared<Accesses>;
    /// The same with standalone fences: the mail's final sketch, to the letter.
    FlipSharedFences = "flip-shared-fences", Shared<Fences>;
    /// Rings both ways, the one back behind a spinlock: the patch that the mail reviews.
    PtrRing = "ptr-ring", PtrRing;
    /// Rings towards the workers and one bitmap back: the reviewer's first proposal.
    CompletionBitmap = "completion-bitmap", CompletionBitmap;
    /// One bitmap that both sides write: the idea in between.
    OneBit = "one-bit", OneBit;
}

impl fmt::Display for Design {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Design {
    type Err = String;

    /// The error lists the names that there are.
    fn from_str(name: &str) -> Result<Self, String> {
        let mut all = Self::ALL.iter();
        all.find(|design| design.name() == name)
            .copied()
            .ok_or_else(|| {
                let known: Vec<_> = Self::ALL.iter().map(|design| design.name()).collect();
                format!(
                    "there is no design `{name}`; there are: {}",
                    known.join(", ")
                )
            })
    }
}
