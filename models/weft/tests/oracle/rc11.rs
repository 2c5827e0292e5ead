//! The axioms of RC11, written from the paper: O. Lahav, V. Vafeiadis, J. Kang, C.-K. Hur,
//! D. Dreyer, "Repairing sequential consistency in C/C++11", PLDI 2017; with C++20's release
//! sequences (RMWs only), and edges for the creation and the end of threads.
//!
//! Every relation is spelt out as a matrix, and nothing is clever. An RMW is two events, a read
//! and a write, related by `rmw`, as in the paper.

use super::ast::{Loc, Mode};
use super::exec::{Act, Source};
use super::rel::Rel;

/// What may be left out, to see that the comparison notices.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Without {
    Nothing,
    Coherence,
    Atomicity,
    PscBase,
    PscFence,
    ReleaseSequences,
    ReleaseFences,
    AcquireFences,
    ThreadEdges,
}

/// One event of the matrices.
#[derive(Clone, Debug)]
struct Event {
    /// None: an initialising write.
    thread: Option<usize>,
    loc: Option<Loc>,
    read: bool,
    write: bool,
    fence: bool,
    mode: Option<Mode>,
}

impl Event {
    fn sc(&self) -> bool {
        self.mode == Some(Mode::Sc)
    }
}

/// A candidate execution, all but its coherence order.
pub(crate) struct Execution {
    events: Vec<Event>,
    po: Rel,
    rf: Rel,
    rmw: Rel,
    hb: Rel,
    /// The event of each step of each thread; of an RMW, its read.
    ids: Vec<Vec<usize>>,
    same_loc: Rel,
    without: Without,
    /// Position of a source among the events, and back.
    writes: Vec<(usize, Loc, Source)>,
}

impl Execution {
    pub(crate) fn new(traces: &[Vec<Act>], without: Without) -> Execution {
        let mut events: Vec<Event> = Loc::ALL
            .into_iter()
            .map(|l| access(None, l, false, true, None))
            .collect();
        let mut writes: Vec<(usize, Loc, Source)> = Loc::ALL
            .into_iter()
            .enumerate()
            .map(|(i, l)| (i, l, Source::Init))
            .collect();
        let mut reads = Vec::new();
        let mut pairs = Vec::new();
        let mut ids: Vec<Vec<usize>> = Vec::new();
        for (t, trace) in traces.iter().enumerate() {
            ids.push(Vec::new());
            for (i, act) in trace.iter().enumerate() {
                let here = Source::At(t, i);
                ids[t].push(events.len());
                match *act {
                    Act::Read {
                        loc, mode, from, ..
                    } => {
                        reads.push((events.len(), loc, from));
                        events.push(access(Some(t), loc, true, false, mode));
                    }
                    Act::Write { loc, mode, .. } => {
                        writes.push((events.len(), loc, here));
                        events.push(access(Some(t), loc, false, true, mode));
                    }
                    Act::Rmw {
                        loc, mode, from, ..
                    } => {
                        let (read_mode, write_mode) = halves(mode);
                        reads.push((events.len(), loc, from));
                        pairs.push((events.len(), events.len() + 1));
                        writes.push((events.len() + 1, loc, here));
                        events.push(access(Some(t), loc, true, false, Some(read_mode)));
                        events.push(access(Some(t), loc, false, true, Some(write_mode)));
                    }
                    Act::New(loc) => {
                        // Instead of the write that every other location starts with.
                        writes[loc.0 as usize].0 = events.len();
                        events.push(access(Some(t), loc, false, true, None));
                    }
                    Act::Fence(mode) => events.push(other(t, Some(mode))),
                    Act::Begin | Act::End | Act::Spawn(_) | Act::Join(_) => {
                        events.push(other(t, None));
                    }
                }
            }
        }
        let n = events.len();
        let (mut rf, mut rmw, mut threads) = (Rel::empty(n), Rel::empty(n), Rel::empty(n));
        for (read, loc, from) in reads {
            let source = writes.iter().find(|(_, l, s)| *l == loc && *s == from);
            rf.add(source.expect("a read reads from a write").0, read);
        }
        for (read, write) in pairs {
            rmw.add(read, write);
        }
        for (t, trace) in traces.iter().enumerate() {
            for (i, act) in trace.iter().enumerate() {
                match act {
                    Act::Spawn(child) => {
                        for begin in ids[*child].iter().take(1) {
                            threads.add(ids[t][i], *begin);
                        }
                    }
                    Act::Join(child) => {
                        threads.add(*ids[*child].last().expect("an ended thread"), ids[t][i]);
                    }
                    _ => {}
                }
            }
        }
        let po = Rel::from_fn(n, |a, b| match (events[a].thread, events[b].thread) {
            (None, Some(_)) => true,
            (Some(s), Some(t)) => s == t && a < b,
            _ => false,
        });
        let same_loc = Rel::from_fn(n, |a, b| {
            events[a].loc.is_some() && events[a].loc == events[b].loc
        });
        let mut x = Execution {
            events,
            po,
            rf,
            rmw,
            hb: Rel::empty(n),
            ids,
            same_loc,
            without,
            writes,
        };
        let edges = if without == Without::ThreadEdges {
            Rel::empty(n)
        } else {
            threads
        };
        x.hb = x.po.or(&x.sw()).or(&edges).plus();
        x
    }

