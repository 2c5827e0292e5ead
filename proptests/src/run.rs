//! Runs a plan on the engine, with the ledger beside it.

use crate::coverage::{Coverage, Reached};
use crate::ledger::{By, Ledger, View};
use crate::plan::{End, Job, Op, Plan};
use crate::request::{Pace, Request, Shared, Ticket};
use crate::thread::yield_now;
use flipside::{Prepared, Threads};
#[cfg(any(shuttle, weft))]
use flipside_models::checkers::Subject;
#[cfg(any(shuttle, weft))]
use flipside_scenarios::mutant::Mutant;
use std::mem::forget;
use std::sync::Arc;

/// Runs a plan to its end; what it reached.
///
/// # Panics
///
/// At the first thing that is wrong.
#[must_use]
pub fn run(plan: &Plan) -> Coverage {
    run_at(plan, Pace::Free)
}

/// The plan on the engine or on a mutant of it, to be run in one execution.
#[cfg(any(shuttle, weft))]
#[must_use]
pub fn subject(plan: &Plan, mutant: Option<Mutant>) -> Subject {
    let (workers, plan) = (plan.config.workers, plan.clone());
    Subject::new(workers, mutant, move || {
        let _ = run(&plan);
    })
}

pub(crate) fn run_at(plan: &Plan, pace: Pace) -> Coverage {
    let config = plan.config;
    let shared = Shared::new(config.workers, config.ring, plan.jobs(), pace);
    let shared = Arc::new(shared);
    let mut course = Course {
        _open: OpenAtEnd(Arc::clone(&shared)),
        threads: None,
        ledger: Ledger::new(config, Arc::clone(&shared)),
        plan,
        shared,
    };
    for (number, op) in plan.ops.iter().enumerate() {
        note(op);
        course.step(*op);
        course.pace(number);
    }
    course.step(Op::WaitDone);
    course.step(Op::Drop);
    course.ledger.balance();
    course.ledger.coverage
}

/// The operation, as a replay shows it.
#[cfg(any(loom, shuttle, weft))]
fn note(op: &Op) {
    flipside::trace::note(|| op.to_string());
}

#[cfg(not(any(loom, shuttle, weft)))]
const fn note(_op: &Op) {}

struct Course<'p> {
    /// Before the pool, which could not end otherwise.
    _open: OpenAtEnd,
    threads: Option<Threads<Request>>,
    ledger: Ledger,
    plan: &'p Plan,
    shared: Arc<Shared>,
}

