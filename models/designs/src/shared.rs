//! The shared flip-bitmaps: the mail's final sketch.
//!
//! Two bitmaps over all requests, on cache lines of their own. `fill` is flipped by the submitter
//! alone, so by a plain store; `done` is flipped by every worker, so by an atomic read-modify-write
//! (O8). Where they differ the worker owns the request, where they agree the submitter does.
//!
//! | transition | by | before | after | barrier |
//! |---|---|---|---|---|
//! | `publish` | submitter | Free: bits agree, not pending | Busy: bits differ, pending | `commit.wmb` before or on the store of `fill` |
//! | `look` | worker | Busy | Busy, in the worker's hands | `take.rmb` after or on the load of `fill` |
//! | `complete` | worker | Busy | Done: bits agree, pending | `complete.wmb` before or on the flip of `done` |
//! | `reap` | submitter | Free or Done | the same, in the submitter's hands | `reap.rmb` or `flush.rmb` after or on the load of `done` |
//!
//! The submitter that reads one worker's flip has also read those before it of the same word: a
//! read-modify-write goes on with the release sequence that it meets.
//!
//! # Costs
//!
//! Of accesses to shared words, for a request that goes alone and for 64 of one worker that are
//! committed together; sleeping and waking aside.
//!
//! | step | alone | 64 together |
//! |---|---|---|
//! | `prepare` | 1 load, 1 line | 1 load, 1 line |
//! | `commit` | 1 store, 1 line | 1 store, 1 line |
//! | `take` | 2 loads, 2 lines | 2 loads, 2 lines |
//! | `complete` | 1 RMW, 1 line | 64 RMWs, 1 line |
//! | `wait_done` | 1 load, 1 line | 1 load, 1 line |

use crate::packed::{Packed, Update};
use flipside::seam::{Handoff, Layout, Place, Recipe, Site, Snapshot};
use std::marker::PhantomData;
use std::sync::atomic::Ordering;

/// The two bitmaps.
#[derive(Debug)]
pub struct Shared<O> {
    fill: Packed,
    done: Packed,
    orderings: PhantomData<O>,
}

/// What the submitter alone knows.
#[derive(Debug)]
pub struct SubmitterWords {
    /// `fill`, as it is.
    fill: Box<[u64]>,
    /// `done`, as it was last seen, by the words of the layout.
    done: Box<[u64]>,
}

// SAFETY: who owns a request is in the table above; the barriers there order each change of hands.
unsafe impl<O: Recipe> Handoff for Shared<O> {
    type Choice = ();
    type Submitter = SubmitterWords;
    type Worker = Snapshot;

    fn new((): &(), layout: Layout) -> Self {
        Self {
            fill: Packed::zeroed(layout),
            done: Packed::zeroed(layout),
            orderings: PhantomData,
        }
    }

    fn name(&self, _layout: Layout) {
        self.fill.name("fill");
        self.done.name("done");
    }

    fn submitter(&self, layout: Layout) -> SubmitterWords {
        SubmitterWords {
            fill: vec![0; Packed::words(layout)].into(),
            done: vec![0; layout.words()].into(),
        }
    }

    fn worker(&self, layout: Layout, worker: usize) -> Snapshot {
        Snapshot::new(layout, worker)
    }

    #[inline]
    fn publish(&self, own: &mut SubmitterWords, filled: impl Iterator<Item = (usize, u64)>) {
        O::before_stores(Site::CommitWmb);
        for (word, bits) in filled {
            let order = || O::store(Site::CommitWmb);
            self.fill.flip_alone(&mut own.fill, word, bits, order);
        }
    }

    #[inline]
    fn reap(
        &self,
        own: &mut SubmitterWords,
        word: usize,
        site: Site,
        mut back: impl FnMut(usize, u64),
    ) {
        let done = self.done.load(word, || O::load(site));
        let news = done ^ own.done[word];
        if news != 0 {
            O::after_load(site);
            own.done[word] = done;
            back(word, news);
        }
    }

    #[inline]
    fn look(&self, own: &mut Snapshot) -> bool {
        let found = own.look(|word| {
            let fill = self.fill.load(word, || O::load(Site::TakeRmb));
            // Ordering: Relaxed. The worker's bits of `done` are its own flips.
            fill ^ self.done.load(word, || Ordering::Relaxed)
        });
        if found {
            O::after_load(Site::TakeRmb);
        }
        found
    }

    #[inline]
    fn take(&self, own: &mut Snapshot) -> Option<Place> {
        own.take()
    }

    #[inline]
    fn complete(&self, own: &mut Snapshot, place: Place) -> bool {
        O::before_stores(Site::CompleteWmb);
        let order = || O::store(Site::CompleteWmb);
        self.done
            .update(place.word(), place.mask(), Update::Flip, order);
        own.is_done()
    }
}
