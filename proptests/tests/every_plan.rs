//! The smallest plans under weft: enumerated, each in all its executions.

#[cfg(not(any(loom, weft)))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg weft\" cargo test --release -p flipside-proptests"]
fn every_plan_is_explored_under_weft() {}

/// loom would take days for what weft does in seconds; the models run it on each obligation.
#[cfg(loom)]
#[test]
fn loom_has_no_layer_here() {}

#[cfg(weft)]
mod checked {
    use flipside::{Mutation, Site};
    use flipside_models::mutant::Mutant;
    use flipside_proptests::exhaustive::{DEEP, Family, QUICK, check, seed};
    use flipside_proptests::replay;
    use flipside_proptests::seed::report;
    use std::time::Instant;

    fn explore(family: &Family) {
        let start = Instant::now();
        let explored = family
            .explore()
            .unwrap_or_else(|failing| panic!("{}", report(&seed(&failing, None))));
        assert_eq!(
            Some(explored.plans),
            family.known(),
            "plans of so many operations"
        );
        assert!(explored.executions >= explored.plans);
        println!(
            "{family}: {} plans, {} executions, {:.1?}",
            explored.plans,
            explored.executions,
            start.elapsed()
        );
    }

    #[test]
    fn every_small_plan_in_every_execution() {
        QUICK.iter().for_each(explore);
    }

    #[test]
    #[ignore = "takes minutes: ci/deep plans, or cargo test … --test every_plan -- --ignored"]
    fn more_plans_that_sleep() {
        DEEP.iter().for_each(explore);
    }

    /// That the enumeration would notice: without any one barrier some plan of these fails, and its
    /// seed shows how.
    #[test]
    fn each_barrier_is_missed_by_a_plan_of_two_operations() {
        let family = |sleeps, ops| Family {
            workers: 1,
            ring: 1,
            sleeps,
            ops,
        };
        let families = [family(false, 2), family(true, 1)];
        for &site in Site::ALL {
            let without = Some(Mutant(Mutation::Weakened(site, None)));
            let plans = families.iter().flat_map(|family| {
                let plans = family.plans().into_iter();
                plans.map(|signs| (family.sleeps, family.plan(&signs), signs))
            });
            let failing = plans.filter_map(|(sleeps, plan, signs)| {
                let failing = check(&plan, without).err()?;
                Some((sleeps, signs, failing))
            });
            let Some((sleeps, signs, failing)) = failing.into_iter().next() else {
                panic!("no plan fails without {}", site.name());
            };
            println!("{:18} `{signs}`, sleeping: {sleeps}", site.name());
            let seed = seed(&failing, without);
            let execution = replay(&seed.to_string()).expect(site.name());
            assert_eq!(execution.failure, failing.message, "{}", site.name());
            assert!(!execution.events.is_empty(), "{}", site.name());
        }
    }
}
