//! Plans on threads of the system, in the build that users get, with handlers and submitter held
//! up at random. What the hardware can't do, or does one time in a million, it won't show.

use crate::coverage::{Coverage, Reached};
use crate::in_time::in_time;
use crate::plan::Plan;
use crate::request::Pace;
use crate::run::run_at;
use std::time::Duration;

/// What this layer does not see: threads of the system do not tell that they sleep.
pub const BEYOND: &[Reached] = &[Reached::SubmitterSlept, Reached::WorkerSlept];

/// How often a plan is run to see it fail again.
pub const TRIES: usize = 200;

/// Runs a plan, disturbed as the seed says.
///
/// # Errors
///
/// What was wrong; also if it does not end in that time, and its threads are left behind then.
pub fn check(plan: &Plan, seed: u64, patience: Duration) -> Result<Coverage, String> {
    in_time(patience, {
        let plan = plan.clone();
        move || run_at(&plan, Pace::Jitter(seed))
    })
}

/// Tries to make a plan fail again; how it does.
#[must_use]
pub fn again(plan: &Plan, seed: u64, patience: Duration) -> Option<String> {
    (0..TRIES).find_map(|_| check(plan, seed, patience).err())
}

/// The seed, from what a seed file says of the walk.
///
/// # Errors
///
/// If there is no number in it.
pub fn number_of(walk: &str) -> Result<u64, String> {
    let number = walk.rsplit(' ').next().unwrap_or_default();
    number
        .parse()
        .map_err(|_| format!("its line `walk {walk}` names no number"))
}
