//! One bit for each request of a pool, those of all workers side by side: the mail's bitmaps.

use crate::lines::Lines;
use crate::mutation::{Fault, faulty};
use flipside::seam::{Layout, Place, WORD_BITS};
use std::sync::atomic::Ordering;

/// A bitmap over all requests. It is asked by the words of a [`Layout`], and a worker's range may
/// begin anywhere in one of its own words, so a word asked for may lie across two of them.
#[derive(Debug)]
pub(crate) struct Packed {
    layout: Layout,
    bits: Lines,
}

/// What a read-modify-write does with bits.
#[derive(Clone, Copy)]
pub(crate) enum Update {
    Flip,
    Set,
    Clear,
}

impl Packed {
    pub(crate) fn zeroed(layout: Layout) -> Self {
        Self::new(layout, 0)
    }

    pub(crate) fn ones(layout: Layout) -> Self {
        Self::new(layout, u64::MAX)
    }

    fn new(layout: Layout, value: u64) -> Self {
        Self {
            layout,
            bits: Lines::new(Self::words(layout), |index| {
                value & Self::used(layout, index)
            }),
        }
    }

    /// How many words it has.
    pub(crate) fn words(layout: Layout) -> usize {
        layout.requests().div_ceil(WORD_BITS)
    }

    /// The bits of one of its words that stand for a request.
    fn used(layout: Layout, index: usize) -> u64 {
        match layout.requests().saturating_sub(index * WORD_BITS) {
            used if used >= WORD_BITS => u64::MAX,
            used => (1 << used) - 1,
        }
    }

    /// The bits of a word of the layout.
    #[inline]
    pub(crate) fn load(&self, word: usize, order: impl Fn() -> Ordering) -> u64 {
        let mask = self.layout.mask(word);
        let (index, shift) = self.start(word);
        let low = self.bits.word(index).load(order()) >> shift;
        let crosses = shift > 0 && mask >> (WORD_BITS - shift) != 0;
        let high = if crosses {
            self.bits.word(index + 1).load(order()) << (WORD_BITS - shift)
        } else {
            0
        };
        (low | high) & mask
    }

    /// Changes bits of a word of the layout, other threads' changes beside it kept.
    #[inline]
    pub(crate) fn update(
        &self,
        word: usize,
        bits: u64,
        update: Update,
        order: impl Fn() -> Ordering,
    ) {
        self.for_each_part(word, bits, |index, bits| {
            let word = self.bits.word(index);
            // Only the submitter clears bits, only workers flip or set them.
            let is_torn = match update {
                Update::Clear => faulty(Fault::TornUpdate) || faulty(Fault::MixedUpdate),
                Update::Flip | Update::Set => faulty(Fault::TornUpdate),
            };
            if is_torn {
                let old = word.load(Ordering::Relaxed);
                let new = match update {
                    Update::Flip => old ^ bits,
                    Update::Set => old | bits,
                    Update::Clear => old & !bits,
                };
                word.store(new, order());
                return;
            }
            match update {
                Update::Flip => word.fetch_xor(bits, order()),
                Update::Set => word.fetch_or(bits, order()),
                Update::Clear => word.fetch_and(!bits, order()),
            };
        });
    }

    /// Flips bits of a word of the layout by plain stores, for the only writer of the whole bitmap:
    /// `copy` is the bitmap as it is.
    #[inline]
    pub(crate) fn flip_alone(
        &self,
        copy: &mut [u64],
        word: usize,
        bits: u64,
        order: impl Fn() -> Ordering,
    ) {
        self.for_each_part(word, bits, |index, bits| {
            copy[index] ^= bits;
            self.bits.word(index).store(copy[index], order());
        });
    }

    /// The bits of a word of the layout, in its own words.
    #[inline]
    fn for_each_part(&self, word: usize, bits: u64, mut part: impl FnMut(usize, u64)) {
        let (index, shift) = self.start(word);
        let low = bits << shift;
        if low != 0 {
            part(index, low);
        }
        let high = if shift > 0 {
            bits >> (WORD_BITS - shift)
        } else {
            0
        };
        if high != 0 {
            part(index + 1, high);
        }
    }

    /// Its word and bit at which a word of the layout begins.
    #[inline]
    fn start(&self, word: usize) -> (usize, usize) {
        let request = self.layout.request(Place::new(word, 0));
        (request / WORD_BITS, request % WORD_BITS)
    }
}

impl Packed {
    /// Gives the words the names under which a model's log shows them.
    pub(crate) fn name(&self, kind: &str) {
        let in_binary = |index| {
            let width = Self::used(self.layout, index).count_ones() as usize;
            move |bits| format!("{bits:0width$b}")
        };
        self.bits.name(Self::words(self.layout), kind, in_binary);
    }
}

#[cfg(all(test, not(any(loom, shuttle, weft))))]
mod tests {
    use super::*;
    use flipside::seam::places;

    fn relaxed() -> Ordering {
        Ordering::Relaxed
    }

    /// The requests whose bit is set, asked by the layout's words.
    fn set(bitmap: &Packed, layout: Layout) -> Vec<usize> {
        let words = (0..layout.words()).flat_map(|word| places(word, bitmap.load(word, relaxed)));
        let words = words.map(|place| layout.request(place));
        words.collect()
    }

    #[test]
    fn each_request_has_a_bit_of_its_own_wherever_its_range_begins() {
        for workers in [1, 2, 3] {
            for ring_size in [1, 2, 63, 64, 65, 100, 130] {
                let layout = Layout::new(workers, ring_size);
                let ones = Packed::ones(layout);
                let all: Vec<_> = (0..layout.requests()).collect();
                assert_eq!(set(&ones, layout), all, "{workers} x {ring_size}");
                let zeroed = Packed::zeroed(layout);
                let mut copy = vec![0; Packed::words(layout)];
                for &request in &all {
                    let place = layout.place_of(request);
                    zeroed.update(place.word(), place.mask(), Update::Set, relaxed);
                    assert_eq!(set(&zeroed, layout), [request]);
                    zeroed.update(place.word(), place.mask(), Update::Flip, relaxed);
                    ones.update(place.word(), place.mask(), Update::Clear, relaxed);
                    assert!(!set(&ones, layout).contains(&request));
                    assert_eq!(set(&ones, layout).len(), all.len() - 1);
                    ones.update(place.word(), place.mask(), Update::Flip, relaxed);
                    zeroed.flip_alone(&mut copy, place.word(), place.mask(), relaxed);
                    assert_eq!(set(&zeroed, layout), [request]);
                    zeroed.flip_alone(&mut copy, place.word(), place.mask(), relaxed);
                }
                assert_eq!(set(&zeroed, layout), []);
            }
        }
    }

    #[test]
    fn a_whole_word_may_lie_across_two() {
        let layout = Layout::new(2, 100);
        let bitmap = Packed::zeroed(layout);
        for word in 0..layout.words() {
            bitmap.update(word, layout.mask(word), Update::Flip, relaxed);
            assert_eq!(bitmap.load(word, relaxed), layout.mask(word));
        }
        assert_eq!(set(&bitmap, layout).len(), 200);
    }
}
