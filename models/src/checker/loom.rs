//! loom: every execution that its model of C11 has, unless a bound says otherwise.

use super::{Bounds, Progress, quietly};
use crate::verdict::{Findings, Verdict};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// loom's own limit on the branches of one execution is there to catch endless loops. It is
/// reported as such; the scenarios stay far below.
const MAX_BRANCHES: usize = 10_000;

/// What the closure panics with to end a search that ran out of time: loom looks at its own clock
/// only every 20,000 executions, and then ends as if it had finished.
const OUT_OF_TIME: &str = "the time of this search is over";

pub(super) fn check(
    scenario: impl Fn() + Send + Sync + 'static,
    bounds: Bounds,
    progress: Progress,
) -> Findings {
    let start = Instant::now();
    // loom does not say how many executions it ran, so they are counted where they start.
    let executions = Arc::new(AtomicU64::new(0));
    let progress = Mutex::new(progress);

    let mut builder = loom::model::Builder::new();
    builder.max_branches = MAX_BRANCHES;
    builder.preemption_bound = bounds.preemptions;
    builder.max_permutations = None;
    builder.max_duration = None;
    let counter = Arc::clone(&executions);
    let outcome = quietly(move || {
        builder.check(move || {
            let so_far = counter.fetch_add(1, Ordering::Relaxed);
            if so_far.is_multiple_of(256) {
                if bounds.time.is_some_and(|limit| start.elapsed() > limit) {
                    std::panic::resume_unwind(Box::new(OUT_OF_TIME));
                }
                if let Ok(mut progress) = progress.lock() {
                    progress(so_far);
                }
            }
            scenario();
        });
    });

    let mut executions = executions.load(Ordering::Relaxed);
    let verdict = match (outcome, bounds.preemptions) {
        (Ok(()), None) => Verdict::Complete,
        (Ok(()), Some(most)) => Verdict::Bounded(format!("at most {most} preemptions")),
        (Err(why), _) if why == OUT_OF_TIME => {
            executions -= 1;
            Verdict::Bounded(format!(
                "stopped after {:?}",
                bounds.time.unwrap_or_default()
            ))
        }
        (Err(why), _) if why.contains("maximum number of branches") => {
            Verdict::Bounded(format!("an execution of more than {MAX_BRANCHES} branches"))
        }
        (Err(why), _) => Verdict::Failed(why),
    };
    Findings {
        verdict,
        executions,
        time: start.elapsed(),
    }
}
