//! The rings towards the workers, one each, with the submitter as their producer.

use super::ring::Ring;
use crate::bits::{Layout, Place};
use crate::site::{Site, smp_rmb, smp_wmb};

pub(super) struct Outward {
    rings: Box<[Ring]>,
}

/// The submitter's end: where it goes on in each ring.
pub(super) struct Tails(Box<[usize]>);

/// A worker's end.
pub(crate) struct Head {
    layout: Layout,
    worker: usize,
    head: usize,
    /// Consumed, and not given out yet.
    consumed: Option<Place>,
}

impl Outward {
    pub(super) fn new(layout: Layout) -> Self {
        let ring = |_| Ring::new(layout.ring_size);
        Self {
            rings: (0..layout.workers).map(ring).collect(),
        }
    }

    pub(super) fn tails(&self) -> Tails {
        Tails(vec![0; self.rings.len()].into())
    }

    pub(super) fn head(&self, layout: Layout, worker: usize) -> Head {
        Head {
            layout,
            worker,
            head: 0,
            consumed: None,
        }
    }

    /// Queues requests at their workers.
    #[inline]
    pub(super) fn publish(
        &self,
        layout: Layout,
        tails: &mut Tails,
        filled: impl Iterator<Item = (usize, u64)>,
    ) {
        smp_wmb(Site::CommitWmb);
        for (word, bits) in filled {
            let worker = layout.worker_of_word(word);
            for place in layout.places(word, bits) {
                let tail = &mut tails.0[worker];
                *tail = self.rings[worker].produce(*tail, place.request);
            }
        }
    }

    /// Consumes the worker's next request, if there is one.
    #[inline]
    pub(super) fn look(&self, own: &mut Head) -> bool {
        let ring = &self.rings[own.worker];
        let Some((request, next)) = ring.peek(own.head) else {
            return false;
        };
        smp_rmb(Site::TakeRmb);
        ring.discard(own.head);
        own.head = next;
        own.consumed = Some(own.layout.place_of(request));
        true
    }
}

impl Head {
    /// The consumed request.
    #[inline]
    pub(super) fn take(&mut self) -> Option<Place> {
        self.consumed.take()
    }
}

crate::sync::checked! {
    impl Outward {
        pub(super) fn name(&self) {
            for (worker, ring) in self.rings.iter().enumerate() {
                ring.name(&format!("ring {worker} slot"));
            }
        }
    }
}
