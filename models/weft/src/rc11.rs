//! RC11's axioms, each asked of one new event at a time.
//!
//! Coherence, atomicity, the SC axiom and the race rule of Lahav, Vafeiadis, Kang, Hur and Dreyer,
//! "Repairing sequential consistency in C/C++11" (PLDI 2017). `po ∪ rf` is acyclic by construction: a read
//! only ever reads from a write that is already in the graph and not in its own future.

use crate::clock::Which;
use crate::event::{Event, EventId, Kind, LocationId};
use crate::graph::Graph;
use crate::report::FailureKind;

fn within(clock: &[u32], id: EventId) -> bool {
    clock[id.thread as usize] > id.index
}

impl Graph {
    /// The lowest place in coherence order that an event with happens-before prefix `seen` can still read
    /// from, or write after: everything before it is overwritten as far as that event can tell.
    pub(crate) fn oldest_visible(&self, loc: LocationId, seen: &[u32]) -> usize {
        let l = self.loc(loc);
        let mut oldest = 0;
        for k in (1..l.co.len()).rev() {
            if within(seen, l.co[k]) {
                oldest = k;
                break;
            }
        }
        if oldest + 1 == l.co.len() {
            return oldest;
        }
        // A thread's reads of a location never go back in coherence order: its last one says it all.
        let mut done = 0u64;
        for &r in l.reads.iter().rev() {
            let bit = 1u64.checked_shl(r.thread).unwrap_or(0);
            if done & bit != 0 || !within(seen, r) {
                continue;
            }
            done |= bit;
            if let Some(w) = self.ev(r).rf {
                oldest = oldest.max(self.co_pos(loc, w));
            }
        }
        oldest
    }

    /// The happens-before prefix that an event has from program order alone.
    pub(crate) fn seen_before(&self, id: EventId) -> &[u32] {
        match id.index.checked_sub(1) {
            Some(index) => self.clock(
                EventId {
                    thread: id.thread,
                    index,
                },
                Which::Hb,
            ),
            None => self.clock(id, Which::Hb),
        }
    }

    /// Whether another read-modify-write than `reader` has taken the place right after `write`.
    pub(crate) fn taken(
        &self,
        loc: LocationId,
        write: EventId,
        reader: EventId,
    ) -> Option<EventId> {
        let taken_by = |&&r: &&EventId| {
            let e = self.ev(r);
            e.rmw && r != reader && e.rf == Some(write)
        };
        self.loc(loc).reads.iter().rev().find(taken_by).copied()
    }

    /// What `read` can read from, coherence-latest first, given coherence and atomicity: a write, and in which of
    /// the ways that its value leaves.
    pub(crate) fn sources(&self, read: EventId, out: &mut Vec<(EventId, u32)>) {
        let e = self.ev(read);
        let oldest = self.oldest_visible(e.loc, self.seen_before(read));
        let porf = self.clock(read, Which::Porf);
        for &w in self.loc(e.loc).co[oldest..].iter().rev() {
            let matches = e.compare.is_some_and(|c| c.expected == self.ev(w).value);
            // Another read-modify-write may follow that write already. That can only be mended by having the
            // other one read from ours, and one in our own past cannot.
            let hopeless =
                (e.rmw || matches) && self.taken(e.loc, w, read).is_some_and(|r| within(porf, r));
            let fails = |way: u32| way != 0 && e.compare.is_some();
            let ways = 0..e.ways(self.ev(w).value);
            out.extend(
                ways.filter(|&way| fails(way) || !hopeless)
                    .map(|way| (w, way)),
            );
        }
    }

    /// Whether a plain write can go right after position `k`: not between a read-modify-write and its source.
    pub(crate) fn free_after(&self, loc: LocationId, k: usize) -> bool {
        match self.loc(loc).co.get(k + 1) {
            Some(&next) => !self.ev(next).rmw,
            None => true,
        }
    }

    /// The race that the newest event `id` of a consistent graph completes.
    ///
    /// The read of a read-modify-write is not asked before its write is there: only then it is known that atomicity and
    /// the SC axiom let the two be. The write conflicts with all that the read does.
    pub(crate) fn race_at(&self, id: EventId) -> Option<FailureKind> {
        let e = self.ev(id);
        let halves = match (e.rmw, e.kind) {
            (true, Kind::Read) => return None,
            (true, _) => [Some(id.previous()), Some(id)],
            _ => [Some(id), None],
        };
        halves.into_iter().flatten().find_map(|second| {
            let first = self.racing(second)?;
            Some(FailureKind::Race { first, second })
        })
    }

