//! The submitter's half, whatever the design: which requests are its own, which of them hold a
//! result, and where to look for the next.
//!
//! | transition | before | after |
//! |---|---|---|
//! | [`SubmitterSide::publish`] | Free: owned, not pending | Busy: not owned, pending |
//! | [`SubmitterSide::refresh`] | Busy | Done: owned, pending |
//! | [`SubmitterSide::delivered`] | Done | Free |
//!
//! Not owned and not pending would be a request that nobody committed: never.

use crate::bits::{Layout, Place, first_set, others};
use crate::handoff::Handoff;
use crate::site::Site;

/// What the submitter alone knows of 64 requests of one worker.
#[derive(Clone, Copy, Debug)]
struct Private {
    /// With the submitter, as it last heard. It may not have heard of one that came back, but only
    /// it gives one away, so none of these is Busy (O9).
    owned: u64,
    /// Committed, and the result not yet delivered.
    pending: u64,
    /// Filled and to be published with the batch, so not to be handed out again.
    staged: u64,
}

impl Private {
    /// The requests that are with the worker, as far as the submitter has heard.
    #[inline]
    fn busy(&self) -> u64 {
        self.pending & !self.owned
    }

    /// The requests whose result is here and was not delivered.
    #[inline]
    fn ready(&self) -> u64 {
        self.pending & self.owned
    }
}

/// The submitter's half of a pool.
#[derive(Debug)]
pub struct SubmitterSide<H: Handoff> {
    layout: Layout,
    private: Box<[Private]>,
    design: H::Submitter,
    /// Where to start looking in each worker's range.
    next: Box<[Place]>,
    /// The words with staged requests; its capacity is all words, so it never allocates again.
    touched: Vec<usize>,
    /// How many requests are staged.
    staged: usize,
}

impl<H: Handoff> SubmitterSide<H> {
    /// That of a pool in which no request was published yet.
    pub fn new(layout: Layout, words: &H) -> Self {
        let free = |word| Private {
            owned: layout.mask(word),
            pending: 0,
            staged: 0,
        };
        Self {
            layout,
            private: (0..layout.words()).map(free).collect(),
            design: words.submitter(layout),
            next: (0..layout.workers)
                .map(|worker| layout.first_of(worker))
                .collect(),
            touched: Vec::with_capacity(layout.words()),
            staged: 0,
        }
    }

    /// A request that is the submitter's and not staged, if there is one (O11), with the worker at
    /// the cursor asked first.
    #[inline]
    pub fn claim(&mut self, words: &H, cursor: usize) -> Option<Place> {
        // What the search below would come to first, and without it.
        let next = self.next[cursor];
        let place = match self.free(next.word(), next.ahead()) {
            Some(place) => place,
            None => self.search(words, cursor)?,
        };
        words.claimed(&mut self.design, place);
        Some(place)
    }

    /// Asks worker after worker.
    #[inline(never)]
    fn search(&mut self, words: &H, cursor: usize) -> Option<Place> {
        let workers = self.layout.workers;
        H::search(cursor, workers, |worker| self.claim_from(words, worker))
    }

    /// The same of one worker's, strictly in turn from its last one on, so that each result is
    /// come round to however many others are there.
    #[inline]
    fn claim_from(&mut self, words: &H, worker: usize) -> Option<Place> {
        let cursor = self.next[worker];
        self.find(words, cursor.word(), cursor.ahead())
            .or_else(|| {
                let mut others = others(cursor, self.layout.words_of(worker));
                others.find_map(|word| self.find(words, word, u64::MAX))
            })
            // As of a moment ago.
            .or_else(|| self.free(cursor.word(), !cursor.ahead()))
    }

    /// The first such request among some bits of a word. What is known already is asked first: the
    /// shared words are read only when that has nothing left.
    #[inline]
    fn find(&mut self, words: &H, word: usize, bits: u64) -> Option<Place> {
        self.free(word, bits).or_else(|| {
            self.refresh(words, word, Site::ReapRmb);
            self.free(word, bits)
        })
    }

    /// The first request among some bits of a word that is known as the submitter's, unless it is
    /// staged.
    #[inline(always)]
    fn free(&self, word: usize, bits: u64) -> Option<Place> {
        let private = &self.private[word];
        let free = private.owned & !private.staged & bits;
        first_set(free).map(|bit| Place::new(word, bit))
    }

