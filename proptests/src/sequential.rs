//! Step by step on threads of the system: each handler waits at a gate until the plan lets it
//! through, so the ledger knows which requests are busy and checks each answer of the engine.

use crate::coverage::{Coverage, Reached};
use crate::gate::Gate;
use crate::in_time::in_time;
use crate::plan::Plan;
use crate::request::Pace;
use crate::run::run_at;
use std::time::Duration;

/// What this layer does not see: threads of the system do not tell that they sleep.
pub const BEYOND: &[Reached] = &[Reached::SubmitterSlept, Reached::WorkerSlept];

/// Runs a plan behind gates.
///
/// # Errors
///
/// What was wrong; also if it does not end in that time, and its threads are left behind then.
pub fn check(plan: &Plan, patience: Duration) -> Result<Coverage, String> {
    let gates = (0..plan.config.workers).map(|_| Gate::default()).collect();
    let plan = plan.clone();
    in_time(patience, move || run_at(&plan, Pace::Gated(gates)))
}
