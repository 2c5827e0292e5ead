//! weft-checker
mod add;
mod awaits;
mod builder;
mod clock;
mod decisions;
mod draw;
mod event;
mod exec;
mod explore;
mod graph;
mod object;
mod query;
mod rc11;
mod report;
mod runtime;

pub mod cell;
pub mod hint;
pub mod sync;
pub mod thread;
pub mod trace;

pub use builder::Builder;
pub use decisions::{Decisions, ParseDecisionsError};
pub use event::{Event, EventId, Kind, LocationId, Order};
pub use graph::Graph;
pub use query::{HbStep, Synchronisation};
pub use report::{Bound, Failure, FailureKind, Report, Verdict};

/// Explores every execution of `f`.
///
/// # Panics
/// Panics, with the failing graph, unless every execution was explored and none failed.
pub fn model<F>(f: F)
where
    F: Fn() + Sync + Send + 'static,
{
    let report = Builder::default().check(f);
    if !report.is_complete() {
        builder::raise(&report);
    }
}