    /// The event that races with `id`: a conflicting access, one of the two not atomic, that does not happen before it.
    /// Of several, the one whose thread and place come first, in whatever order they were inserted.
    fn racing(&self, id: EventId) -> Option<EventId> {
        let e = self.ev(id);
        let l = self.loc(e.loc);
        // With what `id` itself acquires: a read that synchronises with a write knows what had been made ready
        // before that write, the location itself for one.
        // An access that lasts has seen what it had seen at its beginning.
        let index = e.since.unwrap_or(id.index);
        let seen = self.clock(EventId { index, ..id }, Which::Hb);
        let unordered = |&&o: &&EventId| o.thread != id.thread && !within(seen, o);
        let conflicts = |o: &&EventId| unordered(o) && (e.is_write() || self.ev(**o).is_write());
        let earliest = |all: &mut dyn Iterator<Item = &EventId>| {
            all.copied()
                .min_by_key(|o| (self.threads[o.thread as usize].path, o.index))
        };
        if e.is_atomic() {
            // The initial write is the first plain access.
            return earliest(&mut l.plain.iter().filter(conflicts));
        }
        if l.cell {
            // Every access up to the last write happens before that write.
            for o in l.plain.iter().rev() {
                if conflicts(&o) {
                    return earliest(&mut l.plain.iter().filter(conflicts));
                }
                if self.ev(*o).is_write() && *o != id && e.since.is_none() {
                    return None;
                }
            }
            return None;
        }
        let accesses = l.co.iter().chain(&l.reads);
        earliest(&mut accesses.filter(conflicts))
    }

    /// Whether `e` was added in the one way that counts as the default, as far as the events that `write`
    /// knows or that are older than `e` can tell (TruSt's maximality). A set of events may be forgotten in
    /// favour of a revisit only if each was; otherwise some other graph does that revisit.
    pub(crate) fn maximally_added(&self, id: EventId, write: EventId) -> bool {
        let e = self.ev(id);
        if e.way != 0 || matches!(e.kind, Kind::Choice(picked) if picked != 0) {
            return false;
        }
        // Non-atomic accesses are ordered with every conflicting one, or the graph is an error already.
        if !e.is_atomic() {
            return true;
        }
        let porf = self.clock(write, Which::Porf);
        let previous = |o: EventId| self.ev(o).stamp <= e.stamp || within(porf, o);
        let l = self.loc(e.loc);
        let newest = match e.rf {
            Some(source) if e.is_read() => source,
            _ => {
                let read_early = |&r: &EventId| self.ev(r).rf == Some(id) && previous(r);
                if e.revisits && l.reads.iter().any(read_early) {
                    return false;
                }
                id
            }
        };
        if !previous(newest) {
            return false;
        }
        // A write in Previous that is coherence-later?
        for &w in l.co.iter().rev() {
            if w == newest {
                return true;
            }
            if w != write && previous(w) {
                return false;
            }
        }
        true
    }

    /// Whether no later write can ever make `read` read something else by revisiting it.
    pub(crate) fn settled(&self, read: EventId) -> bool {
        let e = self.ev(read);
        let Some(source) = e.rf else { return true };
        if e.way != 0 {
            return true;
        }
        let late = self.ev(source).stamp > e.stamp;
        let porf = self.clock(source, Which::Porf);
        for &w in self.loc(e.loc).co.iter().rev() {
            if w == source {
                return false;
            }
            if self.ev(w).stamp < e.stamp || (late && within(porf, w)) {
                return true;
            }
        }
        false
    }

    /// The SC axiom: psc is acyclic.
    ///
    /// Only an event that is not coherence-last, or reads what is not, gets outgoing edges when it is added;
    /// so this needs to be asked after such a choice only.
    pub(crate) fn sc_consistent(&self) -> bool {
        if self.sc_events < 2 {
            return true;
        }
        let nodes: Vec<EventId> = self
            .inserted
            .iter()
            .copied()
            .filter(|&id| self.ev(id).is_sc())
            .collect();
        let n = nodes.len();
        let edges: Vec<Vec<usize>> = (0..n)
            .map(|a| {
                (0..n)
                    .filter(|&b| a != b && self.psc(nodes[a], nodes[b]))
                    .collect()
            })
            .collect();
        acyclic(&edges)
    }

