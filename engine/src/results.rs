//! The results, one by one.

use crate::bits::Place;
use crate::handoff::{Handoff, Striped};
use crate::outcome::Outcome;
use crate::own::Own;
use crate::pool::Pool;
use crate::site::Site;
use crate::slots::Delivery;
use crate::threads::Threads;
use crate::wake::Wish;
use std::fmt;

/// The results of a pool, one by one; see [`Threads::results`].
///
/// A result is delivered by being returned, and can be looked at until the next one is. What was not
/// returned when this is dropped stays to be delivered.
///
/// It is no [`Iterator`]: a result lies in its request, which is free for another round behind it.
pub struct Results<'a, R, H: Handoff = Striped> {
    pool: &'a Pool<R, H>,
    own: &'a mut Own<H>,
    /// The word of the last result; the next one is looked for from there on.
    word: usize,
    /// The access to the last result.
    last: Option<Delivery<'a, R>>,
}

impl<'a, R, H: Handoff> Results<'a, R, H> {
    pub(crate) fn new(threads: &'a mut Threads<R, H>) -> Self {
        let Threads { pool, own, .. } = threads;
        Self {
            pool,
            own,
            word: 0,
            last: None,
        }
    }

    /// The next result that is there. `None` if there is none now.
    ///
    /// Progress: wait-free.
    #[expect(clippy::should_implement_trait, reason = "what it returns borrows it")]
    pub fn next(&mut self) -> Option<Outcome<'_, R>> {
        self.last = None;
        let place = self.find()?;
        Some(self.hand_out(place))
    }

    /// The next result, once there is one. `None` if every committed request has been delivered.
    ///
    /// Progress: blocking. It waits for a handler to return if no result is there.
    pub fn next_wait(&mut self) -> Option<Outcome<'_, R>> {
        self.last = None;
        let mut found = self.find();
        if found.is_none() && self.own.side.pending() > 0 {
            let Self { pool, own, .. } = self;
            pool.submitter_bell.wait(
                pool.patience,
                Wish::Any,
                Site::SubmitterSleepMb,
                || own.side.collect(&pool.words).then_some(()),
                || own.parker.park(),
            );
            found = self.find();
        }
        let place = found?;
        Some(self.hand_out(place))
    }

    /// A result, now marked as delivered: of those that are known, or else of those that are there.
    fn find(&mut self) -> Option<Place> {
        let Self { pool, own, .. } = self;
        let place = own.side.next_result_from(self.word).or_else(|| {
            own.side.collect(&pool.words);
            own.side.next_result_from(self.word)
        })?;
        self.word = place.word();
        Some(place)
    }

    fn hand_out(&mut self, place: Place) -> Outcome<'_, R> {
        let request = self.pool.layout.request(place);
        let delivery = self.last.insert(self.pool.slots.delivery(request));
        // SAFETY: the submitter owns the request by a look that `flush.rmb` or `reap.rmb` ordered
        // (O2, O3, O9), and this holds the pool's only handle while the outcome lives.
        unsafe { delivery.outcome() }
    }
}

impl<R, H: Handoff> fmt::Debug for Results<'_, R, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results").finish_non_exhaustive()
    }
}
