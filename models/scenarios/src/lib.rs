//! What is checked: the scenarios of Flipside's obligations, the mutants that they have to kill, and
//! the table of cases, each a scenario under a checker at a size.
//!
//! A scenario is a plain function. Compiled under a checker's cfg it runs on that checker's threads,
//! else on those of the system.

pub mod as_text;
pub mod attack;
pub mod case;
pub mod checker;
pub mod expected;
pub mod litmus;
pub mod mutant;
pub mod program;
pub mod scenario;
