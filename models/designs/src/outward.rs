//! The rings towards the workers, one each, with the submitter as their producer.

use crate::ring::Ring;
use flipside::seam::{Layout, Place, Site, places, smp_rmb, smp_wmb};

#[derive(Debug)]
pub(crate) struct Outward {
    rings: Box<[Ring]>,
}

/// The submitter's end: where it goes on in each ring.
#[derive(Debug)]
pub(crate) struct Tails(Box<[usize]>);

/// A worker's end.
#[derive(Debug)]
pub struct Head {
    layout: Layout,
    worker: usize,
    head: usize,
    /// Consumed, and not given out yet.
    consumed: Option<Place>,
}

impl Outward {
    pub(crate) fn new(layout: Layout) -> Self {
        let ring = |_| Ring::new(layout.ring_size);
        Self {
            rings: (0..layout.workers).map(ring).collect(),
        }
    }

    pub(crate) fn tails(&self) -> Tails {
        Tails(vec![0; self.rings.len()].into())
    }

    pub(crate) fn head(&self, layout: Layout, worker: usize) -> Head {
        Head {
            layout,
            worker,
            head: 0,
            consumed: None,
        }
    }

    /// Queues requests at their workers.
    #[inline]
    pub(crate) fn publish(
        &self,
        layout: Layout,
        tails: &mut Tails,
        filled: impl Iterator<Item = (usize, u64)>,
    ) {
        smp_wmb(Site::CommitWmb);
        for (word, bits) in filled {
            let worker = layout.worker_of_word(word);
            for place in places(word, bits) {
                let tail = &mut tails.0[worker];
                *tail = self.rings[worker].produce(*tail, layout.request(place));
            }
        }
    }

    /// Consumes the worker's next request, if there is one.
    #[inline]
    pub(crate) fn look(&self, own: &mut Head) -> bool {
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
    pub(crate) fn take(&mut self) -> Option<Place> {
        self.consumed.take()
    }
}

impl Outward {
    /// Gives the slots their names in a checker's log.
    pub(crate) fn name(&self) {
        for (worker, ring) in self.rings.iter().enumerate() {
            ring.name(&format!("ring {worker} slot"));
        }
    }
}
