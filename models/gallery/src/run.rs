//! A program under a checker, and what the checker says.

use crate::entry::{Form, Programs};
use flipside_models::checkers::quietly;
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
        let report = weft_builder().check(move || program(form));
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

/// weft, told that a turn of a waiting loop is an await: no program here keeps anything of one.
pub(crate) fn weft_builder() -> weft::Builder {
    weft::Builder {
        awaits: true,
        ..weft::Builder::new()
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

/// shuttle has a hook that prints, whoever panics. Once it is there, that of [`quietly`] can go in front of it.
fn silence() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        shuttle::Runner::new(shuttle::scheduler::RandomScheduler::new(1), silent()).run(|| ());
    });
}

fn silent() -> shuttle::Config {
    let mut config = shuttle::Config::new();
    config.failure_persistence = shuttle::FailurePersistence::None;
    config.silence_warnings = true;
    config
}
