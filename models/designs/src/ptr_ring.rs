//! Rings both ways: the patch that the mail reviews.
//!
//! A worker's requests go to it through a ring of its own, and all come back through one ring that
//! every worker produces into, behind a spinlock. What is back is the submitter's free list.
//!
//! | transition | by | before | after | barrier |
//! |---|---|---|---|---|
//! | `publish` | submitter | Free: in no ring, not pending | Busy: in the worker's ring, pending | `commit.wmb`, then the store of the slot |
//! | `look` | worker | Busy | Busy, in the worker's hands: in no ring | the load of the slot, then `take.rmb` |
//! | `complete` | worker | Busy | Done: in the ring back, pending | the lock; `complete.wmb`, then the store of the slot |
//! | `reap` | submitter | Done | Done, in the submitter's hands: in no ring | the load of the slot, then `reap.rmb` or `flush.rmb` |
//!
//! The patch's lock is a word that one side swaps and the other stores. Here no word is written in
//! both ways, so the lock is one of tickets: `next` is drawn from by read-modify-writes alone and
//! `serving` stored by whoever holds the lock.
//!
//! # Costs
//!
//! Of accesses to shared words, for a request that goes alone and for 64 of one worker that are
//! committed together; sleeping and waking aside.
//!
//! | step | alone | 64 together |
//! |---|---|---|
//! | `prepare` | 2 loads, 1 store, 1 line | 65 loads, 64 stores, 5 lines |
//! | `commit` | 1 load, 1 store, 1 line | 64 loads, 64 stores, 4 lines |
//! | `take` | 1 load, 1 store, 1 line | 64 loads, 64 stores, 4 lines |
//! | `complete` | 3 loads, 3 stores, 1 RMW, 3 lines | 192 loads, 192 stores, 64 RMWs, 6 lines |
//! | `wait_done` | 2 loads, 1 store, 1 line | 65 loads, 64 stores, 5 lines |

use crate::lines::name_on_line;
use crate::outward::{Head, Outward, Tails};
use crate::ring::Ring;
use crossbeam_utils::CachePadded;
use flipside::seam::{
    AtomicU64, Handoff, Kind, Layout, Place, Site, Turns, access, smp_rmb, smp_wmb,
};
use std::sync::atomic::Ordering;

/// The rings towards the workers, and the one back.
#[derive(Debug)]
pub struct PtrRing {
    layout: Layout,
    rings: Outward,
    lock: CachePadded<TicketLock>,
    /// The slot that the next worker fills; only touched by who holds the lock.
    tail: CachePadded<AtomicU64>,
    back: Ring,
}

/// What the submitter alone knows.
#[derive(Debug)]
pub struct SubmitterEnds {
    tails: Tails,
    head: usize,
}

// SAFETY: who owns a request is in the table above; the barriers there order each change of hands.
unsafe impl Handoff for PtrRing {
    type Choice = ();
    type Submitter = SubmitterEnds;
    type Worker = Head;

    fn new((): &(), layout: Layout) -> Self {
        Self {
            layout,
            rings: Outward::new(layout),
            lock: CachePadded::new(TicketLock::new()),
            tail: CachePadded::new(AtomicU64::new(0)),
            back: Ring::new(layout.requests()),
        }
    }

    fn name(&self, _layout: Layout) {
        self.rings.name();
        self.back.name("back slot");
        for (word, called, line) in [
            (&self.lock.next, "lock.next", "lock"),
            (&self.lock.serving, "lock.serving", "lock"),
            (&*self.tail, "back tail", "back tail"),
        ] {
            let count = |count: u64| count.to_string();
            name_on_line(word, || called.to_owned(), line.to_owned(), count);
        }
    }

    fn submitter(&self, _layout: Layout) -> SubmitterEnds {
        SubmitterEnds {
            tails: self.rings.tails(),
            head: 0,
        }
    }

    fn worker(&self, layout: Layout, worker: usize) -> Head {
        self.rings.head(layout, worker)
    }

    #[inline]
    fn publish(&self, own: &mut SubmitterEnds, filled: impl Iterator<Item = (usize, u64)>) {
        self.rings.publish(self.layout, &mut own.tails, filled);
    }

    #[inline]
    fn reap(
        &self,
        own: &mut SubmitterEnds,
        _word: usize,
        site: Site,
        mut back: impl FnMut(usize, u64),
    ) {
        let mut news = false;
        while let Some((request, next)) = self.back.peek(own.head) {
            self.back.discard(own.head);
            own.head = next;
            news = true;
            let place = self.layout.place_of(request);
            back(place.word(), place.mask());
        }
        if news {
            smp_rmb(site);
        }
    }

    #[inline]
    fn look(&self, own: &mut Head) -> bool {
        self.rings.look(own)
    }

    #[inline]
    fn take(&self, own: &mut Head) -> Option<Place> {
        own.take()
    }

    #[inline]
    fn complete(&self, _own: &mut Head, place: Place) -> bool {
        let ticket = self.lock.lock();
        // Ordering: Relaxed. The lock orders what its holders do.
        let tail = self.tail.load(Ordering::Relaxed) as usize;
        smp_wmb(Site::CompleteWmb);
        let next = self.back.produce(tail, self.layout.request(place));
        self.tail.store(next as u64, Ordering::Relaxed);
        self.lock.unlock(ticket);
        true
    }
}

/// A spinlock that serves in turn.
#[derive(Debug)]
struct TicketLock {
    next: AtomicU64,
    serving: AtomicU64,
}

impl TicketLock {
    fn new() -> Self {
        Self {
            next: AtomicU64::new(0),
            serving: AtomicU64::new(0),
        }
    }

    /// Waits for its turn; the ticket is what unlocks.
    #[inline]
    fn lock(&self) -> u64 {
        // Ordering: Relaxed. What the last holder did is seen by `serving`.
        let ticket = self.next.fetch_add(1, Ordering::Relaxed);
        let mut turns = Turns::of(None);
        while self.serving.load(access(Site::LockRmb, Kind::Rmb)) != ticket {
            turns.take();
        }
        ticket
    }

    #[inline]
    fn unlock(&self, ticket: u64) {
        let order = access(Site::LockWmb, Kind::Wmb);
        self.serving.store(ticket.wrapping_add(1), order);
    }
}
