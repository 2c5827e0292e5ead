//! What could be done about a failure, as far as its graph tells.

mod order;
mod waits;

pub(crate) use waits::Wait;

use crate::event::{EventId, Kind};
use crate::graph::Graph;
use crate::report::{Failure, FailureKind};

impl Failure {
    /// What to do about it; nothing where only the program's author can know.
    pub(crate) fn advice(&self) -> Option<String> {
        let graph = &self.graph;
        match &self.kind {
            FailureKind::Race { first, second } => Some(graph.advice_on_a_race(*first, *second)),
            FailureKind::Uninitialised { .. } => Some(
                "write the cell first, and let the reader acquire what the writer released after that; a value that was \
                 taken is gone"
                    .into(),
            ),
            FailureKind::Panic { .. } => graph.advice_on_stale_reads(),
            FailureKind::Hang { .. } | FailureKind::Deadlock { .. } => {
                let handshake = graph.missing_fences().map(|missing| {
                    format!(
                        "{missing}. Whoever waits announces it, passes the fence and looks again; whoever wakes changes \
                         the condition, passes the fence and looks who waits"
                    )
                });
                handshake.or_else(|| self.advice_on_waits())
            }
            FailureKind::Nondeterminism { .. } => Some(
                "the closure must behave the same whenever it reads the same values from weft's atomics. \
                 Usual culprits: the iteration order of a HashMap, time, randomness, state that outlives the \
                 closure (statics, thread-locals), std's own Arc, whose counts \
                 weft does not see (use weft::sync::Arc), behaviour that depends on an address (store pointers in \
                 AtomicPtr, not in integers)"
                    .into(),
            ),
            FailureKind::UseAfterFree { .. } => graph.advice_on_a_hazard().or_else(|| {
                Some(
                    "keep what is read alive until its last reader is done: let the readers hold an Arc, or announce \
                     themselves (a hazard pointer, an epoch) before they look at the pointer once more, and free only \
                     what nobody announces"
                        .into(),
                )
            }),
            FailureKind::FreedInUse { access, free } => {
                let before = free.position.checked_sub(1).map(|index| EventId {
                    thread: free.thread,
                    index,
                });
                let missing = before.and_then(|before| graph.advice_on_a_free(*access, before));
                let missing = missing.or_else(|| graph.advice_on_a_hazard());
                let dropped = || before.and_then(|before| graph.dropped_too_early(*access, before));
                missing.or_else(dropped).or_else(|| {
                    Some(
                        "order the two: the last user must release (a store, an unlock, a decrement), and what frees must \
                         acquire that before it frees; or what is read must be announced (a hazard pointer, an epoch) \
                         before the pointer is looked at once more, and be freed only when nobody announces it"
                            .into(),
                    )
                })
            }
            FailureKind::DoubleFree { .. } => Some(
                "let one owner free: whoever takes the pointer out in one step (a swap, a compare-exchange)".into(),
            ),
            FailureKind::InvalidFree { .. } => {
                Some("free only what an allocation gave, by the pointer that it gave".into())
            }
            FailureKind::Leak { .. } => {
                Some("drop them before the last thread ends, or turn the check off: Builder::leaks".into())
            }
            FailureKind::Stuck { .. } => Some(
                "std's locks, channels and sleeps block the whole checker: use weft's Mutex, Condvar and park, and no time. \
                 If the program only computes for long, raise Builder::stuck_after or WEFT_STUCK_AFTER (in seconds)"
                    .into(),
            ),
            FailureKind::Decisions(_) => Some(
                "a decision list dies when the program changes; run the check again to get a new one".into(),
            ),
        }
    }
}

impl Graph {
    /// The event as the drawings number it: a read-modify-write goes by its first half.
    fn shown(&self, id: EventId) -> EventId {
        let e = self.ev(id);
        if e.rmw && e.kind == Kind::Write {
            id.previous()
        } else {
            id
        }
    }

    /// An event's location's name.
    fn name_at(&self, id: EventId) -> String {
        let loc = self.ev(id).location();
        loc.map_or(String::new(), |loc| self.location_name(loc))
    }

    fn has_ended(&self, thread: u32) -> bool {
        let last = self.events(thread).last();
        last.is_some_and(|e| e.kind == Kind::End)
    }
}
