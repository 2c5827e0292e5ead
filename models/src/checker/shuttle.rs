//! shuttle: sequential consistency only, so its evidence never justifies an ordering. It finds
//! errors of logic, at sizes and in runs that no exhaustive search reaches.

use super::{Bounds, Progress, quietly};
use crate::verdict::{Findings, Verdict};
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, Runner};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Once};
use std::time::Instant;

/// Fixed, so that two runs of one version explore the same schedules.
const SEED: u64 = 0x0f11_b51d;

/// The depth of the bugs that PCT looks for: that many preemptions at the worst places, less one.
const PCT_DEPTH: usize = 3;

pub(super) fn check(
    scenario: impl Fn() + Send + Sync + 'static,
    bounds: Bounds,
    progress: Progress,
) -> Findings {
    let start = Instant::now();
    let scenario = Arc::new(scenario);
    let progress = Arc::new(Mutex::new(progress));
    let executions = Arc::new(AtomicU64::new(0));
    let counted = || {
        let (scenario, progress) = (Arc::clone(&scenario), Arc::clone(&progress));
        let executions = Arc::clone(&executions);
        move || {
            let so_far = executions.fetch_add(1, Ordering::Relaxed);
            if so_far.is_multiple_of(256)
                && let Ok(mut progress) = progress.lock()
            {
                progress(so_far);
            }
            scenario();
        }
    };
    let random = RandomScheduler::new_from_seed(SEED, bounds.schedules);
    let pct = PctScheduler::new_from_seed(SEED, PCT_DEPTH, bounds.schedules);
    let outcome = explore(random, bounds, counted()).and_then(|()| explore(pct, bounds, counted()));

    let executions = executions.load(Ordering::Relaxed);
    let verdict = match outcome {
        Err(why) => Verdict::Failed(why),
        Ok(()) if executions < 2 * bounds.schedules as u64 => Verdict::Bounded(format!(
            "stopped after {:?}, SC only",
            bounds.time.unwrap_or_default()
        )),
        Ok(()) => Verdict::Bounded(format!(
            "{0} random + {0} PCT schedules, SC only",
            bounds.schedules
        )),
    };
    Findings {
        verdict,
        executions,
        time: start.elapsed(),
    }
}

fn explore(
    scheduler: impl Scheduler + 'static,
    bounds: Bounds,
    f: impl Fn() + Send + Sync + 'static,
) -> Result<(), String> {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.silence_warnings = true;
    config.max_time = bounds.time;

    // shuttle's panic hook prints; once it is there, `quietly` can go in front of it.
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        Runner::new(RandomScheduler::new(1), config.clone()).run(|| ());
    });
    quietly(|| {
        Runner::new(scheduler, config).run(f);
    })
}
