//! The layer of random schedules: plan × schedule, under shuttle.

#[cfg(not(shuttle))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg shuttle\" cargo test --release -p flipside-proptests"]
fn random_schedules_run_under_shuttle() {}

#[cfg(shuttle)]
mod common;

#[cfg(shuttle)]
mod checked {
    use super::common::check_plans;
    use flipside_proptests::detection::{MANY, SCHEDULES};
    use flipside_proptests::minimal::minimal;
    use flipside_proptests::plan::Plan;
    use flipside_proptests::schedules::{all_walks, shrink};
    use flipside_proptests::seed::Seed;

    fn seed(plan: &Plan) -> Option<Seed> {
        let failing = all_walks(plan, None, SCHEDULES).err()?;
        Some(Seed::of(
            plan,
            None,
            &failing,
            &shrink(plan, None, &failing),
        ))
    }

    #[test]
    fn whatever_the_scheduler_does_nothing_is_lost() {
        check_plans(
            2_000,
            concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/proptest-regressions/schedules.txt"
            ),
            &[],
            |plan| all_walks(plan, None, SCHEDULES).map_err(|failing| failing.message),
            seed,
        );
    }
}
