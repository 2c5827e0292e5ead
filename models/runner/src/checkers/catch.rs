//! A failing execution, found, made small, and run again.

pub(super) use flipside::trace::Log;
use flipside::trace::{Record, record_into};
use flipside_record::log::{Execution, normalised};
use flipside_record::seed::{Extent, Schedule, Seed, another_failure};
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::checker::{Bounds, Checker};
use flipside_scenarios::mutant::Mutant;
use flipside_scenarios::program::Program;
use flipside_scenarios::scenario::by_name;
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

impl Caught {
    /// What a search that failed has caught, if the checker says which execution that was.
    pub(super) fn of(findings: &Findings, schedule: Option<Schedule>) -> Option<Self> {
        match &findings.verdict {
            Verdict::Failed(why) => Some(Self {
                failure: normalised(why),
                schedule: schedule?,
            }),
            Verdict::Complete | Verdict::Bounded(_) | Verdict::Changed(_) => None,
        }
    }
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

/// A failing execution of the program, if one is found within the bounds.
#[must_use]
pub fn catch(program: Program, bounds: Bounds) -> Option<Caught> {
    #[cfg(loom)]
    use super::loom::find;
    #[cfg(shuttle)]
    use super::shuttle::find;
    #[cfg(weft)]
    use super::weft::find;
    find(&subject(program).model, bounds)
}

/// The same failure by a smaller execution of the program, as far as one is found.
#[must_use]
pub fn minimise(program: Program, caught: Caught) -> Caught {
    subject(program).minimise(caught)
}

/// The seed of an execution that was caught, with nothing made smaller.
///
/// # Errors
///
/// If it does not fail again in the same way.
pub fn keep(program: Program, caught: Caught) -> Result<Seed, String> {
    let Caught { failure, schedule } = caught;
    let replayed = replay(program, &schedule)?;
    if replayed.failure.as_ref() != Some(&failure) {
        let again = replayed.failure;
        let again = again.map_or_else(|| "it passed".to_owned(), |failure| format!("`{failure}`"));
        return Err(format!(
            "{program}: found `{failure}`, and on running it again {again}"
        ));
    }
    let extent = Extent {
        size: program.size,
        steps: replayed.execution.steps(),
        switches: replayed.execution.switches(),
    };
    Ok(Seed {
        mutant: program.mutant.map(|mutant| mutant.to_string()),
        scenario: program.scenario.name,
        size: program.size,
        design: program.design,
        checker: Checker::COMPILED,
        version: Checker::COMPILED.version().to_owned(),
        schedule,
        failure,
        found: extent,
        minimal: extent,
    })
}

/// The findings with the seed of the execution that failed: however rare the failure is, it can be
/// run again.
pub(super) fn kept(
    program: Program,
    mut findings: Findings,
    schedule: Option<Schedule>,
) -> Findings {
    match Caught::of(&findings, schedule).map(|caught| keep(program, caught)) {
        None => {}
        Some(Ok(seed)) => findings.seed = Some(seed),
        Some(Err(why)) => {
            if let Verdict::Failed(message) = &mut findings.verdict {
                message.push_str(&format!("\nIt has no seed: {why}"));
            }
        }
    }
    findings
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
            replayed.execution.story =
                flipside_record::story::tell(&replayed.execution, self.mutant);
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
                "{}\n{changed}; if that is meant, {meant}",
                another_failure(fails, &failure)
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
    subject(program(seed)?).rerun(&seed.schedule, &seed.failure, seed.renewal())
}

/// What a seed is of.
///
/// # Errors
///
/// If there is no such scenario or mutant.
pub(crate) fn program(seed: &Seed) -> Result<Program, String> {
    Ok(Program {
        scenario: by_name(seed.scenario)?,
        size: seed.size,
        design: seed.design,
        mutant: seed.mutant.as_deref().map(str::parse).transpose()?,
    })
}
