//! What the layers' tests share.
#![allow(
    dead_code,
    reason = "a test binary of its own for each layer, with a part of this in each"
)]

use flipside_proptests::coverage::{Coverage, Reached, Tally};
use flipside_proptests::plan::Plan;
use flipside_proptests::seed::Seed;
use flipside_proptests::strategy::plans;
use proptest::test_runner::{
    Config, FailurePersistence, FileFailurePersistence, TestCaseError, TestError, TestRunner,
};
use std::cell::RefCell;
use std::time::Instant;

/// Plans of a run: `PROPTEST_CASES`, or else this many.
pub(crate) fn cases(default: u32) -> u32 {
    match std::env::var("PROPTEST_CASES") {
        Ok(cases) => cases.parse().expect("PROPTEST_CASES is a number"),
        Err(_) => default,
    }
}

/// A file of plans that failed, beside the sources: to be committed with what it led to.
fn persistence(file: &str) -> Box<dyn FailurePersistence> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions");
    let path = format!("{folder}/{file}").leak();
    Box::new(FileFailurePersistence::Direct(path))
}

/// Checks so many plans, first those that failed before, and demands that they reached whatever
/// the layer can reach. `seed` says of a plan that fails, already made small, how it does.
pub(crate) fn check_plans(
    default_cases: u32,
    regressions: Option<&'static str>,
    beyond: &'static [Reached],
    check: impl Fn(&Plan) -> Result<Coverage, String>,
    seed: impl Fn(&Plan) -> Option<Seed>,
) {
    let start = Instant::now();
    let mut runner = TestRunner::new(Config {
        cases: cases(default_cases),
        failure_persistence: regressions.map(persistence),
        max_shrink_iters: 4_000,
        ..Config::default()
    });
    let tally = RefCell::new(Tally::beyond(beyond));
    let outcome = runner.run(&plans(), |plan| match check(&plan) {
        Ok(coverage) => {
            tally.borrow_mut().count(coverage);
            Ok(())
        }
        Err(why) => Err(TestCaseError::fail(why)),
    });
    match outcome {
        Ok(()) => {
            let tally = tally.into_inner();
            println!("{tally}in {:.1?}", start.elapsed());
            tally.demand();
        }
        Err(TestError::Fail(why, plan)) => match seed(&plan) {
            Some(seed) => panic!("{}", seed.report()),
            None => panic!("once, and not again: {why}\n{plan}"),
        },
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
