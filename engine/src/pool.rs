//! What the submitter and the workers share.

use crate::bits::Layout;
use crate::handoff::Handoff;
use crate::slots::Slots;
use crate::sync::{AtomicBool, CachePadded, Ordering, Unparker, name};
use crate::wake::{Doorbell, Patience};

/// One pool, held by the submitter and by each worker.
pub(crate) struct Pool<R, H> {
    pub(crate) layout: Layout,
    pub(crate) patience: Patience,
    pub(crate) words: H,
    pub(crate) slots: Slots<R>,
    /// Set by the submitter once and for all.
    stop: CachePadded<AtomicBool>,
    pub(crate) submitter_bell: Doorbell,
    pub(crate) submitter: Unparker,
    pub(crate) worker_bells: Box<[Doorbell]>,
}

impl<R, H: Handoff> Pool<R, H> {
    pub(crate) fn new(
        layout: Layout,
        words: H,
        patience: Patience,
        slots: Slots<R>,
        submitter: Unparker,
    ) -> Self {
        Self {
            layout,
            patience,
            words,
            slots,
            stop: CachePadded::new(AtomicBool::new(false)),
            submitter_bell: Doorbell::new(),
            submitter,
            worker_bells: (0..layout.workers).map(|_| Doorbell::new()).collect(),
        }
    }

    /// Gives everything shared the name under which a checker's log shows it.
    pub(crate) fn name(&self) {
        self.words.name(self.layout);
        self.slots.name();
        let yes_or_no = |stops| if stops == 0 { "no" } else { "yes" }.to_owned();
        name(&*self.stop, || "stop".to_owned(), yes_or_no);
        self.submitter_bell.name(|| "bell.submitter".to_owned());
        for (index, bell) in self.worker_bells.iter().enumerate() {
            bell.name(|| format!("bell[{index}]"));
        }
    }

    /// Tells the workers to return once nothing is left to do.
    pub(crate) fn stop(&self) {
        // Ordering: Relaxed, behind `stop.wmb`.
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether the workers are to return, at a look without barrier.
    pub(crate) fn is_stopping(&self) -> bool {
        // Ordering: Relaxed; a worker passes `stop.rmb` before it acts on it.
        self.stop.load(Ordering::Relaxed)
    }
}
