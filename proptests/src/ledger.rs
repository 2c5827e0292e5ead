//! The books of one plan: which number stands in which request, what must come back for it, and
//! what `prepare` may answer.
//!
//! Written from the engine's documentation and apart from its code. It knows what the submitter
//! did and what handlers reported, and between the two it is never sure when a worker gave a
//! request back; so it says what must be, and what cannot be, and leaves the rest open:
//!
//! | ledger | engine | prepare |
//! |---|---|---|
//! | `Free` | Free | must find it, unless one that comes before it in turn is free |
//! | `Out`, and its worker went on to another | Done | must find it if nothing else is free |
//! | `Out` | Busy or Done | may find it, and must deliver it then |
//! | `Staged` | Free, in a batch | must not find it |

use crate::coverage::{Coverage, Reached};
use crate::expected::expected;
use crate::plan::{Behaviour, Config, Job};
use crate::request::{Request, Shared, Ticket};
use flipside::{Dispatch, Outcome};
use std::fmt;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Free,
    Staged(Option<usize>),
    Out(usize),
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Free => f.write_str("it was free"),
            Self::Staged(_) => f.write_str("it was prepared and not committed"),
            Self::Out(number) => write!(f, "it was that of commit {number}, not delivered"),
        }
    }
}

/// What is certain of a request while the engine works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Free,
    Done,
    Staged,
    Open,
}

/// What the ledger knew before it asked the engine.
#[derive(Debug)]
pub struct View(Vec<Known>);

/// Who asked for a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A prepare.
    Claim,
    /// `deliver`.
    Deliver,
    /// `wait_done`.
    Flush,
    /// `stop`.
    Stop,
}

/// The books of one plan.
#[derive(Debug)]
pub struct Ledger {
    config: Config,
    shared: Arc<Shared>,
    slots: Vec<Slot>,
    jobs: Vec<Job>,
    /// Requests delivered since the last question to the engine.
    homes: Vec<usize>,
    /// The worker that the next search begins with, and where in each one's ring.
    worker: usize,
    next: Vec<usize>,
    committed: usize,
    delivered: usize,
    abandoned: usize,
    /// What the plan reached.
    pub coverage: Coverage,
}

impl Ledger {
    /// Empty books.
    #[must_use]
    pub fn new(config: Config, shared: Arc<Shared>) -> Self {
        Self {
            config,
            shared,
            slots: vec![Slot::Free; config.requests()],
            jobs: Vec::new(),
            homes: Vec::new(),
            worker: 0,
            next: vec![0; config.workers],
            committed: 0,
            delivered: 0,
            abandoned: 0,
            coverage: Coverage::default(),
        }
    }

    /// Before a prepare: what it must see.
    pub fn view(&mut self) -> View {
        self.homes.clear();
        let known = |(home, slot): (usize, &Slot)| match *slot {
            Slot::Free => Known::Free,
            Slot::Staged(_) => Known::Staged,
            Slot::Out(number) if self.is_given_back(number, home) => Known::Done,
            Slot::Out(_) => Known::Open,
        };
        View(self.slots.iter().enumerate().map(known).collect())
    }

    /// Under weft the handlers' reports carry no order, so a stale snapshot may hide what they say.
    fn is_given_back(&self, number: usize, home: usize) -> bool {
        cfg!(not(weft)) && self.shared.is_given_back(number, home / self.config.ring)
    }

    /// A prepare found that request.
    pub fn claimed(&mut self, home: usize, view: &View) {
        let ring = self.config.ring;
        let (worker, index) = (home / ring, home % ring);
        match (self.slots[home], view.0[home], &*self.homes) {
            (Slot::Free, Known::Free, []) => self.coverage.add(Reached::Free),
            (Slot::Free, Known::Done | Known::Open, &[delivered]) if delivered == home => {}
            (slot, ..) => panic!(
                "request {home} was handed out while {slot}; delivered with it: {:?}",
                self.homes
            ),
        }
        for step in 0..(worker + self.config.workers - self.worker) % self.config.workers {
            self.coverage.add(Reached::SearchWentOn);
            let passed = (self.worker + step) % self.config.workers;
            let range = passed * ring..(passed + 1) * ring;
            assert!(
                !view.0[range].iter().any(|known| known.is_free()),
                "worker {worker} was chosen, though worker {passed}'s turn came first and it has a free request"
            );
        }
        for step in 0..(index + ring - self.next[worker]) % ring {
            let passed = worker * ring + (self.next[worker] + step) % ring;
            assert!(
                view.0[passed] != Known::Free,
                "request {home} was chosen, though {passed} is free and comes first in turn"
            );
        }
    }

