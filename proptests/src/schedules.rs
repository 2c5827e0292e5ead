//! Plans under shuttle: each by random walk, by probabilistic concurrency testing and by uniform
//! random walk. Sequential consistency only, so nothing here says anything about orderings.
//!
//! Everything is a function of the plan, the scheduler and the seed, so a failure needs no more
//! than these to come back. The schedule that failed is kept as well, as the tasks in their order:
//! that outlives other changes of the scheduler, and it can be made smaller.

use crate::coverage::{Coverage, Reached};
use crate::plan::Plan;
use crate::quiet::quietly;
use crate::random::of_text;
use crate::run::run;
use flipside::{Fault, Mutation, mutate};
use shuttle::scheduler::{
    PctScheduler, RandomScheduler, Schedule, Scheduler, Task, TaskId, UrwRandomScheduler,
};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

/// More than any plan takes, and soon reached by one that spins for ever.
const MAX_STEPS: usize = 200_000;

/// The depth of the bugs that PCT looks for: that many preemptions at the worst places, less one.
const PCT_DEPTH: usize = 3;

/// A way to choose who goes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Walk {
    /// Any thread, with equal odds at each step.
    Random,
    /// By priorities that change at a few random steps.
    Pct,
    /// Any interleaving, with about equal odds.
    Urw,
}

impl Walk {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Random, Self::Pct, Self::Urw];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Pct => "pct",
            Self::Urw => "urw",
        }
    }

    fn scheduler(self, seed: u64, schedules: usize) -> Box<dyn Scheduler + Send> {
        match self {
            Self::Random => Box::new(RandomScheduler::new_from_seed(seed, schedules)),
            Self::Pct => Box::new(PctScheduler::new_from_seed(seed, PCT_DEPTH, schedules)),
            Self::Urw => Box::new(UrwRandomScheduler::new_from_seed(seed, schedules)),
        }
    }
}

/// Who went, step by step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps(Vec<usize>);

impl Steps {
    /// How often it goes over from one thread to another.
    #[must_use]
    pub fn switches(&self) -> usize {
        self.0.chunk_by(|a, b| a == b).count().saturating_sub(1)
    }
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, run) in self.0.chunk_by(|a, b| a == b).enumerate() {
            let space = if at > 0 { " " } else { "" };
            write!(f, "{space}{}*{}", run[0], run.len())?;
        }
        Ok(())
    }
}

impl FromStr for Steps {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let run = |word: &str| {
            let (task, times) = word.split_once('*')?;
            Some(vec![task.parse().ok()?; times.parse().ok()?])
        };
        let run = |word| run(word).ok_or_else(|| format!("`{word}` is no part of a schedule"));
        let runs: Result<Vec<_>, _> = text.split_whitespace().map(run).collect();
        Ok(Self(runs?.concat()))
    }
}

/// A run that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// How it was found.
    pub walk: Walk,
    /// The seed of the scheduler.
    pub seed: u64,
    /// Which of its schedules it was, from 1.
    pub execution: usize,
    /// The schedule itself.
    pub steps: Steps,
    /// What was wrong.
    pub message: String,
}

/// What a scheduler saw of a run.
#[derive(Debug, Default)]
struct Log {
    executions: usize,
    steps: Vec<usize>,
    coverage: Coverage,
}

/// Writes down what the scheduler inside decides.
struct Recorder<S> {
    inner: S,
    log: Arc<Mutex<Log>>,
}

impl<S> Recorder<S> {
    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Scheduler> Scheduler for Recorder<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        let schedule = self.inner.new_execution()?;
        let mut log = self.log();
        log.executions += 1;
        log.steps.clear();
        Some(schedule)
    }

    fn next_task(
        &mut self,
        tasks: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        let chosen = self.inner.next_task(tasks, current, is_yielding)?;
        let mut log = self.log();
        log.steps.push(chosen.into());
        // Only a parked task is blocked and may wake by itself; the first task is the submitter.
        for task in tasks.iter().filter(|task| task.blocked()) {
            log.coverage.add(match usize::from(task.id()) {
                0 => Reached::SubmitterSlept,
                _ => Reached::WorkerSlept,
            });
        }
        Some(chosen)
    }

    fn next_u64(&mut self) -> u64 {
        self.inner.next_u64()
    }
}

/// Follows a schedule as far as it can be followed. Where it names a task that can't go, the
/// current one goes on, or else the first that can.
struct Follow {
    steps: std::vec::IntoIter<usize>,
    started: bool,
}

impl Scheduler for Follow {
    fn new_execution(&mut self) -> Option<Schedule> {
        let first = !std::mem::replace(&mut self.started, true);
        first.then(|| Schedule::new(0))
    }

