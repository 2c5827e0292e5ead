//! `cargo seeds --renew`: looks for the counterexamples of the mutants anew.

use super::{listed, shelf};
use crate::process::ask::ask;
use crate::process::build::{BuildError, MODELS, build};
use crate::process::children::{Children, stoppable};
use crate::process::say::{USAGE, complain, print};
use clap::Args;
use clap::builder::PossibleValuesParser;
use flipside_record::attacked::Hunted;
use flipside_record::channel::Request;
use flipside_record::seed::mutant_id;
use flipside_record::workspace::Workspace;
use flipside_scenarios::attack::ATTACKS;
use flipside_scenarios::checker::Checker;
use flipside_scenarios::expected::{EXCUSES, Excuses, full_name};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{fs, io};

/// What `flipside seeds` is asked for.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit status: 0 if each checker killed the mutants that it has to kill and no others, 1 if not, 2 for a \
wrong command line, 130 after Ctrl-C.")]
pub struct SeedsOptions {
    /// Look for the counterexamples anew and write their seeds; without --mutant and --checker, seeds
    /// of what is no longer there are removed
    #[arg(long)]
    renew: bool,

    /// Only of mutants whose name begins so
    #[arg(long, value_name = "NAME", requires = "renew")]
    mutant: Option<String>,

    /// Only of this checker
    #[arg(long, value_name = "NAME", requires = "renew",
          value_parser = PossibleValuesParser::new(Checker::ALL.map(Checker::name)))]
    checker: Option<String>,
}

/// Why the seeds were not renewed.
enum Refusal {
    NoSuchMutant(String),
    Failed(String),
}

impl From<String> for Refusal {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

/// Runs `flipside seeds`.
#[must_use]
pub fn run_seeds(options: &SeedsOptions) -> ExitCode {
    if !options.renew {
        return listed();
    }
    let (workspace, children) = match Workspace::find().and_then(|it| Ok((it, stoppable()?))) {
        Ok(found) => found,
        Err(why) => return complain(1, why),
    };
    match renew(options, &workspace, &children) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(Refusal::NoSuchMutant(why)) => complain(USAGE, why),
        Err(Refusal::Failed(why)) => children.gave_up(why),
    }
}

/// Whether each mutant died that has to, and no other.
fn renew(
    options: &SeedsOptions,
    workspace: &Workspace,
    children: &Children,
) -> Result<bool, Refusal> {
    let begin = options.mutant.as_deref().unwrap_or_default();
    // A plain build has no mutants. What no attack is for is none, which is known before a build.
    let may_be = |name: &str| name.starts_with(begin) || begin.starts_with(name);
    if !ATTACKS.iter().any(|attack| may_be(attack.mutant)) {
        return Err(no_such_mutant(begin));
    }
    let folder = shelf::kept(workspace);
    let mut valid = BTreeSet::new();
    let mut all_as_expected = true;
    for checker in Checker::ALL {
        let asked = options.checker.as_deref();
        if asked.is_some_and(|name| name != checker.name()) {
            continue;
        }
        let binary = build(workspace, MODELS, checker, children).map_err(BuildError::into_text)?;
        let hunted: Vec<Hunted> = ask(
            &binary,
            children,
            &Request::Hunt(begin.to_owned()).arguments(),
        )?;
        if hunted.is_empty() {
            return Err(no_such_mutant(begin));
        }
        for hunted in hunted {
            let verdict = judge(&hunted, checker, &EXCUSES);
            if let (Ok(_), Some(seed)) = (&verdict, &hunted.seed) {
                seed.write(&folder)?;
            }
            all_as_expected &= verdict.is_ok();
            let (Ok(came) | Err(came)) = verdict;
            let Hunted { design, mutant, .. } = &hunted;
            print(&format!(
                "{checker:8} {:46} {came}\n",
                format!("{design} {mutant}")
            ))?;
            if excuse(&hunted, checker, &EXCUSES).is_none() {
                valid.insert(mutant_id(*design, mutant, checker) + ".seed");
            }
        }
    }
    if options.mutant.is_none() && options.checker.is_none() {
        for path in stale(&folder, &valid).map_err(|why| format!("{}: {why}", folder.display()))? {
            fs::remove_file(&path).map_err(|why| format!("{}: {why}", path.display()))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            print(&format!(
                "removed  {name}: there is no such mutant, or its checker does not kill it\n"
            ))?;
        }
    }
    Ok(all_as_expected)
}

fn no_such_mutant(begin: &str) -> Refusal {
    let names: Vec<_> = ATTACKS.iter().map(|attack| attack.mutant).collect();
    Refusal::NoSuchMutant(format!(
        "no mutant's name begins with `{begin}`; names begin with: {}",
        names.join(", ")
    ))
}

/// Why a mutant may outlive a checker; none, if it has to die.
fn excuse(hunted: &Hunted, checker: Checker, excuses: &Excuses) -> Option<&'static str> {
    let name = full_name(hunted.design, &hunted.mutant);
    excuses.survives(checker, &name, hunted.weakened)
}

/// What came of a hunt, in words; as an error, if something else had to.
fn judge(hunted: &Hunted, checker: Checker, excuses: &Excuses) -> Result<String, String> {
    match (&hunted.seed, excuse(hunted, checker, excuses)) {
        (Some(seed), None) => Ok(seed.id() + ".seed"),
        (None, Some(why)) => Ok(format!("survives: {why}")),
        (Some(_), Some(why)) => Err(format!("FAILED: it dies, and should not: {why}")),
        (None, None) => Err("FAILED: it survives, and has to die".to_owned()),
    }
}

/// The seeds in the directory that have none of these names.
fn stale(folder: &Path, valid: &BTreeSet<String>) -> io::Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".seed") && !valid.contains(&*name) {
            stale.push(path);
        }
    }
    stale.sort();
    Ok(stale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flipside::Design;

    const EXCUSES: Excuses = Excuses {
        equivalent: &[("worker-no-recheck of one-bit", "nobody sleeps")],
        missed: &[(
            Checker::Loom,
            "worker-no-recheck",
            "loom has no such execution",
        )],
    };

    fn judged(design: Design, weakened: bool, checker: Checker) -> Result<String, String> {
        let hunted = Hunted {
            design,
            mutant: "worker-no-recheck".to_owned(),
            weakened,
            seed: None,
        };
        judge(&hunted, checker, &EXCUSES)
    }

    #[test]
    fn what_survives_needs_a_reason() {
        let default = Design::default();
        let has_to_die = Err("FAILED: it survives, and has to die".to_owned());
        assert_eq!(judged(default, false, Checker::Weft), has_to_die);
        assert_eq!(judged(default, true, Checker::Weft), has_to_die);
        assert_eq!(judged(default, false, Checker::Shuttle), has_to_die);
        for (design, weakened, checker, why) in [
            (default, true, Checker::Shuttle, "it lacks only an order"),
            (default, false, Checker::Loom, "loom has no such execution"),
            (Design::OneBit, false, Checker::Weft, "nobody sleeps"),
        ] {
            let said = judged(design, weakened, checker).unwrap_or_default();
            assert!(said.starts_with(&format!("survives: {why}")), "{said}");
        }
    }
}
