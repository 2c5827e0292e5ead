//! The order in which the steps of a graph are shown: an interleaving if the graph has one.

use crate::event::{EventId, Kind, LocationId};
use crate::graph::Graph;

/// Every event of a graph, one below the other.
pub(crate) struct Lines {
    pub(crate) order: Vec<EventId>,
    /// The reads that do not read the newest write above them.
    pub(crate) stale: Vec<EventId>,
    /// The writes to one location that coherence orders otherwise than the lines: the earlier one, the later one.
    pub(crate) swapped: Vec<(EventId, EventId)>,
}

impl Lines {
    /// Whether the lines are an interleaving: one thread steps at a time, and every read reads the newest write.
    pub(crate) fn interleave(&self) -> bool {
        self.stale.is_empty() && self.swapped.is_empty()
    }

    /// One sentence on what the lines are. Where two accesses race, an interleaving is no excuse.
    pub(crate) fn verdict(&self, race: bool) -> &'static str {
        match (self.interleave(), self.stale.is_empty()) {
            (true, _) if race => "this is an interleaving, but nothing orders the two that race",
            (true, _) => "this is an interleaving: no weak memory is needed",
            (false, false) => {
                "weak memory: no interleaving does this; a (stale) read does not read the newest write above it"
            }
            (false, true) => "weak memory: no interleaving has the writes in this order",
        }
    }
}

impl Graph {
    /// A topological order of `hb ∪ rf ∪ co ∪ fr` if that is acyclic; otherwise one of `hb ∪ rf` that leaves few reads
    /// and writes out of order.
    pub(crate) fn lines(&self) -> Lines {
        let after = self.memory_order();
        let mut best = self.lines_from(0, &after);
        for first in 1..self.threads.len() as u32 {
            if best.interleave() {
                break;
            }
            let other = self.lines_from(first, &after);
            let wrong = |lines: &Lines| (lines.stale.len(), lines.swapped.len());
            if wrong(&other) < wrong(&best) {
                best = other;
            }
        }
        best
    }

    /// For each event of each thread, what an interleaving has before it by `co ∪ fr`.
    fn memory_order(&self) -> Vec<Vec<Vec<EventId>>> {
        let mut after: Vec<Vec<Vec<EventId>>> = self
            .threads
            .iter()
            .map(|t| vec![Vec::new(); t.events.len()])
            .collect();
        for loc in self.locations() {
            let co = self.coherence(loc);
            for pair in co.windows(2) {
                after[pair[1].thread as usize][pair[1].index as usize].push(pair[0]);
            }
            for &read in &self.loc(loc).reads {
                let source = self.ev(read).rf.filter(|_| !self.is_torn(read));
                let Some(source) = source else { continue };
                if let Some(&next) = co.get(self.co_pos(loc, source) + 1)
                    && !self.halves(read, next)
                {
                    after[next.thread as usize][next.index as usize].push(read);
                }
            }
        }
        after
    }

    /// Whether the two are one read-modify-write.
    fn halves(&self, read: EventId, write: EventId) -> bool {
        let e = self.ev(write);
        e.kind == Kind::Write && e.rmw && write.previous() == read
    }

    /// The lines that come about when a thread goes on for as long as it can, and `first` begins.
    fn lines_from(&self, first: u32, after: &[Vec<Vec<EventId>>]) -> Lines {
        let threads = self.threads.len() as u32;
        let mut done = vec![0u32; threads as usize];
        let mut order: Vec<EventId> = Vec::with_capacity(self.inserted.len());
        let mut current = first;
        // What breaks nothing goes on with the same thread; what breaks something begins with `first`.
        while order.len() < self.inserted.len() {
            let is_done = |id: EventId| done[id.thread as usize] > id.index;
            // How much of the memory's order the thread's next step breaks; none if it cannot be next at all.
            let breaks = |thread: u32| {
                let id = EventId {
                    thread,
                    index: done[thread as usize],
                };
                if id.index >= self.len(thread) || !self.before(id).is_none_or(is_done) {
                    return None;
                }
                let step = self.step_at(id);
                let missing = |&before: &&EventId| !step.contains(before) && !is_done(*before);
                let halves = step.iter();
                let before = halves.flat_map(|h| &after[h.thread as usize][h.index as usize]);
                Some(before.filter(missing).count())
            };
            let next = (0..threads)
                .map(|t| (first + t) % threads)
                .filter_map(|t| Some((breaks(t)?, t)))
                .min_by_key(|&(broken, t)| (broken, broken == 0 && t != current));
            let Some((_, thread)) = next else { break };
            let step = self.step_at(EventId {
                thread,
                index: done[thread as usize],
            });
            done[thread as usize] += step.len() as u32;
            order.extend(step);
            current = thread;
        }
        self.judge(order)
    }

    /// A step that begins with this event: the event, or both halves of a read-modify-write.
    fn step_at(&self, id: EventId) -> Vec<EventId> {
        let next = EventId {
            index: id.index + 1,
            ..id
        };
        let two = next.index < self.len(id.thread) && self.halves(id, next);
        if two { vec![id, next] } else { vec![id] }
    }

    fn judge(&self, order: Vec<EventId>) -> Lines {
        let mut newest: Vec<Option<EventId>> = vec![None; self.locs.len()];
        let mut place: Vec<Vec<usize>> = self
            .threads
            .iter()
            .map(|t| vec![0; t.events.len()])
            .collect();
        let mut stale = Vec::new();
        for (line, &id) in order.iter().enumerate() {
            place[id.thread as usize][id.index as usize] = line;
            let e = self.ev(id);
            if e.loc == LocationId::NONE {
                continue;
            }
            let newest = &mut newest[e.loc.0 as usize];
            if e.is_write() {
                *newest = Some(id);
            } else if e.rf.is_some() && e.rf != *newest && !self.is_torn(id) {
                stale.push(id);
            }
        }
        let place = |id: EventId| place[id.thread as usize][id.index as usize];
        let swapped = self
            .locations()
            .flat_map(|loc| self.coherence(loc).windows(2))
            .map(|pair| (pair[0], pair[1]))
            .filter(|&(a, b)| place(a) > place(b))
            .collect();
        Lines {
            order,
            stale,
            swapped,
        }
    }
}
