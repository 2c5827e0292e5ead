//! Every mutant of the engine is told from the engine: each barrier is needed, and each step.
//!
//! Under a checker of weak memory each mutant is killed by a case in which the engine itself
//! passes. Under shuttle each mutant that lacks only an order survives, and that is a fact about
//! shuttle: its evidence says nothing about barriers.

use libtest_mimic::Arguments;
#[cfg(not(any(loom, shuttle, weft)))]
use libtest_mimic::Trial;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    libtest_mimic::run(&arguments, trials()).exit_code()
}

#[cfg(any(loom, shuttle, weft))]
use checked::trials;

#[cfg(not(any(loom, shuttle, weft)))]
fn trials() -> Vec<Trial> {
    let name =
        "needs RUSTFLAGS=\"--cfg loom\" (or shuttle, weft) cargo test --release -p flipside-models";
    let why = "mutants exist under a checker only";
    vec![Trial::test(name, move || Err(why.into())).with_ignored_flag(true)]
}

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
    use libtest_mimic::Trial;
    use std::collections::BTreeSet;

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
        match findings.verdict {
            Verdict::Failed(_) => Ok(true),
            Verdict::Complete => Ok(false),
            Verdict::Bounded(why) if why.contains("schedules") || why.contains("preemptions") => {
                Ok(false)
            }
            Verdict::Bounded(why) | Verdict::Changed(why) => Err(format!("{mutant}: {why}")),
        }
    }

    /// Each mutant, the engine itself in each case that kills one, and the table of these.
    pub(super) fn trials() -> Vec<Trial> {
        let mut trials = vec![Trial::test(
            "each_row_is_about_a_mutant_and_each_site_has_one",
            || {
                each_row_is_about_a_mutant_and_each_site_has_one();
                Ok(())
            },
        )];
        for &design in Design::ALL {
            trials.extend(own(design).map(|mutant| killed(design, mutant)));
            let mut seen = BTreeSet::new();
            let cases = ATTACKS
                .iter()
                .filter(|it| seen.insert((it.scenario, it.size())));
            trials.extend(cases.map(|attack| passes(design, attack)));
        }
        trials
    }

    fn killed(design: Design, mutant: Mutant) -> Trial {
        let sees_orders = Checker::COMPILED != Checker::Shuttle;
        let dies = sees_orders || !mutant.is_weakened();
        Trial::test(format!("{design}::{mutant}"), move || {
            match is_killed(design, mutant)? {
                killed if killed == dies => Ok(()),
                true => Err("it was killed".into()),
                false => Err("it survived".into()),
            }
        })
    }

    fn passes(design: Design, attack: &'static Attack) -> Trial {
        let (scenario, size) = (attack.scenario, attack.size());
        let name = format!("{design}::the_engine_itself::{scenario}::{size}");
        Trial::test(name, move || {
            let findings = run(attack, design, None);
            match findings.verdict {
                Verdict::Failed(why) => Err(why.into()),
                _ if findings.executions == 0 => Err("nothing was run".into()),
                _ => Ok(()),
            }
        })
    }

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
