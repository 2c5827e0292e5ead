//! A failing execution, found, made small, and run again.

use super::{Bounds, Checker};
use crate::log::Execution;
use crate::program::Program;
use crate::scenario::by_name;
use crate::seed::{RENEW, Schedule, Seed};
pub(super) use flipside::trace::Log;
use flipside::trace::{Record, record_into};
use std::sync::{Arc, PoisonError};

/// A scenario, ready to run; its steps go into the log, if one is given.
pub(super) type Model = Arc<dyn Fn(Option<Log>) + Send + Sync>;

/// A failing execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caught {
    /// How it fails.
    pub failure: String,
    /// Which it is.
    pub schedule: Schedule,
}

/// An execution that was run again.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// How it failed, if it did.
    pub failure: Option<String>,
    /// What happened in it.
    pub execution: Execution,
}

fn model(program: Program) -> Model {
    Arc::new(move |log| {
        record_into(log);
        program.run();
    })
}

/// A failing execution of the program, if one is found within the bounds; `small` asks for the
/// least that still fails in the same way.
#[must_use]
pub fn catch(program: Program, bounds: Bounds, small: bool) -> Option<Caught> {
    #[cfg(loom)]
    use super::loom::{find, minimise};
    #[cfg(shuttle)]
    use super::shuttle::{find, minimise};
    #[cfg(weft)]
    use super::weft::{find, minimise};
    let model = model(program);
    let caught = find(&model, bounds)?;
    Some(if small {
        minimise(&model, caught)
    } else {
        caught
    })
}

/// Runs just that execution again.
///
/// # Errors
///
/// If the schedule is none of this checker's.
pub fn replay(program: Program, schedule: &Schedule) -> Result<Replayed, String> {
    #[cfg(loom)]
    use super::loom::replay;
    #[cfg(shuttle)]
    use super::shuttle::replay;
    #[cfg(weft)]
    use super::weft::replay;
    let mut replayed = replay(&model(program), schedule, program.size.workers)?;
    if replayed.failure.is_some() {
        replayed.execution.story = crate::story::tell(&replayed.execution, program.mutant);
    }
    Ok(replayed)
}

pub(super) fn taken(log: &Log) -> Vec<Record> {
    std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Runs a seed's execution again, and holds it to what the seed says of it.
///
/// # Errors
///
/// If it is not a seed of this build's checker and its version, or no longer fails in the same
/// way; with what to do.
pub fn rerun(seed: &Seed) -> Result<Execution, String> {
    let checker = Checker::COMPILED;
    if seed.checker != checker {
        return Err(format!(
            "it is one of {}'s, and this is the build for {checker}",
            seed.checker
        ));
    }
    seed.fits()?;
    let program = Program {
        scenario: by_name(seed.scenario)?,
        size: seed.size,
        design: seed.design,
        mutant: seed.mutant.as_deref().map(str::parse).transpose()?,
    };
    let replayed = replay(program, &seed.schedule)?;
    match replayed.failure {
        Some(failure) if failure == seed.failure => Ok(replayed.execution),
        Some(failure) => Err(format!(
            "it fails in another way now\n  it was: {}\n  now:    {failure}\nthe engine, the scenario or the \
             checker has changed; if that is meant, {RENEW}",
            seed.failure
        )),
        None => Err(format!(
            "it passes now: the engine, the scenario or the checker has changed; if that is meant, {RENEW}"
        )),
    }
}
