//! Any design, with a step of the protocol left out or in the wrong place while a model asks for it.

use crate::Design;
use crate::any::{Any, AnySubmitter, AnyWorker};
use crate::mutation::{Fault, faulty};
use flipside::seam::{Handoff, Layout, Place, Site};
use std::iter::once;

/// The words of any design. Until a model makes it a mutant, it does what the engine does.
#[derive(Debug)]
pub struct Breakable {
    words: Any,
    design: Design,
}

/// What the submitter knows, and what its faults need to know.
#[derive(Debug)]
pub struct Submitter {
    known: AnySubmitter,
    /// Published, and not reported back.
    out: Box<[u64]>,
    /// Published when they were claimed, and not committed.
    early: Box<[u64]>,
}

/// What a worker knows: by itself, and of the others that it takes requests of.
#[derive(Debug)]
pub struct Worker {
    known: Vec<AnyWorker>,
    /// Whose the last look was.
    at: usize,
}

// SAFETY: that of the design, unless a model breaks it to see a checker find that.
unsafe impl Handoff for Breakable {
    type Choice = Design;
    type Submitter = Submitter;
    type Worker = Worker;

    fn new(&design: &Design, layout: Layout) -> Self {
        Self {
            words: Any::new(&design, layout),
            design,
        }
    }

    fn name(&self, layout: Layout) {
        self.words.name(layout);
    }

    fn submitter(&self, layout: Layout) -> Submitter {
        let none = || vec![0; layout.words()].into();
        Submitter {
            known: self.words.submitter(layout),
            out: none(),
            early: none(),
        }
    }

    fn worker(&self, layout: Layout, worker: usize) -> Worker {
        // A ring holds one worker's requests and no others.
        let has_range = !matches!(self.design, Design::PtrRing | Design::CompletionBitmap);
        let others = match has_range && faulty(Fault::RangeIgnored) {
            true => (0..layout.workers)
                .filter(|&other| other != worker)
                .collect(),
            false => Vec::new(),
        };
        let all = once(worker).chain(others);
        Worker {
            known: all.map(|each| self.words.worker(layout, each)).collect(),
            at: 0,
        }
    }

    fn publish(&self, own: &mut Submitter, filled: impl Iterator<Item = (usize, u64)>) {
        let Submitter { known, out, early } = own;
        let late = filled.filter_map(|(word, bits)| {
            out[word] |= bits;
            let late = bits & !early[word];
            early[word] &= !bits;
            (late != 0).then_some((word, late))
        });
        self.words.publish(known, late);
    }

    fn reap(&self, own: &mut Submitter, word: usize, site: Site, mut back: impl FnMut(usize, u64)) {
        let Submitter { known, out, .. } = own;
        self.words.reap(known, word, site, |word, bits| {
            out[word] &= !bits;
            back(word, bits);
        });
        if faulty(Fault::OwnershipIgnored) {
            back(word, std::mem::take(&mut out[word]));
        }
    }

    fn claimed(&self, own: &mut Submitter, place: Place) {
        self.words.claimed(&mut own.known, place);
        if faulty(Fault::FlipBeforeFill) && own.early[place.word()] & place.mask() == 0 {
            self.publish(own, once((place.word(), place.mask())));
            own.early[place.word()] |= place.mask();
        }
    }

    fn look(&self, own: &mut Worker) -> bool {
        let mut known = own.known.iter_mut();
        let found = known.position(|known| self.words.look(known));
        own.at = found.unwrap_or(own.at);
        found.is_some()
    }

    fn take(&self, own: &mut Worker) -> Option<Place> {
        self.words.take(&mut own.known[own.at])
    }

    fn complete(&self, own: &mut Worker, place: Place) -> bool {
        self.words.complete(&mut own.known[own.at], place)
    }

    fn commit(
        &self,
        own: &mut Submitter,
        filled: impl Iterator<Item = (usize, u64)>,
        wake: impl FnOnce(),
    ) {
        if faulty(Fault::CommitWakesFirst) {
            wake();
            self.publish(own, filled);
        } else {
            self.publish(own, filled);
            wake();
        }
    }

    fn serve(
        &self,
        own: &mut Worker,
        place: Place,
        handle: impl FnOnce() -> bool,
        wake: impl FnOnce(bool),
    ) {
        if faulty(Fault::FlipBeforeResult) {
            let drained = self.complete(own, place);
            handle();
            return wake(drained);
        }
        let panicked = handle();
        if panicked && faulty(Fault::PanicKeepsRequest) {
            #[cfg(any(loom, shuttle, weft))]
            flipside_instrument::end_thread();
        }
        if faulty(Fault::CompleteWakesFirst) {
            wake(true);
            self.complete(own, place);
        } else {
            wake(self.complete(own, place));
        }
    }

    fn search<T>(cursor: usize, workers: usize, ask: impl FnMut(usize) -> Option<T>) -> Option<T> {
        let around = match faulty(Fault::SearchEndsEarly) {
            true => 0,
            false => cursor,
        };
        (cursor..workers).chain(0..around).find_map(ask)
    }

    fn empty<S>(side: &mut S, unmark: impl FnOnce(&mut S), hand_over: impl FnOnce(&mut S)) {
        if faulty(Fault::PendingIgnored) {
            return;
        }
        if !faulty(Fault::PendingKept) {
            unmark(side);
        }
        hand_over(side);
    }

    fn drain(workers: usize, wait: impl FnMut(usize)) {
        let skipped = usize::from(faulty(Fault::FlushSkipsLast));
        (0..workers - skipped).for_each(wait);
    }

    fn worker_of(layout: Layout, place: Place) -> usize {
        match faulty(Fault::CursorFromRequest) {
            true => layout.request(place) % layout.workers,
            false => layout.worker_of(place),
        }
    }
}
