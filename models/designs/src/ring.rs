//! A ring of request numbers with one consumer, as in Linux's `ptr_ring`: a slot says by itself
//! whether it is full, so the two sides share no index.

use crate::lines::Lines;
use std::sync::atomic::Ordering;

/// What an empty slot holds: `NULL`, where a number is kept one higher.
const EMPTY: u64 = 0;

/// The slots. All accesses are `Relaxed`: the design that uses them has the barriers.
#[derive(Debug)]
pub(crate) struct Ring {
    slots: Lines,
    size: usize,
}

impl Ring {
    pub(crate) fn new(size: usize) -> Self {
        Self {
            slots: Lines::new(size, |_| EMPTY),
            size,
        }
    }

    /// Fills the slot at `tail`; the slot to fill next.
    ///
    /// # Panics
    ///
    /// If it is full. A ring has a slot for each of its requests, so it never is.
    #[inline]
    #[track_caller]
    pub(crate) fn produce(&self, tail: usize, request: usize) -> usize {
        let slot = self.slots.word(tail);
        let before = slot.load(Ordering::Relaxed);
        assert_eq!(before, EMPTY, "a ring has a slot for each of its requests");
        slot.store(request as u64 + 1, Ordering::Relaxed);
        self.after(tail)
    }

    /// The request in the slot at `head`, and the slot to look at next. It stays in its slot.
    #[inline]
    pub(crate) fn peek(&self, head: usize) -> Option<(usize, usize)> {
        let number = self.slots.word(head).load(Ordering::Relaxed);
        (number != EMPTY).then(|| (number as usize - 1, self.after(head)))
    }

    /// Empties the slot at `head`.
    #[inline]
    pub(crate) fn discard(&self, head: usize) {
        self.slots.word(head).store(EMPTY, Ordering::Relaxed);
    }

    fn after(&self, slot: usize) -> usize {
        (slot + 1) % self.size
    }

    /// Gives the slots their names in a checker's log.
    pub(crate) fn name(&self, kind: &str) {
        self.slots.name(self.size, kind, |_| {
            |slot| match slot {
                EMPTY => "empty".to_owned(),
                request => format!("request {}", request - 1),
            }
        });
    }
}
