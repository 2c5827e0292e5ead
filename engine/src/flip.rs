//! How requests change hands: the striped flip-bitmaps.
//!
//! Each worker has `fill` words, stored by the submitter alone, and `done` words, stored by that
//! worker alone. Where a bit differs between the two, the worker owns the request; where it
//! agrees, the submitter does. A word has one writer, so a flip is a plain atomic store of the
//! writer's private copy: there is no read-modify-write anywhere (O8).
//!
//! | transition | by | before | after | barrier |
//! |---|---|---|---|---|
//! | [`SubmitterSide::publish`] | submitter | Free: bits agree, not pending | Busy: bits differ, pending | `commit.wmb`, then the store |
//! | [`WorkerSide::look`] | worker | Busy | Busy, in the worker's hands | the load, then `take.rmb` |
//! | [`WorkerSide::complete`] | worker | Busy | Done: bits agree, pending | `complete.wmb`, then the store |
//! | [`SubmitterSide::claim`] | submitter | Free or Done | the same, in the submitter's hands | the load, then `reap.rmb` |
//! | [`SubmitterSide::delivered`] | submitter | Done | Free | none: private |
//!
//! Bits that differ without being pending would be a request that nobody committed: never.

use crate::bits::{Cursor, Layout, Place, first_set};
use crate::mutation::{Fault, faulty};
use crate::site::{Site, smp_rmb, smp_wmb};
use crate::sync::{AtomicU64, CachePadded, Ordering};
use std::ops::Range;

/// The words that both sides see, each on a cache line of its own.
pub(crate) struct Words {
    fill: Box<[CachePadded<AtomicU64>]>,
    done: Box<[CachePadded<AtomicU64>]>,
}

impl Words {
    pub(crate) fn new(layout: Layout) -> Self {
        let zeroed = || (0..layout.words()).map(|_| CachePadded::new(AtomicU64::new(0)));
        Self {
            fill: zeroed().collect(),
            done: zeroed().collect(),
        }
    }
}

crate::sync::checked! {
    impl Words {
        /// Gives the words the names under which a model's log shows them.
        pub(crate) fn name(&self, layout: Layout) {
            use crate::trace::{Form, name};
            for (kind, words) in [("fill", &self.fill), ("done", &self.done)] {
                for (index, word) in words.iter().enumerate() {
                    let form = Form::Bits(layout.mask(index).count_ones() as usize);
                    name(&**word, || format!("{kind}[{index}]"), form);
                }
            }
        }
    }
}

/// What the submitter alone knows of one word.
#[derive(Clone, Copy, Default)]
struct Private {
    /// Its own copy of `fill`: the word's only writer need not read it back.
    fill: u64,
    /// The last snapshot of `done` that a read barrier followed.
    done: u64,
    /// Committed, and the result not yet delivered.
    pending: u64,
    /// Filled and to be published with the batch, so not to be handed out again.
    staged: u64,
}

impl Private {
    /// The requests that are the submitter's in the snapshot.
    ///
    /// Only the worker can make a bit agree and only the submitter can make it differ, so a stale
    /// snapshot may hide a finished request but never shows one that is Busy (O9).
    fn owned(&self) -> u64 {
        if faulty(Fault::OwnershipIgnored) {
            return u64::MAX;
        }
        !(self.fill ^ self.done)
    }

    /// The requests that are with the worker in the snapshot.
    fn busy(&self) -> u64 {
        self.pending & !self.owned()
    }
}

/// The submitter's half.
pub(crate) struct SubmitterSide {
    layout: Layout,
    private: Box<[CachePadded<Private>]>,
    /// Where to start looking in each worker's range.
    next: Box<[Cursor]>,
    /// The words with staged requests; its capacity is all words, so it never allocates again.
    touched: Vec<usize>,
}