impl Course<'_> {
    /// Starts a pool if there is none.
    fn start(&mut self) {
        if self.threads.is_none() {
            let shared = Arc::clone(&self.shared);
            let threads = self.plan.config.builder().spawn(
                move |home| Ok(Request::build(home, &shared)),
                Request::handle,
            );
            match threads {
                Ok(threads) => self.threads = Some(threads),
                Err(error) => panic!("a pool of {:?}: {error}", self.plan.config),
            }
        }
    }

    fn step(&mut self, op: Op) {
        match op {
            Op::Pause(times) => return self.pause(times),
            Op::Release { worker, count } => return self.release(worker, count),
            Op::Stop | Op::Drop => return self.end(op == Op::Stop),
            _ => self.start(),
        }
        if op == Op::WaitDone {
            self.let_all_finish();
        }
        let Some(threads) = &mut self.threads else {
            unreachable!("it was started")
        };
        let ledger = &mut self.ledger;
        match op {
            Op::One { job, wait, end } => {
                let view = ledger.view();
                let prepared = if wait {
                    ledger.waits(&view);
                    release_one(ledger, &self.shared, ledger.must_wait());
                    Some(threads.prepare_wait(|outcome| ledger.take(outcome, By::Claim)))
                } else {
                    threads.prepare(|outcome| ledger.take(outcome, By::Claim))
                };
                match prepared {
                    Some(prepared) => {
                        fill(ledger, prepared, &view, job, end, end);
                        ledger.published();
                        ledger.coverage.add(match end {
                            End::Commit => Reached::Commit,
                            End::Drop | End::Forget => Reached::Abandon,
                        });
                    }
                    None => ledger.refused(&view),
                }
            }
            Op::Batch {
                count,
                job,
                wait,
                end,
            } => {
                let mut batch = threads.batch();
                for _ in 0..count {
                    let view = ledger.view();
                    let prepared = if wait {
                        release_one(ledger, &self.shared, ledger.must_wait());
                        batch.prepare_wait(|outcome| ledger.take(outcome, By::Claim))
                    } else {
                        batch.prepare(|outcome| ledger.take(outcome, By::Claim))
                    };
                    match prepared {
                        Some(prepared) => fill(ledger, prepared, &view, job, End::Commit, end),
                        None => {
                            ledger.refused(&view);
                            break;
                        }
                    }
                }
                match end {
                    End::Commit => {
                        let committed = batch.commit();
                        let expected = ledger.published();
                        assert_eq!(committed, expected, "what the batch's commit returned");
                        if committed > 0 {
                            ledger.coverage.add(Reached::BatchCommit);
                        }
                    }
                    End::Drop => drop(batch),
                    End::Forget => forget(batch),
                }
                if end != End::Commit && count > 0 {
                    ledger.published();
                    ledger.coverage.add(Reached::BatchAbandon);
                }
            }
            Op::Deliver => {
                let view = ledger.view();
                let returned = threads.deliver(|outcome| ledger.take(outcome, By::Deliver));
                ledger.asked(&view, returned);
            }
            Op::DeliverWait => {
                let view = ledger.view();
                let waits = ledger.waits_for_result(&view);
                release_one(ledger, &self.shared, waits);
                let is_owed = ledger.out() > 0;
                let returned = threads.deliver_wait(|outcome| ledger.take(outcome, By::Deliver));
                ledger.asked(&view, returned);
                assert_eq!(returned > 0, is_owed, "what deliver_wait returned");
            }
            Op::WaitDone => {
                ledger.asks();
                threads.wait_done(|outcome| ledger.take(outcome, By::Flush));
                ledger.flushed();
            }
            Op::Pause(_) | Op::Release { .. } | Op::Stop | Op::Drop => {}
        }
        self.ledger.check(threads.pending());
        self.settle();
    }

    /// Ends the pool, if there is one.
    fn end(&mut self, stop: bool) {
        self.let_all_finish();
        let Some(threads) = self.threads.take() else {
            return;
        };
        let ledger = &mut self.ledger;
        let in_flight = ledger.out() > 0;
        ledger.asks();
        if stop {
            threads.stop(|outcome| ledger.take(outcome, By::Stop));
            ledger.flushed();
        } else {
            drop(threads);
        }
        if in_flight {
            ledger.coverage.add(match stop {
                true => Reached::StoppedEarly,
                false => Reached::DroppedEarly,
            });
        }
        ledger.closed();
    }

    fn pause(&self, times: u8) {
        for _ in 0..times {
            yield_now();
        }
        if let Pace::Jitter(_) = self.shared.pace() {
            std::thread::sleep(std::time::Duration::from_micros(u64::from(times) * 10));
        }
    }

    /// Disturbs the submitter too.
    fn pace(&self, number: usize) {
        if let Pace::Jitter(seed) = *self.shared.pace() {
            crate::request::jitter(crate::random::mix(!seed ^ number as u64));
        }
    }

    fn release(&mut self, worker: u8, count: u8) {
        let worker = usize::from(worker) % self.plan.config.workers;
        let Pace::Gated(gates) = self.shared.pace() else {
            return self.pause(count);
        };
        let count = usize::from(count).min(self.ledger.busy(worker));
        let finished = self.shared.finished(worker) + count;
        gates[worker].permit(count);
        eventually("a handler that was let through ends", || {
            self.shared.finished(worker) == finished
        });
        self.settle();
        if let Some(threads) = &self.threads {
            self.ledger.check(threads.pending());
        }
    }

    /// Behind gates: waits until each worker that has a request stands at its gate with one.
    fn settle(&self) {
        if let Pace::Gated(_) = self.shared.pace() {
            for worker in 0..self.plan.config.workers {
                eventually("a worker takes up what was committed to it", || {
                    self.ledger.busy(worker) == 0
                        || self.shared.started(worker) > self.shared.finished(worker)
                });
            }
        }
    }

    /// Behind gates: lets through whatever a flush is about to wait for.
    fn let_all_finish(&self) {
        if let Pace::Gated(gates) = self.shared.pace() {
            for (worker, gate) in gates.iter().enumerate() {
                gate.permit(self.ledger.busy(worker));
            }
        }
    }
}

/// Behind gates: lets one through if the engine is about to wait for it.
fn release_one(ledger: &Ledger, shared: &Shared, waits: bool) {
    if let Pace::Gated(gates) = shared.pace()
        && waits
    {
        let workers = gates.len();
        let in_turn = (0..workers).map(|step| (ledger.turn() + step) % workers);
        if let Some(worker) = in_turn.into_iter().find(|&worker| ledger.busy(worker) > 0) {
            gates[worker].permit(1);
        }
    }
}

/// Fills what was prepared and ends it; `last` is what becomes of it in the end.
#[allow(
    clippy::forget_non_drop,
    reason = "it has a destructor under a checker only"
)]
fn fill(
    ledger: &mut Ledger,
    mut prepared: Prepared<'_, Request>,
    view: &View,
    job: Job,
    end: End,
    last: End,
) {
    let home = prepared.index();
    assert_eq!(prepared.home, home, "the request's index");
    ledger.claimed(home, view);
    match last {
        End::Commit => ledger.fill(&mut prepared, job),
        End::Drop | End::Forget => prepared.ticket = Ticket::Draft,
    }
    match end {
        End::Commit => {
            ledger.staged(home, last == End::Commit);
            prepared.commit();
        }
        End::Drop => drop(prepared),
        End::Forget => forget(prepared),
    }
}

/// Opens the gates when the run ends, however it does: handlers must not wait for ever.
struct OpenAtEnd(Arc<Shared>);

impl Drop for OpenAtEnd {
    fn drop(&mut self) {
        if let Pace::Gated(gates) = self.0.pace() {
            gates.iter().for_each(crate::gate::Gate::open);
        }
    }
}

/// Far beyond what a step takes on a busy machine: to fail rather than hang.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

fn eventually(what: &str, mut look: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    let mut turns = 0u32;
    while !look() {
        turns += 1;
        if turns > 64 {
            std::thread::yield_now();
            assert!(start.elapsed() < PATIENCE, "never: {what}");
        }
    }
}
