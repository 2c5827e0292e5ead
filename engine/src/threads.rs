//! The submitter's handle: the verbs of the protocol.

use crate::bits::Place;
use crate::builder::{Builder, Dispatch};
use crate::handoff::{Handoff, Striped};
use crate::outcome::Outcome;
use crate::own::{Own, Worker, stop};
use crate::pool::Pool;
use crate::prepared::{Batch, Prepared};
use crate::results::Results;
use crate::site::Site;
use crate::submitter::SubmitterSide;
use crate::sync::{Deadline, JoinHandle, Parker, is_current, is_torn_down};
use crate::wake::{Patience, Wish};
use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

/// A pool of workers and its requests, as the one thread that submits sees it.
///
/// The handle may move to another thread but not be shared (`Send`, not `Sync`): the protocol has
/// one submitter. Dropping it lets the workers finish every committed request, joins them, and
/// drops the requests, with any result that was not delivered; [`stop`](Self::stop) delivers first.
///
/// A handler may drop the handle of another pool, and then waits for its workers. One that drops the
/// handle of its own pool does not wait for its own thread, which goes on after it: that handles what
/// is left and ends by itself.
///
/// ```compile_fail,E0277
/// // Two threads can't submit to one pool: `&Threads` is not `Send`.
/// let threads = flipside::Threads::builder().spawn(|_| 0, |n: &mut u32| *n += 1).unwrap();
/// std::thread::scope(|scope| {
///     scope.spawn(|| threads.pending());
/// });
/// ```
pub struct Threads<R, H: Handoff = Striped> {
    pub(crate) pool: Arc<Pool<R, H>>,
    pub(crate) own: Own<H>,
    /// One submitter: a shared reference must not reach a second thread.
    not_sync: PhantomData<Cell<()>>,
}

impl Threads<()> {
    /// Settings for a new pool; see [`Builder`].
    ///
    /// The pool's requests may be of any type: that of the constructor given to
    /// [`Builder::spawn`].
    pub fn builder() -> Builder {
        Builder::new()
    }
}

impl<R, H: Handoff> Threads<R, H> {
    pub(crate) fn new(pool: Arc<Pool<R, H>>, dispatch: Dispatch, parker: Parker) -> Self {
        Self {
            own: Own {
                side: SubmitterSide::new(pool.layout, &pool.words),
                dispatch,
                cursor: 0,
                parker,
                workers: Vec::with_capacity(pool.layout.workers),
            },
            pool,
            not_sync: PhantomData,
        }
    }

    pub(crate) fn add_worker(&mut self, worker: Worker) {
        self.own.workers.push(worker);
    }

