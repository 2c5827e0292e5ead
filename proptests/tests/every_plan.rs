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
    use flipside_proptests::exhaustive::{Family, check};
    use std::time::Instant;

    const fn family(workers: usize, ring: usize, sleeps: bool, ops: usize) -> Family {
        Family {
            workers,
            ring,
            sleeps,
            ops,
        }
    }

    /// Where both sides spin, all plans of four operations. Where they sleep, each request
    /// multiplies the executions by twenty, so fewer.
    const FAMILIES: &[Family] = &[
        family(1, 1, false, 4),
        family(1, 2, false, 4),
        family(2, 1, false, 4),
        family(2, 2, false, 4),
        family(1, 1, true, 2),
        family(1, 2, true, 2),
        family(2, 1, true, 1),
        family(2, 2, true, 1),
    ];

    fn explore(family: &Family) {
        let start = Instant::now();
        let explored = family.explore().unwrap_or_else(|why| panic!("{why}"));
        let plans = [1, 7, 53, 457, 4_033][family.ops];
        assert_eq!(explored.plans, plans, "plans of so many operations");
        assert!(explored.executions >= plans);
        println!(
            "{}x{} {}, up to {} operations: {} plans, {} executions, {:.1?}",
            family.workers,
            family.ring,
            if family.sleeps {
                "sleeping"
            } else {
                "spinning"
            },
            family.ops,
            explored.plans,
            explored.executions,
            start.elapsed()
        );
    }

    #[test]
    fn every_small_plan_in_every_execution() {
        FAMILIES.iter().for_each(explore);
    }

    #[test]
    #[ignore = "takes minutes: cargo test … --test every_plan -- --ignored"]
    fn more_plans_that_sleep() {
        [family(1, 1, true, 3), family(2, 1, true, 2)]
            .iter()
            .for_each(explore);
    }

    /// That the enumeration would notice: without any one barrier some plan of these fails.
    #[test]
    fn each_barrier_is_missed_by_a_plan_of_two_operations() {
        let families = [family(1, 1, false, 2), family(1, 1, true, 1)];
        for &site in Site::ALL {
            let without = Some(Mutation::Weakened(site, None));
            let plans = families.iter().flat_map(|family| {
                let plans = family.plans().into_iter();
                plans.map(|signs| (family.sleeps, family.plan(&signs), signs))
            });
            let mut plans = plans.filter(|(_, plan, _)| check(plan, without).is_err());
            match plans.next() {
                Some((sleeps, _, signs)) => {
                    println!("{:16} `{signs}`, sleeping: {sleeps}", site.name())
                }
                None => panic!("no plan fails without {}", site.name()),
            }
        }
    }
}
