//! The failing execution of each buggy program as a file: weft's decision list, and how the execution fails.

use crate::entry::{Entry, Form};
use crate::repository;
use std::fmt;
use std::path::PathBuf;

/// What makes the seeds and the page anew.
pub const RENEW: &str = "cargo run -p flipside-gallery -- --write";

/// A failing execution: what leads to it, and how it fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// weft's decision list.
    pub decisions: weft::Decisions,
    /// The failure, as weft words it.
    pub failure: String,
}

impl Seed {
    /// The seed of a failure.
    #[must_use]
    pub fn of(failure: &weft::Failure) -> Self {
        Self {
            decisions: failure.decisions.clone(),
            failure: failure.message(),
        }
    }

    /// Where an entry's seed is.
    #[must_use]
    pub fn path(entry: &Entry) -> PathBuf {
        let file = format!("models/gallery/seeds/{}.seed", entry.id);
        repository().join(file)
    }

    /// The file's text.
    #[must_use]
    pub fn text(&self, entry: &Entry) -> String {
        format!(
            "# {}, buggy form. Replay: cargo run -p flipside-gallery -- {}\n{}\n{}\n",
            entry.id, entry.id, self.decisions, self.failure
        )
    }

    /// Reads an entry's seed.
    ///
    /// # Errors
    /// If the file is not there or is no seed.
    pub fn load(entry: &Entry) -> Result<Self, SeedError> {
        let path = Self::path(entry);
        let error = |why: String| SeedError { id: entry.id, why };
        let text = std::fs::read_to_string(&path).map_err(|why| error(why.to_string()))?;
        Self::parse(&text).map_err(error)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let text = text
            .trim_end()
            .split_once('\n')
            .map_or("", |(_, rest)| rest);
        let (decisions, failure) = text
            .split_once('\n')
            .ok_or("after its first line there must be a decision list and a failure")?;
        Ok(Self {
            decisions: decisions
                .parse()
                .map_err(|why: weft::ParseDecisionsError| why.to_string())?,
            failure: failure.to_owned(),
        })
    }

    /// Runs the one execution again.
    ///
    /// # Errors
    /// If it no longer fails, or fails in another way.
    pub fn replay(&self, entry: &Entry) -> Result<Box<weft::Failure>, SeedError> {
        let program = entry.programs.weft;
        let report = weft::Builder::new().replay(&self.decisions, move || program(Form::Buggy));
        let why = match report.verdict {
            weft::Verdict::Failed(failure) if failure.message() == self.failure => {
                return Ok(failure);
            }
            weft::Verdict::Failed(failure) => format!(
                "it should fail with\n{}\nand fails with\n{}",
                self.failure,
                failure.message()
            ),
            _ => "its execution no longer fails".to_owned(),
        };
        Err(SeedError { id: entry.id, why })
    }
}

/// A seed that cannot be read, or whose execution is no longer the one that it was.
#[derive(Clone, Debug)]
pub struct SeedError {
    id: &'static str,
    why: String,
}

impl fmt::Display for SeedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the seed of {}: {}\nIf the program has changed on purpose, renew the seed: {RENEW}",
            self.id, self.why
        )
    }
}

impl std::error::Error for SeedError {}

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn damaged_files_are_refused() {
        for (text, why) in [
            ("", "must be a decision list"),
            ("# head\nweft1: 0*4\n", "must be a decision list"),
            ("# head\nnonsense\ndata race\n", ""),
        ] {
            let error = Seed::parse(text).expect_err("a damaged seed");
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
