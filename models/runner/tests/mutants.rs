//! Which mutants there are.

#![cfg(any(loom, shuttle, weft))]

use flipside::{Design, Mutation, asked};
use flipside_models::checkers::outcomes;
use flipside_scenarios::checker::Bounds;
use flipside_scenarios::mutant::all;
use flipside_scenarios::program::Program;
use flipside_scenarios::scenario::{SCENARIOS, Size};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// A mutant that its design never comes by would survive for no reason of the protocol's, and
/// one that is come by and not listed would not be tried.
#[test]
fn the_mutants_of_a_design_are_the_places_that_its_runs_come_by() {
    let bounds = Bounds {
        schedules: 20,
        preemptions: Some(1),
        executions: Some(200),
        ..Bounds::default()
    };
    for &design in Design::ALL {
        let come_by = Arc::new(Mutex::new(BTreeSet::new()));
        for scenario in SCENARIOS {
            let program = Program {
                scenario,
                size: Size {
                    workers: if cfg!(loom) { 1 } else { 2 },
                    ring: 1,
                    requests: 2,
                },
                design,
                mutant: None,
            };
            let collect = Arc::clone(&come_by);
            let run = move || {
                let outcome = program.run();
                let (faults, sites) = asked();
                let mut come_by = collect.lock().expect("no panic");
                come_by.extend(faults.into_iter().map(|fault| format!("{fault:?}")));
                come_by.extend(sites.into_iter().map(|site| format!("{site:?}")));
                outcome
            };
            outcomes(run, bounds).expect("the engine passes");
        }
        let listed: BTreeSet<_> = all(design)
            .map(|mutant| match mutant.0 {
                Mutation::Faulty(fault) => format!("{fault:?}"),
                Mutation::Weakened(site, _) => format!("{site:?}"),
            })
            .collect();
        let come_by = come_by.lock().expect("no panic");
        assert_eq!(*come_by, listed, "{design}");
    }
}