impl SubmitterSide {
    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            layout,
            private: vec![CachePadded::default(); layout.words()].into(),
            next: (0..layout.workers)
                .map(|worker| Cursor::first_of(&layout.words_of(worker)))
                .collect(),
            touched: Vec::with_capacity(layout.words()),
        }
    }

    /// A request that is the submitter's and not staged, if there is one (O11), with the worker at
    /// the cursor asked first.
    pub(crate) fn claim(&mut self, words: &Words, cursor: usize) -> Option<Place> {
        let around = if faulty(Fault::SearchEndsEarly) {
            0
        } else {
            cursor
        };
        let mut from_cursor = (cursor..self.layout.workers).chain(0..around);
        from_cursor.find_map(|worker| self.claim_from(words, worker))
    }

    /// The same of one worker's, strictly in turn from its last one on, so that each result is
    /// come round to however many others are there.
    fn claim_from(&mut self, words: &Words, worker: usize) -> Option<Place> {
        let cursor = self.next[worker];
        let mut others = cursor.others(self.layout.words_of(worker));
        self.find(words, cursor.word, cursor.ahead())
            .or_else(|| others.find_map(|word| self.find(words, word, u64::MAX)))
            // Of its snapshot of a moment ago.
            .or_else(|| self.free(cursor.word, !cursor.ahead()))
    }

    /// The first such request among some bits of a word. The last snapshot is asked first: the
    /// shared word is read only when that has nothing left.
    fn find(&mut self, words: &Words, word: usize, bits: u64) -> Option<Place> {
        self.free(word, bits).or_else(|| {
            self.refresh(words, word, Site::ReapRmb)
                .then(|| self.free(word, bits))
                .flatten()
        })
    }

    /// The first request among some bits of a word that the snapshot shows as the submitter's,
    /// unless it is staged.
    fn free(&self, word: usize, bits: u64) -> Option<Place> {
        let private = &self.private[word];
        let free = private.owned() & !private.staged & self.layout.mask(word) & bits;
        first_set(free).map(|bit| self.layout.place(word, bit))
    }

    /// Takes a new snapshot of a word of `done`; whether it brought news.
    fn refresh(&mut self, words: &Words, word: usize, site: Site) -> bool {
        // Ordering: Relaxed, since the barrier below orders what is read after a change. A value
        // that was already acted on has had its barrier.
        let done = words.done[word].load(Ordering::Relaxed);
        let news = done != self.private[word].done;
        if news {
            smp_rmb(site);
            self.private[word].done = done;
        }
        news
    }

    /// Whether a claimed request holds a result that was never delivered.
    pub(crate) fn holds_result(&self, place: Place) -> bool {
        !faulty(Fault::PendingIgnored) && self.private[place.word].pending & place.mask != 0
    }

    /// Done becomes Free. Said before the result is handed over, so that it is handed over once
    /// even if the callback panics.
    pub(crate) fn delivered(&mut self, place: Place) {
        self.private[place.word].pending &= !place.mask;
    }

    /// The next undelivered result of the worker's in the last snapshot, now marked as delivered.
    pub(crate) fn next_result(&mut self, worker: usize) -> Option<Place> {
        let place = self.layout.words_of(worker).find_map(|word| {
            let private = &self.private[word];
            let ready = private.owned() & private.pending;
            first_set(ready).map(|bit| self.layout.place(word, bit))
        })?;
        self.delivered(place);
        Some(place)
    }

    /// Takes a new snapshot of the worker's words that have something to wait for; whether all that
    /// was committed to it is done.
    pub(crate) fn flush(&mut self, words: &Words, worker: usize) -> bool {
        self.layout.words_of(worker).fold(true, |drained, word| {
            if self.private[word].busy() != 0 {
                self.refresh(words, word, Site::FlushRmb);
            }
            drained & (self.private[word].busy() == 0)
        })
    }

    /// Whether every request is staged: then waiting for a free one would never end.
    pub(crate) fn stages_all(&self) -> bool {
        (0..self.layout.words()).all(|word| self.private[word].staged == self.layout.mask(word))
    }

    /// Marks a request as filled, to be published with the batch.
    pub(crate) fn stage(&mut self, place: Place) {
        let private = &mut self.private[place.word];
        if private.staged == 0 {
            self.touched.push(place.word);
        }
        private.staged |= place.mask;
        self.next[self.layout.worker_of(place.request)] = self.layout.after(place);
    }

    /// Free becomes Busy for each staged request: one barrier, then one store per word. Returns how
    /// many there were, and the worker of each word, for waking.
    pub(crate) fn publish(&mut self, words: &Words) -> (usize, impl Iterator<Item = usize>) {
        if !self.touched.is_empty() {
            smp_wmb(Site::CommitWmb);
        }
        let mut count = 0;
        for &word in &self.touched {
            let private = &mut self.private[word];
            count += private.staged.count_ones() as usize;
            private.fill ^= private.staged;
            private.pending |= private.staged;
            private.staged = 0;
            // Ordering: Relaxed, behind `commit.wmb`. A store and no RMW: the word has one writer.
            words.fill[word].store(private.fill, Ordering::Relaxed);
        }
        let layout = self.layout;
        let workers = self
            .touched
            .drain(..)
            .map(move |word| layout.worker_of_word(word));
        (count, workers)
    }

    /// Takes every staged request back; they stay Free.
    pub(crate) fn unstage(&mut self) {
        for word in self.touched.drain(..) {
            self.private[word].staged = 0;
        }
    }
}

