//! Limits and switches, and the check itself.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread::Scope;
use std::time::{Duration, Instant};

use crate::decisions::Decisions;
use crate::exec::{Counted, Exec, Item, Rules};
use crate::explore::{Frame, Outcome, Search, run_once};
use crate::graph::Graph;
use crate::guide::{Guide, Misfit};
use crate::place::{Stacks, locate};
use crate::report::{Bound, Failure, FailureKind, Report, Verdict};
use crate::runtime::Pool;

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
    /// OS threads that explore. The counts do not depend on it; the order of visits does. Default 1.
    pub workers: usize,
    /// Bytes of stack for each thread of the program. Reserved, not used. Default 1 MiB. The check panics if the system
    /// refuses to reserve a stack.
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
            workers: 1,
            stack_size: 1 << 20,
        }
    }
}

type Visitor<'v> = &'v mut (dyn FnMut(&Graph) + Send);

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
        self.search(&f, None)
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
        self.search(&f, Some(&mut visit))
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
        let (outcome, exec) = on_own_thread(|| {
            let counted = Counted::clone(&decisions.counted);
            let mut exec = Exec::new(Graph::new(), Vec::new(), self.rules(), counted, Some(guide));
            exec.stacks = Some(Stacks::default());
            let mut pool = Pool::new(self.stack_size);
            let (outcome, exec) = run_once(&mut pool, exec, &f);
            let mut outcome = only(decisions.fingerprint, outcome, &exec.graph);
            if let (Outcome::Failed(failure), Some(stacks)) = (&mut outcome, &exec.stacks) {
                stacks.tell(failure);
            }
            if let Outcome::Complete = outcome {
                visit(&exec.graph);
            }
            (outcome, exec)
        });
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
                    Verdict::Failed(Box::new(Failure::new(kind, &exec.graph, None)))
                }
                _ => Verdict::Bounded(Bound::Replay),
            },
            complete,
            blocked,
            events: exec.graph.inserted.len() as u64,
            time: start.elapsed(),
        }
    }

    fn rules(&self) -> Rules {
        Rules {
            max_events: self.max_events_per_thread,
            spurious_park: self.spurious_park,
            spurious_cas: self.spurious_cas,
            awaits: self.awaits,
            leaks: self.leaks,
            reuse: self.reuse,
        }
    }

    fn search(&self, f: &(dyn Fn() + Sync), mut visitor: Option<Visitor<'_>>) -> Report {
        let start = Instant::now();
        let mut counted = Counted::default();
        loop {
            let visitor = visitor.as_mut().map(|v| &mut **v as Visitor<'_>);
            match self.search_with(f, visitor, &counted, start) {
                Ok(report) => return report,
                Err(kinds) => Counted::make_mut(&mut counted).extend(kinds),
            }
        }
    }

    /// The search with these kinds of shared values counted. `Err` names more that are to be.
    fn search_with(
        &self,
        f: &(dyn Fn() + Sync),
        visitor: Option<Visitor<'_>>,
        counted: &Counted,
        start: Instant,
    ) -> Result<Report, Vec<u32>> {
        let shared = Shared {
            complete: AtomicU64::new(0),
            blocked: AtomicU64::new(0),
            events: AtomicU64::new(0),
            over: AtomicBool::new(false),
            hungry: AtomicBool::new(false),
            end: Mutex::new(None),
            counted: Mutex::new(Vec::new()),
            queue: Mutex::new(Queue {
                frames: vec![Frame {
                    graph: Graph::new(),
                    items: vec![Item::Start],
                }],
                waiting: 0,
            }),
            filled: Condvar::new(),
            visitor: Mutex::new(visitor),
            panic: Mutex::new(None),
            workers: self.workers.max(1),
            start,
        };
        std::thread::scope(|scope| {
            for _ in 0..shared.workers {
                let counted = Counted::clone(counted);
                let search = Search::new(f, self.rules(), counted, self.stack_size);
                self.start(scope, &shared, search);
            }
        });
        let panic = shared
            .panic
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
        let end = shared
            .end
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let found = shared
            .counted
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if !found.is_empty() && !matches!(end, Some(Verdict::Failed(_))) {
            return Err(found);
        }
        let time = start.elapsed();
        let mut verdict = end.unwrap_or(Verdict::Complete);
        if let Verdict::Failed(failure) = &mut verdict {
            on_own_thread(|| locate(failure, &mut Pool::new(self.stack_size), self.rules(), f));
        }
        Ok(Report {
            verdict,
            complete: shared.complete.into_inner(),
            blocked: shared.blocked.into_inner(),
            events: shared.events.into_inner(),
            time,
        })
    }

    /// Starts an OS thread that explores. What panics there (the visitor, say) panics in the caller's thread in the end.
    fn start<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
        shared: &'env Shared<'_>,
        search: Search<'env>,
    ) {
        scope.spawn(move || {
            let work = AssertUnwindSafe(|| self.work(scope, shared, search));
            if let Err(payload) = catch_unwind(work) {
                shared.panicked(payload);
            }
        });
    }

    /// One OS thread's share: explores all that it has but what it gives away, and takes the next piece of work.
    fn work<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
        shared: &'env Shared<'_>,
        mut search: Search<'env>,
    ) {
        loop {
            match search.advance() {
                Ok(true) => {}
                Ok(false) => match shared.take() {
                    Some(frame) => {
                        search.begin(frame);
                        continue;
                    }
                    None => return,
                },
                Err(failure) => {
                    shared.blocked.fetch_add(1, Ordering::Relaxed);
                    return shared.finish(Verdict::Failed(failure));
                }
            }
            if let Some(bound) = self.limit(shared) {
                return shared.finish(Verdict::Bounded(bound));
            }
            let outcome = search.run();
            shared.count(&outcome, search.graph());
            match outcome {
                Outcome::Failed(failure) => return shared.finish(Verdict::Failed(failure)),
                Outcome::Limit(bound) => return shared.finish(Verdict::Bounded(bound)),
                Outcome::Counted(kinds) => return shared.start_again(kinds),
                Outcome::Complete | Outcome::Blocked | Outcome::Redundant => {}
            }
            if shared.over.load(Ordering::Relaxed) {
                return;
            }
            if shared.hungry.load(Ordering::Relaxed)
                && let Some(frame) = search.share()
            {
                shared.give(frame);
            }
            if search.gave_up_panicking() {
                // A panic that never ended stays behind in this OS thread's count of panics: leave it.
                self.start(scope, shared, search);
                return;
            }
        }
    }

    fn limit(&self, shared: &Shared<'_>) -> Option<Bound> {
        if let Some(max) = self.max_graphs {
            let seen =
                shared.complete.load(Ordering::Relaxed) + shared.blocked.load(Ordering::Relaxed);
            if seen >= max {
                return Some(Bound::Graphs(max));
            }
        }
        let max = self.max_duration?;
        (shared.start.elapsed() >= max).then_some(Bound::Duration(max))
    }
}

