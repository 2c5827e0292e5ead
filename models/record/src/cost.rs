//! What each design costs, counted in its build under a checker.

use flipside::Design;
use flipside_scenarios::as_text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The costs of a design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// The design.
    #[serde(with = "as_text")]
    pub design: Design,
    /// Of one request that goes alone.
    pub alone: Vec<StepCost>,
    /// Of [`TOGETHER`] requests that go together.
    pub together: Vec<StepCost>,
}

/// Requests of one word.
pub const TOGETHER: usize = 64;

/// What one step costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepCost {
    /// The step.
    pub step: String,
    /// Atomic loads of shared words.
    pub loads: usize,
    /// Atomic stores.
    pub stores: usize,
    /// Atomic read-modify-writes.
    pub updates: usize,
    /// Standalone fences.
    pub fences: usize,
    /// Cache lines touched.
    pub lines: usize,
}

impl StepCost {
    /// Accesses that write.
    #[must_use]
    pub const fn writes(&self) -> usize {
        self.stores + self.updates
    }
}

impl fmt::Display for StepCost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.loads, "load", "loads"),
            (self.stores, "store", "stores"),
            (self.updates, "RMW", "RMWs"),
            (self.lines, "line", "lines"),
        ];
        let some = counts.into_iter().filter(|&(count, ..)| count > 0);
        let words: Vec<_> = some
            .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
            .collect();
        f.write_str(&words.join(", "))
    }
}
