//! Very many random plans in one layer: what the tests run, and `plan check` with more of them.

use crate::coverage::{Coverage, Reached, Tally};
use crate::plan::Plan;
use crate::seed::{kept, report};
use crate::strategy::plans;
use flipside_record::seed::PlanSeed;
use proptest::test_runner::{
    Config, FailurePersistence, FileFailurePersistence, TestCaseError, TestError, TestRunner,
};
use std::cell::RefCell;
use std::fmt;
use std::time::Duration;

/// Plans of a run of the tests.
pub const PLANS: u32 = 2_000;

/// Plans of a deep run.
pub const DEEP: u32 = 100_000;

/// Far beyond what a plan takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What is wrong with a plan that hangs, however long was waited.
pub const LATE: &str = "it did not end in time";

/// One way to run a plan.
pub struct Layer {
    /// Its name, as in a seed.
    pub name: &'static str,
    /// What it can't see or do.
    beyond: &'static [Reached],
    /// Plans that failed before are kept under its name and run first.
    remembers: bool,
    check: Check,
    confirm: Confirm,
}

/// Runs a plan for so long at most. What fails is the seed of just that run.
type Check = Box<dyn Fn(&Plan, Duration) -> Result<Coverage, Box<PlanSeed>>>;

/// Sees a plan fail again that was made smaller, and makes it smaller still if it knows how.
type Confirm = Box<dyn Fn(&Plan, &PlanSeed) -> Option<PlanSeed>>;

impl fmt::Debug for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layer")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Layer {
    /// Random schedules, of the engine or of a mutant of it.
    #[cfg(shuttle)]
    #[must_use]
    pub fn schedules(mutant: Option<flipside_scenarios::mutant::Mutant>) -> Self {
        use crate::schedules::{SCHEDULES, all_walks, seed};
        Self {
            name: "shuttle",
            beyond: &[],
            remembers: mutant.is_none(),
            // A schedule has an end: shuttle counts its steps.
            check: Box::new(move |plan, _| {
                all_walks(plan, mutant, SCHEDULES)
                    .map_err(|failing| Box::new(failing.seed(plan, mutant)))
            }),
            // The run that failed brings its schedule along, so it fails again in any case.
            confirm: Box::new(move |plan, run| seed(plan, mutant).or_else(|| Some(run.clone()))),
        }
    }

    /// Step by step behind gates.
    #[cfg(not(any(loom, shuttle, weft)))]
    #[must_use]
    pub fn sequential() -> Self {
        use crate::sequential::{BEYOND, check};
        let check = |plan: &Plan, patience| {
            check(plan, patience)
                .map_err(|fails| Box::new(native("sequential", "gated".to_owned(), plan, &fails)))
        };
        Self {
            name: "sequential",
            beyond: BEYOND,
            remembers: true,
            check: Box::new(check),
            confirm: Box::new(move |plan, _| check(plan, PATIENCE).err().map(|seed| *seed)),
        }
    }

    /// Threads of the system, held up at random.
    #[cfg(not(any(loom, shuttle, weft)))]
    #[must_use]
    pub fn threads() -> Self {
        use crate::jitter::{BEYOND, again, check, number_of};
        use std::cell::Cell;
        let number = Cell::new(0);
        Self {
            name: "threads",
            beyond: BEYOND,
            remembers: true,
            check: Box::new(move |plan, patience| {
                number.set(number.get() + 1);
                let jitter = number.get();
                let walk = format!("jitter {jitter}");
                check(plan, jitter, patience)
                    .map_err(|fails| Box::new(native("threads", walk, plan, &fails)))
            }),
            confirm: Box::new(|plan, run| {
                let fails = again(plan, number_of(&run.walk).ok()?, PATIENCE)?;
                Some(native("threads", run.walk.clone(), plan, &fails))
            }),
        }
    }

    /// Checks so many plans, first those that failed before, and demands that they reached whatever
    /// the layer can reach. `progress` is told how many were run, and `found` what failed, before it
    /// is made small: that takes a while.
    ///
    /// # Errors
    ///
    /// What failed, made small; the last line is the command that runs it again.
    ///
    /// # Panics
    ///
    /// If something was reached by too few plans: the generator has lost its way.
    pub fn run(
        &self,
        plans_asked: u32,
        progress: impl Fn(usize),
        found: impl Fn(&str),
    ) -> Result<Tally, String> {
        self.run_within(Limits::default(), plans_asked, progress, found)
    }

    fn run_within(
        &self,
        limits: Limits,
        plans_asked: u32,
        progress: impl Fn(usize),
        found: impl Fn(&str),
    ) -> Result<Tally, String> {
        let mut runner = TestRunner::new(Config {
            cases: plans_asked,
            failure_persistence: self.remembers.then(|| persistence(self.name)),
            max_shrink_iters: 4_000,
            max_shrink_time: limits.shrinking.as_millis() as u32,
            ..Config::default()
        });
        let tally = RefCell::new(Tally::beyond(self.beyond));
        let failed = RefCell::new(None);
        let outcome = runner.run(&plans(), |plan| {
            let mut failed = failed.borrow_mut();
            let patience = match &*failed {
                None => limits.first,
                Some(_) => limits.smaller,
            };
            let seed = match (self.check)(&plan, patience) {
                Ok(coverage) => {
                    let mut tally = tally.borrow_mut();
                    tally.count(plan.config.design, coverage);
                    progress(tally.plans());
                    return Ok(());
                }
                Err(seed) => seed,
            };
            let fails = seed.fails.clone();
            match &mut *failed {
                // Whatever comes of the smaller plans, this one is there to be run again.
                None => {
                    found(&format!("{fails}\n{}", kept(&seed)));
                    *failed = Some(Failed::new(plan, *seed));
                }
                Some(failed) if failed.is_only_slow(&seed) => return Ok(()),
                Some(failed) => (failed.plan, failed.smallest) = (plan, *seed),
            }
            Err(TestCaseError::fail(fails))
        });
        match (outcome, failed.into_inner()) {
            (Ok(()), _) => {
                let tally = tally.into_inner();
                tally.demand();
                Ok(tally)
            }
            (Err(_), Some(failed)) => Err(match (self.confirm)(&failed.plan, &failed.smallest) {
                Some(seed) => report(&seed),
                None => format!(
                    "seen once, and not again, so this is how it was found:\n{}",
                    report(&failed.first)
                ),
            }),
            (Err(TestError::Fail(why, _) | TestError::Abort(why)), None) => Err(why.to_string()),
        }
    }
}

