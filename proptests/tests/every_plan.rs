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
    use flipside::{Design, Mutation};
    use flipside_proptests::exhaustive::{Family, check, families, seed};
    use flipside_proptests::replay;
    use flipside_proptests::seed::{renew, report};
    use flipside_scenarios::mutant::{Mutant, own};
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
        families(false).iter().for_each(explore);
    }

    #[test]
    #[ignore = "takes minutes: ci/deep plans, or cargo test … --test every_plan -- --ignored"]
    fn more_plans_that_sleep() {
        families(true).iter().for_each(explore);
    }

    /// That the enumeration would notice: without any one barrier of a design some plan of these
    /// fails, and its seed shows how.
    #[test]
    fn each_barrier_is_missed_by_a_plan_of_two_operations() {
        for &design in Design::ALL {
            let dropped = |mutant: &Mutant| matches!(mutant.0, Mutation::Weakened(_, None));
            own(design)
                .filter(dropped)
                .for_each(|mutant| miss(design, mutant));
        }
    }

    fn miss(design: Design, mutant: Mutant) {
        // What orders two workers needs both.
        let family = |workers, sleeps, ops| Family {
            design,
            workers,
            ring: 1,
            sleeps,
            ops,
        };
        let families = [family(1, false, 2), family(1, true, 1), family(2, false, 2)];
        let plans = families.iter().flat_map(|family| {
            let plans = family.plans().into_iter();
            plans.map(move |signs| (family, family.plan(&signs), signs))
        });
        let mut failing = plans.filter_map(|(family, plan, signs)| {
            let failing = check(&plan, Some(mutant)).err()?;
            Some((family, signs, failing))
        });
        let Some((family, signs, failing)) = failing.next() else {
            panic!("no plan fails of {design}, {mutant}");
        };
        println!("{mutant:26} `{signs}` of {family}");
        let seed = seed(&failing, Some(mutant));
        let execution = replay(&seed.to_string()).unwrap_or_else(|why| panic!("{seed}\n{why}"));
        assert_eq!(execution.failure, failing.message, "{seed}");
        assert!(!execution.events.is_empty(), "{seed}");
        let version = seed.found_by.to_string();
        let old = seed.to_string().replace(&version, "weft 0.0.1");
        assert!(replay(&old).is_err_and(|why| why.contains("plan -- renew")));
        assert_eq!(renew(&old), Ok(seed));
    }
}
