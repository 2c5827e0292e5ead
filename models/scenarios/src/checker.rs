//! The checkers by name and version, and how far each goes.

use serde::{Deserialize, Serialize};
use std::fmt;
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
        let mut lines = include_str!("../../../Cargo.lock").lines();
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
