//! What the binary is asked for, and what it answers: lines of JSON.

use crate::case;
use flipside_record::channel::{CaseName, Message, Request, answer, complain, end_with_parent};
use flipside_record::verdict::Verdict;
use flipside_scenarios::case::{Case, find};
use flipside_scenarios::checker::Checker;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How often it says how far a case is.
const PACE: Duration = Duration::from_millis(100);

/// The command line was wrong.
const USAGE: u8 = 2;

/// Does what the arguments ask for.
#[must_use]
pub fn serve(arguments: &[String]) -> ExitCode {
    let request = match Request::parse(arguments) {
        Ok(request) => request,
        Err(why) => {
            let names = "this is started by `cargo verify`, `cargo replay` and `cargo seeds`";
            return complain(USAGE, format_args!("no request: {why}; {names}"));
        }
    };
    let answered = match &request {
        Request::Case(name) => match find_case(name) {
            Err(why) => return complain(USAGE, why),
            Ok(case) => {
                end_with_parent();
                run(&case)
            }
        },
        other => {
            end_with_parent();
            self::other(other)
        }
    };
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(1, why),
    }
}

fn find_case(name: &CaseName) -> Result<Case, String> {
    let compiled = Checker::COMPILED;
    if name.checker != compiled {
        return Err(format!(
            "this is the build for {compiled}, not for {}",
            name.checker
        ));
    }
    find(
        name.checker,
        name.design,
        &name.scenario,
        name.size,
        name.profile,
    )
}

/// Runs one case and says what came out of it.
fn run(case: &Case) -> Result<(), String> {
    let mut said = Instant::now();
    let progress = move |executions| {
        if said.elapsed() >= PACE {
            said = Instant::now();
            // If nobody listens any more, the end of standard input says so too.
            let _ = answer(&Message::Progress { executions });
        }
    };
    let findings = case::run_and(case, progress, |findings| {
        if let Verdict::Failed(why) = &findings.verdict {
            let _ = answer(&Message::Failed {
                executions: findings.executions,
                why: why.clone(),
            });
        }
    });
    answer(&Message::from(findings))
}

#[cfg(any(loom, shuttle, weft))]
use checked::answer as other;

#[cfg(not(any(loom, shuttle, weft)))]
fn other(_request: &Request) -> Result<(), String> {
    let names = Checker::ALL.map(Checker::name).join(", ");
    Err(format!(
        "this build has no checker; those for {names} answer this"
    ))
}

#[cfg(any(loom, shuttle, weft))]
mod checked {
    use crate::case::held;
    use crate::checkers::{check, rerun};
    use crate::hunt::{hunt, smaller};
    use crate::outcomes::shows;
    use flipside::Design;
    use flipside_record::attacked::{Attacked, Hunted};
    #[cfg(weft)]
    use flipside_record::channel::Derive;
    use flipside_record::channel::{Request, answer as say};
    use flipside_record::verdict::Verdict;
    use flipside_scenarios::attack::Attack;
    use flipside_scenarios::checker::{Bounds, Checker};
    use flipside_scenarios::mutant::{Mutant, own};
    use flipside_scenarios::program::Program;
    use flipside_scenarios::scenario::{Size, by_name};
    use std::collections::BTreeMap;
    use std::time::Duration;

    /// Two preemptions are enough to kill each of them, and they die long before the caps, which are
    /// for a mutant that turns in circles.
    const BOUNDS: Bounds = Bounds {
        preemptions: Some(2),
        schedules: 1_000,
        executions: Some(20_000),
        time: Some(Duration::from_secs(60)),
    };

    /// The engine itself has cases of its own. Here it is searched for longer than any mutant lives.
    const CONTROL: Bounds = Bounds {
        executions: Some(5_000),
        ..BOUNDS
    };

    /// How long a smaller case is looked for that fails as well: the failure is known already.
    const PATIENCE: Duration = Duration::from_secs(60);

    pub(super) fn answer(request: &Request) -> Result<(), String> {
        match request {
            Request::Rerun(seed) => say(&rerun(seed)?),
            Request::Hunt(begin) => hunted(begin),
            Request::Shrink(seed) => say(&smaller(seed, Some(PATIENCE))?),
            Request::Attacks { design } => attacks(*design),
            Request::Outcomes => say(&shows()?),
            Request::Costs => costs(),
            #[cfg(weft)]
            Request::Sites => say(&crate::derive::sites()),
            #[cfg(weft)]
            Request::Derive(what) => derived(what),
            #[cfg(not(weft))]
            Request::Sites | Request::Derive(_) => Err("the build for weft answers this".into()),
            Request::Case(_) => Err("a case is run, not answered".into()),
        }
    }

    #[cfg(weft)]
    fn derived(what: &Derive) -> Result<(), String> {
        use crate::derive::{derive, draw};
        let program = Program {
            scenario: by_name(&what.scenario)?,
            size: what.size,
            design: what.design,
            mutant: None,
        };
        match &what.draw {
            None => say(&derive(program)),
            Some(obligation) => {
                let drawn = draw(program, obligation);
                say(&drawn.ok_or_else(|| format!("{program} shows nothing of {obligation}"))?)
            }
        }
    }

    fn costs() -> Result<(), String> {
        Design::ALL
            .iter()
            .try_for_each(|&design| say(&crate::cost::measure(design)?))
    }

    fn mutants() -> impl Iterator<Item = (Design, Mutant)> {
        let designs = Design::ALL.iter().copied();
        designs.flat_map(|design| own(design).map(move |mutant| (design, mutant)))
    }

    fn hunted(begin: &str) -> Result<(), String> {
        let asked = |(_, mutant): &(Design, Mutant)| mutant.to_string().starts_with(begin);
        for (design, mutant) in mutants().filter(asked) {
            say(&Hunted {
                design,
                mutant: mutant.to_string(),
                weakened: mutant.is_weakened(),
                seed: hunt(design, mutant)?,
            })?;
        }
        Ok(())
    }

    fn attacks(design: Design) -> Result<(), String> {
        // Many mutants have one attack.
        let mut controls: BTreeMap<(&str, Size), Verdict> = BTreeMap::new();
        for mutant in own(design) {
            let name = mutant.to_string();
            let attack = Attack::on(&name).ok_or_else(|| format!("{name} has no attack"))?;
            let program = |mutant| {
                Ok::<_, String>(Program {
                    scenario: by_name(attack.scenario)?,
                    size: attack.size(),
                    design,
                    mutant,
                })
            };
            let (engine, mutated) = (program(None)?, program(Some(mutant))?);
            let control = controls
                .entry((attack.scenario, attack.size()))
                .or_insert_with(|| {
                    let findings = check(engine, CONTROL, |_| ());
                    held(CONTROL, Checker::COMPILED, findings).verdict
                });
            let findings = check(mutated, BOUNDS, |_| ());
            say(&Attacked {
                design,
                weakened: mutant.is_weakened(),
                mutant: name,
                executions: findings.executions,
                verdict: findings.verdict,
                control: control.clone(),
            })?;
        }
        Ok(())
    }
}