/// How long plans may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// One plan, until one fails.
    first: Duration,
    /// One that is smaller than one that failed: each that hangs takes as long.
    smaller: Duration,
    /// All of these.
    shrinking: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            first: PATIENCE,
            smaller: Duration::from_secs(2),
            shrinking: Duration::from_secs(60),
        }
    }
}

/// A failure that is being made smaller.
struct Failed {
    /// The run that failed first.
    first: PlanSeed,
    /// The smallest that failed so far, and its plan.
    smallest: PlanSeed,
    plan: Plan,
}

impl Failed {
    fn new(plan: Plan, seed: PlanSeed) -> Self {
        Self {
            first: seed.clone(),
            smallest: seed,
            plan,
        }
    }

    /// Whether a plan only ran out of its short time, where the first failed in another way.
    fn is_only_slow(&self, seed: &PlanSeed) -> bool {
        seed.fails == LATE && self.first.fails != LATE
    }
}

#[cfg(not(any(loom, shuttle, weft)))]
fn native(layer: &str, walk: String, plan: &Plan, fails: &str) -> PlanSeed {
    use flipside_record::seed::Versioned;
    use flipside_scenarios::checker::Checker;
    PlanSeed {
        layer: layer.to_owned(),
        found_by: Versioned::here(Checker::COMPILED),
        mutant: None,
        walk,
        schedule: None,
        fails: flipside_record::log::normalised(fails),
        plan: plan.to_string(),
    }
}

/// A file of plans that failed, beside the sources: to be committed with what it led to.
fn persistence(layer: &str) -> Box<dyn FailurePersistence> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions");
    let path = format!("{folder}/{layer}.txt").leak();
    Box::new(FileFailurePersistence::Direct(path))
}

#[cfg(test)]
#[path = "layer_tests.rs"]
mod tests;
