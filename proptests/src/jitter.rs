//! Plans on threads of the system, in the build that users get, with handlers and submitter held
//! up at random. What the hardware can't do, or does one time in a million, it won't show.

use crate::coverage::{Coverage, Reached};
use crate::plan::Plan;
use crate::quiet::quietly;
use crate::request::Pace;
use crate::run::run_at;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// What this layer does not see: threads of the system do not tell that they sleep.
pub const BEYOND: &[Reached] = &[Reached::SubmitterSlept, Reached::WorkerSlept];

/// Far beyond what a plan takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

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

/// Runs `f` on a thread of its own; its panic is an error, and so is that it does not end.
pub(crate) fn in_time<T: Send + 'static>(
    f: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let (done, ended) = channel();
    std::thread::spawn(move || {
        let _ = done.send(quietly(f));
    });
    match ended.recv_timeout(PATIENCE) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => Err(format!("no end after {PATIENCE:?}")),
        Err(RecvTimeoutError::Disconnected) => Err("the thread ended without a word".to_owned()),
    }
}
