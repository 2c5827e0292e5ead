//! Very many requests on threads of the system, in pools of random sizes, with random panics and
//! random ends. The books take no memory that grows: one entry for each request of a pool.

use crate::expected::expected;
use crate::random::Random;
use crate::request::Bytes;
use flipside::{Design, Dispatch, Outcome, Threads};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a soak has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Pools that were started and ended.
    pub pools: u64,
    /// Requests that were committed.
    pub committed: u64,
    /// Handlers that were run.
    pub handled: u64,
    /// Results that were delivered, panics among them.
    pub delivered: u64,
    /// Results that were still in a pool when it was dropped.
    pub abandoned: u64,
    /// Panics that were delivered.
    pub panicked: u64,
    /// Bytes of results that were compared.
    pub bytes: u64,
    /// Requests that were built.
    pub built: u64,
    /// Requests that were dropped.
    pub dropped: u64,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("pools", self.pools),
            ("committed", self.committed),
            ("handled", self.handled),
            ("delivered", self.delivered),
            ("  of them panicked", self.panicked),
            ("abandoned with their pool", self.abandoned),
            ("bytes compared", self.bytes),
            ("requests built", self.built),
            ("requests dropped", self.dropped),
        ];
        rows.iter()
            .try_for_each(|(what, count)| writeln!(f, "{what:<26}{count:>14}"))
    }
}

#[derive(Debug, Default)]
struct Counters {
    handled: AtomicU64,
    dropped: AtomicU64,
}

struct Request {
    home: usize,
    number: u64,
    size: u8,
    panics: bool,
    /// How often this request was handled: its own history, written by its worker alone.
    rounds: u64,
    result: Vec<u8>,
    counters: Arc<Counters>,
}

