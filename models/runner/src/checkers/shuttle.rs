//! shuttle: sequential consistency only, so its evidence never justifies an ordering. It finds
//! errors of logic, at sizes and in runs that no exhaustive search reaches.

pub(super) mod schedule;

use super::{Caught, Model, Progress, Replayed, quietly};
use crate::shrink::{Limit, shrink};
use crate::transcript::execution;
use flipside_record::log::normalised;
use flipside_record::seed::{Length, Schedule};
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::checker::Bounds;
use schedule::{Following, Noted, Noting, Runs};
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, MaxSteps, Runner};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Fixed, so that two runs of one version explore the same schedules.
const SEED: u64 = 0x0f11_b51d;

/// The depth of the bugs that PCT looks for: that many preemptions at the worst places, less one.
const PCT_DEPTH: usize = 3;

/// Steps of one execution: more than any scenario or plan takes, and soon reached by one that spins
/// for ever.
const MAX_STEPS: usize = 200_000;

/// Bytes of a thread's stack.
const STACK: usize = 1 << 17;

pub(super) fn check(
    scenario: impl Fn() + Send + Sync + 'static,
    bounds: Bounds,
    progress: Progress,
) -> (Findings, Option<Schedule>) {
    let start = Instant::now();
    let scenario = Arc::new(scenario);
    let progress = Arc::new(Mutex::new(progress));
    let executions = Arc::new(AtomicU64::new(0));
    let counted = || {
        let (scenario, progress) = (Arc::clone(&scenario), Arc::clone(&progress));
        let executions = Arc::clone(&executions);
        move || {
            let so_far = executions.fetch_add(1, Ordering::Relaxed);
            if so_far.is_multiple_of(16)
                && let Ok(mut progress) = progress.lock()
            {
                progress(so_far);
            }
            scenario();
        }
    };
    let noted = Noted::default();
    let (outcome, asked, how) = if bounds.schedules == 0 {
        let cap = bounds.executions.map_or(usize::MAX, |most| most as usize);
        let dfs = Noting(DfsScheduler::new(Some(cap), false), noted.clone());
        (
            explore(dfs, bounds, counted()),
            cap as u64,
            "every schedule, SC only".to_owned(),
        )
    } else {
        let random = RandomScheduler::new_from_seed(SEED, bounds.schedules);
        let pct = PctScheduler::new_from_seed(SEED, PCT_DEPTH, bounds.schedules);
        let outcome = explore(Noting(random, noted.clone()), bounds, counted());
        let pct = || explore(Noting(pct, noted.clone()), bounds, counted());
        let outcome = outcome.and_then(|()| pct());
        let how = format!("{0} random + {0} PCT schedules, SC only", bounds.schedules);
        (outcome, 2 * bounds.schedules as u64, how)
    };

    let executions = executions.load(Ordering::Relaxed);
    let ended_early = match bounds.schedules {
        0 => executions == asked || bounds.time.is_some_and(|limit| start.elapsed() > limit),
        _ => executions < asked,
    };
    let (verdict, schedule) = match outcome {
        Err(why) => (Verdict::Failed(why), Some(Schedule::Tasks(noted.runs()))),
        Ok(()) if ended_early => (stopped(bounds, executions, asked), None),
        Ok(()) => (Verdict::Bounded(how), None),
    };
    let findings = Findings {
        cut_off: ended_early && schedule.is_none(),
        verdict,
        executions,
        time: start.elapsed(),
        seed: None,
    };
    (findings, schedule)
}

/// The verdict on a search that a cap ended: on executions, if it came to that many.
fn stopped(bounds: Bounds, executions: u64, asked: u64) -> Verdict {
    let why = match bounds.time {
        Some(limit) if executions < asked => format!("{limit:?}"),
        _ => format!("{executions} schedules"),
    };
    Verdict::Bounded(format!("stopped after {why}, SC only"))
}

/// How shuttle is run here.
#[must_use]
pub fn config() -> Config {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.silence_warnings = true;
    config.stack_size = STACK;
    config.max_steps = MaxSteps::FailAfter(MAX_STEPS);
    config
}

fn explore(
    scheduler: impl Scheduler + 'static,
    bounds: Bounds,
    f: impl Fn() + Send + Sync + 'static,
) -> Result<(), String> {
    let mut config = config();
    config.max_time = bounds.time;

    quietly(|| {
        Runner::new(scheduler, config).run(f);
    })
}

/// Failing schedules that are looked at before the shortest is shrunk.
const FAILURES: usize = 40;

/// How far a schedule is shrunk. The time is for those that only end at [`MAX_STEPS`].
const LIMIT: Limit = Limit {
    attempts: 20_000,
    time: Duration::from_secs(60),
};

