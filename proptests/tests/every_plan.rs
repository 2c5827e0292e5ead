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
    use flipside_proptests::exhaustive::Family;
    use std::time::Instant;

    /// Workers, ring, whether they sleep, operations.
    const FAMILIES: &[(usize, usize, bool, usize)] = &[
        (1, 1, true, 3),
        (1, 2, true, 3),
        (2, 1, true, 3),
        (2, 2, true, 2),
        (1, 1, false, 3),
        (1, 2, false, 3),
        (2, 1, false, 3),
        (2, 2, false, 2),
    ];

    #[test]
    fn every_small_plan_in_every_execution() {
        for &(workers, ring, sleeps, ops) in FAMILIES {
            let start = Instant::now();
            let family = Family {
                workers,
                ring,
                sleeps,
                ops,
            };
            let explored = family.explore().unwrap_or_else(|why| panic!("{why}"));
            println!(
                "{workers}x{ring} {} up to {ops} operations: {} plans, {} executions, {:.1?}",
                if sleeps { "sleeping" } else { "spinning" },
                explored.plans,
                explored.executions,
                start.elapsed()
            );
        }
    }
}
