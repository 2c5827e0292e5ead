//! Conservation under randomized schedules: whatever the caller does and whatever the scheduler
//! does, every committed request is handled once and delivered once, uncorrupted (O12).
//!
//! A [`plan`] is what a caller does to a pool, as data: it can be generated, shrunk, written down
//! and run again. A [`ledger`] keeps the books of one run, knowing nothing of the engine but its
//! documentation, and panics at the first entry that does not balance. [`run`] brings the two
//! together; the layers differ in who decides when a thread runs:
//!
//! | layer | threads | who decides | evidence for |
//! |---|---|---|---|
//! | [`sequential`] | the system's, each handler behind a gate | the plan | each step of the reference model |
//! | [`jitter`] | the system's | the system, disturbed at random | the build that users get |
//! | `schedules`, under `--cfg shuttle` | shuttle's | random walk, PCT, URW | logic, at sequential consistency |
//! | `exhaustive`, under `--cfg weft` | weft's | nobody: all executions | logic and orderings, on the smallest plans |
//!
//! Which states the plans of a run reached is counted by [`coverage`], and a run that leaves one
//! out fails: a generator that lost its way would otherwise pass for ever.

pub mod coverage;
#[cfg(not(any(loom, weft)))]
pub mod layer;
pub mod ledger;
pub mod minimal;
pub mod plan;
pub mod request;
pub mod run;
pub mod seed;
pub mod strategy;

#[cfg(shuttle)]
pub mod detection;
#[cfg(weft)]
pub mod exhaustive;
#[cfg(shuttle)]
pub mod schedules;

#[cfg(not(any(loom, shuttle, weft)))]
pub mod jitter;
#[cfg(not(any(loom, shuttle, weft)))]
pub mod sequential;
#[cfg(not(any(loom, shuttle, weft)))]
pub mod soak;

mod expected;
mod gate;
#[cfg(not(any(loom, shuttle, weft)))]
mod in_time;
#[cfg(all(test, not(any(loom, shuttle, weft))))]
mod ledger_tests;
mod random;
mod text;
mod thread;

pub use seed::replay;
