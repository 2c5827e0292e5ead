//! Threads of the system. What passes here is no evidence for an ordering; what fails is a bug.

use super::{Progress, quietly};
use flipside_record::seed::Schedule;
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::checker::Bounds;
use flipside_scenarios::program::Program;
use std::time::Instant;

pub(super) fn check(
    scenario: impl Fn() + Send + Sync + 'static,
    bounds: Bounds,
    mut progress: Progress,
) -> (Findings, Option<Schedule>) {
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
    let findings = Findings {
        verdict,
        executions,
        time: start.elapsed(),
        cut_off: false,
        seed: None,
    };
    // The system's scheduler does not say what it did, and would not do it again.
    (findings, None)
}

/// There is no seed to keep.
pub(super) fn kept(_: Program, findings: Findings, _: Option<Schedule>) -> Findings {
    findings
}
