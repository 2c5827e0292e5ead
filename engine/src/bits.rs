//! Which request stands at which bit of which word, and the search for a set bit.

use std::ops::Range;

/// Bits in one word.
pub const WORD_BITS: usize = u64::BITS as usize;

const WORD_SHIFT: u32 = WORD_BITS.trailing_zeros();

/// The arithmetic of one pool: requests are numbered by worker, words and places too, so that all
/// of a worker lie side by side.
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

/// A request's place, in one machine word: the number of its word, and its bit in that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place(usize);

impl Place {
    /// The place of a bit of a word.
    #[inline(always)]
    #[must_use]
    pub const fn new(word: usize, bit: u32) -> Self {
        Self(word << WORD_SHIFT | bit as usize)
    }

    /// The number of its word.
    #[inline(always)]
    #[must_use]
    pub const fn word(self) -> usize {
        self.0 >> WORD_SHIFT
    }

    /// Its bit in the word, and no other.
    #[inline(always)]
    #[must_use]
    pub const fn mask(self) -> u64 {
        // Shifts by the lowest six bits, which are those of the place.
        1u64.wrapping_shl(self.0 as u32)
    }

    /// Its bit and those above it.
    #[inline(always)]
    #[must_use]
    pub const fn ahead(self) -> u64 {
        u64::MAX.wrapping_shl(self.0 as u32)
    }
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
        let first = (word & ((1 << self.stride) - 1)) * WORD_BITS;
        match self.ring_size.saturating_sub(first) {
            used if used >= WORD_BITS => u64::MAX,
            used => (1 << used) - 1,
        }
    }

    /// The worker whose word it is.
    #[inline]
    pub fn worker_of_word(&self, word: usize) -> usize {
        word >> self.stride
    }

    /// The worker whose request it is.
    #[inline]
    pub fn worker_of(&self, place: Place) -> usize {
        self.worker_of_word(place.word())
    }

    /// The first place of a worker.
    #[inline]
    pub fn first_of(&self, worker: usize) -> Place {
        Place::new(worker << self.stride, 0)
    }

    /// Where it stands in the ring of its worker.
    #[inline]
    fn index(&self, place: Place) -> usize {
        place.0 & ((WORD_BITS << self.stride) - 1)
    }

    /// The number of the request.
    #[inline]
    pub fn request(&self, place: Place) -> usize {
        self.worker_of(place) * self.ring_size + self.index(place)
    }

    /// The place that follows in the worker's range, its first after its last.
    #[inline]
    pub fn after(&self, place: Place) -> Place {
        let index = self.index(place);
        match index + 1 == self.ring_size {
            true => Place(place.0 - index),
            false => Place(place.0 + 1),
        }
    }

    /// The place of a request.
    #[must_use]
    pub fn place_of(&self, request: usize) -> Place {
        let (worker, index) = (request / self.ring_size, request % self.ring_size);
        Place(self.first_of(worker).0 + index)
    }
}

/// The places of bits of a word.
pub fn places(word: usize, mut bits: u64) -> impl Iterator<Item = Place> {
    std::iter::from_fn(move || {
        let bit = first_set(bits)?;
        bits &= bits - 1;
        Some(Place::new(word, bit))
    })
}

/// The words of a range that come, in turn, between the two parts of the word at a cursor: a search
/// goes once around from behind the last hit, so that no request starves behind others that are
/// always ready, neither in its own word nor in another.
#[inline]
pub(crate) fn others(cursor: Place, words: Range<usize>) -> impl Iterator<Item = usize> {
    (cursor.word() + 1..words.end).chain(words.start..cursor.word())
}

/// The lowest set bit.
#[inline]
pub(crate) fn first_set(bits: u64) -> Option<u32> {
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
                            let place = Place::new(word, bit);
                            seen[layout.request(place)] += 1;
                            assert_eq!(layout.worker_of(place), worker);
                            assert_eq!((place.word(), place.mask()), (word, 1 << bit));
                            assert_eq!(layout.place_of(layout.request(place)), place);
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
            let mut place = layout.first_of(1);
            for step in 0..2 * ring_size {
                assert_eq!(layout.request(place), ring_size + step % ring_size);
                place = layout.after(place);
            }
        }
    }

    #[test]
    fn a_search_visits_each_request_once_in_turn() {
        for ring_size in [1, 2, 64, 65, 130] {
            let layout = Layout::new(2, ring_size);
            let own = layout.words_of(1);
            for start in 0..ring_size {
                let cursor = layout.place_of(ring_size + start);
                let ahead = (cursor.word(), cursor.ahead());
                let others = others(cursor, own.clone()).map(|word| (word, u64::MAX));
                let behind = (cursor.word(), !cursor.ahead());
                let parts = std::iter::once(ahead).chain(others).chain([behind]);
                let visited = parts.flat_map(|(word, part)| {
                    places(word, layout.mask(word) & part).map(|place| layout.request(place))
                });
                let in_turn = (0..ring_size).map(|step| ring_size + (start + step) % ring_size);
                assert!(visited.eq(in_turn), "{ring_size} from {start}");
            }
        }
    }
}
