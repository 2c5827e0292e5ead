//! Vector clocks of one thread's events, in one flat allocation.
//!
//! A clock is a count of events per thread: `c[t] = n` means the first `n` events of thread `t`
//! are in the set. Every set that the checker keeps per event (its `po ∪ rf` prefix, its
//! happens-before prefix, what it passes on to an acquirer) is closed under program order, so a
//! count per thread describes it exactly.

/// Which of an event's three clocks is meant.
#[derive(Clone, Copy)]
pub(crate) enum Which {
    /// The `(po ∪ rf ∪ spawn ∪ join)` prefix, the event included.
    Porf = 0,
    /// The happens-before prefix, the event included.
    Hb = 1,
    /// What an acquire that reads from this write learns; empty for other events.
    Message = 2,
}

const KINDS: usize = 3;

/// The clocks of one thread's events, `KINDS` rows of `stride` counts each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clocks {
    rows: Vec<u32>,
}

impl Clocks {
    pub(crate) fn get(&self, stride: usize, index: u32, which: Which) -> &[u32] {
        let at = (index as usize * KINDS + which as usize) * stride;
        &self.rows[at..at + stride]
    }

    pub(crate) fn get_mut(&mut self, stride: usize, index: u32, which: Which) -> &mut [u32] {
        let at = (index as usize * KINDS + which as usize) * stride;
        &mut self.rows[at..at + stride]
    }

    /// Adds the rows of event `index`: everything its predecessor in the thread had seen, and itself.
    pub(crate) fn push(&mut self, stride: usize, thread: u32, index: u32) {
        let at = index as usize * KINDS * stride;
        debug_assert_eq!(self.rows.len(), at);
        self.rows.resize(at + KINDS * stride, 0);
        self.restart(stride, thread, index);
    }

    /// Resets the rows of event `index` to what program order alone gives it.
    pub(crate) fn restart(&mut self, stride: usize, thread: u32, index: u32) {
        let at = index as usize * KINDS * stride;
        if index > 0 {
            let before = at - KINDS * stride;
            self.rows.copy_within(before..before + 2 * stride, at);
        } else {
            self.rows[at..at + 2 * stride].fill(0);
        }
        self.rows[at + 2 * stride..at + 3 * stride].fill(0);
        self.rows[at + thread as usize] = index + 1;
        self.rows[at + stride + thread as usize] = index + 1;
    }

    pub(crate) fn truncate(&mut self, stride: usize, events: u32) {
        self.rows.truncate(events as usize * KINDS * stride);
    }

    /// The same with the threads in another order: `threads` has the old number of each.
    pub(crate) fn permuted(&self, stride: usize, threads: &[u32]) -> Clocks {
        let mut rows = vec![0; self.rows.len()];
        for (new, old) in rows
            .chunks_exact_mut(stride)
            .zip(self.rows.chunks_exact(stride))
        {
            for (count, &thread) in new.iter_mut().zip(threads) {
                *count = old[thread as usize];
            }
        }
        Clocks { rows }
    }

    /// Makes room for more threads.
    pub(crate) fn widen(&mut self, old: usize, new: usize) {
        let mut rows = Vec::with_capacity(self.rows.len() / old * new);
        for row in self.rows.chunks_exact(old) {
            rows.extend_from_slice(row);
            rows.resize(rows.len() + new - old, 0);
        }
        self.rows = rows;
    }
}

/// Adds the set `from` to the set `into`.
pub(crate) fn join(into: &mut [u32], from: &[u32]) {
    for (a, b) in into.iter_mut().zip(from) {
        *a = (*a).max(*b);
    }
}
