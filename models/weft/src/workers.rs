//! The OS threads that explore, and what they share.
//!
//! None of them borrows anything of the caller, since one whose program hangs is left behind.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use crate::builder::Builder;
use crate::exec::{Counted, Item};
use crate::explore::{Frame, Outcome, Program, Search};
use crate::graph::Graph;
use crate::pulse::{Pulse, Watch};
use crate::report::{Bound, Failure, FailureKind, Report, Verdict};

pub(crate) type Visitor<'v> = &'v mut (dyn FnMut(&Graph) + Send);

struct Queue {
    frames: Vec<Frame>,
    waiting: usize,
}

/// What the exploring OS threads share.
pub(crate) struct Workers {
    builder: Builder,
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
    /// The caller's: taken away before it goes.
    visitor: Mutex<Option<Visitor<'static>>>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// How many of them have not ended.
    alive: Mutex<usize>,
    ended: Condvar,
    start: Instant,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the visitor away from the workers.
struct Lent<'w>(&'w Workers);

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        *lock(&self.0.visitor) = None;
    }
}

/// A worker until it ends.
struct Alive(Arc<Workers>);

impl Drop for Alive {
    fn drop(&mut self) {
        *lock(&self.0.alive) -= 1;
        self.0.ended.notify_all();
    }
}

impl Workers {
    fn new(builder: &Builder, start: Instant) -> Workers {
        Workers {
            builder: builder.clone(),
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
            visitor: Mutex::new(None),
            panic: Mutex::new(None),
            threads: Mutex::new(Vec::new()),
            alive: Mutex::new(0),
            ended: Condvar::new(),
            start,
        }
    }

    /// Explores the program with the counts of these kinds of shared values as events. `Err` names more that are to be.
    pub(crate) fn explore(
        builder: &Builder,
        program: &Program,
        visitor: Option<Visitor<'_>>,
        counted: &Counted,
        start: Instant,
    ) -> Result<Report, Vec<u32>> {
        let workers = Arc::new(Workers::new(builder, start));
        let lent = Lent(&workers);
        // SAFETY: only the holder of the lock uses it, and `lent` takes it away under that lock before this function
        // returns or unwinds.
        let visitor = unsafe {
            std::mem::transmute::<Option<Visitor<'_>>, Option<Visitor<'static>>>(visitor)
        };
        *lock(&workers.visitor) = visitor;
        let mut pulses = Vec::new();
        for _ in 0..builder.workers.max(1) {
            let pulse = Arc::new(Pulse::default());
            pulses.push(Arc::clone(&pulse));
            let counted = Counted::clone(counted);
            let program = Program::clone(program);
            let search = Search::new(program, builder.rules(), counted, builder.stack_size, pulse);
            workers.start(search);
        }
        let stuck = workers.wait(Watch::new(pulses, builder.patience()));
        drop(lent);
        if let Some(stuck) = stuck {
            workers.stop();
            let failure = Failure::new(stuck, &Graph::new(), None);
            return Ok(workers.report(Verdict::Failed(Box::new(failure))));
        }
        for thread in lock(&workers.threads).drain(..) {
            // What it panicked with is known already.
            let _ = thread.join();
        }
        if let Some(payload) = lock(&workers.panic).take() {
            resume_unwind(payload);
        }
        let end = lock(&workers.end).take();
        let found = std::mem::take(&mut *lock(&workers.counted));
        if !found.is_empty() && !matches!(end, Some(Verdict::Failed(_))) {
            return Err(found);
        }
        Ok(workers.report(end.unwrap_or(Verdict::Complete)))
    }

    fn report(&self, verdict: Verdict) -> Report {
        Report {
            verdict,
            complete: self.complete.load(Ordering::Relaxed),
            blocked: self.blocked.load(Ordering::Relaxed),
            events: self.events.load(Ordering::Relaxed),
            time: self.start.elapsed(),
        }
    }

