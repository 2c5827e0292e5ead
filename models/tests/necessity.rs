//! Every mutant of the engine is told from the engine: each barrier is needed, and each step.
//!
//! Under a checker of weak memory each mutant is killed by a case in which the engine itself
//! passes. Under shuttle each mutant that lacks only an order survives, and that is a fact about
//! shuttle: its evidence says nothing about barriers.

#[cfg(not(any(loom, shuttle, weft)))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg loom\" (or shuttle, weft) cargo test --release -p flipside-models"]
fn mutants_exist_under_a_checker_only() {}

#[cfg(any(loom, shuttle, weft))]
mod checked {
    use flipside_models::checker::{Bounds, Checker, check};
    use flipside_models::mutant::{Mutant, all};
    use flipside_models::scenario::{SCENARIOS, Size, by_name};
    use flipside_models::verdict::{Findings, Verdict};
    use std::collections::BTreeSet;

    /// A small case that kills a mutant: how the mutant's name begins, scenario, size.
    type Row = (&'static str, &'static str, [usize; 3]);

    #[rustfmt::skip]
    const KILLERS: &[Row] = &[
        ("commit.wmb:",         "handover",       [1, 1, 1]),
        ("take.rmb:",           "handover",       [1, 1, 1]),
        ("complete.wmb:",       "handover",       [1, 1, 1]),
        ("reap.rmb:",           "handover",       [1, 1, 2]),
        ("flush.rmb:",          "handover",       [1, 1, 1]),
        ("commit.mb:",          "wake_submitter", [1, 1, 1]),
        ("worker_sleep.mb:",    "wake_worker",    [1, 1, 1]),
        ("complete.mb:",        "wake_submitter", [1, 1, 1]),
        ("submitter_sleep.mb:", "wake_submitter", [1, 1, 1]),
        ("stop.wmb:",           "stop",           [1, 1, 2]),
        ("stop.rmb:",           "stop",           [1, 1, 2]),
        ("stop.mb:",            "wake_worker",    [1, 1, 1]),
        ("flip-before-fill",    "handover",       [1, 1, 1]),
        ("flip-before-result",  "handover",       [1, 1, 1]),
        ("ownership-ignored",   "handover",       [1, 1, 1]),
        ("pending-kept",        "abandon",        [1, 2, 3]),
        ("pending-ignored",     "handover",       [1, 1, 2]),
        ("no-recheck",          "wake_worker",    [1, 1, 1]),
        ("wake-before-flip",    "wake_submitter", [1, 1, 1]),
        ("range-ignored",       "rotate",         [2, 2, 3]),
        ("search-ends-early",   "search",         [2, 1, 4]),
        ("cursor-from-request", "rotate",         [2, 2, 3]),
        ("flush-skips-last",    "handover",       [1, 1, 1]),
        ("stop-without-drain",  "stop",           [1, 1, 2]),
        ("panic-keeps-request", "conservation",   [1, 2, 3]),
    ];

    /// Two preemptions are enough to kill each of them, and keep the engine's own runs short under
    /// loom. weft has no such bound, and one that counts instead: mutants die long before it.
    const BOUNDS: Bounds = Bounds {
        preemptions: Some(2),
        schedules: 1_000,
        time: None,
        executions: Some(20_000),
    };

    fn row(mutant: Mutant) -> Option<&'static Row> {
        let name = mutant.to_string();
        KILLERS.iter().find(|(begin, ..)| name.starts_with(begin))
    }

    fn run(&(_, scenario, [workers, ring, requests]): &Row, mutant: Option<Mutant>) -> Findings {
        let size = Size {
            workers,
            ring,
            requests,
        };
        match by_name(scenario) {
            Ok(scenario) => check(scenario, size, mutant, BOUNDS, |_| ()),
            Err(why) => panic!("{why}"),
        }
    }

    /// Whether a mutant is killed or survives. Nothing in between, such as a search that gave up.
    fn is_killed(mutant: Mutant) -> Result<bool, String> {
        let row = row(mutant).ok_or_else(|| format!("{mutant}: no case is named that kills it"))?;
        let findings = run(row, Some(mutant));
        let (_, scenario, size) = row;
        let verdict = findings.verdict.to_string();
        println!(
            "{mutant:26} {scenario} {size:?}: {:>5} executions, {}",
            findings.executions,
            verdict.lines().next().unwrap_or_default()
        );
        match findings.verdict {
            Verdict::Failed(_) => Ok(true),
            Verdict::Complete => Ok(false),
            Verdict::Bounded(why) if why.contains("schedules") || why.contains("preemptions") => {
                Ok(false)
            }
            Verdict::Bounded(why) => Err(format!("{mutant}: {why}")),
        }
    }

    #[test]
    fn each_mutant_is_killed_but_by_shuttle_none_that_lacks_only_an_order() {
        let sees_orders = Checker::COMPILED != Checker::Shuttle;
        let wrong: Vec<_> = all()
            .filter_map(|mutant| match is_killed(mutant) {
                Ok(killed) if killed == (sees_orders || !mutant.is_weakened()) => None,
                Ok(true) => Some(format!("{mutant} was killed")),
                Ok(false) => Some(format!("{mutant} survived")),
                Err(why) => Some(why),
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_engine_itself_passes_where_its_mutants_die() {
        let mut seen = BTreeSet::new();
        for row @ (_, scenario, size) in KILLERS {
            if seen.insert((scenario, size)) {
                let findings = run(row, None);
                println!("{scenario} {size:?}: {} executions", findings.executions);
                assert!(
                    !matches!(findings.verdict, Verdict::Failed(_)),
                    "{scenario} {size:?}: {}",
                    findings.verdict
                );
                assert!(findings.executions > 0, "{scenario} {size:?}");
            }
        }
    }

    #[test]
    fn each_row_is_about_a_mutant_and_each_site_has_one() {
        for (begin, scenario, _) in KILLERS {
            assert!(all().any(|m| m.to_string().starts_with(begin)), "{begin}");
            assert!(SCENARIOS.iter().any(|s| s.name == *scenario), "{scenario}");
        }
        for site in flipside::Site::ALL {
            let of_site = |mutant: &Mutant| mutant.to_string().starts_with(site.name());
            assert!(
                all().filter(of_site).any(|m| row(m).is_some()),
                "{}",
                site.name()
            );
        }
    }
}
