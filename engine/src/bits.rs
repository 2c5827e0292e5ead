//! Which request stands at which bit of which word, and the search for a set bit.

use std::ops::Range;

/// Bits in one word.
pub const WORD_BITS: usize = u64::BITS as usize;

/// The arithmetic of one pool: requests are numbered by worker, words too, so that all words of a
/// worker lie side by side.
///
/// A worker's words begin at a multiple of a power of two, so that nothing is divided between
/// `prepare` and `complete`; words beyond its last one stand for no request.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Worker threads.
    pub workers: usize,
    /// Requests of each.
    pub ring_size: usize,
    /// Words from one worker's first to the next one's, as a power of two.
    stride: u32,
}

/// A request's place: its number, its word, and its bit in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its number.
    pub request: usize,
    /// The number of its word.
    pub word: usize,
    /// Its bit in the word, and no other.
    pub mask: u64,
}

impl Layout {
    /// That of so many workers with so many requests each.
    #[must_use]
    pub fn new(workers: usize, ring_size: usize) -> Self {
        let words = ring_size.div_ceil(WORD_BITS);
        Self {
            workers,
            ring_size,
            stride: words.next_power_of_two().trailing_zeros(),
        }
    }

    /// How many requests there are in all.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.workers * self.ring_size
    }

    /// How many words there are in all, those that stand for no request with them.
    #[must_use]
    pub fn words(&self) -> usize {
        self.workers << self.stride
    }

    /// The words of one worker that stand for requests.
    #[inline]
    pub fn words_of(&self, worker: usize) -> Range<usize> {
        let first = worker << self.stride;
        first..first + self.ring_size.div_ceil(WORD_BITS)
    }

    /// The bits of a word that stand for a request.
    #[inline]
    pub fn mask(&self, word: usize) -> u64 {
        match self.ring_size.saturating_sub(self.first_index(word)) {
            used if used >= WORD_BITS => u64::MAX,
            used => (1 << used) - 1,
        }
    }

    /// The worker whose word it is.
    #[inline]
    pub fn worker_of_word(&self, word: usize) -> usize {
        word >> self.stride
    }

    /// Where a word's first bit stands in the ring of its worker.
    #[inline]
    fn first_index(&self, word: usize) -> usize {
        (word & ((1 << self.stride) - 1)) * WORD_BITS
    }

    /// The place of a bit of a word.
    #[inline]
    pub fn place(&self, word: usize, bit: u32) -> Place {
        let first = self.worker_of_word(word) * self.ring_size;
        Place {
            request: first + self.first_index(word) + bit as usize,
            word,
            mask: 1 << bit,
        }
    }

    /// The places of bits of a word.
    pub fn places(self, word: usize, mut bits: u64) -> impl Iterator<Item = Place> {
        std::iter::from_fn(move || {
            let bit = first_set(bits)?;
            bits &= bits - 1;
            Some(self.place(word, bit))
        })
    }

    /// The place of a request.
    pub fn place_of(&self, request: usize) -> Place {
        let (worker, index) = (request / self.ring_size, request % self.ring_size);
        let word = self.words_of(worker).start + index / WORD_BITS;
        self.place(word, (index % WORD_BITS) as u32)
    }

    /// The word and bit of the request that follows in the worker's range, its first after its last.
    #[inline]
    pub fn after(&self, place: Place) -> Cursor {
        let next = self.first_index(place.word) + place.mask.trailing_zeros() as usize + 1;
        let index = if next == self.ring_size { 0 } else { next };
        let first_word = self.worker_of_word(place.word) << self.stride;
        Cursor {
            word: first_word + index / WORD_BITS,
            bit: (index % WORD_BITS) as u32,
        }
    }
}

/// Where a search in a worker's range starts: behind the last hit. Every search goes once around
/// from there, strictly in turn, so that no request starves behind others that are always ready,
/// neither in its own word nor in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The word.
    pub word: usize,
    /// The bit in it.
    pub bit: u32,
}

impl Cursor {
    /// The first bit of the first of these words.
    #[must_use]
    pub fn first_of(words: &Range<usize>) -> Self {
        Self {
            word: words.start,
            bit: 0,
        }
    }

    /// The bits of the cursor's word that come first in turn; the others come last.
    #[inline]
    pub fn ahead(self) -> u64 {
        u64::MAX << self.bit
    }

    /// The words of the range that come between the two, in turn.
    #[inline]
    pub fn others(self, words: Range<usize>) -> impl Iterator<Item = usize> {
        (self.word + 1..words.end).chain(words.start..self.word)
    }
}

/// The lowest set bit.
#[inline]
pub fn first_set(bits: u64) -> Option<u32> {
    (bits != 0).then(|| bits.trailing_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_has_one_place_and_its_own_bit() {
        for workers in [1, 2, 3] {
            for ring_size in [1, 2, 63, 64, 65, 128, 130, 4096] {
                let layout = Layout::new(workers, ring_size);
                let mut seen = vec![0u32; layout.requests()];
                for worker in 0..workers {
                    for word in layout.words_of(worker) {
                        let mask = layout.mask(word);
                        for bit in (0..64).filter(|bit| mask >> bit & 1 == 1) {
                            let place = layout.place(word, bit);
                            seen[place.request] += 1;
                            assert_eq!(layout.worker_of_word(place.word), worker);
                            assert_eq!((place.word, place.mask), (word, 1 << bit));
                            assert_eq!(layout.place_of(place.request), place);
                        }
                    }
                }
                assert!(
                    seen.iter().all(|&times| times == 1),
                    "{workers} x {ring_size}"
                );
            }
        }
    }

    #[test]
    fn the_cursor_visits_each_request_of_its_worker_in_turn() {
        for ring_size in [1, 2, 64, 65, 130] {
            let layout = Layout::new(2, ring_size);
            let mut place = layout.place(layout.words_of(1).start, 0);
            for step in 0..2 * ring_size {
                assert_eq!(place.request, ring_size + step % ring_size);
                let Cursor { word, bit } = layout.after(place);
                place = layout.place(word, bit);
            }
        }
    }

    #[test]
    fn a_search_visits_each_request_once_in_turn() {
        for ring_size in [1, 2, 64, 65, 130] {
            let layout = Layout::new(2, ring_size);
            let own = layout.words_of(1);
            for start in 0..ring_size {
                let cursor = Cursor {
                    word: own.start + start / WORD_BITS,
                    bit: (start % WORD_BITS) as u32,
                };
                let ahead = (cursor.word, cursor.ahead());
                let others = cursor.others(own.clone()).map(|word| (word, u64::MAX));
                let behind = (cursor.word, !cursor.ahead());
                let parts = std::iter::once(ahead).chain(others).chain([behind]);
                let visited = parts.flat_map(|(word, part)| {
                    let mut left = layout.mask(word) & part;
                    std::iter::from_fn(move || {
                        let bit = first_set(left)?;
                        left &= left - 1;
                        Some(layout.place(word, bit).request)
                    })
                });
                let in_turn = (0..ring_size).map(|step| ring_size + (start + step) % ring_size);
                assert!(visited.eq(in_turn), "{ring_size} from {start}");
            }
        }
    }
}
