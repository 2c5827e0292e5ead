//! Sleeping and waking without a lost wake-up (O6).
//!
//! A sleeper says that it sleeps, passes a full barrier, looks once more at what it waits for, and
//! parks if there is nothing. A waker changes what is waited for, passes a full barrier, and looks
//! at whether the other sleeps. One of the two barriers comes first in their single order, so
//! either the waker sees the word or the sleeper sees the change.
//!
//! The word has one writer, the sleeper: a waker that cleared it would turn a store on one side
//! and a swap on the other into lost wake-ups. So a waker may unpark a thread that is already up;
//! that costs the thread one more look.

use crate::site::{Site, smp_mb};
use crate::sync::{AtomicUsize, CachePadded, Ordering, Turns, name};
use std::time::Duration;

/// How long a side looks on before it sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// So long; not once, if it is no time at all.
    For(Duration),
    /// It never sleeps, so nobody needs to wake it.
    Endless,
}

impl Patience {
    #[inline]
    fn budget(self) -> Option<Duration> {
        match self {
            Self::For(time) => Some(time),
            Self::Endless => None,
        }
    }
}

/// The sleeper's word.
pub(crate) struct Doorbell(CachePadded<AtomicUsize>);

/// What a sleeper waits for. `0` in the doorbell says that it is awake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Anything at all.
    Any,
    /// That this worker is through with all that its last look found.
    Drained(usize),
}

const AWAKE: usize = 0;
const ANY: usize = 1;
const DRAINED: usize = 2;

impl Wish {
    const fn encode(self) -> usize {
        match self {
            Self::Any => ANY,
            Self::Drained(worker) => DRAINED + worker,
        }
    }

    /// What a doorbell says, `None` if its owner is awake.
    pub(crate) const fn decode(bell: usize) -> Option<Self> {
        match bell {
            AWAKE => None,
            ANY => Some(Self::Any),
            drained => Some(Self::Drained(drained - DRAINED)),
        }
    }

    /// Whether it has come, now that the worker gave a request back: `drained`, if that was the last
    /// of its last look.
    pub(crate) fn is_granted_by(self, worker: usize, drained: bool) -> bool {
        match self {
            Self::Any => true,
            Self::Drained(waited) => waited == worker && drained,
        }
    }
}

impl Doorbell {
    pub(crate) fn new() -> Self {
        Self(CachePadded::new(AtomicUsize::new(AWAKE)))
    }

    /// Gives the word its name in a checker's log.
    pub(crate) fn name(&self, sleeper: impl FnOnce() -> String) {
        name(&*self.0, sleeper, |bell| {
            match Wish::decode(bell as usize) {
                None => "awake".to_owned(),
                Some(Wish::Any) => "sleeps".to_owned(),
                Some(Wish::Drained(worker)) => format!("sleeps until worker {worker} is done"),
            }
        });
    }

    /// Looks until there is what is waited for, and returns it. `park` may return at any time, but
    /// must once the bell has been rung.
    #[inline]
    pub(crate) fn wait<T>(
        &self,
        patience: Patience,
        wish: Wish,
        site: Site,
        mut look: impl FnMut() -> Option<T>,
        park: impl Fn(),
    ) -> T {
        let goes_on = || {
            park();
            true
        };
        loop {
            if let Some(found) = self.wait_while(patience, wish, site, &mut look, goes_on) {
                return found;
            }
        }
    }

    /// As [`wait`](Self::wait), until `park` says that the wait is over.
    #[inline]
    pub(crate) fn wait_while<T>(
        &self,
        patience: Patience,
        wish: Wish,
        site: Site,
        mut look: impl FnMut() -> Option<T>,
        park: impl FnMut() -> bool,
    ) -> Option<T> {
        // What is there already is found on the way that needs no more.
        if patience != Patience::For(Duration::ZERO)
            && let found @ Some(_) = look()
        {
            return found;
        }
        self.wait_on(patience, wish, site, look, park)
    }

