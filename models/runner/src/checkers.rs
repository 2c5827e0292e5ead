//! The checkers: each a module with one function, scenario and bounds in, findings out.

#[cfg(loom)]
mod loom;
#[cfg(not(any(loom, shuttle, weft)))]
mod native;
mod quiet;
#[cfg(shuttle)]
mod shuttle;
#[cfg(weft)]
mod weft;

pub use self::quiet::quietly;
use flipside_record::shown::Shown;
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::checker::Bounds;
use flipside_scenarios::program::Program;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

#[cfg(loom)]
use self::loom::check as explore;
#[cfg(shuttle)]
use self::shuttle::check as explore;
#[cfg(shuttle)]
pub use self::shuttle::{
    config as shuttle_config,
    schedule::{Noted, Noting},
};
#[cfg(weft)]
use self::weft::check as explore;
#[cfg(not(any(loom, shuttle, weft)))]
use native::{check as explore, kept};

/// Runs the program under the checker of this binary. `progress` is called now and then with the
/// number of executions so far.
pub fn check(
    program: Program,
    bounds: Bounds,
    progress: impl FnMut(u64) + Send + 'static,
) -> Findings {
    check_and(program, bounds, progress, |_| ())
}

/// The same. `found` hears of the findings before the execution that failed is run again for its seed,
/// which may take longer than the search.
pub fn check_and(
    program: Program,
    bounds: Bounds,
    progress: impl FnMut(u64) + Send + 'static,
    found: impl FnOnce(&Findings),
) -> Findings {
    let model = move || {
        #[cfg(any(loom, shuttle, weft))]
        flipside::trace::record_into(None);
        program.run();
    };
    let (findings, schedule) = explore(model, bounds, Box::new(progress));
    found(&findings);
    kept(program, findings, schedule)
}

/// What the executions of the program return.
///
/// # Errors
///
/// How an execution failed.
pub fn outcomes(
    program: impl Fn() -> String + Send + Sync + 'static,
    bounds: Bounds,
) -> Result<Shown, String> {
    let shown = Arc::new(Mutex::new(BTreeSet::new()));
    let collect = Arc::clone(&shown);
    let model = move || {
        let outcome = program();
        let mut shown = collect.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(outcome);
    };
    let (findings, _) = explore(model, bounds, Box::new(|_| ()));
    let complete = match findings.verdict {
        Verdict::Complete => true,
        Verdict::Bounded(_) => false,
        Verdict::Changed(why) | Verdict::Failed(why) => return Err(why),
    };
    let outcomes = std::mem::take(&mut *shown.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(Shown {
        outcomes,
        complete,
        cut_off: findings.cut_off,
    })
}

type Progress = Box<dyn FnMut(u64) + Send>;

#[cfg(any(loom, shuttle, weft))]
mod catch;
#[cfg(any(loom, shuttle, weft))]
pub(crate) use catch::program;
#[cfg(any(loom, shuttle, weft))]
pub use catch::{Caught, Replayed, Subject, catch, keep, minimise, replay, rerun};
#[cfg(any(loom, shuttle, weft))]
use catch::{Log, Model, kept, taken};

#[cfg(weft)]
pub use self::weft::builder as weft_builder;
#[cfg(weft)]
pub(crate) use self::weft::{first_half, visit};

#[cfg(all(test, any(loom, shuttle, weft)))]
mod tests {
    use super::*;
    use flipside::Design;
    use flipside_scenarios::scenario::by_name;
    use std::time::Duration;

    #[test]
    fn a_search_whose_time_is_up_says_so() -> Result<(), String> {
        let program = Program {
            scenario: by_name("wake_worker")?,
            size: "1x1,1".parse()?,
            design: Design::default(),
            mutant: None,
        };
        let search = |time| {
            let bounds = Bounds {
                schedules: 10,
                time: Some(time),
                ..Bounds::default()
            };
            check(program, bounds, |_| ())
        };
        let stopped = search(Duration::ZERO);
        let verdict = stopped.verdict.to_string();
        assert!(
            verdict.starts_with("BOUNDED (stopped after 0ns"),
            "{verdict}"
        );
        assert!(stopped.cut_off && stopped.seed.is_none());
        let ended = search(Duration::MAX);
        assert!(ended.executions > stopped.executions && !ended.cut_off);
        Ok(())
    }
}
