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
    use flipside_models::attack::{ATTACKS, Attack};
    use flipside_models::checker::{Bounds, Checker, check};
    use flipside_models::mutant::{Mutant, all};
    use flipside_models::scenario::by_name;
    use flipside_models::verdict::{Findings, Verdict};
    use std::collections::BTreeSet;

    /// Two preemptions are enough to kill each of them, and keep the engine's own runs short under
    /// loom. weft has no such bound, and one that counts instead: mutants die long before it.
    const BOUNDS: Bounds = Bounds {
        preemptions: Some(2),
        schedules: 1_000,
        time: None,
        executions: Some(20_000),
    };

    fn run(attack: &Attack, mutant: Option<Mutant>) -> Findings {
        match by_name(attack.scenario) {
            Ok(scenario) => check(scenario, attack.size(), mutant, BOUNDS, |_| ()),
            Err(why) => panic!("{why}"),
        }
    }

    /// Whether a mutant is killed or survives. Nothing in between, such as a search that gave up.
    fn is_killed(mutant: Mutant) -> Result<bool, String> {
        let attack = Attack::on(&mutant.to_string());
        let attack = attack.ok_or_else(|| format!("{mutant}: no case is named that kills it"))?;
        let findings = run(attack, Some(mutant));
        let (scenario, size) = (attack.scenario, attack.size());
        let verdict = findings.verdict.to_string();
        println!(
            "{mutant:26} {scenario} {size}: {:>5} executions, {}",
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
        for attack in ATTACKS {
            let (scenario, size) = (attack.scenario, attack.size());
            if seen.insert((scenario, size)) {
                let findings = run(attack, None);
                println!("{scenario} {size}: {} executions", findings.executions);
                assert!(
                    !matches!(findings.verdict, Verdict::Failed(_)),
                    "{scenario} {size}: {}",
                    findings.verdict
                );
                assert!(findings.executions > 0, "{scenario} {size}");
            }
        }
    }

    #[test]
    fn each_row_is_about_a_mutant_and_each_site_has_one() {
        for attack in ATTACKS {
            let begin = attack.mutant;
            assert!(all().any(|m| m.to_string().starts_with(begin)), "{begin}");
            assert!(by_name(attack.scenario).is_ok(), "{}", attack.scenario);
        }
        for site in flipside::Site::ALL {
            let of_site = |mutant: &Mutant| mutant.to_string().starts_with(site.name());
            assert!(
                all()
                    .filter(of_site)
                    .any(|m| Attack::on(&m.to_string()).is_some()),
                "{}",
                site.name()
            );
        }
    }
}
