//! A row of words, packed onto cache lines that hold nothing else.

use crossbeam_utils::CachePadded;
use flipside::seam::AtomicU64;

#[derive(Debug)]
pub(crate) struct Lines {
    lines: Box<[CachePadded<[AtomicU64; WORDS_PER_LINE]>]>,
}

impl Lines {
    /// At least so many words, each with the value that `value` gives it.
    pub(crate) fn new(words: usize, value: impl Fn(usize) -> u64) -> Self {
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
    pub(crate) fn word(&self, index: usize) -> &AtomicU64 {
        &self.lines[index / WORDS_PER_LINE][index % WORDS_PER_LINE]
    }
}

/// Words on a cache line, as far as padding goes.
const PER_LINE: usize = size_of::<CachePadded<u64>>() / size_of::<u64>();

/// A checker has no cache: there each word that is not used would only be one more to follow.
const WORDS_PER_LINE: usize = if cfg!(any(loom, shuttle, weft)) {
    1
} else {
    PER_LINE
};

impl Lines {
    /// Gives the first so many words a name and an index in a checker's log, and their values a
    /// form.
    pub(crate) fn name<F>(&self, words: usize, kind: &str, show: impl Fn(usize) -> F)
    where
        F: Fn(u64) -> String + 'static,
    {
        for index in 0..words {
            let line = format!("{kind}, line {}", index / PER_LINE);
            name_on_line(
                self.word(index),
                || format!("{kind}[{index}]"),
                line,
                show(index),
            );
        }
    }
}

#[cfg(any(loom, shuttle, weft))]
pub(crate) use flipside_instrument::trace::name_on_line;

/// Nothing, where there is no log.
#[cfg(not(any(loom, shuttle, weft)))]
pub(crate) fn name_on_line<T>(
    _: &T,
    _: impl FnOnce() -> String,
    _: String,
    _: impl Fn(u64) -> String + 'static,
) {
}
