//! The failing execution of each buggy program as a file, and back.

use crate::entry::{Entry, Form};
use crate::execution::{execution, fails};
use crate::run::weft_builder;
use crate::{ALL, repository};
use flipside_record::log::Execution;
use flipside_record::seed::another_failure;
use flipside_record::seed::gallery::{RENEW, SHELF};
use flipside_record::seed::{GallerySeed, Versioned};
use flipside_scenarios::checker::Checker;
use std::path::PathBuf;
use weft::{Decisions, Failure, ParseDecisionsError, Verdict};

/// Where an entry's seed is.
#[must_use]
pub fn path(entry: &Entry) -> PathBuf {
    repository()
        .join(SHELF)
        .join(entry.id)
        .with_extension("seed")
}

/// The seed of a failure.
#[must_use]
pub fn of(entry: &Entry, failure: &Failure) -> GallerySeed {
    GallerySeed {
        bug: entry.id.to_owned(),
        title: entry.title.to_owned(),
        found_by: Versioned::here(Checker::Weft),
        schedule: failure.decisions.to_string(),
        fails: fails(failure),
    }
}

/// Runs the execution of a seed file again.
///
/// # Errors
///
/// A text that is no seed file, one that is of another version of weft or of a bug that is not here,
/// and an execution that does not fail as the seed says.
pub fn rerun(text: &str) -> Result<Execution, String> {
    let seed: GallerySeed = text.parse()?;
    seed.fits()?;
    let entry = ALL.iter().find(|entry| entry.id == seed.bug);
    let entry = entry.ok_or_else(|| format!("the gallery has no `{}`", seed.bug))?;
    let decisions = seed.schedule.parse();
    let decisions: Decisions = decisions.map_err(|why: ParseDecisionsError| {
        format!("it is damaged: its `schedule`: {why}; {RENEW}")
    })?;
    let program = entry.programs.weft;
    let report = weft_builder().replay(&decisions, move || program(Form::Buggy));
    let changed = format!("the program or weft has changed; if that is meant, {RENEW}");
    let Verdict::Failed(failure) = report.verdict else {
        return Err(format!("it passes now: {changed}"));
    };
    match fails(&failure) {
        fails if fails == seed.fails => Ok(execution(entry, &failure)),
        fails => Err(format!(
            "{}\n{changed}",
            another_failure(&seed.fails, &fails)
        )),
    }
}
