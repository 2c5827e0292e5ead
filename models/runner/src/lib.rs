//! The scenarios under the checker that this is compiled against: searches, counterexamples made
//! small, executions run again, and what holds in each of them.
//!
//! Without a checker's cfg the scenarios run on threads of the system, which is evidence for no
//! ordering.

pub mod case;
pub mod checkers;
#[cfg(any(loom, shuttle, weft))]
pub mod cost;
#[cfg(weft)]
mod derive;
#[cfg(any(loom, shuttle, weft))]
pub mod hunt;
#[cfg(any(loom, shuttle, weft))]
mod outcomes;
pub mod serve;
pub mod shrink;
#[cfg(any(loom, shuttle, weft))]
mod transcript;
