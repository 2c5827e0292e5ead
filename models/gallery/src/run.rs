//! A program under a checker, and what the checker says.

use crate::entry::{Form, Programs};
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

/// Schedules for each of shuttle's two schedulers.
pub const SCHEDULES: usize = 500;

/// shuttle's, so that two runs explore the same schedules.
const SEED: u64 = 0x0f11_b51d;

/// The depth of the bugs that probabilistic concurrency testing looks for.
const PCT_DEPTH: usize = 3;

/// More steps than any of the programs takes.
const MAX_STEPS: usize = 10_000;

/// What a checker says of one form of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How the first failing execution fails, if one does.
    pub failure: Option<String>,
    /// Executions that were run to their end, or to their failure.
    pub executions: u64,
    /// weft's graphs that were given up because a thread waits.
    pub blocked: u64,
}

/// What the three checkers say of one form of a program.
#[derive(Clone, Debug)]
pub struct Answers {
    /// weft's report in full, with the failing graph.
    pub report: weft::Report,
    /// weft's.
    pub weft: Answer,
    /// loom's.
    pub loom: Answer,
    /// shuttle's.
    pub shuttle: Answer,
}

impl Answers {
    /// Runs one form of a program under the three checkers.
    ///
    /// # Panics
    /// If weft met a limit: none is set.
    #[must_use]
    pub fn of(programs: Programs, form: Form) -> Self {
        silence();
        let program = programs.weft;
        let report = weft::Builder::new().check(move || program(form));
        assert!(
            report.is_complete() || report.failure().is_some(),
            "{report}"
        );
        let failure = report.failure().map(weft::Failure::message);
        let weft = Answer {
            executions: report.complete + u64::from(failure.is_some()),
            blocked: report.blocked - u64::from(failure.is_some()),
            failure,
        };
        Self {
            report,
            weft,
            loom: loom(programs.loom, form),
            shuttle: shuttle(programs.shuttle, form),
        }
    }
}

fn loom(program: fn(Form), form: Form) -> Answer {
    // loom does not say how many executions it ran, so they are counted where they start.
    let executions = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&executions);
    let mut builder = loom::model::Builder::new();
    // What the environment may say would end a search early, and loom calls that success.
    builder.preemption_bound = None;
    builder.max_permutations = None;
    builder.max_duration = None;
    let outcome = quietly(move || {
        builder.check(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            program(form);
        });
    });
    Answer {
        failure: outcome.err(),
        executions: executions.load(Ordering::Relaxed),
        blocked: 0,
    }
}

fn shuttle(program: fn(Form), form: Form) -> Answer {
    use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
    use shuttle::{MaxSteps, Runner};

    let executions = Arc::new(AtomicU64::new(0));
    let explore = |scheduler: Box<dyn Scheduler + Send>| {
        let mut config = silent();
        config.max_steps = MaxSteps::FailAfter(MAX_STEPS);
        let counter = Arc::clone(&executions);
        quietly(move || {
            Runner::new(scheduler, config).run(move || {
                counter.fetch_add(1, Ordering::Relaxed);
                program(form);
            });
        })
    };
    // In this order: the random scheduler prints its seed when it finds something.
    let pct = PctScheduler::new_from_seed(SEED, PCT_DEPTH, SCHEDULES);
    let random = RandomScheduler::new_from_seed(SEED, SCHEDULES);
    let outcome = explore(Box::new(pct)).and_then(|()| explore(Box::new(random)));
    Answer {
        failure: outcome.err(),
        executions: executions.load(Ordering::Relaxed),
        blocked: 0,
    }
}

fn silent() -> shuttle::Config {
    let mut config = shuttle::Config::new();
    config.failure_persistence = shuttle::FailurePersistence::None;
    config.silence_warnings = true;
    config
}

thread_local! {
    static PANICS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Puts a hook in place that keeps quiet about the panics that [`quietly`] waits for.
fn silence() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        // shuttle has a hook that prints, whoever panics. Once it is there, this one can go in front of it.
        shuttle::Runner::new(shuttle::scheduler::RandomScheduler::new(1), silent()).run(|| ());
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let kept = PANICS.with_borrow_mut(|panics| {
                let Some(panics) = panics else { return false };
                panics.push(message(info.payload()));
                true
            });
            if !kept {
                default(info);
            }
        }));
    });
}

/// Runs `f`; if it panics, the error is the message of the first panic on this thread, which is the cause where a later
/// one is only its consequence. Nothing is printed. The checkers run a program's threads on the thread that
/// calls them, so theirs are caught too.
fn quietly(f: impl FnOnce()) -> Result<(), String> {
    PANICS.set(Some(Vec::new()));
    let outcome = catch_unwind(AssertUnwindSafe(f));
    let panics = PANICS.take().unwrap_or_default();
    outcome.map_err(|payload| {
        let first = panics.into_iter().next();
        first.unwrap_or_else(|| message(&*payload))
    })
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&'static str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic whose payload is not text")
        .to_owned()
}