    fn set(&self, member: impl Fn(&Event) -> bool) -> Rel {
        Rel::identity(self.events.len(), |e| member(&self.events[e]))
    }

    /// rs = [W^rlx] ; (rf ; rmw)*
    /// sw = [E^rel] ; ([F] ; po)? ; rs ; rf ; [R^rlx] ; (po ; [F])? ; [E^acq]
    fn sw(&self) -> Rel {
        let fences = self.set(|e| e.fence);
        let releases = self.set(|e| (e.write || e.fence) && e.mode.is_some_and(Mode::releases));
        let acquires = self.set(|e| (e.read || e.fence) && e.mode.is_some_and(Mode::acquires));
        let atomic_writes = self.set(|e| e.write && e.mode.is_some());
        let atomic_reads = self.set(|e| e.read && e.mode.is_some());
        let before = if self.without == Without::ReleaseFences {
            self.set(|_| true)
        } else {
            fences.then(&self.po).opt()
        };
        let after = if self.without == Without::AcquireFences {
            self.set(|_| true)
        } else {
            self.po.then(&fences).opt()
        };
        let rs = if self.without == Without::ReleaseSequences {
            atomic_writes
        } else {
            atomic_writes.then(&self.rf.then(&self.rmw).star())
        };
        releases
            .then(&before)
            .then(&rs)
            .then(&self.rf)
            .then(&atomic_reads)
            .then(&after)
            .then(&acquires)
    }

    /// Happens-before between steps, by thread and position in its trace.
    pub(crate) fn happens_before(&self, a: (usize, usize), b: (usize, usize)) -> bool {
        self.hb.has(self.ids[a.0][a.1], self.ids[b.0][b.1])
    }

    /// po ∪ rf is acyclic, and so is hb (no thread is created by its own future).
    pub(crate) fn no_thin_air(&self) -> bool {
        self.po.or(&self.rf).acyclic() && self.hb.irreflexive()
    }

    /// The writes to a location, the initialising one first.
    pub(crate) fn writes(&self, loc: Loc) -> Vec<Source> {
        self.writes
            .iter()
            .filter(|w| w.1 == loc)
            .map(|w| w.2)
            .collect()
    }

    fn event(&self, loc: Loc, source: Source) -> usize {
        let write = self.writes.iter().find(|w| w.1 == loc && w.2 == source);
        write.expect("a source is a write").0
    }

    /// The coherence order as a relation, from one sequence of writes per location.
    pub(crate) fn co(&self, orders: &[(Loc, Vec<Source>)]) -> Rel {
        let mut co = Rel::empty(self.events.len());
        for (loc, order) in orders {
            let ids: Vec<usize> = order.iter().map(|s| self.event(*loc, *s)).collect();
            for (i, earlier) in ids.iter().enumerate() {
                for later in &ids[i + 1..] {
                    co.add(*earlier, *later);
                }
            }
        }
        co
    }

