//! A worker's life: take, handle, complete; sleep when there is nothing; return when told to.

use crate::handoff::Handoff;
use crate::pool::Pool;
use crate::site::{Site, smp_rmb};
use crate::sync::park;
use crate::wake::Wish;

/// Runs worker `index` until the pool stops and nothing that was committed is left (O7).
pub(crate) fn run<R, H: Handoff>(pool: &Pool<R, H>, index: usize, mut handler: impl FnMut(&mut R)) {
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
            if !words.look(&mut own) {
                return;
            }
        }
        while let Some(place) = words.take(&mut own) {
            let request = pool.layout.request(place);
            words.serve(
                &mut own,
                place,
                // SAFETY: the request is this worker's by a look that `take.rmb` ordered (O1, O4,
                // O9), and `serve` gives it back only after this.
                || unsafe { pool.slots.handle(request, &mut handler) },
                |drained| wake(pool, index, drained),
            );
        }
    }
}

/// Unparks the submitter if it sleeps and a request that the worker gave back is what it waits for.
#[inline]
fn wake<R, H: Handoff>(pool: &Pool<R, H>, worker: usize, drained: bool) {
    pool.submitter_bell.ring(
        pool.patience,
        // For every request: the next handler may run for long, or wait for this very delivery.
        Some(Site::CompleteMb),
        |wish| wish.is_granted_by(worker, drained),
        || pool.submitter.unpark(),
    );
}
