//! The scenarios: each a plain function, sized by its arguments, written once and run by every
//! checker and on real threads.
//!
//! | scenario | prepare | commit | batch | deliver | wait_done | drop | sleep | panic |
//! |---|---|---|---|---|---|---|---|---|
//! | `handover` | waits | ● | | | ● | ● | | |
//! | `flush` | | ● | | | ● | ● | | |
//! | `batch` | | | ● | | ● | ● | | |
//! | `stale` | at once | ● | | ● | | ● | | |
//! | `abandon` | at once, dropped | ● | dropped | | ● | ● | | |
//! | `search` | at once | ● | | | ● | ● | both | |
//! | `rotate` | at once | ● | | | | ● | both | |
//! | `panic` | waits | ● | | | ● | ● | | ● |
//! | `stop` | waits | ● | | | | ● | | |
//! | `wake_worker` | waits | ● | | | | ● | both | |
//! | `wake_submitter` | waits | ● | | | ● | ● | both | |
//! | `collect` | waits | ● | | waits | | ● | both | |
//! | `depend` | | | ● | waits | | ● | both | |
//! | `conservation` | at once, dropped | ● | ● | ● | ● | ● | both | ● |

mod gate;
mod handover;
mod ledger;
mod searching;
mod stopping;
mod waking;

pub use ledger::{Ledger, Request};

use flipside::{Builder, Design};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How large a scenario is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Size {
    /// Worker threads.
    pub workers: usize,
    /// Requests that each worker has.
    pub ring: usize,
    /// Requests that are committed in all.
    pub requests: usize,
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}x{},{}", self.workers, self.ring, self.requests);
        f.pad(&text)
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (pool, requests) = text.split_once(',')?;
            let (workers, ring) = pool.split_once('x')?;
            let number = |part: &str| part.parse().ok().filter(|&n: &usize| n > 0);
            Some(Self {
                workers: number(workers)?,
                ring: number(ring)?,
                requests: number(requests)?,
            })
        };
        parse()
            .ok_or_else(|| format!("`{text}` is no size: write WORKERSxRING,REQUESTS, as in 2x1,3"))
    }
}

/// A scenario: what it does, and which obligations it would show to be broken.
#[derive(Clone, Copy)]
pub struct Scenario {
    /// Its name, by the actions that meet in it.
    pub name: &'static str,
    /// What happens in it, in one sentence.
    pub summary: &'static str,
    /// The obligations that it checks.
    pub obligations: &'static [&'static str],
    /// The scenario itself; returns what the submitter saw. Panics if an obligation is broken.
    pub run: fn(Size, Design) -> String,
}

impl fmt::Debug for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Scenario").field(&self.name).finish()
    }
}

/// Every scenario, in the order of the obligations.
pub const SCENARIOS: &[Scenario] = &[
    handover::HANDOVER,
    handover::FLUSH,
    handover::BATCH,
    handover::STALE,
    handover::ABANDON,
    searching::SEARCH,
    searching::ROTATE,
    stopping::PANIC,
    stopping::STOP,
    stopping::WAKE_WORKER,
    waking::WAKE_SUBMITTER,
    waking::COLLECT,
    waking::DEPEND,
    waking::CONSERVATION,
];

fn pool(size: Size, design: Design) -> Builder {
    flipside::builder(design)
        .workers(size.workers)
        .ring_size(size.ring)
}

/// A pool that never sleeps, so that the barriers of the handover stand alone.
fn spinning(size: Size, design: Design) -> Builder {
    pool(size, design).busy_wait()
}

/// A pool in which whoever waits goes to sleep at once.
fn sleepy(size: Size, design: Design) -> Builder {
    pool(size, design).spin_budget(Duration::ZERO)
}

/// The scenario of that name; the error lists those that there are.
///
/// # Errors
///
/// A message for the user, if there is none.
pub fn by_name(name: &str) -> Result<&'static Scenario, String> {
    SCENARIOS.iter().find(|s| s.name == name).ok_or_else(|| {
        let known: Vec<_> = SCENARIOS.iter().map(|s| s.name).collect();
        format!(
            "there is no scenario `{name}`; there are: {}",
            known.join(", ")
        )
    })
}
