//! A failing execution, found, made small, and run again.

use super::Bounds;
use crate::log::Execution;
use crate::mutant::Mutant;
use crate::scenario::{Scenario, Size};
use crate::seed::Schedule;
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

fn model(scenario: &Scenario, size: Size, mutant: Option<Mutant>) -> Model {
    let run = scenario.run;
    Arc::new(move |log| {
        Mutant::activate(mutant);
        record_into(log);
        run(size);
    })
}

/// A failing execution of the scenario, if one is found within the bounds; `small` asks for the
/// least that still fails in the same way.
#[must_use]
pub fn catch(
    scenario: &Scenario,
    size: Size,
    mutant: Option<Mutant>,
    bounds: Bounds,
    small: bool,
) -> Option<Caught> {
    #[cfg(loom)]
    use super::loom::{find, minimise};
    #[cfg(shuttle)]
    use super::shuttle::{find, minimise};
    #[cfg(weft)]
    use super::weft::{find, minimise};
    let model = model(scenario, size, mutant);
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
pub fn replay(
    scenario: &Scenario,
    size: Size,
    mutant: Option<Mutant>,
    schedule: &Schedule,
) -> Result<Replayed, String> {
    #[cfg(loom)]
    use super::loom::replay;
    #[cfg(shuttle)]
    use super::shuttle::replay;
    #[cfg(weft)]
    use super::weft::replay;
    let model = model(scenario, size, mutant);
    let mut replayed = replay(&model, schedule, size.workers)?;
    if replayed.failure.is_some() {
        replayed.execution.story = crate::story::tell(&replayed.execution, mutant);
    }
    Ok(replayed)
}

pub(super) fn taken(log: &Log) -> Vec<Record> {
    std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner))
}
