//! What each design costs, counted in its build under a checker.

use crate::program::design_name;
use flipside::Design;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The costs of a design.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// The design.
    #[serde(with = "design_name")]
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

/// Counts what a design costs.
///
/// # Errors
///
/// How the count failed.
#[cfg(any(loom, shuttle, weft))]
pub fn measure(design: Design) -> Result<Costs, String> {
    use crate::checker::{Bounds, outcomes};
    let count = move || {
        let steps = |requests| {
            let costs = flipside::cost::round(design, requests);
            let named = flipside::cost::STEPS.iter().zip(costs);
            let steps = named.map(|(step, cost)| StepCost {
                step: (*step).to_owned(),
                loads: cost.loads,
                stores: cost.stores,
                updates: cost.updates,
                fences: cost.fences,
                lines: cost.lines,
            });
            steps.collect()
        };
        let costs = Costs {
            design,
            alone: steps(1),
            together: steps(TOGETHER),
        };
        serde_json::to_string(&costs).expect("numbers")
    };
    let shown = outcomes(count, Bounds::default())?;
    // One thread has one execution.
    match shown.outcomes.iter().collect::<Vec<_>>()[..] {
        [only] => serde_json::from_str(only).map_err(|why| why.to_string()),
        ref several => Err(format!("{} executions disagree", several.len())),
    }
}