    fn next_task(
        &mut self,
        tasks: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        let wanted = self.steps.next();
        let is = |wanted: Option<usize>| {
            let mut tasks = tasks.iter().map(|task| task.id());
            tasks.find(|&id| Some(usize::from(id)) == wanted)
        };
        let runnable = || tasks.iter().filter(|task| !task.blocked());
        let current = current.filter(|_| !is_yielding).map(usize::from);
        // Beyond its end, the one after the current one where that gives way: else it never ends.
        let next = || runnable().find(|task| Some(usize::from(task.id())) > current);
        is(wanted)
            .or_else(|| {
                runnable()
                    .map(|task| task.id())
                    .find(|&id| Some(usize::from(id)) == current)
            })
            .or_else(|| next().map(|task| task.id()))
            .or_else(|| runnable().next().map(|task| task.id()))
    }

    fn next_u64(&mut self) -> u64 {
        0
    }
}

fn config() -> Config {
    let mut config = Config::new();
    config.stack_size = 1 << 17;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::FailAfter(MAX_STEPS);
    config.silence_warnings = true;
    config
}

/// Runs a plan under a scheduler: what it reached, or what was wrong, and in any case the log.
fn explore(
    plan: &Plan,
    fault: Option<Fault>,
    scheduler: impl Scheduler + Send + 'static,
) -> (Result<Coverage, String>, Log) {
    let log = Arc::new(Mutex::new(Log::default()));
    let recorder = Recorder {
        inner: scheduler,
        log: Arc::clone(&log),
    };
    let coverage = Arc::new(Mutex::new(Coverage::default()));
    let (plan, reached) = (plan.clone(), Arc::clone(&coverage));
    let outcome = quietly(|| {
        Runner::new(recorder, config()).run(move || {
            mutate(fault.map(Mutation::Faulty));
            let coverage = run(&plan);
            reached
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .merge(coverage);
        });
    });
    mutate(None);
    let log = std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner));
    let mut coverage = *coverage.lock().unwrap_or_else(PoisonError::into_inner);
    coverage.merge(log.coverage);
    (outcome.map(|()| coverage), log)
}

/// Runs a plan on so many schedules of one walk.
///
/// # Errors
///
/// The first that failed.
pub fn walk(
    plan: &Plan,
    fault: Option<Fault>,
    walk: Walk,
    seed: u64,
    schedules: usize,
) -> Result<Coverage, Failing> {
    let (outcome, log) = explore(plan, fault, walk.scheduler(seed, schedules));
    outcome.map_err(|message| Failing {
        walk,
        seed,
        execution: log.executions,
        steps: Steps(log.steps),
        message,
    })
}

/// Runs a plan on so many schedules, of all walks in turn. The seed is the plan's own, so that a
/// plan that fails does so whenever it is run.
///
/// # Errors
///
/// The first that failed.
pub fn all_walks(plan: &Plan, fault: Option<Fault>, schedules: usize) -> Result<Coverage, Failing> {
    let seed = of_text(&plan.to_string());
    let mut coverage = Coverage::default();
    for (at, kind) in Walk::ALL.into_iter().enumerate() {
        // 20 are 7 + 7 + 6.
        let share = (schedules + 2 - at) / Walk::ALL.len();
        coverage.merge(walk(plan, fault, kind, seed, share)?);
    }
    Ok(coverage)
}

/// Runs a plan on one schedule, as far as that can be followed: what was wrong, if something was,
/// and the schedule that it went by.
#[must_use]
pub fn follow(plan: &Plan, fault: Option<Fault>, steps: &Steps) -> (Option<String>, Steps) {
    let follow = Follow {
        steps: steps.0.clone().into_iter(),
        started: false,
    };
    let (outcome, log) = explore(plan, fault, follow);
    (outcome.err(), Steps(log.steps))
}

/// A schedule with fewer switches on which the plan fails with the same message: parts of it are
/// left out as long as that works.
#[must_use]
pub fn shrink(plan: &Plan, fault: Option<Fault>, failing: &Failing) -> Steps {
    let mut best = failing.steps.clone();
    let size = |steps: &Steps| (steps.switches(), steps.0.len());
    let mut tries = 400;
    let mut part = best.0.len().div_ceil(2);
    while part > 0 && tries > 0 {
        let mut at = 0;
        while at < best.0.len() && tries > 0 {
            tries -= 1;
            let end = (at + part).min(best.0.len());
            let without = [&best.0[..at], &best.0[end..]].concat();
            let (message, steps) = follow(plan, fault, &Steps(without));
            if message.as_ref() == Some(&failing.message) && size(&steps) < size(&best) {
                best = steps;
            } else {
                at += part;
            }
        }
        part /= 2;
    }
    best
}