struct Queue {
    frames: Vec<Frame>,
    waiting: usize,
}

/// What the exploring OS threads share.
struct Shared<'v> {
    complete: AtomicU64,
    blocked: AtomicU64,
    events: AtomicU64,
    over: AtomicBool,
    hungry: AtomicBool,
    end: Mutex<Option<Verdict>>,
    /// Kinds of shared values that matter, which is why the search ends.
    counted: Mutex<Vec<u32>>,
    queue: Mutex<Queue>,
    filled: Condvar,
    visitor: Mutex<Option<Visitor<'v>>>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    workers: usize,
    start: Instant,
}

impl Shared<'_> {
    /// The next piece of work; none once everyone waits for one.
    fn take(&self) -> Option<Frame> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if self.over.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(frame) = queue.frames.pop() {
                self.hungry
                    .store(queue.waiting > queue.frames.len(), Ordering::Relaxed);
                return Some(frame);
            }
            queue.waiting += 1;
            if queue.waiting == self.workers {
                self.over.store(true, Ordering::Relaxed);
                self.filled.notify_all();
                return None;
            }
            self.hungry.store(true, Ordering::Relaxed);
            queue = self
                .filled
                .wait(queue)
                .unwrap_or_else(PoisonError::into_inner);
            queue.waiting -= 1;
        }
    }

    fn give(&self, frame: Frame) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.frames.push(frame);
        self.hungry
            .store(queue.waiting > queue.frames.len(), Ordering::Relaxed);
        self.filled.notify_one();
    }

    fn finish(&self, verdict: Verdict) {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let failed = matches!(*end, Some(Verdict::Failed(_)));
        if !failed {
            *end = Some(verdict);
        }
        drop(end);
        self.stop();
    }

    /// Ends the search, which is to start again with these kinds of shared values counted.
    fn start_again(&self, kinds: Vec<u32>) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.extend(kinds);
        drop(counted);
        self.stop();
    }

    fn panicked(&self, payload: Box<dyn Any + Send>) {
        let mut panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner);
        panic.get_or_insert(payload);
        drop(panic);
        self.stop();
    }

    /// Ends the search for every worker, also for those that wait for work.
    fn stop(&self) {
        let _queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        self.over.store(true, Ordering::Relaxed);
        self.filled.notify_all();
    }

    fn count(&self, outcome: &Outcome, graph: Option<&Graph>) {
        let Some(graph) = graph else { return };
        if let Outcome::Redundant | Outcome::Counted(_) = outcome {
            return;
        }
        self.events
            .fetch_add(graph.inserted.len() as u64, Ordering::Relaxed);
        match outcome {
            Outcome::Complete => {
                self.complete.fetch_add(1, Ordering::Relaxed);
                let mut visitor = self.visitor.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(visit) = visitor.as_mut() {
                    visit(graph);
                }
            }
            Outcome::Redundant | Outcome::Counted(_) => {}
            Outcome::Blocked | Outcome::Limit(_) | Outcome::Failed(_) => {
                self.blocked.fetch_add(1, Ordering::Relaxed);
            }
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

/// Runs `f` on an OS thread of its own, so that nothing of a failed run stays behind in the caller's thread-locals.
fn on_own_thread<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| match scope.spawn(f).join() {
        Ok(r) => r,
        Err(payload) => resume_unwind(payload),
    })
}
