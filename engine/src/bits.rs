//! Which request stands at which bit of which word, and the search for a set bit.

use std::ops::Range;

/// Bits in one word.
pub(crate) const WORD_BITS: usize = u64::BITS as usize;

/// The arithmetic of one pool: requests are numbered by worker, words too, so that all words of a
/// worker lie side by side.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    pub(crate) workers: usize,
    pub(crate) ring_size: usize,
    words_per_worker: usize,
}

/// A request's place: its number, its word, and its bit in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) request: usize,
    pub(crate) word: usize,
    pub(crate) mask: u64,
}

impl Layout {
    pub(crate) fn new(workers: usize, ring_size: usize) -> Self {
        Self {
            workers,
            ring_size,
            words_per_worker: ring_size.div_ceil(WORD_BITS),
        }
    }

    pub(crate) fn requests(&self) -> usize {
        self.workers * self.ring_size
    }

    pub(crate) fn words(&self) -> usize {
        self.workers * self.words_per_worker
    }

    /// The words of one worker.
    pub(crate) fn words_of(&self, worker: usize) -> Range<usize> {
        let first = worker * self.words_per_worker;
        first..first + self.words_per_worker
    }

    /// The bits of a word that stand for a request.
    pub(crate) fn mask(&self, word: usize) -> u64 {
        let first = word % self.words_per_worker * WORD_BITS;
        match self.ring_size - first {
            used if used >= WORD_BITS => u64::MAX,
            used => (1 << used) - 1,
        }
    }

    pub(crate) fn worker_of(&self, request: usize) -> usize {
        request / self.ring_size
    }

    pub(crate) fn worker_of_word(&self, word: usize) -> usize {
        word / self.words_per_worker
    }

    /// The place of a bit of a word.
    pub(crate) fn place(&self, word: usize, bit: u32) -> Place {
        let worker = self.worker_of_word(word);
        let index = word % self.words_per_worker * WORD_BITS + bit as usize;
        Place {
            request: worker * self.ring_size + index,
            word,
            mask: 1 << bit,
        }
    }

    /// The word and bit of the request that follows in the worker's range, its first after its last.
    pub(crate) fn after(&self, place: Place) -> Cursor {
        let worker = self.worker_of(place.request);
        let index = (place.request % self.ring_size + 1) % self.ring_size;
        Cursor {
            word: worker * self.words_per_worker + index / WORD_BITS,
            bit: (index % WORD_BITS) as u32,
        }
    }
}

/// Where a search in a worker's range starts. Every search begins behind the last hit and wraps
/// around, so that no request starves behind a lower one that is always ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) word: usize,
    pub(crate) bit: u32,
}

impl Cursor {
    pub(crate) fn first_of(words: &Range<usize>) -> Self {
        Self {
            word: words.start,
            bit: 0,
        }
    }

    /// The words of the range from the cursor's on, once around, each with the bit to start at.
    pub(crate) fn around(self, words: Range<usize>) -> impl Iterator<Item = (usize, u32)> {
        let before = words.start..self.word;
        std::iter::once((self.word, self.bit)).chain(
            (self.word + 1..words.end)
                .chain(before)
                .map(|word| (word, 0)),
        )
    }
}

/// The first set bit at or above `from`, or else the lowest one.
#[inline]
pub(crate) fn first_set_from(bits: u64, from: u32) -> Option<u32> {
    let above = bits & (u64::MAX << from);
    match (above, bits) {
        (0, 0) => None,
        (0, _) => Some(bits.trailing_zeros()),
        _ => Some(above.trailing_zeros()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_set_from_agrees_with_a_walk_over_the_bits() {
        let words = [
            0,
            1,
            1 << 63,
            0x8000_0000_0000_0001,
            u64::MAX,
            0xA5A5 << 20,
            6,
        ];
        for bits in words {
            for from in 0..64 {
                let naive = (from..64).chain(0..from).find(|bit| bits >> bit & 1 == 1);
                assert_eq!(first_set_from(bits, from), naive, "{bits:#x} from {from}");
            }
        }
    }

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
                            assert_eq!(layout.worker_of(place.request), worker);
                            assert_eq!((place.word, place.mask), (word, 1 << bit));
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
    fn around_visits_each_word_once_from_the_cursor_on() {
        let cursor = Cursor { word: 5, bit: 7 };
        let order: Vec<_> = cursor.around(3..8).collect();
        assert_eq!(order, [(5, 7), (6, 0), (7, 0), (3, 0), (4, 0)]);
    }
}
