//! The layers that run on threads of the system: step by step behind gates, and with jitter.

#[cfg(any(loom, shuttle, weft))]
#[test]
#[ignore = "needs a build without a checker: cargo test --release -p flipside-proptests"]
fn threads_of_the_system_run_without_a_checker() {}

#[cfg(not(any(loom, shuttle, weft)))]
mod common;

#[cfg(not(any(loom, shuttle, weft)))]
mod native {
    use super::common::check_plans;
    use flipside_proptests::plan::Plan;
    use flipside_proptests::seed::Seed;
    use flipside_proptests::{jitter, sequential};
    use std::cell::Cell;

    fn seed(layer: &str, walk: String, plan: &Plan, fails: String) -> Seed {
        Seed {
            layer: layer.to_owned(),
            fault: None,
            walk,
            schedule: None,
            fails,
            plan: plan.clone(),
        }
    }

    #[test]
    fn step_by_step_the_engine_does_what_the_ledger_says() {
        check_plans(
            2_000,
            Some("sequential.txt"),
            sequential::BEYOND,
            sequential::check,
            |plan| {
                let fails = sequential::check(plan).err()?;
                Some(seed("sequential", "gated".to_owned(), plan, fails))
            },
        );
    }

    #[test]
    fn whatever_the_system_does_nothing_is_lost() {
        let number = Cell::new(0);
        let failed = Cell::new(0);
        check_plans(
            2_000,
            Some("threads.txt"),
            jitter::BEYOND,
            |plan| {
                number.set(number.get() + 1);
                let outcome = jitter::check(plan, number.get());
                if outcome.is_err() {
                    failed.set(number.get());
                }
                outcome
            },
            |plan| {
                // The system's schedule is gone; with luck one of many tries brings it back.
                let tries = std::iter::repeat_n(failed.get(), 200);
                let fails = tries
                    .into_iter()
                    .find_map(|jitter| jitter::check(plan, jitter).err())?;
                Some(seed(
                    "threads",
                    format!("jitter {}", failed.get()),
                    plan,
                    fails,
                ))
            },
        );
    }
}
