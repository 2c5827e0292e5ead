//! What a checker's binary says of the mutants.

use crate::seed::Seed;
use crate::verdict::Verdict;
use flipside::Design;
use serde::{Deserialize, Serialize};

/// What became of a mutant's attack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attacked {
    /// The design that it is one of.
    #[serde(with = "flipside_scenarios::as_text")]
    pub design: Design,
    /// The mutant.
    pub mutant: String,
    /// Whether it lacks only an order.
    pub weakened: bool,
    /// Executions until it was killed, or all that were run.
    pub executions: u64,
    /// What ended the search.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What ends the same search of the engine itself. If that fails, a kill shows nothing.
    pub control: Verdict,
}

/// What became of the hunt for a mutant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hunted {
    /// The design that it is one of.
    #[serde(with = "flipside_scenarios::as_text")]
    pub design: Design,
    /// The mutant.
    pub mutant: String,
    /// Whether it lacks only an order.
    pub weakened: bool,
    /// The counterexample, if there is one.
    pub seed: Option<Seed>,
}
