//! loom: every execution that its model of C11 has, unless a bound says otherwise.

use super::{Caught, Model, Progress, Replayed, quietly};
use crate::transcript::execution;
use flipside_record::log::normalised;
use flipside_record::seed::Schedule;
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::checker::Bounds;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// loom's own limit on the branches of one execution is there to catch endless loops. It is
/// reported as such; the scenarios stay far below.
const MAX_BRANCHES: usize = 10_000;

/// What the closure panics with to end a search at a bound: loom looks at its own bounds only every
/// 20,000 executions, and then ends as if it had finished.
const STOPPED: &str = "this search is over";

/// The same where the time is up.
const TIMED_OUT: &str = "the time of this search is up";

fn builder(preemptions: Option<usize>) -> loom::model::Builder {
    let mut builder = loom::model::Builder::new();
    builder.max_branches = MAX_BRANCHES;
    builder.preemption_bound = preemptions;
    builder.max_permutations = None;
    builder.max_duration = None;
    builder
}

pub(super) fn check(
    scenario: impl Fn() + Send + Sync + 'static,
    bounds: Bounds,
    progress: Progress,
) -> (Findings, Option<Schedule>) {
    let start = Instant::now();
    // loom does not say how many executions it ran, so they are counted where they start.
    let executions = Arc::new(AtomicU64::new(0));
    let progress = Mutex::new(progress);

    let builder = builder(bounds.preemptions);
    let counter = Arc::clone(&executions);
    let outcome = quietly(move || {
        builder.check(move || {
            let so_far = counter.fetch_add(1, Ordering::Relaxed);
            if bounds.executions.is_some_and(|most| so_far >= most) {
                std::panic::resume_unwind(Box::new(STOPPED));
            }
            if so_far.is_multiple_of(16) {
                if bounds.time.is_some_and(|limit| start.elapsed() > limit) {
                    std::panic::resume_unwind(Box::new(TIMED_OUT));
                }
                if let Ok(mut progress) = progress.lock() {
                    progress(so_far);
                }
            }
            scenario();
        });
    });

    let mut executions = executions.load(Ordering::Relaxed);
    let cap = outcome
        .as_ref()
        .err()
        .filter(|why| *why == STOPPED || *why == TIMED_OUT);
    let cut_off = cap.is_some();
    if cut_off {
        // The last one was not run.
        executions -= 1;
    }
    let verdict = match (outcome, bounds.preemptions) {
        (Ok(()), None) => Verdict::Complete,
        (Ok(()), Some(most)) => Verdict::Bounded(format!("at most {most} preemptions")),
        (Err(why), _) if why == STOPPED => {
            Verdict::Bounded(format!("stopped after {executions} executions"))
        }
        (Err(why), _) if why == TIMED_OUT => Verdict::Bounded(format!(
            "stopped after {:?}",
            bounds.time.unwrap_or_default()
        )),
        (Err(why), _) if why.contains("maximum number of branches") => {
            Verdict::Bounded(format!("an execution of more than {MAX_BRANCHES} branches"))
        }
        (Err(why), _) => Verdict::Failed(why),
    };
    let failed = matches!(verdict, Verdict::Failed(_));
    let schedule = failed.then_some(Schedule::Execution {
        preemptions: bounds.preemptions,
        number: executions,
    });
    let findings = Findings {
        verdict,
        executions,
        time: start.elapsed(),
        cut_off,
        seed: None,
    };
    (findings, schedule)
}

/// The most preemptions that a counterexample is looked for with.
const MAX_PREEMPTIONS: usize = 3;

/// The first execution that fails, with as few preemptions as it takes.
pub(super) fn find(model: &Model, bounds: Bounds) -> Option<Caught> {
    let most = bounds.preemptions.unwrap_or(MAX_PREEMPTIONS);
    (0..=most).find_map(|preemptions| {
        let model = model.clone();
        let bounds = Bounds {
            preemptions: Some(preemptions),
            ..bounds
        };
        let (findings, schedule) = check(move || model(None), bounds, Box::new(|_| ()));
        Caught::of(&findings, schedule)
    })
}

/// What `find` found is the least in the order of the search.
pub(super) fn minimise(_model: &Model, caught: Caught) -> Caught {
    caught
}

/// Runs the search up to that execution, and notes what that one does.
pub(super) fn replay(
    model: &Model,
    schedule: &Schedule,
    workers: usize,
) -> Result<Replayed, String> {
    let &Schedule::Execution {
        preemptions,
        number,
    } = schedule
    else {
        return Err("the schedule is not one of loom's".to_owned());
    };
    let log = super::Log::default();
    let executions = AtomicU64::new(0);
    let (model, sink) = (model.clone(), log.clone());
    let builder = builder(preemptions);
    let outcome = quietly(move || {
        builder.check(move || {
            let so_far = executions.fetch_add(1, Ordering::Relaxed) + 1;
            if so_far > number {
                std::panic::resume_unwind(Box::new(STOPPED));
            }
            model((so_far == number).then(|| sink.clone()));
        });
    });
    let failure = outcome.err().filter(|why| why != STOPPED);
    let failure = failure.map(|why| normalised(&why));
    let records = super::taken(&log);
    let shown = failure.clone().unwrap_or_default();
    Ok(Replayed {
        failure,
        execution: execution(records, workers, shown, |_| None),
    })
}
