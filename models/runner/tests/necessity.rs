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
    use flipside::Design;
    use flipside_models::checkers::check;
    use flipside_record::verdict::{Findings, Verdict};
    use flipside_scenarios::attack::{ATTACKS, Attack};
    use flipside_scenarios::checker::{Bounds, Checker};
    use flipside_scenarios::mutant::{Mutant, all, own};
    use flipside_scenarios::program::Program;
    use flipside_scenarios::scenario::by_name;
    use std::collections::BTreeSet;
    use std::thread;

    /// Two preemptions are enough to kill each of them, and keep the engine's own runs short under
    /// loom. weft has no such bound, and one that counts instead: mutants die long before it.
    const BOUNDS: Bounds = Bounds {
        preemptions: Some(2),
        schedules: 1_000,
        time: None,
        executions: Some(20_000),
    };

    fn run(attack: &Attack, design: Design, mutant: Option<Mutant>) -> Findings {
        let scenario = by_name(attack.scenario).unwrap_or_else(|why| panic!("{why}"));
        let program = Program {
            scenario,
            size: attack.size(),
            design,
            mutant,
        };
        check(program, BOUNDS, |_| ())
    }

    /// Whether a mutant is killed or survives. Nothing in between, such as a search that gave up.
    fn is_killed(design: Design, mutant: Mutant) -> Result<bool, String> {
        let attack = Attack::on(&mutant.to_string());
        let attack = attack.ok_or_else(|| format!("{mutant}: no case is named that kills it"))?;
        let findings = run(attack, design, Some(mutant));
        let (scenario, size) = (attack.scenario, attack.size());
        let verdict = findings.verdict.to_string();
        println!(
            "{design:20} {mutant:26} {scenario} {size}: {:>5} executions, {}",
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
        let designs = Design::ALL.iter().copied();
        let mutants = designs.flat_map(|design| own(design).map(move |mutant| (design, mutant)));
        let wrong: Vec<_> = mutants
            .filter_map(|(design, mutant)| match is_killed(design, mutant) {
                Ok(killed) if killed == (sees_orders || !mutant.is_weakened()) => None,
                Ok(true) => Some(format!("{design}: {mutant} was killed")),
                Ok(false) => Some(format!("{design}: {mutant} survived")),
                Err(why) => Some(format!("{design}: {why}")),
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Each design on a thread of its own: an exploration has one.
    #[test]
    fn the_engine_itself_passes_where_its_mutants_die() {
        thread::scope(|scope| {
            for &design in Design::ALL {
                scope.spawn(move || passes(design));
            }
        });
    }

    fn passes(design: Design) {
        let mut seen = BTreeSet::new();
        for attack in ATTACKS {
            let (scenario, size) = (attack.scenario, attack.size());
            if !seen.insert((scenario, size)) {
                continue;
            }
            let findings = run(attack, design, None);
            let what = format!("{design} {scenario} {size}");
            println!("{what}: {} executions", findings.executions);
            assert!(
                !matches!(findings.verdict, Verdict::Failed(_)),
                "{what}: {}",
                findings.verdict
            );
            assert!(findings.executions > 0, "{what}");
        }
    }

    #[test]
    fn each_row_is_about_a_mutant_and_each_site_has_one() {
        let all = || Design::ALL.iter().flat_map(|&design| all(design));
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
