//! Questions that a visitor can ask of a graph.

use std::collections::VecDeque;
use std::fmt::Write as _;

use crate::event::{Event, EventId, Kind, LocationId};
use crate::graph::Graph;

/// One synchronisation: everything up to `release` happens before everything from `acquire` on, because `read` reads
/// from the release sequence of `head`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Synchronisation {
    /// The release fence, or the release write itself.
    pub release: EventId,
    /// The write that heads the release sequence: `release`, or a later write of its thread.
    pub head: EventId,
    /// The release sequence from `head` to the write that is read: both of them, and read-modify-writes between.
    pub sequence: Vec<EventId>,
    /// The read, which reads from the last of `sequence`.
    pub read: EventId,
    /// The acquire fence, or the acquire read itself.
    pub acquire: EventId,
}

/// One step of a reason why an event happens before another.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum HbStep {
    /// Program order.
    Po {
        /// The earlier event.
        from: EventId,
        /// The later event of the same thread.
        to: EventId,
    },
    /// A release that an acquire synchronises with.
    Sync(Synchronisation),
    /// A thread begins after it was spawned.
    Spawn {
        /// The spawn.
        spawn: EventId,
        /// The thread's first event.
        begin: EventId,
    },
    /// A thread is joined after it has ended.
    Join {
        /// The thread's last event.
        end: EventId,
        /// The join.
        join: EventId,
    },
}

impl HbStep {
    /// Where the step starts.
    pub fn from(&self) -> EventId {
        match self {
            HbStep::Po { from, .. } => *from,
            HbStep::Sync(s) => s.release,
            HbStep::Spawn { spawn, .. } => *spawn,
            HbStep::Join { end, .. } => *end,
        }
    }

    /// Where the step ends.
    pub fn to(&self) -> EventId {
        match self {
            HbStep::Po { to, .. } => *to,
            HbStep::Sync(s) => s.acquire,
            HbStep::Spawn { begin, .. } => *begin,
            HbStep::Join { join, .. } => *join,
        }
    }
}

impl Graph {
    /// The number of threads, main included. Threads that this graph does not have (they belong to other executions)
    /// count too, and have no events.
    pub fn thread_count(&self) -> usize {
        self.threads.len()
    }

    /// A thread's events in program order.
    ///
    /// # Panics
    /// Panics if there is no such thread. So do all questions about events and locations of other graphs.
    pub fn events(&self, thread: u32) -> &[Event] {
        &self.threads[thread as usize].events
    }

    /// An event.
    pub fn event(&self, id: EventId) -> &Event {
        self.ev(id)
    }

    /// Every event, in an order that extends happens-before, and is an interleaving of the threads if the graph has one:
    /// then every read reads the newest write before it.
    pub fn in_order(&self) -> Vec<EventId> {
        self.lines().order
    }