    /// `psc_base ∪ psc_fence` between two different SC events.
    fn psc(&self, a: EventId, b: EventId) -> bool {
        let (fence_a, fence_b) = (
            self.ev(a).kind == Kind::Fence,
            self.ev(b).kind == Kind::Fence,
        );
        match (fence_a, fence_b) {
            (false, false) => self.scb(a, b),
            // Between fences, scb adds nothing to hb ∪ hb;eco;hb.
            (true, true) => self.hb_eq(a, b) || self.hb_eco_hb(a, b),
            (true, false) => {
                let after = |&&e: &&EventId| self.hb_eq(a, e);
                self.inserted
                    .iter()
                    .filter(after)
                    .any(|&e| e != b && self.scb(e, b))
            }
            (false, true) => {
                let before = |&&e: &&EventId| self.hb_eq(e, b);
                self.inserted
                    .iter()
                    .filter(before)
                    .any(|&e| e != a && self.scb(a, e))
            }
        }
    }

    /// RC11's `scb`: po ∪ (po≠loc; hb; po≠loc) ∪ hb|loc ∪ co ∪ fr.
    fn scb(&self, a: EventId, b: EventId) -> bool {
        if a.thread == b.thread {
            return a.index < b.index || (self.co_or_fr(a, b));
        }
        let (ea, eb) = (self.ev(a), self.ev(b));
        let same = |x: &Event, y: &Event| x.loc != LocationId::NONE && x.loc == y.loc;
        if same(ea, eb) && (self.hb_eq(a, b) || self.co_or_fr(a, b)) {
            return true;
        }
        if !self.hb_eq(a, b) {
            return false;
        }
        let first = (a.index + 1..self.len(a.thread))
            .map(|index| EventId {
                thread: a.thread,
                index,
            })
            .find(|&c| !same(ea, self.ev(c)));
        let last = (0..b.index)
            .rev()
            .map(|index| EventId {
                thread: b.thread,
                index,
            })
            .find(|&d| !same(eb, self.ev(d)));
        matches!((first, last), (Some(c), Some(d)) if self.hb_eq(c, d))
    }

    /// Whether `a` is a write that coherence puts before the write `b`, or a read of one.
    fn co_or_fr(&self, a: EventId, b: EventId) -> bool {
        let (ea, eb) = (self.ev(a), self.ev(b));
        if a == b || ea.loc == LocationId::NONE || ea.loc != eb.loc || !eb.is_write() {
            return false;
        }
        self.co_key(a) < self.co_pos(eb.loc, b)
    }

    /// Where an access stands in coherence order: its own place, or that of the write it reads.
    fn co_key(&self, id: EventId) -> usize {
        let e = self.ev(id);
        self.co_pos(e.loc, e.rf.unwrap_or(id))
    }

    /// hb; eco; hb. With `key` as above, eco relates a to b iff key(a) < key(b), or a is a write and b a read of
    /// the same place.
    fn hb_eco_hb(&self, a: EventId, b: EventId) -> bool {
        self.locs.iter().filter(|l| l.co.len() > 1).any(|l| {
            let first = |ids: &[EventId]| {
                ids.iter()
                    .filter(|&&e| self.hb_eq(a, e))
                    .map(|&e| self.co_key(e))
                    .min()
            };
            let last = |ids: &[EventId]| {
                ids.iter()
                    .filter(|&&e| self.hb_eq(e, b))
                    .map(|&e| self.co_key(e))
                    .max()
            };
            let (write_a, read_a) = (first(&l.co), first(&l.reads));
            let (write_b, read_b) = (last(&l.co), last(&l.reads));
            let lt =
                |x: Option<usize>, y: Option<usize>| matches!((x, y), (Some(x), Some(y)) if x < y);
            let le =
                |x: Option<usize>, y: Option<usize>| matches!((x, y), (Some(x), Some(y)) if x <= y);
            lt(write_a, write_b) || le(write_a, read_b) || lt(read_a, write_b) || lt(read_a, read_b)
        })
    }
}

fn acyclic(edges: &[Vec<usize>]) -> bool {
    // 0 unseen, 1 on the path, 2 done.
    fn visit(n: usize, edges: &[Vec<usize>], state: &mut [u8]) -> bool {
        state[n] = 1;
        for &m in &edges[n] {
            if state[m] == 1 || (state[m] == 0 && !visit(m, edges, state)) {
                return false;
            }
        }
        state[n] = 2;
        true
    }
    let mut state = vec![0; edges.len()];
    (0..edges.len()).all(|n| state[n] != 0 || visit(n, edges, &mut state))
}
