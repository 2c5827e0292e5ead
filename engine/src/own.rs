//! What the submitter has to itself: its half of the words, how to wake the workers, and where it
//! goes on.

use crate::bits::{Layout, Place};
use crate::builder::Dispatch;
use crate::handoff::Handoff;
use crate::pool::Pool;
use crate::site::{Site, smp_mb, smp_wmb};
use crate::submitter::SubmitterSide;
use crate::sync::{JoinHandle, Parker, Thread};
use crate::wake::Patience;

/// What the submitter does not share with the workers.
pub(crate) struct Own<H: Handoff> {
    pub(crate) side: SubmitterSide<H>,
    pub(crate) dispatch: Dispatch,
    /// The worker that the next search begins with.
    pub(crate) cursor: usize,
    pub(crate) parker: Parker,
    pub(crate) workers: Vec<Worker>,
}

/// How to wake a worker, and how to wait for its end; a scope waits by itself.
pub(crate) struct Worker {
    pub(crate) thread: Thread,
    pub(crate) join: Option<JoinHandle<()>>,
}

impl<H: Handoff> Own<H> {
    /// Adds a filled request to what the next [`publish`](Self::publish) hands over.
    #[inline]
    pub(crate) fn stage(&mut self, layout: Layout, place: Place) {
        self.side.stage(place);
        self.go_on_behind(layout, place);
    }

    /// The next search begins with the worker whose turn it is behind that request.
    #[inline]
    fn go_on_behind(&mut self, layout: Layout, place: Place) {
        let worker = H::worker_of(layout, place);
        self.cursor = match self.dispatch {
            Dispatch::RoundRobin => {
                let next = worker + 1;
                if next == layout.workers { 0 } else { next }
            }
            Dispatch::FillFirst => worker,
        };
    }

    /// Hands one request to its worker, and wakes that if it sleeps.
    #[inline(always)]
    pub(crate) fn publish_one<R>(&mut self, pool: &Pool<R, H>, place: Place) {
        let Self { side, workers, .. } = self;
        side.publish_one(&pool.words, place, || {
            if pool.patience != Patience::Endless {
                smp_mb(Site::CommitMb);
                let worker = pool.layout.worker_of(place);
                wake(pool, worker, &workers[worker].thread);
            }
        });
        self.go_on_behind(pool.layout, place);
    }

    /// Hands every staged request to its worker and wakes those that sleep; returns how many.
    #[inline]
    pub(crate) fn publish<R>(&mut self, pool: &Pool<R, H>) -> usize {
        let Self { side, workers, .. } = self;
        side.publish(&pool.words, |words| {
            if pool.patience != Patience::Endless {
                smp_mb(Site::CommitMb);
                for &word in words {
                    let worker = pool.layout.worker_of_word(word);
                    wake(pool, worker, &workers[worker].thread);
                }
            }
        })
    }
}

/// Tells the workers to return once nothing is left to do, and wakes those that sleep.
pub(crate) fn stop<'a, R, H: Handoff>(
    pool: &Pool<R, H>,
    workers: impl Iterator<Item = &'a Thread>,
) {
    smp_wmb(Site::StopWmb);
    pool.stop();
    if pool.patience != Patience::Endless {
        smp_mb(Site::StopMb);
        for (worker, thread) in workers.enumerate() {
            wake(pool, worker, thread);
        }
    }
}

/// Unparks a worker that said it sleeps; a full barrier stands before.
fn wake<R, H: Handoff>(pool: &Pool<R, H>, worker: usize, thread: &Thread) {
    pool.worker_bells[worker].ring(pool.patience, None, |_| true, || thread.unpark());
}