    /// A prepare found none.
    pub fn refused(&mut self, view: &View) {
        let free = view.0.iter().position(|known| known.is_free());
        assert_eq!(free, None, "prepare found none, though this one is free");
        assert!(
            self.homes.is_empty(),
            "a result was delivered, but no request found"
        );
        let staged = view.0.iter().all(|known| *known == Known::Staged);
        self.coverage.add(if staged {
            Reached::AllStaged
        } else {
            Reached::Full
        });
    }

    /// Before a prepare that waits.
    pub fn waits(&mut self, view: &View) {
        if view.0.iter().all(|known| *known == Known::Open) {
            self.coverage.add(Reached::ClaimWaited);
        }
    }

    /// Before a `deliver_wait`: whether no result is there and one is to come.
    pub fn waits_for_result(&mut self, view: &View) -> bool {
        let waits = self.out() > 0 && !view.0.contains(&Known::Done);
        if waits {
            self.coverage.add(Reached::DeliverWaited);
        }
        waits
    }

    /// Fills a request with the next number, to be committed.
    pub fn fill(&mut self, request: &mut Request, job: Job) {
        request.ticket = Ticket::Number(self.jobs.len());
        request.job = job;
        self.jobs.push(job);
    }

    /// A request was committed: alone, or to its batch. Its turn goes on behind it.
    pub fn staged(&mut self, home: usize, is_filled: bool) {
        let ring = self.config.ring;
        let worker = home / ring;
        let number = is_filled.then(|| self.jobs.len() - 1);
        self.slots[home] = Slot::Staged(number);
        let after = (home % ring + 1) % ring;
        if after == 0 && ring > 1 {
            self.coverage.add(Reached::CursorWrapped);
        }
        if home % ring == 64 {
            self.coverage.add(Reached::WordBorder);
        }
        self.next[worker] = after;
        self.worker = match self.config.dispatch {
            Dispatch::FillFirst => worker,
            _ => (worker + 1) % self.config.workers,
        };
    }

    /// What was staged is with the workers. Returns how many.
    pub fn published(&mut self) -> usize {
        let mut count = 0;
        for slot in &mut self.slots {
            if let Slot::Staged(number) = *slot {
                *slot = number.map_or(Slot::Free, Slot::Out);
                count += usize::from(number.is_some());
            }
        }
        self.committed += count;
        count
    }

    /// Takes one delivery.
    pub fn take(&mut self, outcome: Outcome<'_, Request>, by: By) {
        match outcome {
            Ok(request) => {
                let (number, job) = self.deliver(request, by);
                assert_ne!(
                    job.behaviour,
                    Behaviour::Panics,
                    "the panic of {number} is gone"
                );
                assert_eq!(
                    request.result,
                    expected(number, job.size),
                    "result of {number}"
                );
            }
            Err(mut panicked) => {
                let request = panicked.request();
                let (number, job) = self.deliver(request, by);
                assert_eq!(
                    job.behaviour,
                    Behaviour::Panics,
                    "{number} panicked by itself"
                );
                let half = usize::from(job.size / 2);
                assert_eq!(
                    request.result,
                    expected(number, job.size)[..half],
                    "half of {number}"
                );
                let payload = panicked.into_payload().downcast::<usize>().ok();
                assert_eq!(payload.as_deref(), Some(&number), "the payload of {number}");
                self.coverage.add(Reached::Panic);
            }
        }
    }

    fn deliver(&mut self, request: &Request, by: By) -> (usize, Job) {
        let home = request.home;
        let Slot::Out(number) = self.slots[home] else {
            panic!("request {home} was delivered while {}", self.slots[home]);
        };
        assert_eq!(request.ticket, Ticket::Number(number), "in request {home}");
        let job = self.jobs[number];
        assert_eq!(request.job, job, "the job of {number}");
        assert!(
            self.shared.is_finished(number),
            "{number} was delivered and never handled"
        );
        self.slots[home] = Slot::Free;
        self.delivered += 1;
        self.homes.push(home);
        self.coverage.add(match by {
            By::Claim => Reached::DeliveredByClaim,
            By::Deliver => Reached::DeliveredByDeliver,
            By::Flush => Reached::DeliveredByFlush,
            By::Stop => Reached::DeliveredByStop,
        });
        self.coverage.add(match job.size {
            0 => Reached::EmptyResult,
            _ => Reached::Result,
        });
        (number, job)
    }

