//! Limits and switches, and the check itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::decisions::Decisions;
use crate::exec::{Counted, Exec, Rules};
use crate::explore::{Outcome, Program, run_once};
use crate::graph::Graph;
use crate::guide::{Guide, Misfit};
use crate::place::{Stacks, locate};
use crate::pulse::on_own_thread;
use crate::report::{Bound, Failure, FailureKind, Report, Verdict};
use crate::runtime::Pool;
use crate::workers::{Visitor, Workers};

/// How a check is to be done. `Builder::default()` explores everything, on one OS thread; set what differs with
/// `Builder { workers: 2, ..Builder::default() }`.
#[derive(Clone, Debug)]
pub struct Builder {
    /// Gives up, as [`Verdict::Bounded`], after so many graphs (complete and blocked).
    pub max_graphs: Option<u64>,
    /// Gives up, as [`Verdict::Bounded`], after this time. Looked at between executions.
    pub max_duration: Option<Duration>,
    /// Gives up, as [`Verdict::Bounded`], when a thread has more events than this: it probably loops without saying so.
    /// Default 10,000.
    pub max_events_per_thread: u32,
    /// Whether `park` may return without a token, and `Condvar::wait` without a notification, once before each real
    /// wake-up. Off by default: nearly every program loops around them, and then it only multiplies the graphs.
    pub spurious_park: bool,
    /// Whether `compare_exchange_weak` may fail although the value matches. In a loop that would go on failing for ever it
    /// does so once for each write that it reads from; where the program counts its failures, as often as it counts.
    /// On by default.
    pub spurious_cas: bool,
    /// Whether every turn of a waiting loop is an await: explored no further unless it is the last, whatever it read.
    /// Off by default.
    ///
    /// This is a promise about the program: **no local state survives a turn.** What a thread does after a turn that ended
    /// with [`hint::spin_loop`](crate::hint::spin_loop) or [`thread::yield_now`](crate::thread::yield_now) and wrote nothing
    /// must not depend on the turn: no counter, no backoff that gives up, no "seen it once" in a variable. Where it holds, a
    /// waiting loop costs one graph however many values it could see on the way (GenMC calls it the
    /// spin-assume transformation). Where it does not hold, **executions are missing and the verdict is still
    /// [`Verdict::Complete`]**.
    pub awaits: bool,
    /// Whether an execution fails that ends while atomics, cells or what is made of them lie in memory on the heap that was
    /// never given back. Off by default, since a model may leak on purpose. Needs weft's
    /// [allocator](crate::alloc::Checked).
    pub leaks: bool,
    /// Whether a new block on the heap may get the address of one that was freed before it (in happens-before), as from a real
    /// allocator; each such choice is explored. It finds ABA, at the cost of more graphs. Only addresses count that the program has stored in an atomic.
    /// Off by default: every block then has an address of its own. Needs weft's [allocator](crate::alloc::Checked).
    pub reuse: bool,
    /// Gives up, as [`FailureKind::Stuck`], when the program does nothing that weft sees for so long: it waits in a lock of
    /// std's, in a channel or in a sleep, which stops every thread of the model, or it computes for very long. The environment
    /// variable `WEFT_STUCK_AFTER`, in seconds, takes precedence; 0 there, and `None` here, wait for ever. Default 10 s.
    ///
    /// The program cannot be stopped where it hangs: the OS thread that runs it is left behind.
    pub stuck_after: Option<Duration>,
    /// OS threads that explore. The counts do not depend on it; the order of visits does. Default 1.
    pub workers: usize,
    /// Bytes of stack for each thread of the program. Reserved, not used. Default 1 MiB. If the system
    /// refuses to reserve a stack, the check ends as [`Bound::Stack`].
    pub stack_size: usize,
}

impl Default for Builder {
    fn default() -> Builder {
        Builder {
            max_graphs: None,
            max_duration: None,
            max_events_per_thread: 10_000,
            spurious_park: false,
            spurious_cas: true,
            awaits: false,
            leaks: false,
            reuse: false,
            stuck_after: Some(Duration::from_secs(10)),
            workers: 1,
            stack_size: 1 << 20,
        }
    }
}

impl Builder {
    /// The defaults.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// Explores the program's executions until one fails, a limit is met or none is left.
    ///
    /// `f` runs once per graph and must behave the same whenever it reads the same values.
    pub fn check<F>(&self, f: F) -> Report
    where
        F: Fn() + Sync + Send + 'static,
    {
        self.search(&(Arc::new(f) as Program), None)
    }

    /// As [`check`](Builder::check), and shows every complete graph to `visit`.
    ///
    /// # Panics
    /// Panics if `visit` does, with the same payload, once every worker has stopped.
    pub fn visit<F, V>(&self, mut visit: V, f: F) -> Report
    where
        F: Fn() + Sync + Send + 'static,
        V: FnMut(&Graph) + Send,
    {
        self.search(&(Arc::new(f) as Program), Some(&mut visit))
    }

