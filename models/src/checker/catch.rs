//! A failing execution, found, made small, and run again.

use super::{Bounds, Checker};
use crate::log::Execution;
use crate::mutant::Mutant;
use crate::program::Program;
use crate::scenario::by_name;
use crate::seed::{RENEW, Schedule, Seed};
pub(super) use flipside::trace::Log;
use flipside::trace::{Record, record_into};
use std::fmt;
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

fn subject(program: Program) -> Subject {
    Subject::new(program.size.workers, program.mutant, move || {
        program.run();
    })
}

/// A failing execution of the program, if one is found within the bounds; `small` asks for the
/// least that still fails in the same way.
#[must_use]
pub fn catch(program: Program, bounds: Bounds, small: bool) -> Option<Caught> {
    #[cfg(loom)]
    use super::loom::find;
    #[cfg(shuttle)]
    use super::shuttle::find;
    #[cfg(weft)]
    use super::weft::find;
    let subject = subject(program);
    let caught = find(&subject.model, bounds)?;
    Some(if small {
        subject.minimise(caught)
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
    subject(program).replay(schedule)
}

/// Anything that uses the engine, ready to be run by this build's checker.
#[derive(Clone)]
pub struct Subject {
    model: Model,
    workers: usize,
    mutant: Option<Mutant>,
}

impl Subject {
    /// What `run` does, on the engine or on a mutant of it, with pools of so many workers.
    pub fn new(
        workers: usize,
        mutant: Option<Mutant>,
        run: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let model: Model = Arc::new(move |log| {
            Mutant::activate(mutant);
            record_into(log);
            run();
        });
        Self {
            model,
            workers,
            mutant,
        }
    }

    /// The same failure by a smaller execution, as far as one is found.
    #[must_use]
    pub fn minimise(&self, caught: Caught) -> Caught {
        #[cfg(loom)]
        use super::loom::minimise;
        #[cfg(shuttle)]
        use super::shuttle::minimise;
        #[cfg(weft)]
        use super::weft::minimise;
        minimise(&self.model, caught)
    }

    /// Runs just that execution again.
    ///
    /// # Errors
    ///
    /// If the schedule is none of this checker's.
    pub fn replay(&self, schedule: &Schedule) -> Result<Replayed, String> {
        #[cfg(loom)]
        use super::loom::replay;
        #[cfg(shuttle)]
        use super::shuttle::replay;
        #[cfg(weft)]
        use super::weft::replay;
        let mut replayed = replay(&self.model, schedule, self.workers)?;
        if replayed.failure.is_some() {
            replayed.execution.story = crate::story::tell(&replayed.execution, self.mutant);
        }
        Ok(replayed)
    }

    /// Runs it again, and holds it to the failure that is known of it.
    ///
    /// # Errors
    ///
    /// If it does not fail in that way; `meant` says what to do if that is meant.
    pub fn rerun(
        &self,
        schedule: &Schedule,
        fails: &str,
        meant: &str,
    ) -> Result<Execution, String> {
        let replayed = self.replay(schedule)?;
        let changed = "the engine, the scenario or the checker has changed";
        match replayed.failure {
            Some(failure) if failure == fails => Ok(replayed.execution),
            Some(failure) => Err(format!(
                "it fails in another way now\n  it was: {fails}\n  now:    {failure}\n{changed}; if that is \
                 meant, {meant}"
            )),
            None => Err(format!(
                "it passes now: {changed}; if that is meant, {meant}"
            )),
        }
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").finish_non_exhaustive()
    }
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
    subject(program).rerun(&seed.schedule, &seed.failure, RENEW)
}
