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
use crate::differential::Shown;
use crate::program::Program;
use crate::verdict::{Findings, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A way to run a scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Checker {
    /// loom: C11 weak memory, exhaustively, up to what it leaves out.
    Loom,
    /// shuttle, sequential consistency only: random schedules, then probabilistic concurrency testing.
    Shuttle,
    /// Our own: RC11, one execution per graph.
    Weft,
    /// Threads of the system: no evidence for an ordering, only that the scenario itself runs.
    Native,
}

impl Checker {
    /// Those that check, in the order of the table.
    pub const ALL: [Self; 3] = [Self::Loom, Self::Shuttle, Self::Weft];

    /// The one that this binary was compiled against.
    pub const COMPILED: Self = if cfg!(loom) {
        Self::Loom
    } else if cfg!(shuttle) {
        Self::Shuttle
    } else if cfg!(weft) {
        Self::Weft
    } else {
        Self::Native
    };

    /// Its version, as `Cargo.lock` has it.
    #[must_use]
    pub fn version(self) -> &'static str {
        let package = match self {
            Self::Weft => "weft-checker",
            Self::Loom | Self::Shuttle | Self::Native => self.name(),
        };
        let name = format!("name = \"{package}\"");
        let mut lines = include_str!("../../Cargo.lock").lines();
        let found = lines.find(|line| *line == name).and_then(|_| lines.next());
        let version = found.and_then(|line| line.strip_prefix("version = \""));
        version.and_then(|v| v.strip_suffix('"')).unwrap_or("none")
    }

    /// Its name, which is also its cfg.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loom => "loom",
            Self::Shuttle => "shuttle",
            Self::Weft => "weft",
            Self::Native => "native",
        }
    }
}

impl fmt::Display for Checker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How far a checker goes. What a bound cuts off shows in the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Bounds {
    /// loom: how many preemptions an execution may have; all, if none is given.
    pub preemptions: Option<usize>,
    /// shuttle: schedules for each of its random schedulers; 0 for every schedule, depth first,
    /// which a program that waits has no end of. Real threads: runs.
    pub schedules: usize,
    /// Stop after this many executions.
    pub executions: Option<u64>,
    /// Stop after this time.
    pub time: Option<Duration>,
}

impl Bounds {
    /// Holds what a checker found to these bounds: where they leave no execution out, one without an
    /// end, or none that the checker comes to, is a failure. A cap still bounds.
    #[must_use]
    pub fn hold(self, checker: Checker, mut findings: Findings) -> Findings {
        let explores_all = match checker {
            Checker::Loom => self.preemptions.is_none(),
            Checker::Shuttle | Checker::Native => false,
            Checker::Weft => true,
        };
        if let Verdict::Bounded(why) = &findings.verdict
            && explores_all
            && !findings.cut_off
        {
            findings.verdict = Verdict::Failed(format!("an execution without an end: {why}"));
        }
        findings
    }
}

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
    let model = move || {
        #[cfg(any(loom, shuttle, weft))]
        flipside::trace::record_into(None);
        program.run();
    };
    let (findings, schedule) = explore(model, bounds, Box::new(progress));
    kept(program, findings, schedule)
}

/// What the executions of the program return.
///
/// # Errors
///
/// How an execution failed.
pub(crate) fn outcomes(
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
        Verdict::Failed(why) => return Err(why),
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
    use crate::scenario::by_name;
    use flipside::Design;

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
