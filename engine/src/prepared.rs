//! Requests in the submitter's hands: one, or a batch of them.

use crate::bits::Place;
use crate::handoff::{Handoff, Striped};
use crate::outcome::Outcome;
use crate::own::Own;
use crate::pool::Pool;
use crate::slots::Filling;
use crate::threads::Threads;
use std::fmt;
use std::ops::{Deref, DerefMut};

/// A request in the submitter's hands: fill it, then [`commit`](Self::commit) it.
///
/// Dropped or forgotten instead, it stays free and no handler ever sees it. Once committed it is
/// out of reach:
///
/// ```compile_fail,E0382
/// # let mut threads = flipside::Threads::builder().spawn(|_| Ok(0), |n: &mut u32| *n += 1).unwrap();
/// let mut request = threads.prepare_wait(|_| ());
/// request.commit();
/// *request = 1; // the worker's now
/// ```
///
/// Nor can two be open at once; a [`Batch`] collects them one after the other:
///
/// ```compile_fail,E0499
/// # let mut threads = flipside::Threads::builder().spawn(|_| Ok(0), |n: &mut u32| *n += 1).unwrap();
/// let one = threads.prepare_wait(|_| ());
/// let two = threads.prepare_wait(|_| ());
/// one.commit();
/// ```
#[must_use = "a request that is not committed stays free"]
pub struct Prepared<'a, R, H: Handoff = Striped> {
    pool: &'a Pool<R, H>,
    own: &'a mut Own<H>,
    place: Place,
    access: Filling<'a, R>,
    /// Whether to hand it over at once rather than with its batch.
    alone: bool,
}

impl<'a, R, H: Handoff> Prepared<'a, R, H> {
    #[inline]
    pub(crate) fn new(threads: &'a mut Threads<R, H>, place: Place, alone: bool) -> Self {
        let Threads { pool, own, .. } = threads;
        Self {
            access: pool.slots.fill(pool.layout.request(place)),
            pool,
            own,
            place,
            alone,
        }
    }

    /// Hands the request to its worker, now or, in a batch, with the batch.
    ///
    /// Progress: wait-free, apart from waking a worker that sleeps.
    #[inline(always)]
    pub fn commit(self) {
        let Self {
            pool,
            own,
            place,
            access,
            alone,
        } = self;
        access.end();
        match alone {
            true => own.publish_one(pool, place),
            false => own.stage(pool.layout, place),
        }
    }

    /// The request's number, as its constructor was given it: those of worker `w` are
    /// `w * ring_size` and on.
    #[must_use]
    pub fn index(&self) -> usize {
        self.pool.layout.request(self.place)
    }
}

impl<R, H: Handoff> Deref for Prepared<'_, R, H> {
    type Target = R;

    #[inline]
    fn deref(&self) -> &R {
        // SAFETY: the submitter owns the request from `claim`, behind `reap.rmb` (O2, O3, O9),
        // until `commit`, and this guard is the only way to it. The reference borrows the guard.
        unsafe { self.access.request() }
    }
}

impl<R, H: Handoff> DerefMut for Prepared<'_, R, H> {
    #[inline]
    fn deref_mut(&mut self) -> &mut R {
        // SAFETY: as for `deref`, and the guard is borrowed mutably.
        unsafe { self.access.request_mut() }
    }
}

impl<R: fmt::Debug, H: Handoff> fmt::Debug for Prepared<'_, R, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("index", &self.index())
            .field("request", &**self)
            .finish()
    }
}

/// Requests that are handed over together; see [`Threads::batch`].
///
/// Dropped or forgotten without [`commit`](Self::commit), the batch leaves all its requests free.
#[must_use = "a batch that is not committed hands over nothing"]
pub struct Batch<'a, R, H: Handoff = Striped> {
    threads: &'a mut Threads<R, H>,
}

impl<'a, R, H: Handoff> Batch<'a, R, H> {
    pub(crate) fn new(threads: &'a mut Threads<R, H>) -> Self {
        Self { threads }
    }

    /// As [`Threads::prepare`], for a request that goes with the batch once it is committed.
    /// `None` also if every free request is in the batch already.
    #[must_use = "a request that is not committed stays free"]
    pub fn prepare(&mut self, done: impl FnOnce(Outcome<'_, R>)) -> Option<Prepared<'_, R, H>> {
        let place = self.threads.claim(done)?;
        Some(Prepared::new(self.threads, place, false))
    }

    /// As [`Threads::prepare_wait`]. `None` if every request of the pool is in the batch: no wait
    /// could end then.
    #[must_use = "a request that is not committed stays free"]
    pub fn prepare_wait(
        &mut self,
        done: impl FnOnce(Outcome<'_, R>),
    ) -> Option<Prepared<'_, R, H>> {
        if self.threads.own.side.stages_all() {
            return None;
        }
        let place = self.threads.claim_wait(done);
        Some(Prepared::new(self.threads, place, false))
    }

    /// Hands all requests of the batch to their workers: one barrier, one store per word. Returns
    /// how many there were.
    ///
    /// Progress: wait-free, apart from waking workers that sleep.
    pub fn commit(self) -> usize {
        self.threads.own.publish(&self.threads.pool)
    }
}

impl<R, H: Handoff> Drop for Batch<'_, R, H> {
    fn drop(&mut self) {
        self.threads.own.side.unstage();
    }
}

impl<R, H: Handoff> fmt::Debug for Batch<'_, R, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").finish_non_exhaustive()
    }
}
