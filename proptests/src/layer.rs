//! Very many random plans in one layer: what the tests run, and `plan check` with more of them.

use crate::coverage::{Coverage, Reached, Tally};
use crate::plan::Plan;
use crate::seed::report;
use crate::strategy::plans;
#[cfg(not(any(loom, shuttle, weft)))]
use flipside_models::checker::Checker;
use flipside_models::replay::PlanSeed;
use proptest::test_runner::{
    Config, FailurePersistence, FileFailurePersistence, TestCaseError, TestError, TestRunner,
};
use std::cell::RefCell;
use std::fmt;

/// Plans of a run of the tests.
pub const PLANS: u32 = 2_000;

/// Plans of a deep run.
pub const DEEP: u32 = 100_000;

/// One way to run a plan.
pub struct Layer {
    /// Its name, as in a seed.
    pub name: &'static str,
    /// What it can't see or do.
    beyond: &'static [Reached],
    /// Plans that failed before are kept under its name and run first.
    remembers: bool,
    check: Check,
    seed: MakeSeed,
}

type Check = Box<dyn Fn(&Plan) -> Result<Coverage, String>>;
type MakeSeed = Box<dyn Fn(&Plan) -> Option<PlanSeed>>;

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
    pub fn schedules(mutant: Option<flipside_models::mutant::Mutant>) -> Self {
        use crate::schedules::{SCHEDULES, all_walks, seed};
        Self {
            name: "shuttle",
            beyond: &[],
            remembers: mutant.is_none(),
            check: Box::new(move |plan| {
                all_walks(plan, mutant, SCHEDULES).map_err(|failing| failing.message)
            }),
            seed: Box::new(move |plan| seed(plan, mutant)),
        }
    }

    /// Step by step behind gates.
    #[cfg(not(any(loom, shuttle, weft)))]
    #[must_use]
    pub fn sequential() -> Self {
        use crate::sequential::{BEYOND, check};
        Self {
            name: "sequential",
            beyond: BEYOND,
            remembers: true,
            check: Box::new(check),
            seed: Box::new(|plan| {
                let fails = check(plan).err()?;
                Some(native("sequential", "gated".to_owned(), plan, &fails))
            }),
        }
    }

    /// Threads of the system, held up at random.
    #[cfg(not(any(loom, shuttle, weft)))]
    #[must_use]
    pub fn threads() -> Self {
        use crate::jitter::{BEYOND, again, check};
        use std::cell::Cell;
        use std::rc::Rc;
        let failed = Rc::new(Cell::new(0));
        let number = Cell::new(0);
        Self {
            name: "threads",
            beyond: BEYOND,
            remembers: true,
            check: Box::new({
                let failed = Rc::clone(&failed);
                move |plan| {
                    number.set(number.get() + 1);
                    let outcome = check(plan, number.get());
                    if outcome.is_err() {
                        failed.set(number.get());
                    }
                    outcome
                }
            }),
            seed: Box::new(move |plan| {
                let jitter = failed.get();
                let fails = again(plan, jitter)?;
                Some(native("threads", format!("jitter {jitter}"), plan, &fails))
            }),
        }
    }

    /// Checks so many plans, first those that failed before, and demands that they reached whatever
    /// the layer can reach. `progress` is told how many were run.
    ///
    /// # Errors
    ///
    /// What failed, made small; the last line is the command that runs it again.
    ///
    /// # Panics
    ///
    /// If something was reached by too few plans: the generator has lost its way.
    pub fn run(&self, plans_asked: u32, progress: impl Fn(usize)) -> Result<Tally, String> {
        let mut runner = TestRunner::new(Config {
            cases: plans_asked,
            failure_persistence: self.remembers.then(|| persistence(self.name)),
            max_shrink_iters: 4_000,
            ..Config::default()
        });
        let tally = RefCell::new(Tally::beyond(self.beyond));
        let outcome = runner.run(&plans(), |plan| match (self.check)(&plan) {
            Ok(coverage) => {
                let mut tally = tally.borrow_mut();
                tally.count(plan.config.design, coverage);
                progress(tally.plans());
                Ok(())
            }
            Err(why) => Err(TestCaseError::fail(why)),
        });
        match outcome {
            Ok(()) => {
                let tally = tally.into_inner();
                tally.demand();
                Ok(tally)
            }
            Err(TestError::Fail(why, plan)) => Err(match (self.seed)(&plan) {
                Some(seed) => report(&seed),
                None => format!("once, and not again: {why}\n{plan}"),
            }),
            Err(TestError::Abort(why)) => Err(why.to_string()),
        }
    }
}

#[cfg(not(any(loom, shuttle, weft)))]
fn native(layer: &str, walk: String, plan: &Plan, fails: &str) -> PlanSeed {
    PlanSeed {
        layer: layer.to_owned(),
        checker: Checker::COMPILED,
        mutant: None,
        walk,
        schedule: None,
        fails: flipside_models::log::normalised(fails),
        plan: plan.to_string(),
    }
}

/// A file of plans that failed, beside the sources: to be committed with what it led to.
fn persistence(layer: &str) -> Box<dyn FailurePersistence> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions");
    let path = format!("{folder}/{layer}.txt").leak();
    Box::new(FileFailurePersistence::Direct(path))
}
