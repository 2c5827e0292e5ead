//! A worker's walk through its bitmaps.

use crate::bits::{Layout, Place, first_set, others};
use std::ops::Range;

/// The words of one worker, and what is left of the look that it took at one of them.
#[derive(Debug)]
pub struct Snapshot {
    layout: Layout,
    /// Its words.
    own: Range<usize>,
    /// The word that it works on, and its requests in it that it has not taken yet.
    word: usize,
    left: u64,
    /// Where to go on: behind the last request taken.
    next: Place,
}

impl Snapshot {
    /// That of a worker which has looked at nothing yet.
    #[must_use]
    pub fn new(layout: Layout, worker: usize) -> Self {
        let own = layout.words_of(worker);
        Self {
            layout,
            next: layout.first_of(worker),
            word: own.start,
            left: 0,
            own,
        }
    }

    /// The worker's words.
    #[inline]
    pub fn words(&self) -> Range<usize> {
        self.own.clone()
    }

    /// Keeps the first word that has work, strictly in turn from the last request taken on; whether
    /// there is one. `work` looks at a word.
    #[inline]
    pub fn look(&mut self, work: impl Fn(usize) -> u64) -> bool {
        debug_assert_eq!(
            self.left, 0,
            "a snapshot is taken apart before the next is taken"
        );
        let cursor = self.next;
        let at_cursor = work(cursor.word());
        let found = match at_cursor & cursor.ahead() {
            0 => others(cursor, self.own.clone())
                .find_map(|word| Some((word, work(word))).filter(|&(_, work)| work != 0))
                .unwrap_or((cursor.word(), at_cursor)),
            ahead => (cursor.word(), ahead),
        };
        (self.word, self.left) = found;
        self.left != 0
    }

    /// The next request of the snapshot.
    #[inline]
    pub fn take(&mut self) -> Option<Place> {
        let bit = first_set(self.left)?;
        let place = Place::new(self.word, bit);
        self.left &= self.left - 1;
        self.next = self.layout.after(place);
        Some(place)
    }

    /// Whether nothing is left of it.
    #[inline]
    pub fn is_done(&self) -> bool {
        self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_is_done_with_its_last_request_and_no_earlier() {
        let mut snapshot = Snapshot::new(Layout::new(1, 3), 0);
        assert!(snapshot.is_done());
        assert!(snapshot.look(|_| 0b101));
        for (request, done) in [(0, false), (2, true)] {
            assert_eq!(snapshot.take(), Some(Place::new(0, request)));
            assert_eq!(snapshot.is_done(), done, "after {request}");
        }
        assert_eq!(snapshot.take(), None);
        assert!(!snapshot.look(|_| 0));
    }
}