/// A worker's half.
pub(crate) struct WorkerSide {
    layout: Layout,
    /// Its words.
    own: Range<usize>,
    /// Its own copy of its `done` words.
    done: Box<[u64]>,
    /// The word that it works on, and what is left of the snapshot that it took of it.
    word: usize,
    left: u64,
    /// Where to go on: behind the last request taken.
    next: Cursor,
}

impl WorkerSide {
    pub(crate) fn new(layout: Layout, worker: usize) -> Self {
        let own = if faulty(Fault::RangeIgnored) {
            0..layout.words()
        } else {
            layout.words_of(worker)
        };
        Self {
            layout,
            next: Cursor::first_of(&own),
            word: own.start,
            left: 0,
            done: vec![0; own.len()].into(),
            own,
        }
    }

    /// Takes a snapshot of the first word that has work, strictly in turn from the last request
    /// taken on; whether there is one. Only to be called when nothing is left of the last snapshot.
    pub(crate) fn look(&mut self, words: &Words) -> bool {
        debug_assert_eq!(
            self.left, 0,
            "a snapshot is taken apart before the next is taken"
        );
        let cursor = self.next;
        let at_cursor = self.work(words, cursor.word);
        let others = cursor.others(self.own.clone());
        let found = match at_cursor & cursor.ahead() {
            0 => others
                .map(|word| (word, self.work(words, word)))
                .find(|&(_, work)| work != 0)
                .unwrap_or((cursor.word, at_cursor)),
            ahead => (cursor.word, ahead),
        };
        if found.1 == 0 {
            return false;
        }
        smp_rmb(Site::TakeRmb);
        (self.word, self.left) = found;
        true
    }

    /// The requests of a word that are the worker's.
    fn work(&self, words: &Words, word: usize) -> u64 {
        // Ordering: Relaxed; `take.rmb` comes before anything read here is acted on.
        words.fill[word].load(Ordering::Relaxed) ^ self.done[self.local(word)]
    }

    /// The next request of the snapshot.
    pub(crate) fn take(&mut self) -> Option<Place> {
        let bit = first_set(self.left)?;
        let place = self.layout.place(self.word, bit);
        self.left &= !place.mask;
        self.next = self.layout.after(place);
        Some(place)
    }

    /// Busy becomes Done. Whether that was the last request of the snapshot.
    pub(crate) fn complete(&mut self, words: &Words, place: Place) -> bool {
        let local = self.local(place.word);
        self.done[local] ^= place.mask;
        smp_wmb(Site::CompleteWmb);
        // Ordering: Relaxed, behind `complete.wmb`. A store and no RMW: the word has one writer.
        words.done[place.word].store(self.done[local], Ordering::Relaxed);
        self.left == 0
    }

    fn local(&self, word: usize) -> usize {
        word - self.own.start
    }
}
