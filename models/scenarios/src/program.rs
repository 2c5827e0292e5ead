//! What is run: a scenario, on an engine.

use crate::mutant::Mutant;
use crate::scenario::{Scenario, Size};
use flipside::Design;
use std::fmt;

/// A scenario at a size, on the engine of a design, as it is or as a mutant.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// What happens.
    pub scenario: &'static Scenario,
    /// How large.
    pub size: Size,
    /// How requests change hands.
    pub design: Design,
    /// What is wrong with the engine; nothing, if none.
    pub mutant: Option<Mutant>,
}

impl Program {
    /// Runs it once, on the calling thread and those that it starts; returns what the submitter saw.
    pub fn run(&self) -> String {
        Mutant::activate(self.mutant);
        (self.scenario.run)(self.size, self.design)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.scenario.name, self.size)?;
        match self.design {
            design if design == Design::default() => Ok(()),
            design => write!(f, " ({design})"),
        }
    }
}