    /// Waits until every worker has ended, or the program of one hangs.
    fn wait(&self, mut watch: Watch) -> Option<FailureKind> {
        let mut alive = lock(&self.alive);
        while *alive > 0 {
            let waited = self.ended.wait_timeout(alive, watch.pause());
            alive = waited.unwrap_or_else(PoisonError::into_inner).0;
            if *alive > 0
                && let Some(stuck) = watch.stuck()
            {
                return Some(stuck);
            }
        }
        None
    }

    /// Starts an OS thread that explores. What panics there (the visitor, say) panics in the caller's thread in the end.
    fn start(self: &Arc<Self>, search: Search) {
        *lock(&self.alive) += 1;
        let workers = Alive(Arc::clone(self));
        let thread = std::thread::spawn(move || {
            let work = AssertUnwindSafe(|| workers.0.work(search));
            if let Err(payload) = catch_unwind(work) {
                workers.0.panicked(payload);
            }
        });
        lock(&self.threads).push(thread);
    }

    /// One OS thread's share: explores all that it has but what it gives away, and takes the next piece of work.
    fn work(self: &Arc<Self>, mut search: Search) {
        loop {
            match search.advance() {
                Ok(true) => {}
                Ok(false) => match self.take() {
                    Some(frame) => {
                        search.begin(frame);
                        continue;
                    }
                    None => return,
                },
                Err(failure) => {
                    self.blocked.fetch_add(1, Ordering::Relaxed);
                    return self.finish(Verdict::Failed(failure));
                }
            }
            if let Some(bound) = self.limit() {
                return self.finish(Verdict::Bounded(bound));
            }
            let outcome = search.run();
            self.count(&outcome, search.graph());
            match outcome {
                Outcome::Failed(failure) => return self.finish(Verdict::Failed(failure)),
                Outcome::Limit(bound) => return self.finish(Verdict::Bounded(bound)),
                Outcome::Counted(kinds) => return self.start_again(kinds),
                Outcome::Complete | Outcome::Blocked | Outcome::Redundant => {}
            }
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            if self.hungry.load(Ordering::Relaxed)
                && let Some(frame) = search.share()
            {
                self.give(frame);
            }
            if search.gave_up_panicking() {
                // A panic that never ended stays behind in this OS thread's count of panics: leave it.
                return self.start(search);
            }
        }
    }

    fn limit(&self) -> Option<Bound> {
        if let Some(max) = self.builder.max_graphs {
            let seen = self.complete.load(Ordering::Relaxed) + self.blocked.load(Ordering::Relaxed);
            if seen >= max {
                return Some(Bound::Graphs(max));
            }
        }
        let max = self.builder.max_duration?;
        (self.start.elapsed() >= max).then_some(Bound::Duration(max))
    }

    /// The next piece of work; none once everyone waits for one.
    fn take(&self) -> Option<Frame> {
        let mut queue = lock(&self.queue);
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
            if queue.waiting == self.builder.workers.max(1) {
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
        let mut queue = lock(&self.queue);
        queue.frames.push(frame);
        self.hungry
            .store(queue.waiting > queue.frames.len(), Ordering::Relaxed);
        self.filled.notify_one();
    }

    fn finish(&self, verdict: Verdict) {
        let mut end = lock(&self.end);
        let failed = matches!(*end, Some(Verdict::Failed(_)));
        if !failed {
            *end = Some(verdict);
        }
        drop(end);
        self.stop();
    }

    /// Ends the search, which is to start again with these kinds of shared values counted.
    fn start_again(&self, kinds: Vec<u32>) {
        let mut counted = lock(&self.counted);
        counted.extend(kinds);
        drop(counted);
        self.stop();
    }

    fn panicked(&self, payload: Box<dyn Any + Send>) {
        let mut panic = lock(&self.panic);
        panic.get_or_insert(payload);
        drop(panic);
        self.stop();
    }

    /// Ends the search for every worker, also for those that wait for work.
    fn stop(&self) {
        let _queue = lock(&self.queue);
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
                let mut visitor = lock(&self.visitor);
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
