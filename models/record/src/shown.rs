//! The outcomes that a checker shows of a program.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What one checker shows of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The outcomes.
    pub outcomes: BTreeSet<String>,
    /// Whether every execution was explored, so that there are no others.
    pub complete: bool,
    /// Whether the search was stopped before its end.
    pub cut_off: bool,
}

/// What each checker shows of each program, by the programs' names.
pub type Shows = BTreeMap<String, Shown>;

/// Executions after which loom and shuttle leave a program alone: what was shown until then still
/// has to be contained.
pub const CAP: u64 = 50_000;
