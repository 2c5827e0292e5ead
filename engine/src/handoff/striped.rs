//! The striped flip-bitmaps: one word of each kind per worker and 64 requests. The default.
//!
//! Each worker has `fill` words, stored by the submitter alone, and `done` words, stored by that
//! worker alone. Where a bit differs between the two, the worker owns the request; where it
//! agrees, the submitter does. A word has one writer, so a flip is a plain atomic store of the
//! writer's private copy: there is no read-modify-write anywhere (O8).
//!
//! | transition | by | before | after | barrier |
//! |---|---|---|---|---|
//! | `publish` | submitter | Free: bits agree, not pending | Busy: bits differ, pending | `commit.wmb` before or on the store of `fill` |
//! | `look` | worker | Busy | Busy, in the worker's hands | `take.rmb` after or on the load of `fill` |
//! | `complete` | worker | Busy | Done: bits agree, pending | `complete.wmb` before or on the store of `done` |
//! | `reap` | submitter | Free or Done | the same, in the submitter's hands | `reap.rmb` or `flush.rmb` after or on the load of `done` |
//!
//! Bits that differ without being pending would be a request that nobody committed: never.
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
//! | `take` | 1 load, 1 line | 1 load, 1 line |
//! | `complete` | 1 store, 1 line | 64 stores, 1 line |
//! | `wait_done` | 1 load, 1 line | 1 load, 1 line |

use super::Handoff;
use super::snapshot::Snapshot;
use crate::bits::{Layout, Place};
use crate::site::{Accesses, Recipe, Site};
use crate::sync::{AtomicU64, CachePadded, name};
use std::marker::PhantomData;

/// The words, each on cache lines of its own.
#[derive(Debug)]
pub struct Striped<O = Accesses> {
    fill: Box<[CachePadded<AtomicU64>]>,
    done: Box<[CachePadded<AtomicU64>]>,
    orderings: PhantomData<O>,
}

/// What the submitter alone knows: it need not read back what it alone writes, and what it has
/// acted on has had its barrier.
#[derive(Debug)]
pub struct SubmitterWords(Box<[Copies]>);

#[derive(Clone, Copy, Debug, Default)]
struct Copies {
    /// `fill`, as it is.
    fill: u64,
    /// `done`, as it was last seen.
    done: u64,
}

/// What a worker alone knows.
#[derive(Debug)]
pub struct WorkerWords {
    snapshot: Snapshot,
    /// Its `done` words, as they are. It writes one for each request, so no other worker's may be on
    /// the same line.
    done: Box<[CachePadded<u64>]>,
}

// SAFETY: a request is its worker's while its bits differ, and each bit has one writer; see the
// table above.
unsafe impl<O: Recipe> Handoff for Striped<O> {
    type Choice = ();
    type Submitter = SubmitterWords;
    type Worker = WorkerWords;

    fn new((): &(), layout: Layout) -> Self {
        let zeroed = || (0..layout.words()).map(|_| CachePadded::new(AtomicU64::new(0)));
        Self {
            fill: zeroed().collect(),
            done: zeroed().collect(),
            orderings: PhantomData,
        }
    }

    fn name(&self, layout: Layout) {
        for (kind, words) in [("fill", &self.fill), ("done", &self.done)] {
            for (index, word) in words.iter().enumerate() {
                let width = layout.mask(index).count_ones() as usize;
                let in_binary = move |bits| format!("{bits:0width$b}");
                name(&**word, || format!("{kind}[{index}]"), in_binary);
            }
        }
    }

    fn submitter(&self, layout: Layout) -> SubmitterWords {
        SubmitterWords(vec![Copies::default(); layout.words()].into())
    }

    fn worker(&self, layout: Layout, worker: usize) -> WorkerWords {
        let snapshot = Snapshot::new(layout, worker);
        WorkerWords {
            done: vec![CachePadded::new(0); snapshot.words().len()].into(),
            snapshot,
        }
    }

    #[inline]
    fn publish(&self, own: &mut SubmitterWords, filled: impl Iterator<Item = (usize, u64)>) {
        O::before_stores(Site::CommitWmb);
        for (word, bits) in filled {
            let fill = &mut own.0[word].fill;
            *fill ^= bits;
            // A store and no RMW: the word has one writer (O8).
            self.fill[word].store(*fill, O::store(Site::CommitWmb));
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
        let done = self.done[word].load(O::load(site));
        let last = &mut own.0[word].done;
        let news = done ^ *last;
        // Only the worker makes a bit agree and only the submitter makes it differ, so a stale
        // snapshot may hide a finished request but never shows one that is Busy (O9).
        if news != 0 {
            O::after_load(site);
            *last = done;
            back(word, news);
        }
    }

    #[inline]
    fn look(&self, own: &mut WorkerWords) -> bool {
        let WorkerWords { snapshot, done } = own;
        let first = snapshot.words().start;
        let found = snapshot
            .look(|word| self.fill[word].load(O::load(Site::TakeRmb)) ^ *done[word - first]);
        if found {
            O::after_load(Site::TakeRmb);
        }
        found
    }

    #[inline]
    fn take(&self, own: &mut WorkerWords) -> Option<Place> {
        own.snapshot.take()
    }

    #[inline]
    fn complete(&self, own: &mut WorkerWords, place: Place) -> bool {
        let done: &mut u64 = &mut own.done[place.word() - own.snapshot.words().start];
        *done ^= place.mask();
        O::before_stores(Site::CompleteWmb);
        // A store and no RMW: the word has one writer (O8).
        self.done[place.word()].store(*done, O::store(Site::CompleteWmb));
        own.snapshot.is_done()
    }
}