/// A schedule that fails, with the fewest preemptions of the first ones that do.
pub(super) fn find(model: &Model, bounds: Bounds) -> Option<Caught> {
    let caught = |number: u64| {
        let noted = Noted::default();
        let seed = SEED.wrapping_add(number);
        let random = RandomScheduler::new_from_seed(seed, bounds.schedules);
        let pct = PctScheduler::new_from_seed(seed, PCT_DEPTH, bounds.schedules);
        let scheduler: Box<dyn Scheduler + Send> = if number.is_multiple_of(2) {
            Box::new(Noting(random, noted.clone()))
        } else {
            Box::new(Noting(pct, noted.clone()))
        };
        let model = model.clone();
        let why = explore(scheduler, bounds, move || model(None)).err()?;
        Some((normalised(&why), noted.runs()))
    };
    // The first two searches say whether there is a failure at all.
    let first = caught(0).or_else(|| caught(1))?;
    let others = (2..FAILURES as u64).filter_map(caught);
    let same: Vec<_> = others.filter(|other| other.0 == first.0).collect();
    let (failure, runs) = std::iter::once(first)
        .chain(same)
        .min_by_key(|(_, runs)| length(runs))?;
    Some(Caught {
        failure,
        schedule: Schedule::Tasks(runs),
    })
}

fn length(runs: &Runs) -> Length {
    Length {
        switches: runs.len().saturating_sub(1),
        steps: runs.iter().map(|(_, steps)| steps).sum(),
    }
}

/// The same failure by the least schedule that delta debugging comes to.
pub(super) fn minimise(model: &Model, caught: Caught) -> Caught {
    let Schedule::Tasks(runs) = caught.schedule else {
        return caught;
    };
    let attempt = |runs: &[(usize, usize)]| {
        let noted = Noted::default();
        let scheduler = Noting(Following::new(runs.to_vec(), false), noted.clone());
        let model = model.clone();
        let why = explore(scheduler, Bounds::default(), move || model(None)).err()?;
        let runs = noted.runs();
        let length = length(&runs);
        (normalised(&why) == caught.failure).then_some((runs, length))
    };
    let start = (runs.clone(), length(&runs));
    let (runs, _) = shrink(start, LIMIT, edits, attempt);
    Caught {
        failure: caught.failure,
        schedule: Schedule::Tasks(runs),
    }
}

/// Other schedules that may be better: two stretches of one task joined, before or after what was
/// between them; a stretch cut short.
fn edits(runs: &[(usize, usize)]) -> impl Iterator<Item = Runs> + use<> {
    let at = 0..runs.len();
    let (joining, cutting) = (runs.to_vec(), runs.to_vec());
    let joined = at.clone().flat_map(move |at| joined(&joining, at));
    joined.chain(at.flat_map(move |at| cut(&cutting, at)))
}

fn joined(runs: &[(usize, usize)], at: usize) -> Vec<Runs> {
    let (task, steps) = runs[at];
    let Some(again) = (at + 1..runs.len()).find(|&next| runs[next].0 == task) else {
        return Vec::new();
    };
    let joined = (task, steps + runs[again].1);
    let between = &runs[at + 1..again];
    let (before, after) = (&runs[..at], &runs[again + 1..]);
    vec![
        [before, &[joined], between, after].concat(),
        [before, between, &[joined], after].concat(),
    ]
}

fn cut(runs: &[(usize, usize)], at: usize) -> Vec<Runs> {
    let (task, steps) = runs[at];
    let (before, after) = (&runs[..at], &runs[at + 1..]);
    let shorter = [steps / 2, steps - 1].into_iter();
    let shorter = shorter.filter(|&fewer| fewer > 0 && fewer < steps);
    shorter
        .map(|fewer| [before, &[(task, fewer)], after].concat())
        .collect()
}

/// Runs just that schedule.
pub(super) fn replay(
    model: &Model,
    schedule: &Schedule,
    workers: usize,
) -> Result<Replayed, String> {
    let Schedule::Tasks(runs) = schedule else {
        return Err("the schedule is not one of shuttle's".to_owned());
    };
    let log = super::Log::default();
    let (model, sink) = (model.clone(), log.clone());
    let following = Following::new(runs.clone(), true);
    let outcome = explore(following, Bounds::default(), move || {
        model(Some(sink.clone()));
    });
    let failure = outcome.err().map(|why| normalised(&why));
    let records = super::taken(&log);
    let shown = failure.clone().unwrap_or_default();
    Ok(Replayed {
        failure,
        execution: execution(records, workers, shown, |_| None),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shuttle::sync::atomic::AtomicBool;
    use std::sync::atomic::Ordering::SeqCst;

    /// Its schedule is as long as one can be, and has no shorter one.
    #[test]
    fn a_schedule_that_spins_for_ever_is_shrunk_in_time() {
        let model: Model = Arc::new(|_| {
            let never = Arc::new(AtomicBool::new(false));
            let seen = Arc::clone(&never);
            shuttle::thread::spawn(move || while !seen.load(SeqCst) {});
            while !never.load(SeqCst) {}
        });
        let bounds = Bounds {
            schedules: 1,
            ..Bounds::default()
        };
        let start = Instant::now();
        let caught = find(&model, bounds).expect("it fails");
        let Schedule::Tasks(runs) = minimise(&model, caught).schedule else {
            panic!("shuttle's schedules are of tasks");
        };
        assert_eq!(length(&runs).switches, 0, "one task is enough");
        assert!(start.elapsed() < LIMIT.time);
    }
}