    /// After a first look that found nothing.
    #[cold]
    fn wait_on<T>(
        &self,
        patience: Patience,
        wish: Wish,
        site: Site,
        mut look: impl FnMut() -> Option<T>,
        mut park: impl FnMut() -> bool,
    ) -> Option<T> {
        if patience != Patience::For(Duration::ZERO) {
            let mut turns = Turns::of(patience.budget());
            while turns.take() {
                if let found @ Some(_) = look() {
                    return found;
                }
            }
        }
        // Ordering: Relaxed, like all accesses to the word: the full barriers order it.
        self.0.store(wish.encode(), Ordering::Relaxed);
        smp_mb(site);
        let found = loop {
            match look() {
                None if park() => (),
                found => break found,
            }
        };
        self.0.store(AWAKE, Ordering::Relaxed);
        found
    }

    /// Called after a change that a sleeper may wait for: unparks it if it sleeps and `grants`
    /// what it wishes.
    ///
    /// The look is behind the full barrier of that site; without one, another stands between the
    /// change and the call, for several changes and sleepers at once.
    #[inline]
    pub(crate) fn ring(
        &self,
        patience: Patience,
        barrier: Option<Site>,
        grants: impl Fn(Wish) -> bool,
        unpark: impl Fn(),
    ) {
        if patience == Patience::Endless {
            return;
        }
        if let Some(site) = barrier {
            smp_mb(site);
        }
        if Wish::decode(self.0.load(Ordering::Relaxed)).is_some_and(grants) {
            unpark();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::time::Instant;

    /// How often a side looks before it says that it sleeps, and how often then.
    fn looks(budget: Duration) -> (u32, u32) {
        let bell = Doorbell::new();
        let (awake, asleep) = (Cell::new(0), Cell::new(0));
        let look = || {
            let sleeps = bell.0.load(Ordering::Relaxed) != AWAKE;
            let count = if sleeps { &asleep } else { &awake };
            count.set(count.get() + 1);
            (asleep.get() == 2).then_some(())
        };
        let patience = Patience::For(budget);
        bell.wait(patience, Wish::Any, Site::WorkerSleepMb, look, || ());
        assert_eq!(bell.0.load(Ordering::Relaxed), AWAKE);
        (awake.get(), asleep.get())
    }

    #[test]
    fn a_sleeper_is_woken_for_what_it_waits_for_and_nothing_else() {
        for (wish, granted) in [
            (Wish::Any, [true; 4]),
            (Wish::Drained(1), [false, false, false, true]),
        ] {
            let given = [(0, false), (0, true), (1, false), (1, true)];
            let answers = given.map(|(worker, drained)| wish.is_granted_by(worker, drained));
            assert_eq!(answers, granted, "{wish:?}");
        }
    }

    #[test]
    fn a_doorbell_says_what_its_owner_wishes() {
        for wish in [Wish::Any, Wish::Drained(0), Wish::Drained(7)] {
            assert_eq!(Wish::decode(wish.encode()), Some(wish));
        }
        assert_eq!(Wish::decode(AWAKE), None);
    }

    #[test]
    fn a_side_looks_for_as_long_as_its_budget_says_and_then_sleeps() {
        assert_eq!(looks(Duration::ZERO), (0, 2));
        for budget in [1, 1_000, 2_000_000].map(Duration::from_nanos) {
            let start = Instant::now();
            let (awake, asleep) = looks(budget);
            assert!(start.elapsed() >= budget, "{budget:?}");
            assert!(awake > 1, "{budget:?}: looked {awake} times");
            assert_eq!(asleep, 2, "{budget:?}");
        }
    }

    #[test]
    fn a_wait_that_is_over_leaves_its_owner_awake() {
        let bell = Doorbell::new();
        let mut parked = 0;
        let park = || {
            parked += 1;
            parked < 3
        };
        let patience = Patience::For(Duration::ZERO);
        let found = bell.wait_while(
            patience,
            Wish::Any,
            Site::WorkerSleepMb,
            || None::<()>,
            park,
        );
        assert_eq!((found, parked), (None, 3));
        assert_eq!(bell.0.load(Ordering::Relaxed), AWAKE);
    }
}
