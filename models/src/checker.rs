//! The checkers: each a module with one function, scenario and bounds in, findings out.

#[cfg(loom)]
mod loom;
#[cfg(not(any(loom, shuttle, weft)))]
mod native;
#[cfg(shuttle)]
mod shuttle;
#[cfg(weft)]
mod weft;

use crate::mutant::Mutant;
use crate::scenario::{Scenario, Size};
use crate::verdict::Findings;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
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
    /// shuttle: schedules for each of its schedulers. Real threads: runs.
    pub schedules: usize,
    /// Stop after this time.
    pub time: Option<Duration>,
}

/// Runs the scenario under the checker of this binary, on the engine or on a mutant of it.
/// `progress` is called now and then with the
/// number of executions so far.
pub fn check(
    scenario: &Scenario,
    size: Size,
    mutant: Option<Mutant>,
    bounds: Bounds,
    progress: impl FnMut(u64) + Send + 'static,
) -> Findings {
    #[cfg(loom)]
    use self::loom::check;
    #[cfg(shuttle)]
    use self::shuttle::check;
    #[cfg(weft)]
    use self::weft::check;
    #[cfg(not(any(loom, shuttle, weft)))]
    use native::check;
    let run = scenario.run;
    let model = move || {
        Mutant::activate(mutant);
        run(size);
    };
    check(model, bounds, Box::new(progress))
}

type Progress = Box<dyn FnMut(u64) + Send>;

thread_local! {
    static PANICS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Runs `f`; if it panics, the error is the message of the first panic on this thread, which is
/// the cause where a later one is only its consequence. Nothing is printed.
///
/// The checkers run a model's threads on the thread that calls them, so theirs are caught too.
fn quietly<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let kept = PANICS.with_borrow_mut(|panics| match panics {
                Some(panics) => {
                    panics.push(message(info.payload()));
                    true
                }
                None => false,
            });
            if !kept {
                default(info);
            }
        }));
    });
    PANICS.set(Some(Vec::new()));
    let outcome = catch_unwind(AssertUnwindSafe(f));
    let panics = PANICS.take().unwrap_or_default();
    outcome.map_err(|payload| match panics.into_iter().next() {
        Some(first) => first,
        None => message(&*payload),
    })
}

fn message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&'static str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic whose payload is not text")
        .to_owned()
}
