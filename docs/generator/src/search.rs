//! The search of `prepare` (O11), from every worker that it can begin with to every request that
//! can be the only free one.

use flipside::{Design, Dispatch, Threads};
use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::yield_now;

/// What came of one pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searched {
    /// Its workers.
    pub workers: usize,
    /// The requests of each.
    pub ring: usize,
    /// How the next worker is chosen.
    pub dispatch: &'static str,
    /// Pairs of a worker to begin with and a free request.
    pub all: u64,
    /// Those that were tried.
    pub tried: u64,
    /// Those in which the free request was found.
    pub found: u64,
}

/// Small pools, and rings that take one word, just more than one, and two.
const POOLS: [[usize; 2]; 7] = [[1, 1], [1, 2], [2, 1], [2, 3], [3, 2], [4, 1], [2, 65]];

/// Looks at a result that should be there by now, before it counts as not found: a worker that was
/// let through still has to flip its bit.
const LOOKS: usize = 1_000_000;

/// Tries every pool.
///
/// # Errors
///
/// The first search that does not find what is there, or if a pool could not be started.
pub(super) fn searches() -> Result<Vec<Searched>, String> {
    let mut all = Vec::new();
    for [workers, ring] in POOLS {
        for (dispatch, name) in [
            (Dispatch::RoundRobin, "round robin"),
            (Dispatch::FillFirst, "fill first"),
        ] {
            let mut pool = Pool::of(workers, ring, dispatch)?;
            let (tried, found) = pool.try_all()?;
            let searched = Searched {
                workers,
                ring,
                dispatch: name,
                all: (workers * workers * ring) as u64,
                tried,
                found,
            };
            if searched.tried != searched.all || searched.found != searched.all {
                return Err(format!(
                    "O11: not every search finds what is there: {searched:?}"
                ));
            }
            all.push(searched);
        }
    }
    Ok(all)
}

/// A pool whose handlers wait until they are let through.
struct Pool {
    // Dropped first: handlers go on when nobody can let them through any more.
    permits: Vec<Sender<()>>,
    taken: Receiver<usize>,
    threads: Threads<usize>,
    /// Whether the search begins with the worker after the last one.
    moves_on: bool,
    /// The worker of the last commit.
    last: usize,
    /// Starts and free requests.
    tried: BTreeSet<(usize, usize)>,
    found: BTreeSet<(usize, usize)>,
}

impl Pool {
    fn of(workers: usize, ring: usize, dispatch: Dispatch) -> Result<Self, String> {
        let (permits, gates): (Vec<_>, Vec<_>) = (0..workers).map(|_| channel()).unzip();
        let gates: Vec<Mutex<Receiver<()>>> = gates.into_iter().map(Mutex::new).collect();
        let (passed, taken) = channel();
        let passed = Mutex::new(passed);
        let builder = flipside::builder(Design::default())
            .workers(workers)
            .ring_size(ring)
            .dispatch(dispatch);
        let threads = builder.spawn(Ok, move |index: &mut usize| {
            let gate = gates[*index / ring]
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            // An error is the end of the pool: then all may pass.
            let _ = gate.recv();
            let passed = passed.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = passed.send(*index);
        });
        Ok(Self {
            permits,
            taken,
            threads: threads.map_err(|why| format!("a pool could not be started: {why}"))?,
            moves_on: dispatch == Dispatch::RoundRobin,
            last: 0,
            tried: BTreeSet::new(),
            found: BTreeSet::new(),
        })
    }

    /// Commits the request that is found at once, if there is one.
    fn submit(&mut self) -> Option<usize> {
        let request = self.threads.prepare(|_| ())?;
        let index = request.index();
        request.commit();
        Some(index)
    }

    /// Every start with every place: how many there were, and in how many the free one was found.
    fn try_all(&mut self) -> Result<(u64, u64), String> {
        let (workers, ring) = (self.threads.workers(), self.threads.ring_size());
        while let Some(index) = self.submit() {
            self.last = index / ring;
        }
        for worker in 0..workers {
            for start in 0..workers {
                for _ in 0..ring {
                    if self.start() != start {
                        self.step((start + workers - usize::from(self.moves_on)) % workers)?;
                    }
                    self.step(worker)?;
                }
            }
        }
        Ok((self.tried.len() as u64, self.found.len() as u64))
    }

    /// The worker that the next search begins with.
    fn start(&self) -> usize {
        (self.last + usize::from(self.moves_on)) % self.threads.workers()
    }

    /// Lets a worker finish one request, which then is the only free one, and looks for it.
    fn step(&mut self, worker: usize) -> Result<(), String> {
        let start = self.start();
        let permit = self.permits[worker].send(());
        permit.map_err(|_| "O11: the pool is gone")?;
        let free = self.taken.recv().map_err(|_| "O11: the pool is gone")?;
        self.tried.insert((start, free));
        let at_last = (0..LOOKS).find_map(|_| {
            let index = self.submit();
            if index.is_none() {
                yield_now();
            }
            index
        });
        // The worker would have nothing more to finish: the next step of it would have no end.
        if at_last != Some(free) {
            return Err(format!(
                "O11: from worker {start} on, prepare finds {at_last:?} where request {free} alone is free"
            ));
        }
        self.found.insert((start, free));
        self.last = worker;
        Ok(())
    }
}

#[cfg(all(test, not(any(loom, shuttle, weft))))]
mod tests {
    use super::*;

    #[test]
    fn every_start_meets_every_place() {
        let searches = searches().expect("all are found");
        assert_eq!(searches.len(), 2 * POOLS.len());
        assert!(
            searches
                .iter()
                .all(|search| search.tried == search.all && search.all > 0)
        );
    }
}
