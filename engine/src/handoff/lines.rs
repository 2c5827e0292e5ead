//! A row of words, packed onto cache lines that hold nothing else.

use crate::sync::{AtomicU64, CachePadded, WORDS_PER_LINE};

pub(super) struct Lines {
    lines: Box<[CachePadded<[AtomicU64; WORDS_PER_LINE]>]>,
}

impl Lines {
    /// At least so many words, each with the value that `value` gives it.
    pub(super) fn new(words: usize, value: impl Fn(usize) -> u64) -> Self {
        let line = |line| {
            let word = |index| AtomicU64::new(value(line * WORDS_PER_LINE + index));
            CachePadded::new(std::array::from_fn(word))
        };
        Self {
            lines: (0..words.div_ceil(WORDS_PER_LINE)).map(line).collect(),
        }
    }

    #[allow(clippy::modulo_one, reason = "a line has one word under a checker")]
    #[inline]
    pub(super) fn word(&self, index: usize) -> &AtomicU64 {
        &self.lines[index / WORDS_PER_LINE][index % WORDS_PER_LINE]
    }
}

crate::sync::checked! {
    impl Lines {
        /// Gives the first so many words a name, an index and a form.
        pub(super) fn name(&self, words: usize, kind: &str, form: impl Fn(usize) -> crate::trace::Form) {
            /// As a normal build packs them.
            const PACKED: usize = size_of::<CachePadded<u64>>() / size_of::<u64>();
            for index in 0..words {
                let line = format!("{kind}, line {}", index / PACKED);
                let name = || format!("{kind}[{index}]");
                crate::trace::name_on_line(self.word(index), name, form(index), line);
            }
        }
    }
}
