//! What the submitter and the workers share.

use crate::bits::Layout;
use crate::handoff::Chosen;
use crate::slots::Slots;
use crate::sync::{AtomicBool, CachePadded, Ordering, Unparker};
use crate::wake::{Doorbell, Patience};

/// One pool, held by the submitter and by each worker.
pub(crate) struct Pool<R> {
    pub(crate) layout: Layout,
    pub(crate) patience: Patience,
    pub(crate) words: Chosen,
    pub(crate) slots: Slots<R>,
    /// Set by the submitter once and for all.
    stop: CachePadded<AtomicBool>,
    pub(crate) submitter_bell: Doorbell,
    pub(crate) submitter: Unparker,
    pub(crate) worker_bells: Box<[Doorbell]>,
}

impl<R> Pool<R> {
    pub(crate) fn new(
        layout: Layout,
        words: Chosen,
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

    /// Gives everything shared the name under which a model's log shows it.
    #[cfg(any(loom, shuttle, weft))]
    pub(crate) fn name(&self) {
        use crate::trace::{Form, name};
        self.words.name(self.layout);
        self.slots.name();
        name(&*self.stop, || "stop".to_owned(), Form::Flag);
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
