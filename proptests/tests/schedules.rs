//! The layer of random schedules: plan × schedule, under shuttle.
//!
//! `FLIPSIDE_FAULT=no-recheck` puts that fault into the engine, to see the test fail.

#[cfg(not(shuttle))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg shuttle\" cargo test --release -p flipside-proptests"]
fn random_schedules_run_under_shuttle() {}

#[cfg(shuttle)]
mod common;

#[cfg(shuttle)]
mod checked {
    use super::common::check_plans;
    use flipside::Fault;
    use flipside_proptests::detection::{MANY, SCHEDULES, fault_of};
    use flipside_proptests::minimal::minimal;
    use flipside_proptests::plan::Plan;
    use flipside_proptests::schedules::{all_walks, shrink};
    use flipside_proptests::seed::Seed;

    fn seed(plan: &Plan, fault: Option<Fault>) -> Option<Seed> {
        let check = |plan: &Plan| all_walks(plan, fault, MANY);
        let plan = minimal(plan.clone(), |plan| check(plan).is_err());
        let failing = check(&plan).err()?;
        let steps = shrink(&plan, fault, &failing);
        Some(Seed::of(&plan, fault, &failing, &steps))
    }

    #[test]
    fn whatever_the_scheduler_does_nothing_is_lost() {
        let fault = std::env::var("FLIPSIDE_FAULT").ok();
        let fault = fault.map(|name| fault_of(&name).unwrap_or_else(|why| panic!("{why}")));
        let regressions = match fault {
            None => Some("schedules.txt"),
            Some(_) => None,
        };
        check_plans(
            2_000,
            regressions,
            &[],
            |plan| all_walks(plan, fault, SCHEDULES).map_err(|failing| failing.message),
            |plan| seed(plan, fault),
        );
    }
}
