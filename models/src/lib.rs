//! The models of Flipside: scenarios, and the checkers that run them.

pub mod case;
pub mod checker;
pub mod mutant;
pub mod scenario;
pub mod verdict;
pub mod verify;
