//! What the build for one checker is asked by the plain one: each answer is a line of JSON.

#[cfg(not(any(loom, shuttle, weft)))]
use crate::checker::Checker;
use crate::verify::complain;
use clap::{Args, Subcommand};
use flipside::Design;
use serde::{Deserialize, Serialize};
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
    /// Looks for counterexamples and writes their seeds
    Hunt(Hunt),
    /// Runs the attack of each mutant of each design
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

/// What is hunted.
#[derive(Args, Debug)]
pub struct Hunt {
    /// Where the seeds go
    #[arg(long)]
    into: PathBuf,
    /// Only the mutants whose name begins so
    #[arg(long)]
    mutant: Option<String>,
    /// The engine itself, in this scenario
    #[arg(long, requires = "size")]
    scenario: Option<String>,
    /// At this size
    #[arg(long)]
    size: Option<crate::scenario::Size>,
    /// In this design; the mutants of every design, unless given
    #[arg(long)]
    design: Option<Design>,
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

/// What became of a mutant's attack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attacked {
    /// The design that it is one of.
    #[serde(with = "crate::program::design_name")]
    pub design: Design,
    /// The mutant.
    pub mutant: String,
    /// Whether it lacks only an order.
    pub weakened: bool,
    /// Executions until it was killed, or all that were run.
    pub executions: u64,
    /// What ended the search.
    #[serde(flatten)]
    pub verdict: crate::verdict::Verdict,
}

/// What became of a hunt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunted {
    /// What was hunted.
    pub what: String,
    /// The seed's file, if there is a counterexample.
    pub seed: Option<PathBuf>,
}

/// Answers, if this build has a checker.
#[must_use]
pub fn serve(request: &Request) -> ExitCode {
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
    use super::{Attacked, Hunt, Hunted, Request};
    use crate::attack::Attack;
    use crate::checker::{Bounds, check};
    use crate::differential::shows;
    use crate::hunt::{hunt, hunt_engine};
    use crate::log::Execution;
    use crate::mutant::own;
    use crate::program::Program;
    use crate::scenario::by_name;
    use crate::seed::Seed;
    use flipside::Design;
    use serde::Serialize;
    use std::fs;
    use std::path::Path;

    /// Two preemptions are enough to kill each of them.
    const BOUNDS: Bounds = Bounds {
        preemptions: Some(2),
        schedules: 1_000,
        executions: None,
        time: None,
    };

    pub(super) fn answer(request: &Request) -> Result<(), String> {
        match request {
            Request::Rerun { seed } => say(&rerun(seed)?),
            Request::Hunt(what) => hunted(what),
            Request::Attacks => attacks(),
            Request::Outcomes => say(&shows()?),
            Request::Costs => costs(),
            #[cfg(weft)]
            Request::Sites => say(&crate::proofs::derive::sites()),
            #[cfg(weft)]
            Request::Derive(what) => derived(what),
            #[cfg(not(weft))]
            Request::Sites | Request::Derive(_) => Err("the build for weft answers this".into()),
        }
    }

    #[cfg(weft)]
    fn derived(what: &super::Derive) -> Result<(), String> {
        use crate::proofs::derive::{derive, draw};
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

    fn say(answer: &impl Serialize) -> Result<(), String> {
        let line = serde_json::to_string(answer).map_err(|why| why.to_string())?;
        crate::verify::print(&format!("{line}\n"))
    }

    fn rerun(path: &Path) -> Result<Execution, String> {
        let text = fs::read_to_string(path).map_err(|why| why.to_string())?;
        crate::checker::rerun(&text.parse()?)
    }

    fn hunted(what: &Hunt) -> Result<(), String> {
        let write = |name: String, seed: Option<Seed>| {
            let path = seed
                .as_ref()
                .map(|seed| what.into.join(seed.id() + ".seed"));
            if let (Some(path), Some(seed)) = (&path, &seed) {
                fs::create_dir_all(&what.into)
                    .and_then(|()| fs::write(path, seed.to_string()))
                    .map_err(|why| format!("{}: {why}", path.display()))?;
            }
            say(&Hunted {
                what: name,
                seed: path,
            })
        };
        if let (Some(scenario), Some(size)) = (&what.scenario, what.size) {
            let seed = hunt_engine(by_name(scenario)?, size, what.design.unwrap_or_default())?;
            return write(format!("{scenario} {size}"), seed);
        }
        let begin = what.mutant.as_deref().unwrap_or_default();
        let asked = |design: &Design| what.design.is_none_or(|asked| asked == *design);
        for design in Design::ALL.iter().copied().filter(asked) {
            for mutant in own(design).filter(|mutant| mutant.to_string().starts_with(begin)) {
                write(format!("{design} {mutant}"), hunt(design, mutant)?)?;
            }
        }
        Ok(())
    }

    fn attacks() -> Result<(), String> {
        let designs = Design::ALL.iter().copied();
        for (design, mutant) in designs.flat_map(|design| own(design).map(move |m| (design, m))) {
            let name = mutant.to_string();
            let attack = Attack::on(&name).ok_or_else(|| format!("{name} has no attack"))?;
            let program = Program {
                scenario: by_name(attack.scenario)?,
                size: attack.size(),
                design,
                mutant: Some(mutant),
            };
            let findings = check(program, BOUNDS, |_| ());
            say(&Attacked {
                design,
                weakened: mutant.is_weakened(),
                mutant: name,
                executions: findings.executions,
                verdict: findings.verdict,
            })?;
        }
        Ok(())
    }
}