    /// The locations that this graph has, in the order in which they were created.
    pub fn locations(&self) -> impl Iterator<Item = LocationId> + '_ {
        (0..self.locs.len() as u32)
            .map(LocationId)
            .filter(|&l| !self.loc(l).co.is_empty())
    }

    /// Whether a location is a cell, never accessed atomically.
    pub fn is_cell(&self, loc: LocationId) -> bool {
        self.loc(loc).cell
    }

    /// The writes to a location, in coherence order; the first is the initial one.
    pub fn coherence(&self, loc: LocationId) -> &[EventId] {
        &self.loc(loc).co
    }

    /// Program order.
    pub fn po(&self, a: EventId, b: EventId) -> bool {
        a.thread == b.thread && a.index < b.index
    }

    /// Whether `read` reads from `write`.
    pub fn rf(&self, write: EventId, read: EventId) -> bool {
        self.ev(read).rf == Some(write)
    }

    /// Coherence order: two different writes to one location.
    pub fn co(&self, a: EventId, b: EventId) -> bool {
        let (ea, eb) = (self.ev(a), self.ev(b));
        ea.is_write()
            && eb.is_write()
            && ea.loc == eb.loc
            && self.co_pos(ea.loc, a) < self.co_pos(eb.loc, b)
    }

    /// Happens-before.
    pub fn hb(&self, a: EventId, b: EventId) -> bool {
        a != b && self.hb_eq(a, b)
    }

    /// Whether `a` synchronises with `b`: a release with an acquire, a spawn with a beginning, an end with a join.
    pub fn sw(&self, a: EventId, b: EventId) -> bool {
        self.syncs().iter().any(|s| s.from() == a && s.to() == b)
    }

    /// Every synchronisation. Of the acquire fences that follow a read, only the first is listed.
    pub fn syncs(&self) -> Vec<HbStep> {
        let mut found = Vec::new();
        let all = (0..self.threads.len() as u32)
            .flat_map(|thread| (0..self.len(thread)).map(move |index| EventId { thread, index }));
        for id in all {
            match self.ev(id).kind {
                Kind::Begin => {
                    found.extend(
                        self.spawn_of(id.thread)
                            .map(|spawn| HbStep::Spawn { spawn, begin: id }),
                    );
                }
                Kind::Join(_) => {
                    found.extend(self.before(id).map(|end| HbStep::Join { end, join: id }));
                }
                Kind::Read => self.syncs_of(id, &mut found),
                _ => {}
            }
        }
        found
    }

    fn syncs_of(&self, read: EventId, found: &mut Vec<HbStep>) {
        let e = self.ev(read);
        let Some(source) = e.rf.filter(|_| e.is_atomic()) else {
            return;
        };
        let acquire = if e.order.acquires() {
            Some(read)
        } else {
            let later = (read.index + 1..self.len(read.thread)).map(|index| EventId {
                thread: read.thread,
                index,
            });
            let fence = |id: &EventId| {
                let e = self.ev(*id);
                e.kind == Kind::Fence && e.order.acquires()
            };
            later.into_iter().find(fence)
        };
        let Some(acquire) = acquire else { return };
        let mut sequence = vec![source];
        loop {
            let head = sequence[0];
            let h = self.ev(head);
            let mut add = |release| {
                let sequence = sequence.clone();
                found.push(HbStep::Sync(Synchronisation {
                    release,
                    head,
                    sequence,
                    read,
                    acquire,
                }));
            };
            if h.is_atomic() && h.order.releases() {
                add(head);
            } else if h.is_atomic() && h.release_fence > 0 {
                add(EventId {
                    thread: head.thread,
                    index: h.release_fence - 1,
                });
            }
            // A read-modify-write carries on the sequence of what it read.
            let before = if h.rmw {
                self.ev(head.previous()).rf
            } else {
                None
            };
            match before {
                Some(before) => sequence.insert(0, before),
                None => return,
            }
        }
    }

    /// Why `a` happens before `b`: steps that lead from one to the other, with as few synchronisations as possible.
    /// `None` if it does not.
    pub fn explain(&self, a: EventId, b: EventId) -> Option<Vec<HbStep>> {
        if !self.hb(a, b) {
            return None;
        }
        self.explain_by(a, b, &self.syncs())
    }

    /// The same by program order and some of [`syncs`](Graph::syncs) alone. `None` if these do not lead from `a` to `b`:
    /// without the others, nothing would order the two.
    pub fn explain_by(&self, a: EventId, b: EventId, syncs: &[HbStep]) -> Option<Vec<HbStep>> {
        let po = |from: EventId, to: EventId| (from != to).then_some(HbStep::Po { from, to });
        if a.thread == b.thread {
            return (a.index < b.index).then(|| po(a, b).into_iter().collect());
        }
        let reaches = |from: EventId, to: EventId| from == to || self.po(from, to);
        let mut via: Vec<Option<usize>> = vec![None; syncs.len()];
        let mut seen = vec![false; syncs.len()];
        let mut queue = VecDeque::new();
        for (i, s) in syncs.iter().enumerate() {
            if reaches(a, s.from()) {
                seen[i] = true;
                queue.push_back(i);
            }
        }
        while let Some(i) = queue.pop_front() {
            if reaches(syncs[i].to(), b) {
                let mut path = vec![i];
                while let Some(before) = via[path[path.len() - 1]] {
                    path.push(before);
                }
                let mut steps = Vec::new();
                let mut at = a;
                for &i in path.iter().rev() {
                    steps.extend(po(at, syncs[i].from()));
                    steps.push(syncs[i].clone());
                    at = syncs[i].to();
                }
                steps.extend(po(at, b));
                return Some(steps);
            }
            for (j, s) in syncs.iter().enumerate() {
                if !seen[j] && reaches(syncs[i].to(), s.from()) {
                    seen[j] = true;
                    via[j] = Some(i);
                    queue.push_back(j);
                }
            }
        }
        None
    }

    /// A text that is the same for two graphs exactly if they are the same execution: threads and locations are named by
    /// who created them as the how-manieth, and the order of exploration leaves no trace.
    pub fn canonical(&self) -> String {
        let mut threads: Vec<(String, u32)> = (0..self.threads.len() as u32)
            .filter(|&t| self.len(t) > 0)
            .map(|t| (self.path(t), t))
            .collect();
        threads.sort();
        let event = |id: EventId| format!("{}:{}", self.path(id.thread), id.index);
        let mut text = String::new();
        // Writing to a String cannot fail.
        for (path, t) in &threads {
            for (index, e) in self.events(*t).iter().enumerate() {
                let loc = e.location().map_or(String::new(), |l| self.loc_path(l));
                let rf = e.rf.map_or(String::new(), |w| format!(" <- {}", event(w)));
                let kind = match e.kind {
                    Kind::Spawn(t) => format!("Spawn({})", self.path(t)),
                    Kind::Join(t) => format!("Join({})", self.path(t)),
                    kind => format!("{kind:?}"),
                };
                let rmw = if e.rmw { " rmw" } else { "" };
                let value = if e.address {
                    String::new()
                } else {
                    e.value.to_string()
                };
                let _ = writeln!(
                    text,
                    "{path}:{index} {kind} {}{rmw} {loc} {value}{rf}",
                    e.order.short()
                );
            }
        }
        let mut orders: Vec<String> = self
            .locations()
            .filter(|&l| self.loc(l).co.len() > 1)
            .map(|l| {
                let co: Vec<String> = self.coherence(l).iter().map(|&w| event(w)).collect();
                format!("co {}: {}", self.loc_path(l), co.join(" "))
            })
            .collect();
        orders.sort();
        text + &orders.join("\n")
    }

    /// `0` for main, `0.1` for main's second child, ….
    fn path(&self, thread: u32) -> String {
        let mut path = "0".to_string();
        for nth in self.threads[thread as usize].path {
            // Writing to a String cannot fail.
            let _ = write!(path, ".{nth}");
        }
        path
    }

    /// 32 bits of the canonical text: those of FNV-1a.
    pub(crate) fn fingerprint(&self) -> u32 {
        let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        self.canonical().bytes().fold(0x811c_9dc5, step)
    }

    fn loc_path(&self, loc: LocationId) -> String {
        let (thread, nth) = self.loc(loc).key;
        format!("{}#{nth}", self.path(thread))
    }
}
