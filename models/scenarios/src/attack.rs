//! Which case is expected to tell each mutant from the engine.

use crate::scenario::Size;

/// A small case that kills a mutant under every checker that can.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// How the mutant's name begins.
    pub mutant: &'static str,
    /// The scenario that shows what is wrong.
    pub scenario: &'static str,
    size: [usize; 3],
}

impl Attack {
    /// The size to run it at.
    #[must_use]
    pub const fn size(&self) -> Size {
        let [workers, ring, requests] = self.size;
        Size {
            workers,
            ring,
            requests,
        }
    }

    /// The one for a mutant.
    #[must_use]
    pub fn on(mutant: &str) -> Option<&'static Self> {
        ATTACKS
            .iter()
            .find(|attack| mutant.starts_with(attack.mutant))
    }
}

const fn attack(mutant: &'static str, scenario: &'static str, size: [usize; 3]) -> Attack {
    Attack {
        mutant,
        scenario,
        size,
    }
}

/// Every mutant has one, which kills it in each design that it is in.
#[rustfmt::skip]
pub const ATTACKS: &[Attack] = &[
    attack("commit.wmb:",          "handover",       [1, 1, 1]),
    attack("take.rmb:",            "handover",       [1, 1, 1]),
    attack("complete.wmb:",        "handover",       [1, 1, 1]),
    attack("reap.rmb:",            "handover",       [1, 1, 2]),
    attack("flush.rmb:",           "handover",       [1, 1, 1]),
    attack("commit.mb:",           "wake_submitter", [1, 1, 1]),
    attack("worker_sleep.mb:",     "wake_worker",    [1, 1, 1]),
    attack("complete.mb:",         "wake_submitter", [1, 1, 1]),
    attack("submitter_sleep.mb:",  "wake_submitter", [1, 1, 1]),
    attack("stop.wmb:",            "stop",           [1, 1, 2]),
    attack("stop.rmb:",            "stop",           [1, 1, 2]),
    attack("stop.mb:",             "wake_worker",    [1, 1, 1]),
    attack("flip-before-fill",     "handover",       [1, 1, 1]),
    attack("flip-before-result",   "handover",       [1, 1, 1]),
    attack("ownership-ignored",    "handover",       [1, 1, 1]),
    attack("lock.rmb:",            "wake_submitter", [2, 1, 2]),
    attack("lock.wmb:",            "wake_submitter", [2, 1, 2]),
    attack("torn-update",          "wake_submitter", [2, 1, 2]),
    attack("mixed-update",         "handover",       [1, 1, 1]),
    attack("pending-kept",         "abandon",        [1, 2, 3]),
    attack("pending-ignored",      "handover",       [1, 1, 2]),
    attack("worker-no-recheck",    "wake_worker",    [1, 1, 1]),
    attack("submitter-no-recheck", "wake_submitter", [1, 1, 1]),
    attack("commit-wakes-first",   "wake_submitter", [1, 1, 1]),
    attack("complete-wakes-first", "wake_submitter", [1, 1, 1]),
    attack("range-ignored",        "rotate",         [2, 2, 3]),
    attack("search-ends-early",    "search",         [2, 1, 4]),
    attack("cursor-from-request",  "rotate",         [2, 2, 3]),
    attack("flush-skips-last",     "handover",       [2, 1, 2]),
    attack("stop-without-drain",   "stop",           [1, 1, 2]),
    attack("panic-keeps-request",  "conservation",   [1, 2, 3]),
];