    /// fr = rf⁻¹ ; co, without the identity.
    fn fr(&self, co: &Rel) -> Rel {
        self.rf.inverse().then(co).minus(&self.set(|_| true))
    }

    /// eco = (rf ∪ co ∪ fr)+
    fn eco(&self, co: &Rel) -> Rel {
        self.rf.or(co).or(&self.fr(co)).plus()
    }

    /// hb ; eco? is irreflexive. With the order of one location in `co`, this says whether that
    /// location is coherent: no edge of eco leaves its location.
    pub(crate) fn coherent(&self, co: &Rel) -> bool {
        self.without == Without::Coherence || self.hb.then(&self.eco(co).opt()).irreflexive()
    }

    /// rmw ∩ (fr ; co) is empty.
    pub(crate) fn atomic(&self, co: &Rel) -> bool {
        self.without == Without::Atomicity || self.rmw.and(&self.fr(co).then(co)).is_empty()
    }

    /// psc is acyclic.
    pub(crate) fn sc(&self, co: &Rel) -> bool {
        if !self.events.iter().any(Event::sc) {
            return true;
        }
        let (po, hb, fr, eco) = (&self.po, &self.hb, self.fr(co), self.eco(co));
        let po_elsewhere = po.minus(&self.same_loc);
        let scb = po
            .or(&po_elsewhere.then(hb).then(&po_elsewhere))
            .or(&hb.and(&self.same_loc))
            .or(co)
            .or(&fr);
        let sc_events = self.set(Event::sc);
        let sc_fences = self.set(|e| e.sc() && e.fence);
        let into = sc_events.or(&sc_fences.then(&hb.opt()));
        let out_of = sc_events.or(&hb.opt().then(&sc_fences));
        let base = into.then(&scb).then(&out_of);
        let fence = sc_fences
            .then(&hb.or(&hb.then(&eco).then(hb)))
            .then(&sc_fences);
        match self.without {
            Without::PscBase => fence.acyclic(),
            Without::PscFence => base.acyclic(),
            _ => base.or(&fence).acyclic(),
        }
    }

    /// Two accesses of different threads to one location, one a write and one non-atomic,
    /// without order in hb.
    pub(crate) fn races(&self) -> bool {
        let conflict = |a: usize, b: usize| {
            let (a, b) = (&self.events[a], &self.events[b]);
            a.thread.is_some()
                && b.thread.is_some()
                && a.thread != b.thread
                && a.loc.is_some()
                && a.loc == b.loc
                && (a.write || b.write)
                && (a.mode.is_none() || b.mode.is_none())
        };
        let n = self.events.len();
        let ordered = self.hb.or(&self.hb.inverse());
        !Rel::from_fn(n, conflict).minus(&ordered).is_empty()
    }
}

fn access(thread: Option<usize>, loc: Loc, read: bool, write: bool, mode: Option<Mode>) -> Event {
    Event {
        thread,
        loc: Some(loc),
        read,
        write,
        fence: false,
        mode,
    }
}

/// A fence, or a step of thread management.
fn other(thread: usize, mode: Option<Mode>) -> Event {
    Event {
        thread: Some(thread),
        loc: None,
        read: false,
        write: false,
        fence: mode.is_some(),
        mode,
    }
}

/// The orders of the two halves of an RMW.
fn halves(mode: Mode) -> (Mode, Mode) {
    match mode {
        Mode::Rlx => (Mode::Rlx, Mode::Rlx),
        Mode::Acq => (Mode::Acq, Mode::Rlx),
        Mode::Rel => (Mode::Rlx, Mode::Rel),
        Mode::AcqRel => (Mode::Acq, Mode::Rel),
        Mode::Sc => (Mode::Sc, Mode::Sc),
    }
}