    /// Asks which of a word's requests came back: Busy becomes Done.
    #[inline]
    fn refresh(&mut self, words: &H, word: usize, site: Site) {
        let private = &mut self.private;
        words.reap(&mut self.design, word, site, |word, bits| {
            private[word].owned |= bits;
        });
    }

    /// Whether a claimed request holds a result that was never delivered.
    #[inline]
    pub fn holds_result(&self, place: Place) -> bool {
        self.private[place.word()].pending & place.mask() != 0
    }

    /// Done becomes Free. Said before the result is handed over, so that it is handed over once
    /// even if the callback panics.
    #[inline]
    pub fn delivered(&mut self, place: Place) {
        self.private[place.word()].pending &= !place.mask();
    }

    /// The next undelivered result in the word that is known, now marked as delivered.
    #[inline]
    pub fn next_result(&mut self, word: usize) -> Option<Place> {
        let bit = first_set(self.private[word].ready())?;
        let place = Place::new(word, bit);
        self.delivered(place);
        Some(place)
    }

    /// The same in all words, from that one on and around.
    pub(crate) fn next_result_from(&mut self, word: usize) -> Option<Place> {
        (word..self.private.len())
            .chain(0..word)
            .find_map(|word| self.next_result(word))
    }

    /// Looks at the worker's words that have something to wait for; whether all that was committed
    /// to it is done.
    #[inline]
    pub fn flush(&mut self, words: &H, worker: usize) -> bool {
        self.layout.words_of(worker).fold(true, |drained, word| {
            if self.private[word].busy() != 0 {
                self.refresh(words, word, Site::FlushRmb);
            }
            drained & (self.private[word].busy() == 0)
        })
    }

    /// Looks at every word that has something to wait for; whether there is an undelivered result.
    pub fn collect(&mut self, words: &H) -> bool {
        for worker in 0..self.layout.workers {
            self.flush(words, worker);
        }
        // Words that stand for no request have none.
        self.private.iter().any(|private| private.ready() != 0)
    }

    /// How many requests are committed and not delivered.
    pub fn pending(&self) -> usize {
        let pending = self.private.iter().map(|private| private.pending);
        pending.map(|bits| bits.count_ones() as usize).sum()
    }

    /// Whether every request is staged: then waiting for a free one would never end.
    pub fn stages_all(&self) -> bool {
        self.staged == self.layout.requests()
    }

    /// Marks a request as filled, to be published with the batch.
    #[inline]
    pub fn stage(&mut self, place: Place) {
        let private = &mut self.private[place.word()];
        if private.staged == 0 {
            self.touched.push(place.word());
        }
        private.staged |= place.mask();
        self.staged += 1;
        self.go_on_behind(place);
    }

    /// The next search of the request's worker begins behind it.
    #[inline]
    fn go_on_behind(&mut self, place: Place) {
        self.next[self.layout.worker_of(place)] = self.layout.after(place);
    }

    /// Free becomes Busy for one request that is not staged.
    #[inline(always)]
    pub fn publish_one(&mut self, words: &H, place: Place, wake: impl FnOnce()) {
        let (word, mask) = (place.word(), place.mask());
        let private = &mut self.private[word];
        private.owned &= !mask;
        private.pending |= mask;
        words.commit(&mut self.design, std::iter::once((word, mask)), wake);
        self.go_on_behind(place);
    }

    /// Free becomes Busy for each staged request; `wake` is then given their words. Returns how many
    /// requests there were.
    #[inline]
    pub fn publish(&mut self, words: &H, wake: impl FnOnce(&[usize])) -> usize {
        let count = std::mem::take(&mut self.staged);
        if count > 0 {
            let Self {
                private, touched, ..
            } = self;
            let filled = touched.iter().map(|&word| {
                let private = &mut private[word];
                let staged = std::mem::take(&mut private.staged);
                private.owned &= !staged;
                private.pending |= staged;
                (word, staged)
            });
            words.commit(&mut self.design, filled, || wake(touched));
            touched.clear();
        }
        count
    }

    /// Takes every staged request back; they stay Free.
    #[inline]
    pub fn unstage(&mut self) {
        if self.staged > 0 {
            self.unstage_all();
        }
    }

    #[cold]
    fn unstage_all(&mut self) {
        for word in self.touched.drain(..) {
            self.private[word].staged = 0;
        }
        self.staged = 0;
    }
}
