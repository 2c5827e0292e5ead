//! Rings towards the workers and one completion bitmap back: the reviewer's first proposal.
//!
//! A worker's requests go to it through a ring of its own. They come back through one bitmap over
//! all requests, which begins as all ones: 1 is free to be prepared. The submitter looks for a 1
//! from the current worker's range on, wraps, and clears what it takes, atomically; a worker sets
//! the bit again when it is done, atomically too (O8).
//!
//! | transition | by | before | after | barrier |
//! |---|---|---|---|---|
//! | `claimed` | submitter | Free or Done: 1 | Free or Done, in the submitter's hands: 0 | none: the bit is only taken note of |
//! | `publish` | submitter | Free, in its hands | Busy: in the ring, pending | `commit.wmb`, then the store of the slot |
//! | `look` | worker | Busy | Busy, in the worker's hands: out of the ring | the load of the slot, then `take.rmb` |
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
//! | `prepare` | 1 load, 1 RMW, 1 line | 1 load, 64 RMWs, 1 line |
//! | `commit` | 1 load, 1 store, 1 line | 64 loads, 64 stores, 4 lines |
//! | `take` | 1 load, 1 store, 1 line | 64 loads, 64 stores, 4 lines |
//! | `complete` | 1 RMW, 1 line | 64 RMWs, 1 line |
//! | `wait_done` | 1 load, 1 line | 1 load, 1 line |

use crate::outward::{Head, Outward, Tails};
use crate::packed::{Packed, Update};
use flipside::seam::{Handoff, Layout, Place, Site, smp_rmb, smp_wmb};
use std::sync::atomic::Ordering;

/// The rings and the bitmap.
#[derive(Debug)]
pub struct CompletionBitmap {
    layout: Layout,
    rings: Outward,
    completed: Packed,
}

/// What the submitter alone knows.
#[derive(Debug)]
pub struct SubmitterWords {
    tails: Tails,
    /// The bits that it knows to be 1, by the words of the layout.
    known: Box<[u64]>,
}

// SAFETY: who owns a request is in the table above; the barriers there order each change of hands.
unsafe impl Handoff for CompletionBitmap {
    type Choice = ();
    type Submitter = SubmitterWords;
    type Worker = Head;

    fn new((): &(), layout: Layout) -> Self {
        Self {
            layout,
            rings: Outward::new(layout),
            completed: Packed::ones(layout),
        }
    }

    fn name(&self, _layout: Layout) {
        self.rings.name();
        self.completed.name("completed");
    }

    fn submitter(&self, layout: Layout) -> SubmitterWords {
        SubmitterWords {
            tails: self.rings.tails(),
            known: (0..layout.words()).map(|word| layout.mask(word)).collect(),
        }
    }

    fn worker(&self, layout: Layout, worker: usize) -> Head {
        self.rings.head(layout, worker)
    }

    #[inline]
    fn claimed(&self, own: &mut SubmitterWords, place: Place) {
        // One that was claimed before and put back uncommitted has been cleared already.
        if own.known[place.word()] & place.mask() != 0 {
            own.known[place.word()] &= !place.mask();
            let relaxed = || Ordering::Relaxed;
            let (word, mask) = (place.word(), place.mask());
            self.completed.update(word, mask, Update::Clear, relaxed);
        }
    }

    #[inline]
    fn publish(&self, own: &mut SubmitterWords, filled: impl Iterator<Item = (usize, u64)>) {
        self.rings.publish(self.layout, &mut own.tails, filled);
    }

    #[inline]
    fn reap(
        &self,
        own: &mut SubmitterWords,
        word: usize,
        site: Site,
        mut back: impl FnMut(usize, u64),
    ) {
        let completed = self.completed.load(word, || Ordering::Relaxed);
        let news = completed & !own.known[word];
        if news != 0 {
            smp_rmb(site);
            own.known[word] |= news;
            back(word, news);
        }
    }

    #[inline]
    fn look(&self, own: &mut Head) -> bool {
        self.rings.look(own)
    }

    #[inline]
    fn take(&self, own: &mut Head) -> Option<Place> {
        own.take()
    }

    #[inline]
    fn complete(&self, _own: &mut Head, place: Place) -> bool {
        smp_wmb(Site::CompleteWmb);
        let relaxed = || Ordering::Relaxed;
        let (word, mask) = (place.word(), place.mask());
        self.completed.update(word, mask, Update::Set, relaxed);
        true
    }
}
