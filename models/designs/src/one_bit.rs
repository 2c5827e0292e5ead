//! One ownership bitmap: the idea between the rings and the flips.
//!
//! A bit for each request, all in one bitmap: 1 is the submitter's, 0 the worker's. The submitter
//! clears it at commit, the worker sets it when it is done. Both sides write each word, so both do
//! it by an atomic read-modify-write (O8).
//!
//! | transition | by | before | after | barrier |
//! |---|---|---|---|---|
//! | `publish` | submitter | Free: 1, not pending | Busy: 0, pending | `commit.wmb`, then the clear |
//! | `look` | worker | Busy | Busy, in the worker's hands | the load, then `take.rmb` |
//! | `complete` | worker | Busy | Done: 1, pending | `complete.wmb`, then the set |
//! | `reap` | submitter | Free or Done | the same, in the submitter's hands | the load, then `reap.rmb` or `flush.rmb` |
//!
//! # Costs
//!
//! Of accesses to shared words, for a request that goes alone and for 64 of one worker that are
//! committed together; sleeping and waking aside.
//!
//! | step | alone | 64 together |
//! |---|---|---|
//! | `prepare` | 1 load, 1 line | 1 load, 1 line |
//! | `commit` | 1 RMW, 1 line | 1 RMW, 1 line |
//! | `take` | 1 load, 1 line | 1 load, 1 line |
//! | `complete` | 1 RMW, 1 line | 64 RMWs, 1 line |
//! | `wait_done` | 1 load, 1 line | 1 load, 1 line |

use crate::packed::{Packed, Update};
use flipside::seam::{Handoff, Layout, Place, Site, Snapshot, smp_rmb, smp_wmb};
use std::sync::atomic::Ordering;

/// The bitmap.
#[derive(Debug)]
pub struct OneBit {
    layout: Layout,
    owned: Packed,
}

/// The bits that the submitter knows to be 1, by the words of the layout.
#[derive(Debug)]
pub struct Known(Box<[u64]>);

// SAFETY: who owns a request is in the table above; the barriers there order each change of hands.
unsafe impl Handoff for OneBit {
    type Choice = ();
    type Submitter = Known;
    type Worker = Snapshot;

    fn new((): &(), layout: Layout) -> Self {
        Self {
            layout,
            owned: Packed::ones(layout),
        }
    }

    fn name(&self, _layout: Layout) {
        self.owned.name("owned");
    }

    fn submitter(&self, layout: Layout) -> Known {
        Known((0..layout.words()).map(|word| layout.mask(word)).collect())
    }

    fn worker(&self, layout: Layout, worker: usize) -> Snapshot {
        Snapshot::new(layout, worker)
    }

    #[inline]
    fn publish(&self, own: &mut Known, filled: impl Iterator<Item = (usize, u64)>) {
        smp_wmb(Site::CommitWmb);
        for (word, bits) in filled {
            own.0[word] &= !bits;
            let relaxed = || Ordering::Relaxed;
            self.owned.update(word, bits, Update::Clear, relaxed);
        }
    }

    #[inline]
    fn reap(&self, own: &mut Known, word: usize, site: Site, mut back: impl FnMut(usize, u64)) {
        let owned = self.owned.load(word, || Ordering::Relaxed);
        let news = owned & !own.0[word];
        if news != 0 {
            smp_rmb(site);
            own.0[word] |= news;
            back(word, news);
        }
    }

    #[inline]
    fn look(&self, own: &mut Snapshot) -> bool {
        let found = own.look(|word| {
            let owned = self.owned.load(word, || Ordering::Relaxed);
            !owned & self.layout.mask(word)
        });
        if found {
            smp_rmb(Site::TakeRmb);
        }
        found
    }

    #[inline]
    fn take(&self, own: &mut Snapshot) -> Option<Place> {
        own.take()
    }

    #[inline]
    fn complete(&self, own: &mut Snapshot, place: Place) -> bool {
        smp_wmb(Site::CompleteWmb);
        let relaxed = || Ordering::Relaxed;
        self.owned
            .update(place.word(), place.mask(), Update::Set, relaxed);
        own.is_done()
    }
}
