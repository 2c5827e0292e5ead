//! Plans under shuttle: each by random walk, by probabilistic concurrency testing and by uniform
//! random walk. Sequential consistency only, so nothing here says anything about orderings.
//!
//! Everything is a function of the plan, the scheduler and the seed, so a failure needs no more
//! than these to come back. The schedule that failed is kept as well, as the tasks in their order:
//! that outlives other changes of the scheduler, can be made smaller, and is what a replay shows.

use crate::coverage::{Coverage, Reached};
use crate::minimal::minimal;
use crate::plan::Plan;
use crate::random::of_text;
use crate::run::{run, subject};
use flipside::mutate;
use flipside_models::checkers::{Caught, Noted, Noting, quietly, shuttle_config};
use flipside_record::log::normalised;
use flipside_record::seed::Schedule;
use flipside_record::seed::{PlanSeed, Versioned};
use flipside_scenarios::checker::Checker;
use flipside_scenarios::mutant::Mutant;
use shuttle::Runner;
use shuttle::scheduler::{
    PctScheduler, RandomScheduler, Schedule as Beginning, Scheduler, Task, TaskId,
    UrwRandomScheduler,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Schedules for each plan.
pub const SCHEDULES: usize = 20;

/// Schedules for each plan while a failing one is made smaller.
pub const MANY: usize = 300;

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
    pub schedule: Schedule,
    /// What was wrong.
    pub message: String,
}

/// What a scheduler saw of a run.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    executions: usize,
    coverage: Coverage,
}

/// Sees what the scheduler inside is asked.
struct Watching<S> {
    inner: S,
    seen: Arc<Mutex<Seen>>,
}

impl<S: Scheduler> Scheduler for Watching<S> {
    fn new_execution(&mut self) -> Option<Beginning> {
        let schedule = self.inner.new_execution()?;
        lock(&self.seen).executions += 1;
        Some(schedule)
    }

    fn next_task(
        &mut self,
        tasks: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        let chosen = self.inner.next_task(tasks, current, is_yielding)?;
        // Only a parked task is blocked and may wake by itself; the first task is the submitter.
        for task in tasks.iter().filter(|task| task.blocked()) {
            lock(&self.seen).coverage.add(match usize::from(task.id()) {
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

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a plan on so many schedules of one walk.
///
/// # Errors
///
/// The first that failed.
pub fn walk(
    plan: &Plan,
    mutant: Option<Mutant>,
    walk: Walk,
    seed: u64,
    schedules: usize,
) -> Result<Coverage, Failing> {
    let (seen, noted) = (Arc::default(), Noted::default());
    let watching = Watching {
        inner: walk.scheduler(seed, schedules),
        seen: Arc::clone(&seen),
    };
    let scheduler = Noting(watching, noted.clone());
    let reached = Arc::new(Mutex::new(Coverage::default()));
    let (plan, sum) = (plan.clone(), Arc::clone(&reached));
    let outcome = quietly(|| {
        Runner::new(scheduler, shuttle_config()).run(move || {
            mutate(mutant.map(|Mutant(mutation)| mutation));
            let coverage = run(&plan);
            lock(&sum).merge(coverage);
        });
    });
    mutate(None);
    let Seen {
        executions,
        coverage: mut all,
    } = *lock(&seen);
    match outcome {
        Ok(()) => {
            all.merge(*lock(&reached));
            Ok(all)
        }
        Err(message) => Err(Failing {
            walk,
            seed,
            execution: executions,
            schedule: Schedule::Tasks(noted.runs()),
            message: normalised(&message),
        }),
    }
}

/// Runs a plan on so many schedules, of all walks in turn. The seed is the plan's own, so that a
/// plan that fails does so whenever it is run.
///
/// # Errors
///
/// The first that failed.
pub fn all_walks(
    plan: &Plan,
    mutant: Option<Mutant>,
    schedules: usize,
) -> Result<Coverage, Failing> {
    let seed = of_text(&plan.to_string());
    let mut coverage = Coverage::default();
    for (at, kind) in Walk::ALL.into_iter().enumerate() {
        // 20 are 7 + 7 + 6.
        let share = (schedules + 2 - at) / Walk::ALL.len();
        coverage.merge(walk(plan, mutant, kind, seed, share)?);
    }
    Ok(coverage)
}

/// A schedule with fewer switches on which the plan fails with the same message.
#[must_use]
pub fn shrink(plan: &Plan, mutant: Option<Mutant>, failing: &Failing) -> Schedule {
    let caught = Caught {
        failure: failing.message.clone(),
        schedule: failing.schedule.clone(),
    };
    subject(plan, mutant).minimise(caught).schedule
}

impl Failing {
    /// The seed of just this run.
    #[must_use]
    pub fn seed(self, plan: &Plan, mutant: Option<Mutant>) -> PlanSeed {
        PlanSeed {
            layer: "shuttle".to_owned(),
            found_by: Versioned::here(Checker::COMPILED),
            mutant: mutant.map(|mutant| mutant.to_string()),
            walk: format!("{} {}", self.walk.name(), self.seed),
            schedule: Some(self.schedule.to_string()),
            fails: self.message,
            plan: plan.to_string(),
        }
    }
}

/// The seed of a plan that fails: the plan made small, then its schedule.
#[must_use]
pub fn seed(plan: &Plan, mutant: Option<Mutant>) -> Option<PlanSeed> {
    // On many schedules, so that a smaller plan does not pass by luck.
    let check = |plan: &Plan| all_walks(plan, mutant, MANY);
    let plan = minimal(plan.clone(), |plan| check(plan).is_err());
    let mut failing = check(&plan).err()?;
    failing.schedule = shrink(&plan, mutant, &failing);
    Some(failing.seed(&plan, mutant))
}