    /// A request that is free to be filled, or `None` if all of them are with the workers.
    ///
    /// If the request still holds the result of its last round, `done` is given it first, exactly
    /// once, and if it panics the request is free. Dropping what is returned leaves the request free;
    /// [`commit`](Prepared::commit) hands it to its worker.
    ///
    /// Progress: wait-free, apart from `done`.
    ///
    /// ```
    /// # fn main() -> Result<(), flipside::SpawnError> {
    /// let mut threads = flipside::Threads::builder()
    ///     .workers(1)
    ///     .ring_size(1)
    ///     .spawn(|_| 0, |n: &mut u64| *n *= 2)?;
    /// let mut request = threads.prepare(|_| unreachable!("nothing was committed yet")).unwrap();
    /// *request = 21;
    /// request.commit();
    /// threads.wait_done(|n| assert_eq!(*n.unwrap(), 42));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use = "a request that is not committed stays free"]
    #[inline]
    pub fn prepare(&mut self, done: impl FnOnce(Outcome<'_, R>)) -> Option<Prepared<'_, R, H>> {
        self.own.side.unstage();
        let place = self.claim(done)?;
        Some(Prepared::new(self, place, true))
    }

    /// As [`prepare`](Self::prepare), but waits until a request is free.
    ///
    /// Progress: blocking. It waits for a handler to return if every request is with the workers.
    #[inline]
    pub fn prepare_wait(&mut self, done: impl FnOnce(Outcome<'_, R>)) -> Prepared<'_, R, H> {
        self.own.side.unstage();
        let place = self.claim_wait(done);
        Prepared::new(self, place, true)
    }

    /// Starts a batch: requests that are prepared one by one and handed over together, with one
    /// barrier for all and one store per word of 64 requests.
    ///
    /// ```
    /// # fn main() -> Result<(), flipside::SpawnError> {
    /// # let mut threads = flipside::Threads::builder()
    /// #     .workers(2).ring_size(8).spawn(|_| 0, |n: &mut u64| *n += 1)?;
    /// let mut batch = threads.batch();
    /// while let Some(mut request) = batch.prepare(|_| ()) {
    ///     *request = 41;
    ///     request.commit();
    /// }
    /// assert_eq!(batch.commit(), 16);
    /// threads.wait_done(|n| assert_eq!(*n.unwrap(), 42));
    /// # Ok(())
    /// # }
    /// ```
    pub fn batch(&mut self) -> Batch<'_, R, H> {
        self.own.side.unstage();
        Batch::new(self)
    }

    /// Hands over every result that is there, without waiting; returns how many.
    ///
    /// If `done` panics, what it was not given yet stays to be delivered.
    ///
    /// Progress: wait-free, apart from `done`.
    pub fn deliver(&mut self, done: impl FnMut(Outcome<'_, R>)) -> usize {
        self.own.side.collect(&self.pool.words);
        self.deliver_known(done)
    }

    /// As [`deliver`](Self::deliver), but waits until there is a result. `0`, at once, if every
    /// committed request has been delivered.
    ///
    /// If `done` panics, what it was not given yet stays to be delivered.
    ///
    /// Progress: blocking. It waits for a handler to return if no result is there.
    ///
    /// ```
    /// # fn main() -> Result<(), flipside::SpawnError> {
    /// # let mut threads = flipside::Threads::builder()
    /// #     .workers(2).ring_size(8).spawn(|_| 0, |n: &mut u64| *n += 1)?;
    /// for n in 0..10 {
    ///     let mut request = threads.prepare(|_| ()).expect("16 are free");
    ///     *request = n;
    ///     request.commit();
    /// }
    /// // Each result as soon as it is there, whichever worker it comes from.
    /// let mut total = 0;
    /// while threads.deliver_wait(|n| total += *n.unwrap()) > 0 {}
    /// assert_eq!(total, 55);
    /// # Ok(())
    /// # }
    /// ```
    pub fn deliver_wait(&mut self, done: impl FnMut(Outcome<'_, R>)) -> usize {
        if self.pending() > 0 {
            self.pool.submitter_bell.wait(
                self.pool.patience,
                Wish::Any,
                Site::SubmitterSleepMb,
                || self.own.side.collect(&self.pool.words).then_some(()),
                || self.own.parker.park(),
            );
        }
        self.deliver_known(done)
    }

    /// As [`deliver_wait`](Self::deliver_wait), but no longer than that time: `0` also if no result
    /// was there when it was over.
    ///
    /// If `done` panics, what it was not given yet stays to be delivered.
    ///
    /// Progress: blocking, for at most `time`, apart from `done` and from what the system takes to
    /// wake a thread.
    pub fn deliver_timeout(&mut self, time: Duration, done: impl FnMut(Outcome<'_, R>)) -> usize {
        if self.pending() > 0 {
            let deadline = Deadline::after(time);
            let looks = match self.pool.patience {
                Patience::For(budget) => budget.min(time),
                Patience::Endless => time,
            };
            self.pool.submitter_bell.wait_while(
                Patience::For(looks),
                Wish::Any,
                Site::SubmitterSleepMb,
                || self.own.side.collect(&self.pool.words).then_some(()),
                || {
                    let left = deadline.left();
                    if let Some(left) = left {
                        self.own.parker.park_timeout(left);
                    }
                    left.is_some()
                },
            );
        }
        self.deliver_known(done)
    }

    /// The results, one by one, where a callback is in the way; see [`Results`].
    ///
    /// ```
    /// # fn main() -> Result<(), flipside::SpawnError> {
    /// # let mut threads = flipside::Threads::builder()
    /// #     .workers(2).ring_size(8).spawn(|_| 0, |n: &mut u64| *n += 1)?;
    /// for n in 0..10 {
    ///     let mut request = threads.prepare(|_| ()).expect("16 are free");
    ///     *request = n;
    ///     request.commit();
    /// }
    /// let mut total = 0;
    /// let mut results = threads.results();
    /// while let Some(n) = results.next_wait() {
    ///     total += *n.unwrap();
    /// }
    /// assert_eq!(total, 55);
    /// # Ok(())
    /// # }
    /// ```
    pub fn results(&mut self) -> Results<'_, R, H> {
        Results::new(self)
    }

    /// Waits until every committed request has been handled, and hands over every result that is
    /// still to be delivered, each exactly once, those of one worker after those of another.
    ///
    /// If `done` panics, what it was not given yet stays to be delivered.
    ///
    /// Progress: blocking. It waits for every handler that is running or still to run.
    pub fn wait_done(&mut self, mut done: impl FnMut(Outcome<'_, R>)) {
        H::drain(self.workers(), |worker| {
            self.pool.submitter_bell.wait(
                self.pool.patience,
                Wish::Drained(worker),
                Site::SubmitterSleepMb,
                || self.own.side.flush(&self.pool.words, worker).then_some(()),
                || self.own.parker.park(),
            );
            self.deliver_from(worker, &mut done);
        });
    }

    /// Finishes everything that was committed, hands over every result, and joins the workers.
    ///
    /// If `done` panics, the results that it was not given yet are dropped with the pool.
    ///
    /// Progress: blocking, like [`wait_done`](Self::wait_done).
    pub fn stop(mut self, done: impl FnMut(Outcome<'_, R>)) {
        self.wait_done(done);
    }

    /// How many workers there are.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.pool.layout.workers
    }

    /// How many requests each worker has.
    #[must_use]
    pub fn ring_size(&self) -> usize {
        self.pool.layout.ring_size
    }

    /// How many committed requests have not been delivered: those with the workers and those whose
    /// result is waiting.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.own.side.pending()
    }

    /// Finds a free request and empties it of its last result.
    #[inline]
    pub(crate) fn claim(&mut self, done: impl FnOnce(Outcome<'_, R>)) -> Option<Place> {
        let place = self.own.side.claim(&self.pool.words, self.own.cursor)?;
        self.empty(place, done);
        Some(place)
    }

    /// As [`claim`](Self::claim), but waits until there is one.
    #[inline]
    pub(crate) fn claim_wait(&mut self, done: impl FnOnce(Outcome<'_, R>)) -> Place {
        let place = self.pool.submitter_bell.wait(
            self.pool.patience,
            Wish::Any,
            Site::SubmitterSleepMb,
            || self.own.side.claim(&self.pool.words, self.own.cursor),
            || self.own.parker.park(),
        );
        self.empty(place, done);
        place
    }

    /// Done becomes Free: hands over the result that a found request may hold.
    #[inline]
    fn empty(&mut self, place: Place, done: impl FnOnce(Outcome<'_, R>)) {
        if self.own.side.holds_result(place) {
            H::empty(
                self,
                |this| this.own.side.delivered(place),
                |this| this.hand_over(place, done),
            );
        }
    }

    /// Hands over every result that is known; returns how many.
    fn deliver_known(&mut self, mut done: impl FnMut(Outcome<'_, R>)) -> usize {
        let mut delivered = 0;
        for worker in 0..self.workers() {
            self.deliver_from(worker, &mut |outcome| {
                delivered += 1;
                done(outcome);
            });
        }
        delivered
    }

    #[inline]
    fn deliver_from(&mut self, worker: usize, done: &mut impl FnMut(Outcome<'_, R>)) {
        for word in self.pool.layout.words_of(worker) {
            while let Some(place) = self.own.side.next_result(word) {
                self.hand_over(place, &mut *done);
            }
        }
    }

    #[inline]
    fn hand_over(&mut self, place: Place, done: impl FnOnce(Outcome<'_, R>)) {
        let request = self.pool.layout.request(place);
        let mut delivery = self.pool.slots.delivery(request);
        // SAFETY: the submitter owns the request by a look that `reap.rmb` or `flush.rmb` ordered
        // (O2, O3, O9), and `&mut self` keeps every guard away.
        done(unsafe { delivery.outcome() });
    }

    /// Lets the workers finish what was committed, and joins them.
    fn shut_down(&mut self) {
        stop(
            &self.pool,
            self.own.workers.iter().map(|worker| &worker.thread),
        );
        let joins = self
            .own
            .workers
            .iter_mut()
            .filter(|worker| !is_current(&worker.thread))
            .filter_map(|worker| worker.join.take());
        // All of them, before anything is said of one.
        let ended: Vec<_> = joins.map(JoinHandle::join).collect();
        // A worker catches its handler's panics: what ended it is that of the handler's own drop, or
        // a bug to be heard of.
        if let Some(panic) = ended.into_iter().find_map(Result::err)
            && !std::thread::panicking()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

impl<R, H: Handoff> Drop for Threads<R, H> {
    fn drop(&mut self) {
        if !is_torn_down() {
            self.shut_down();
        }
    }
}

impl<R, H: Handoff> fmt::Debug for Threads<R, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads")
            .field("workers", &self.workers())
            .field("ring_size", &self.ring_size())
            .field("dispatch", &self.own.dispatch)
            .field("pending", &self.pending())
            .finish_non_exhaustive()
    }
}