    /// Runs exactly the one execution that the decisions describe, given the program and the switches that they were found
    /// with. The verdict is its failure, or `Bounded`.
    pub fn replay<F>(&self, decisions: &Decisions, f: F) -> Report
    where
        F: Fn() + Sync + Send + 'static,
    {
        self.replay_visit(decisions, |_| {}, f)
    }

    /// As [`replay`](Builder::replay), and shows the graph if it is complete.
    pub fn replay_visit<F, V>(&self, decisions: &Decisions, mut visit: V, f: F) -> Report
    where
        F: Fn() + Sync + Send + 'static,
        V: FnMut(&Graph) + Send,
    {
        let start = Instant::now();
        let guide = Guide::new(decisions);
        let counted = Counted::clone(&decisions.counted);
        let (rules, stack_size, fingerprint) =
            (self.rules(), self.stack_size, decisions.fingerprint);
        let replayed = on_own_thread(self.patience(), move |pulse| {
            let mut exec = Exec::new(Graph::new(), Vec::new(), rules, counted, Some(guide));
            exec.stacks = Some(Stacks::default());
            let mut pool = Pool::new(stack_size, pulse);
            let (outcome, exec) = run_once(&mut pool, exec, &f);
            let mut outcome = only(fingerprint, outcome, &exec.graph);
            if let (Outcome::Failed(failure), Some(stacks)) = (&mut outcome, &exec.stacks) {
                stacks.tell(failure);
            }
            (outcome, exec.graph)
        });
        let (outcome, graph) = replayed.unwrap_or_else(|stuck| {
            let failure = Failure::new(stuck, &Graph::new(), None);
            (Outcome::Failed(Box::new(failure)), Graph::new())
        });
        if let Outcome::Complete = outcome {
            visit(&graph);
        }
        let (complete, blocked) = match outcome {
            Outcome::Complete => (1, 0),
            _ => (0, 1),
        };
        Report {
            verdict: match outcome {
                Outcome::Failed(failure) => Verdict::Failed(failure),
                Outcome::Limit(bound) => Verdict::Bounded(bound),
                Outcome::Counted(_) => {
                    let kind = FailureKind::Decisions(Misfit::Counts);
                    Verdict::Failed(Box::new(Failure::new(kind, &graph, None)))
                }
                _ => Verdict::Bounded(Bound::Replay),
            },
            complete,
            blocked,
            events: graph.inserted.len() as u64,
            time: start.elapsed(),
        }
    }

    pub(crate) fn rules(&self) -> Rules {
        Rules {
            max_events: self.max_events_per_thread,
            spurious_park: self.spurious_park,
            spurious_cas: self.spurious_cas,
            awaits: self.awaits,
            leaks: self.leaks,
            reuse: self.reuse,
        }
    }

    /// How long a program may do nothing that weft sees.
    pub(crate) fn patience(&self) -> Option<Duration> {
        let asked = std::env::var("WEFT_STUCK_AFTER").ok();
        match asked.and_then(|seconds| seconds.trim().parse().ok()) {
            Some(0) => None,
            Some(seconds) => Some(Duration::from_secs(seconds)),
            None => self.stuck_after,
        }
    }

    fn search(&self, program: &Program, mut visitor: Option<Visitor<'_>>) -> Report {
        let start = Instant::now();
        let mut counted = Counted::default();
        loop {
            let visitor = visitor.as_mut().map(|v| &mut **v as Visitor<'_>);
            match Workers::explore(self, program, visitor, &counted, start) {
                Ok(mut report) => {
                    if let Verdict::Failed(failure) = &mut report.verdict {
                        self.locate(failure, program);
                    }
                    return report;
                }
                Err(kinds) => Counted::make_mut(&mut counted).extend(kinds),
            }
        }
    }

    /// Runs the failing graph once more for the places that it does not know.
    fn locate(&self, failure: &mut Failure, program: &Program) {
        let (mut found, program) = (failure.clone(), Program::clone(program));
        let (rules, stack_size) = (self.rules(), self.stack_size);
        let located = on_own_thread(self.patience(), move |pulse| {
            locate(
                &mut found,
                &mut Pool::new(stack_size, pulse),
                rules,
                &*program,
            );
            found
        });
        if let Ok(found) = located {
            *failure = found;
        }
    }
}

/// Refuses what is not the execution of the fingerprint.
fn only(fingerprint: Option<u32>, outcome: Outcome, graph: &Graph) -> Outcome {
    let found = match &outcome {
        Outcome::Limit(_) | Outcome::Counted(_) => None,
        Outcome::Failed(failure) if failure.is_of_the_replay() => None,
        Outcome::Failed(failure) => failure.decisions.fingerprint,
        Outcome::Complete | Outcome::Blocked | Outcome::Redundant => Some(graph.fingerprint()),
    };
    match (fingerprint, found) {
        (Some(expected), Some(found)) if found != expected => {
            let kind = FailureKind::Decisions(Misfit::Other { expected, found });
            Outcome::Failed(Box::new(Failure::new(kind, graph, None)))
        }
        _ => outcome,
    }
}
