//! A worker's life: take, handle, complete; sleep when there is nothing; return when told to.

use crate::handoff::Handoff;
use crate::mutation::{Fault, faulty};
use crate::pool::Pool;
use crate::site::{Site, smp_rmb};
use crate::sync::park;
use crate::wake::Wish;

/// Runs worker `index` until the pool stops and nothing that was committed is left (O7).
pub(crate) fn run<R>(pool: &Pool<R>, index: usize, mut handler: impl FnMut(&mut R)) {
    let words = &pool.words;
    let mut own = words.worker(pool.layout, index);
    loop {
        let found = pool.worker_bells[index].wait(
            pool.patience,
            Wish::Any,
            Site::WorkerSleepMb,
            || match words.look(&mut own) {
                true => Some(true),
                false => pool.is_stopping().then_some(false),
            },
            park,
        );
        if !found {
            // The flag came after the last commit: one more look behind the barrier sees it all.
            smp_rmb(Site::StopRmb);
            if faulty(Fault::StopWithoutDrain) || !words.look(&mut own) {
                return;
            }
        }
        while let Some(place) = words.take(&mut own) {
            // SAFETY: the request is this worker's by a look that `take.rmb` ordered (O1, O4, O9), and `complete` below is what gives it back.
            let mut handle = || unsafe { pool.slots.handle(place.request, &mut handler) };
            let panicked = !faulty(Fault::FlipBeforeResult) && handle();
            if panicked && faulty(Fault::PanicKeepsRequest) {
                return;
            }
            if faulty(Fault::CompleteWakesFirst) {
                wake(pool, index, true);
                words.complete(&mut own, place);
                continue;
            }
            let drained = words.complete(&mut own, place);
            if faulty(Fault::FlipBeforeResult) {
                handle();
            }
            wake(pool, index, drained);
        }
    }
}

/// Unparks the submitter if it sleeps and a request that the worker gave back is what it waits for.
#[inline]
fn wake<R>(pool: &Pool<R>, worker: usize, drained: bool) {
    pool.submitter_bell.ring(
        pool.patience,
        // For every request: the next handler may run for long, or wait for this very delivery.
        Some(Site::CompleteMb),
        |wish| wish.is_granted_by(worker, drained),
        || pool.submitter.unpark(),
    );
}
