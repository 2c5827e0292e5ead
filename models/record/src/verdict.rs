//! What a checker says of a scenario.

use crate::seed::Seed;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// How a search ended. A cap that ended it is never a pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE", tag = "verdict", content = "why")]
pub enum Verdict {
    /// Every execution that the checker's model has was explored, and none failed.
    Complete,
    /// No execution that was explored failed, and there are others: why they were not explored.
    Bounded(String),
    /// No execution failed, and there are not as many as there were when they were counted.
    Changed(String),
    /// An execution failed: how.
    Failed(String),
}

impl Verdict {
    /// Its word alone.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Complete => "COMPLETE",
            Self::Bounded(_) => "BOUNDED",
            Self::Changed(_) => "CHANGED",
            Self::Failed(_) => "FAILED",
        }
    }

    /// Why it is not complete.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Complete => None,
            Self::Bounded(why) | Self::Changed(why) | Self::Failed(why) => Some(why),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())?;
        match self {
            Self::Complete => Ok(()),
            Self::Bounded(why) => write!(f, " ({why})"),
            Self::Changed(why) | Self::Failed(why) => write!(f, ": {why}"),
        }
    }
}

/// A verdict and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// How the search ended.
    pub verdict: Verdict,
    /// Executions that were run to their end, or to their failure.
    pub executions: u64,
    /// How long it took.
    pub time: Duration,
    /// Whether a cap on time or on executions ended the search: by itself it would have gone on.
    pub cut_off: bool,
    /// The execution that failed, as it was found; none, if none failed or it cannot be run again.
    pub seed: Option<Seed>,
}