    /// Before results are asked for.
    pub fn asks(&mut self) {
        self.homes.clear();
    }

    /// After `deliver`: what is certainly done is delivered, and the number returned is right.
    pub fn asked(&self, view: &View, returned: usize) {
        assert_eq!(returned, self.homes.len(), "what deliver returned");
        let left = |&home: &usize| view.0[home] == Known::Done && self.slots[home] != Slot::Free;
        let left = (0..self.slots.len()).find(left);
        assert_eq!(left, None, "deliver left out a request that was done");
    }

    /// After a flush: nothing is left, and the workers were flushed one after another.
    pub fn flushed(&self) {
        assert_eq!(self.out(), 0, "committed and not delivered by a flush");
        let mut workers: Vec<_> = self
            .homes
            .iter()
            .map(|home| home / self.config.ring)
            .collect();
        workers.dedup();
        let runs = workers.len();
        workers.sort_unstable();
        workers.dedup();
        assert_eq!(runs, workers.len(), "a worker's results came in two parts");
    }

    /// After each step: committed = busy + done + delivered, by the engine's count too.
    pub fn check(&mut self, pending: usize) {
        if let Some(violation) = self.shared.violation() {
            panic!("{violation}");
        }
        let done =
            |slot: &&Slot| matches!(**slot, Slot::Out(number) if self.shared.is_finished(number));
        let done = self.slots.iter().filter(done).count();
        let busy = self.out() - done;
        assert_eq!(
            self.committed,
            busy + done + self.delivered + self.abandoned,
            "committed = busy + done + delivered"
        );
        assert_eq!(pending, busy + done, "what the engine says is pending");
        if busy > 0 {
            self.coverage.add(Reached::Busy);
        }
        if done > 0 {
            self.coverage.add(Reached::Done);
        }
    }

    /// The pool is gone: everything committed was handled once, every request dropped once.
    pub fn closed(&mut self) {
        for slot in &mut self.slots {
            if let Slot::Out(number) = *slot {
                assert!(
                    self.shared.is_finished(number),
                    "{number} was never handled"
                );
                self.abandoned += 1;
            }
            *slot = Slot::Free;
        }
        self.check(0);
        let (built, dropped) = self.shared.built_and_dropped();
        assert_eq!(built, dropped, "each request is dropped once");
        self.worker = 0;
        self.next.fill(0);
    }

    /// The plan is over.
    pub fn balance(&self) {
        assert_eq!(self.committed, self.delivered + self.abandoned);
        let handled: u32 = (0..self.jobs.len())
            .map(|number| self.shared.starts(number))
            .sum();
        assert_eq!(handled as usize, self.committed, "each is handled once");
    }

    /// Requests that are with the workers or done.
    pub fn out(&self) -> usize {
        self.slots
            .iter()
            .filter(|slot| matches!(slot, Slot::Out(_)))
            .count()
    }

    /// Requests of a worker that no handler is through with.
    pub fn busy(&self, worker: usize) -> usize {
        let ring = self.config.ring;
        let busy =
            |slot: &&Slot| matches!(**slot, Slot::Out(number) if !self.shared.is_finished(number));
        self.slots[worker * ring..(worker + 1) * ring]
            .iter()
            .filter(busy)
            .count()
    }

    /// The worker whose turn it is.
    pub fn turn(&self) -> usize {
        self.worker
    }

    /// Whether nothing can be found before a worker gives something back.
    pub fn must_wait(&self) -> bool {
        let may_be = |slot: &Slot| match *slot {
            Slot::Free => true,
            Slot::Staged(_) => false,
            Slot::Out(number) => self.shared.is_finished(number),
        };
        !self.slots.iter().any(may_be)
    }
}

impl Known {
    fn is_free(self) -> bool {
        matches!(self, Self::Free | Self::Done)
    }
}
