//! What the build for one checker is asked by the plain one: each answer is a line of JSON.

#[cfg(not(any(loom, shuttle, weft)))]
use crate::checker::Checker;
use crate::process::child::end_with_parent;
use crate::process::say::complain;
use clap::{Args, Subcommand};
use flipside::Design;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is asked.
#[derive(Debug, Subcommand)]
pub enum Request {
    /// Runs a seed's execution again
    Rerun {
        /// The seed's file
        seed: PathBuf,
    },
    /// Looks for a counterexample of each mutant of each design
    Hunt {
        /// Only of those whose name begins so
        #[arg(long)]
        mutant: Option<String>,
    },
    /// Makes what a seed is of as small as it will be
    Shrink {
        /// The seed's file
        seed: PathBuf,
    },
    /// Runs the attack of each mutant of each design, and the engine itself in the same case
    Attacks,
    /// Says which outcomes every program has
    Outcomes,
    /// Counts what each design costs
    Costs,
    /// Says what the engine's ordering sites are
    Sites,
    /// Says what holds in every execution graph of a case
    Derive(Derive),
}

/// What is derived.
#[derive(Args, Debug)]
pub struct Derive {
    /// The scenario
    #[arg(long)]
    scenario: String,
    /// Its size
    #[arg(long)]
    size: crate::scenario::Size,
    /// How requests change hands
    #[arg(long, default_value_t)]
    design: Design,
    /// Only one execution, to be drawn for this obligation
    #[arg(long)]
    draw: Option<String>,
}

/// Answers, if this build has a checker.
#[must_use]
pub fn serve(request: &Request) -> ExitCode {
    end_with_parent();
    #[cfg(any(loom, shuttle, weft))]
    let answered = checked::answer(request);
    #[cfg(not(any(loom, shuttle, weft)))]
    let answered = native(request);
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(1, why),
    }
}

#[cfg(not(any(loom, shuttle, weft)))]
fn native(_request: &Request) -> Result<(), String> {
    let names = Checker::ALL.map(Checker::name).join(", ");
    Err(format!(
        "this build has no checker; those for {names} answer this"
    ))
}

#[cfg(any(loom, shuttle, weft))]
mod checked {
    use super::Request;
    use crate::answer::answer as say;
    use crate::attack::{Attack, Attacked, Hunted};
    use crate::checker::{Bounds, Checker, check};
    use crate::differential::shows;
    use crate::hunt::{hunt, smaller};
    use crate::log::Execution;
    use crate::mutant::{Mutant, own};
    use crate::program::Program;
    use crate::scenario::{Size, by_name};
    use crate::seed::Seed;
    use crate::verdict::Verdict;
    use flipside::Design;
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;
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
            Request::Rerun { seed } => say(&rerun(seed)?),
            Request::Hunt { mutant } => hunted(mutant.as_deref().unwrap_or_default()),
            Request::Shrink { seed } => say(&smaller(&read(seed)?, Some(PATIENCE))?),
            Request::Attacks => attacks(),
            Request::Outcomes => say(&shows()?),
            Request::Costs => costs(),
            #[cfg(weft)]
            Request::Sites => say(&crate::derive::sites()),
            #[cfg(weft)]
            Request::Derive(what) => derived(what),
            #[cfg(not(weft))]
            Request::Sites | Request::Derive(_) => Err("the build for weft answers this".into()),
        }
    }

    #[cfg(weft)]
    fn derived(what: &super::Derive) -> Result<(), String> {
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

    fn read(path: &Path) -> Result<Seed, String> {
        let text = fs::read_to_string(path).map_err(|why| why.to_string())?;
        text.parse()
    }

    fn rerun(path: &Path) -> Result<Execution, String> {
        crate::checker::rerun(&read(path)?)
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

    fn attacks() -> Result<(), String> {
        // Many mutants have one attack.
        let mut controls: BTreeMap<(Design, &str, Size), Verdict> = BTreeMap::new();
        for (design, mutant) in mutants() {
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
                .entry((design, attack.scenario, attack.size()))
                .or_insert_with(|| {
                    let findings = check(engine, CONTROL, |_| ());
                    CONTROL.hold(Checker::COMPILED, findings).verdict
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