impl Request {
    fn handle(&mut self) {
        self.rounds += 1;
        self.counters.handled.fetch_add(1, Ordering::Relaxed);
        self.result.clear();
        let bytes = Bytes::new(self.number as usize, self.size);
        self.result.extend(bytes.take(self.size.into()));
        if self.panics {
            // Past the panic hook: the panic is part of the run.
            std::panic::resume_unwind(Box::new(self.number));
        }
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.counters.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// What must come back from one request of a pool.
#[derive(Clone, Copy, Default)]
struct Entry {
    out: Option<(u64, u8, bool)>,
    commits: u64,
}

/// Runs until so many requests were committed. `progress` is told now and then.
///
/// # Panics
///
/// At the first thing that is wrong.
pub fn soak(requests: u64, seed: u64, mut progress: impl FnMut(&Totals)) -> Totals {
    let mut random = Random::new(seed);
    let mut totals = Totals::default();
    while totals.committed < requests {
        let left = requests - totals.committed;
        one_pool(left, &mut random, &mut totals, &mut progress);
        totals.pools += 1;
        progress(&totals);
    }
    assert_eq!(totals.committed, totals.delivered + totals.abandoned);
    totals
}

fn pool(random: &mut Random, counters: &Arc<Counters>) -> Threads<Request> {
    let ring = match random.below(4) {
        0 => 1 + random.below(4),
        1 => 5 + random.below(59),
        _ => 64 + random.below(7),
    };
    let workers = 1 + random.below(4) as usize;
    let builder = flipside::builder(Design::default())
        .workers(workers)
        .ring_size(ring as usize)
        .dispatch(match random.below(2) {
            0 => Dispatch::RoundRobin,
            _ => Dispatch::FillFirst,
        });
    // Spinning for ever is for a processor per thread.
    let processors = std::thread::available_parallelism().map_or(1, |count| count.get());
    let builder = match random.below(4) {
        0 => builder.spin_budget(Duration::ZERO),
        1 => builder.spin_budget(Duration::from_nanos(1 + random.below(20_000))),
        2 if workers < processors => builder.busy_wait(),
        _ => builder,
    };
    let counters = Arc::clone(counters);
    let init = move |home| {
        Ok(Request {
            home,
            number: 0,
            size: 0,
            panics: false,
            rounds: 0,
            result: Vec::with_capacity(256),
            counters: Arc::clone(&counters),
        })
    };
    match builder.spawn(init, Request::handle) {
        Ok(threads) => threads,
        Err(error) => panic!("{error}"),
    }
}

fn one_pool(
    left: u64,
    random: &mut Random,
    totals: &mut Totals,
    progress: &mut impl FnMut(&Totals),
) {
    let counters = Arc::new(Counters::default());
    let mut threads = pool(random, &counters);
    let requests = threads.workers() * threads.ring_size();
    // Each request of the pool some hundred times over: small pools mostly wait.
    let share = left.min(requests as u64 * (100 + random.below(4_000)));
    let mut books = Books {
        entries: vec![Entry::default(); requests],
        committed: 0,
        delivered: 0,
        totals,
    };
    let mut steps = 0u64;
    while books.committed < share {
        let left = share - books.committed;
        match random.below(64) {
            0 => threads.wait_done(|outcome| books.take(outcome)),
            1..=3 => {
                let before = books.delivered;
                let returned = threads.deliver(|outcome| books.take(outcome));
                assert_eq!(returned as u64, books.delivered - before);
            }
            4 => drop(threads.prepare(|outcome| books.take(outcome))),
            5..=20 => {
                let mut batch = threads.batch();
                for _ in 0..left.min(1 + random.below(32)) {
                    match batch.prepare(|outcome| books.take(outcome)) {
                        Some(mut request) => {
                            books.fill(&mut request, random);
                            request.commit();
                        }
                        None => break,
                    }
                }
                batch.commit();
            }
            _ => {
                let mut request = threads.prepare_wait(|outcome| books.take(outcome));
                books.fill(&mut request, random);
                request.commit();
            }
        }
        assert_eq!(
            books.committed,
            books.delivered + threads.pending() as u64,
            "committed = pending + delivered"
        );
        steps += 1;
        if steps.is_multiple_of(4096) {
            progress(books.totals);
        }
    }
    match random.below(3) {
        0 => drop(threads),
        _ => threads.stop(|outcome| books.take(outcome)),
    }
    let (committed, delivered) = (books.committed, books.delivered);
    let handled = counters.handled.load(Ordering::Acquire);
    let dropped = counters.dropped.load(Ordering::Acquire);
    assert_eq!(handled, committed, "each is handled once");
    assert_eq!(dropped, requests as u64, "each request is dropped once");
    totals.handled += handled;
    totals.dropped += dropped;
    totals.built += requests as u64;
    totals.abandoned += committed - delivered;
}

struct Books<'t> {
    entries: Vec<Entry>,
    committed: u64,
    delivered: u64,
    totals: &'t mut Totals,
}

impl Books<'_> {
    fn fill(&mut self, request: &mut Request, random: &mut Random) {
        let entry = &mut self.entries[request.home];
        assert_eq!(entry.out, None, "request {} is out", request.home);
        request.number = self.totals.committed;
        request.size = match random.below(16) {
            0 => random.below(256) as u8,
            _ => random.below(8) as u8,
        };
        request.panics = random.below(500) == 0;
        entry.out = Some((request.number, request.size, request.panics));
        entry.commits += 1;
        self.committed += 1;
        self.totals.committed += 1;
    }

    fn take(&mut self, outcome: Outcome<'_, Request>) {
        match outcome {
            Ok(request) => self.deliver(request, false),
            Err(mut panicked) => {
                self.deliver(panicked.request(), true);
                let number = panicked.request().number;
                let payload = panicked.into_payload().downcast::<u64>().ok();
                assert_eq!(payload.as_deref(), Some(&number), "the payload of {number}");
                self.totals.panicked += 1;
            }
        }
    }

    fn deliver(&mut self, request: &Request, panicked: bool) {
        let entry = &mut self.entries[request.home];
        let Some((number, size, panics)) = entry.out.take() else {
            panic!("request {} was delivered twice", request.home);
        };
        assert_eq!(request.number, number, "in request {}", request.home);
        assert_eq!(panicked, panics, "the panic of {number}");
        assert_eq!(request.rounds, entry.commits, "each is handled once");
        assert_eq!(
            request.result,
            expected(number as usize, size),
            "result of {number}"
        );
        self.delivered += 1;
        self.totals.delivered += 1;
        self.totals.bytes += u64::from(size);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_short_soak_balances() {
        let totals = super::soak(200_000, 7, |_| ());
        assert_eq!(totals.committed, 200_000);
        assert_eq!(totals.handled, 200_000);
        assert_eq!(totals.built, totals.dropped);
        assert!(totals.panicked > 100, "{totals}");
    }
}
