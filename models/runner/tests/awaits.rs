//! That the engine's waiting loops are awaits, as the models tell weft: nothing that a turn leaves
//! behind matters to what follows. Without that promise weft explores every turn that sees
//! something new; each scenario must pass all the same, and show the same outcomes.

#[cfg(not(weft))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg weft\" cargo test --release -p flipside-models"]
fn awaits_are_weft_s() {}

#[cfg(weft)]
#[test]
fn every_turn_explored_shows_what_awaits_show() {
    use flipside::Design;
    use flipside_models::checkers::weft_builder;
    use flipside_scenarios::scenario::{SCENARIOS, Size};
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    for scenario in SCENARIOS {
        for &design in Design::ALL {
            // Those that sleep have no turns to wait in: they park instead.
            let spins = [
                "handover", "flush", "batch", "stale", "abandon", "panic", "stop",
            ];
            let requests = if spins.contains(&scenario.name) { 2 } else { 1 };
            let size = Size {
                workers: 1,
                ring: requests,
                requests,
            };
            let explore = |builder: weft::Builder| {
                let shown = Arc::new(Mutex::new(BTreeSet::new()));
                let collect = Arc::clone(&shown);
                let report = builder.check(move || {
                    let outcome = (scenario.run)(size, design);
                    collect.lock().expect("no panic").insert(outcome);
                });
                assert!(report.is_complete(), "{} {design}: {report}", scenario.name);
                let shown = std::mem::take(&mut *shown.lock().expect("no panic"));
                (report.complete, shown)
            };
            let (awaits, shown) = explore(weft_builder());
            let (turns, all) = explore(weft::Builder::new());
            println!(
                "{} {size} {design}: {awaits} graphs, {turns} with every turn",
                scenario.name
            );
            assert_eq!(shown, all, "{} {design}", scenario.name);
        }
    }
}
