//! Threads of the system. What passes here is no evidence for an ordering; what fails is a bug.

use super::{Bounds, Progress, quietly};
use crate::verdict::{Findings, Verdict};
use std::time::Instant;

pub(super) fn check(
    scenario: impl Fn() + Send + Sync + 'static,
    bounds: Bounds,
    mut progress: Progress,
) -> Findings {
    let start = Instant::now();
    let mut executions = 0;
    let mut verdict = Verdict::Bounded(format!(
        "{} runs on this machine's processor",
        bounds.schedules
    ));
    for _ in 0..bounds.schedules {
        executions += 1;
        if let Err(why) = quietly(&scenario) {
            verdict = Verdict::Failed(why);
            break;
        }
        progress(executions);
    }
    Findings {
        verdict,
        executions,
        time: start.elapsed(),
    }
}
