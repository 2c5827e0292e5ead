//! Plans on threads of the system, in the build that users get, with handlers and submitter held
//! up at random. What the hardware can't do, or does one time in a million, it won't show.

use crate::coverage::{Coverage, Reached};
use crate::in_time::in_time;
use crate::plan::Plan;
use crate::request::Pace;
use crate::run::run_at;

/// What this layer does not see: threads of the system do not tell that they sleep.
pub const BEYOND: &[Reached] = &[Reached::SubmitterSlept, Reached::WorkerSlept];

/// Runs a plan, disturbed as the seed says.
///
/// # Errors
///
/// What was wrong; also if it hangs, and its threads are left behind then.
pub fn check(plan: &Plan, seed: u64) -> Result<Coverage, String> {
    in_time({
        let plan = plan.clone();
        move || run_at(&plan, Pace::Jitter(seed))
    })
}

/// Tries to make a plan fail again; how it does.
#[must_use]
pub fn again(plan: &Plan, seed: u64) -> Option<String> {
    std::iter::repeat_n(seed, 200).find_map(|seed| check(plan, seed).err())
}
