//! The models of Flipside: scenarios, and the checkers that run them.

pub mod answer;
pub mod attack;
pub mod case;
pub mod checker;
pub mod cost;
#[cfg(weft)]
mod derive;
pub mod differential;
pub mod expected;
pub mod facts;
#[cfg(any(loom, shuttle, weft))]
pub mod hunt;
pub mod litmus;
pub mod log;
pub mod mutant;
mod process;
pub mod program;
// What is written of answers is no business of the builds that give them.
#[cfg(not(any(loom, shuttle, weft)))]
pub mod proofs;
pub mod replay;
pub mod scenario;
pub mod seed;
pub mod serve;
pub mod shrink;
#[cfg(any(loom, shuttle, weft))]
mod story;
mod text;
pub mod timeline;
pub mod verdict;
pub mod verify;
