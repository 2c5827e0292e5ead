//! How requests change hands: the words that both sides see, and the barriers around them.
//!
//! [`Striped`] is the design. The seam is here so that the designs that were weighed against it,
//! which live with the models, can be measured in its place, and so that the models can leave a step
//! out. Everything else is written once and serves all designs: whose turn it is and what is pending
//! ([`submitter`](crate::submitter)), the requests ([`slots`](crate::slots)), sleeping and waking
//! ([`wake`](crate::wake)), a worker's life ([`worker`](crate::worker)), starting and stopping.

mod snapshot;
mod striped;

pub use snapshot::Snapshot;
pub use striped::Striped;

use crate::bits::{Layout, Place};
use crate::site::Site;
use std::fmt::Debug;

/// The words of one design, shared by both sides. What a side alone knows is apart from them, and
/// only ever given to the pool that it was made for.
///
/// # Safety
///
/// The engine gives a request to whom a design says owns it. So `take` returns a request only after
/// it was published and before it is completed, once; `reap` reports only requests that were
/// completed since they were published; and both change hands with the order that they promise.
pub unsafe trait Handoff: Send + Sync + Sized + 'static {
    /// What there is to choose when a pool is built.
    type Choice: Clone + Default + Debug;
    /// What the submitter alone knows.
    type Submitter: Send;
    /// What a worker alone knows.
    type Worker;

    /// The words of a pool in which no request was published yet.
    fn new(choice: &Self::Choice, layout: Layout) -> Self;

    /// Gives the words the names under which a checker's log shows them.
    fn name(&self, layout: Layout);

    /// What the submitter knows of them.
    fn submitter(&self, layout: Layout) -> Self::Submitter;

    /// What a worker knows of them.
    fn worker(&self, layout: Layout, worker: usize) -> Self::Worker;

    /// Hands filled requests over, given as bits of words: Free becomes Busy. All that the calling
    /// thread did before comes before what their workers do with them (O1, O4).
    fn publish(&self, own: &mut Self::Submitter, filled: impl Iterator<Item = (usize, u64)>);

    /// Looks for requests that came back: Busy became Done. Calls `back` at least for those of the
    /// word that had come back before, each once, as bits of words; it may report requests of other
    /// words too. What their workers did with them comes before what the calling thread does next
    /// (O2, O3).
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

    // The order of the protocol's steps. It is the same in every design.

    /// The submitter's turn with filled requests: hands them over, and then wakes who sleeps (O6).
    #[inline(always)]
    fn commit(
        &self,
        own: &mut Self::Submitter,
        filled: impl Iterator<Item = (usize, u64)>,
        wake: impl FnOnce(),
    ) {
        self.publish(own, filled);
        wake();
    }

    /// A worker's turn with a request: `handle`, which says whether the handler panicked, comes
    /// before it is given back (O2, O10), and `wake`, with what `complete` says, after that (O6).
    #[inline(always)]
    fn serve(
        &self,
        own: &mut Self::Worker,
        place: Place,
        handle: impl FnOnce() -> bool,
        wake: impl FnOnce(bool),
    ) {
        handle();
        wake(self.complete(own, place));
    }

    /// Asks one worker after the other for a free request, from the one at the cursor on and all
    /// around (O11).
    #[inline(always)]
    fn search<T>(cursor: usize, workers: usize, ask: impl FnMut(usize) -> Option<T>) -> Option<T> {
        (cursor..workers).chain(0..cursor).find_map(ask)
    }

    /// Done becomes Free: the mark goes first, so that the result is handed over once even if the
    /// callback panics (O12).
    #[inline(always)]
    fn empty<S>(side: &mut S, unmark: impl FnOnce(&mut S), hand_over: impl FnOnce(&mut S)) {
        unmark(side);
        hand_over(side);
    }

    /// Waits for every worker (O5).
    #[inline(always)]
    fn drain(workers: usize, wait: impl FnMut(usize)) {
        (0..workers).for_each(wait);
    }

    /// The worker that a request is of, from which a round robin goes on.
    #[inline(always)]
    fn worker_of(layout: Layout, place: Place) -> usize {
        layout.worker_of(place)
    }
}
