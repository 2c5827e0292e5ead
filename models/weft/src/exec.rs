//! One run of the program over a graph: replaying the events that are there, adding those that are not, and
//! noting every other way in which each could have been added.

use std::collections::{BTreeSet, HashMap};
use std::panic::Location;
use std::sync::Arc;

use crate::awaits::{Probe, Refuted, Yield};
use crate::event::{Event, EventId, Kind, LocationId};
use crate::graph::Graph;
use crate::guide::Guide;
use crate::memory::lifetime::Lifetimes;
use crate::object::Open;
use crate::panics::Panics;
use crate::place::{Retrace, Stacks};
use crate::report::{Bound, Failure, FailureKind, internal_error};
use crate::sync::Shared;

/// Kinds of shared values, by their numbers.
pub(crate) type Counted = Arc<BTreeSet<u32>>;

/// The value that a read-modify-write makes of the one that it reads, in one of its ways.
pub(crate) type Update<'a> = &'a dyn Fn(u64, u32) -> u64;

/// Another way to go on, to be explored later. Items refer to the graph as it was when the event was the
/// last inserted one; they are taken last in, first out, so truncating restores it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Item {
    /// The graph as it is.
    Start,
    /// `event` reads from `source` instead.
    Read {
        event: EventId,
        source: EventId,
        way: u32,
    },
    /// `event`, the read half of a read-modify-write, reads from `source`, which another one has taken already. So it can
    /// only be that the other one reads from its write half, whose value is `value`.
    Update {
        event: EventId,
        source: EventId,
        way: u32,
        value: u64,
    },
    /// `event` comes right after `after` in coherence order instead.
    Place { event: EventId, after: EventId },
    /// `event` goes the other way.
    Choose { event: EventId, pick: u32 },
    /// The older `read` reads from `write`, and what neither is older than the read nor known to the write is
    /// forgotten.
    Revisit {
        write: EventId,
        read: EventId,
        way: u32,
    },
}

/// Why a run ends before every thread has ended or blocked.
#[derive(Debug)]
pub(crate) enum Stop {
    /// Nothing that could still be added makes this graph a complete one.
    Pruned,
    /// A probe did not lead back; the run is to start again.
    Refuted,
    /// Another graph has the same behaviour with one retry less.
    Redundant,
    /// A thread goes on for too long.
    Limit(Bound),
    /// The counts of these kinds of shared values matter: the search is to start again with them as events.
    Counted(Vec<u32>),
    Failed(Box<Failure>),
}

/// What an operation is answered.
pub(crate) enum Answer {
    /// The event's value, and whether a read-modify-write took effect.
    Done(u64, bool),
    /// Not yet: other threads first.
    Wait(Status),
    /// The run is over.
    Stop,
}

impl Answer {
    pub(crate) fn is_allowed(&self) -> bool {
        matches!(self, Answer::Done(..))
    }
}

/// Why a thread does not run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Status {
    Ready,
    /// Until this event has been replayed.
    Replay(EventId),
    /// Until every event of the graph has been replayed.
    ReplayEnd,
    /// Until the decision list names this thread.
    Turn,
    /// Until that thread has ended.
    Join(u32),
    /// For good, in this graph: the events from this index on were a loop turn without effect.
    Await(u32),
    Ended,
}

/// One thread of the current run.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) status: Status,
    pub(crate) executed: u32,
    pub(crate) spawned: u32,
    pub(crate) created: u32,
    /// The yields of this run.
    pub(crate) yields: Vec<Yield>,
    /// Yields since the last event.
    pub(crate) idle: u32,
    /// The last park returned without a token.
    pub(crate) spurious_park: bool,
    /// Accesses of cells that have begun and not ended.
    pub(crate) open: Vec<Open>,
    /// Where the thread joins, while it does.
    pub(crate) joins_at: Option<&'static Location<'static>>,
    pub(crate) token: LocationId,
    pub(crate) label: Option<&'static str>,
    /// The events before this one are of no turn that waits: an object ended after them.
    pub(crate) quiet: u32,
    /// The destructors of shared values that run: each value's kind, and what its owners had done when they let go.
    pub(crate) destructors: Vec<(u32, Vec<u32>)>,
    pub(crate) panics: Panics,
    pub(crate) started: bool,
}

impl Running {
    fn new(started: bool) -> Running {
        Running {
            status: Status::Ready,
            executed: 0,
            spawned: 0,
            created: 0,
            yields: Vec::new(),
            idle: 0,
            spurious_park: false,
            open: Vec::new(),
            joins_at: None,
            token: LocationId::NONE,
            label: None,
            quiet: 0,
            destructors: Vec::new(),
            panics: Panics::default(),
            started,
        }
    }
}

/// The limits and switches that a run needs to know.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) max_events: u32,
    pub(crate) spurious_park: bool,
    pub(crate) spurious_cas: bool,
    pub(crate) awaits: bool,
    pub(crate) leaks: bool,
    pub(crate) reuse: bool,
}

/// The state of one run.
#[derive(Debug)]
pub(crate) struct Exec {
    pub(crate) graph: Graph,
    pub(crate) items: Vec<Item>,
    pub(crate) threads: Vec<Running>,
    pub(crate) current: u32,
    /// Events of the graph that this run has not yet come to.
    pub(crate) left: u32,
    pub(crate) stop: Option<Stop>,
    /// Decisions to be followed; then no alternatives are noted.
    pub(crate) guide: Option<Guide>,
    pub(crate) rules: Rules,
    /// This OS thread counts panics of threads that were given up.
    pub(crate) stale_panics: bool,
    /// The thread to run first once the graph is replayed.
    pub(crate) urgent: Option<u32>,
    pub(crate) probe: Option<Probe>,
    /// What probes have found out, until the run is over.
    pub(crate) refuted: Vec<Refuted>,
    /// What has ended in this run.
    pub(crate) lifetimes: Lifetimes,
    /// The values that this run shares, by their addresses as graphs hold them.
    pub(crate) shared: HashMap<u64, Shared>,
    /// The kinds of shared values whose counts are events.
    pub(crate) counted: Counted,
    pub(crate) sources: Vec<(EventId, u32)>,
    /// Where events come from that do not know it, if somebody wants to know.
    pub(crate) stacks: Option<Stacks>,
    /// The run is only there for them.
    pub(crate) retrace: Option<Retrace>,
}

impl Exec {
    pub(crate) fn new(
        graph: Graph,
        items: Vec<Item>,
        rules: Rules,
        counted: Counted,
        guide: Option<Guide>,
    ) -> Exec {
        let mut exec = Exec {
            graph,
            items,
            threads: Vec::new(),
            current: 0,
            left: 0,
            stop: None,
            guide,
            rules,
            stale_panics: false,
            urgent: None,
            probe: None,
            refuted: Vec::new(),
            lifetimes: Lifetimes::default(),
            shared: HashMap::new(),
            counted,
            sources: Vec::new(),
            stacks: None,
            retrace: None,
        };
        exec.restart();
        exec
    }

    /// Gets ready to run the program from its start over the graph as it is.
    pub(crate) fn restart(&mut self) {
        self.probe = None;
        self.lifetimes = Lifetimes::default();
        self.shared.clear();
        self.threads.clear();
        self.threads.push(Running::new(true));
        self.current = 0;
        self.left = self.graph.inserted.len() as u32;
        self.stop = None;
    }

    pub(crate) fn me(&mut self) -> &mut Running {
        &mut self.threads[self.current as usize]
    }

    /// Whether the event has happened in this run, and not only in the graph.
    pub(crate) fn happened(&self, id: EventId) -> bool {
        self.threads
            .get(id.thread as usize)
            .is_some_and(|t| t.executed > id.index)
    }

    /// Whether a thread's status lets it run.
    pub(crate) fn runnable(&self, thread: u32) -> bool {
        let t = &self.threads[thread as usize];
        t.started
            && match t.status {
                Status::Ready => true,
                Status::Replay(id) => self.happened(id),
                Status::ReplayEnd => self.left == 0,
                Status::Turn => self.is_turn_of(thread),
                Status::Join(child) => self.end_of(child).is_some_and(|id| self.happened(id)),
                Status::Await(_) | Status::Ended => false,
            }
    }

    pub(crate) fn is_turn_of(&self, thread: u32) -> bool {
        self.guide.as_ref().is_none_or(|g| g.is_turn_of(thread))
    }

    pub(crate) fn end_of(&self, thread: u32) -> Option<EventId> {
        let last = self.graph.threads[thread as usize].events.last()?;
        let index = self.graph.len(thread) - 1;
        (last.kind == Kind::End).then_some(EventId { thread, index })
    }

    /// Registers the current thread's next child and gives its number.
    pub(crate) fn next_child(&mut self, name: Option<String>) -> u32 {
        let (parent, nth) = (self.current, self.me().spawned);
        let child = self.graph.child(parent, nth);
        self.graph.threads[child as usize].name = name;
        while self.threads.len() <= child as usize {
            self.threads.push(Running::new(false));
        }
        child
    }

    /// Registers the current thread's next location and gives its number.
    pub(crate) fn next_location(
        &mut self,
        name: Option<&'static str>,
        cell: bool,
        site: &'static Location<'static>,
    ) -> LocationId {
        let (thread, nth) = (self.current, self.me().created);
        self.graph.location_for(thread, nth, name, cell, site)
    }

    /// What is wrong when no thread can go on although the graph has more events.
    pub(crate) fn unfinished(&self) -> FailureKind {
        let short = self
            .graph
            .threads
            .iter()
            .enumerate()
            .find_map(|(t, thread)| {
                let done = self.threads.get(t).map_or(0, |r| r.executed);
                thread.events.get(done as usize)
            });
        match short {
            Some(event) => FailureKind::stopped_short(event),
            None => internal_error("a replay that does not end although every thread has replayed"),
        }
    }

    /// The next event of the current thread: from the graph if it has one there, added otherwise.
    /// `update` is what a read-modify-write makes of the value that it reads.
    pub(crate) fn step(&mut self, request: &Event, update: Option<Update<'_>>) -> Answer {
        if let Some(answer) = self.seen_in_destructor() {
            return answer;
        }
        let id = EventId {
            thread: self.current,
            index: self.me().executed,
        };
        if let Some(stacks) = &mut self.stacks {
            let thread = self.graph.threads[id.thread as usize].path;
            stacks.note((thread, id.index), request);
        }
        let answer = if id.index < self.graph.len(id.thread) {
            self.replay(id, request)
        } else if self.retrace.is_some() {
            Answer::Wait(Status::Await(id.index))
        } else if let Some(status) = self.not_yet() {
            Answer::Wait(status)
        } else if id.index >= self.rules.max_events && self.probe.is_none() {
            self.too_many_events()
        } else {
            if self.probe.is_none() {
                self.probe_retry();
            }
            match self.probe_ends(request) {
                Some(answer) => answer,
                None => self.add(request, update),
            }
        };
        if let Answer::Done(..) = answer {
            self.passed(id);
            let next = EventId {
                index: id.index + 1,
                ..id
            };
            if let Some(answer) = self.retraced(next) {
                return answer;
            }
        }
        answer
    }

    /// Why the current thread cannot do anything new for now.
    pub(crate) fn not_yet(&self) -> Option<Status> {
        if self.left > 0 {
            Some(Status::ReplayEnd)
        } else if !self.is_turn_of(self.current) {
            Some(Status::Turn)
        } else if self.another_is_half_done() {
            Some(Status::Ready)
        } else {
            None
        }
    }

    /// Whether the current thread, which panics, may say so yet: only of a whole graph.
    pub(crate) fn may_fail(&self) -> Answer {
        match self.not_yet() {
            Some(status) if self.probe.is_none() => Answer::Wait(status),
            _ => Answer::Done(0, false),
        }
    }

    /// Whether the graph ends with a read-modify-write of another thread that lacks its write: that goes first.
    pub(crate) fn another_is_half_done(&self) -> bool {
        let half = |t: &u32| {
            let last = self.graph.threads[*t as usize].events.last();
            *t != self.current && last.is_some_and(|e| e.rmw && e.is_read())
        };
        self.urgent.as_ref().is_some_and(half)
    }

    /// Whether the current thread only yields and does nothing else; to be asked at every yield.
    pub(crate) fn idles(&mut self) -> bool {
        self.me().idle += 1;
        self.me().idle > self.rules.max_events
    }

    pub(crate) fn too_many_events(&mut self) -> Answer {
        if self.probe.is_some() {
            return self.refute();
        }
        let thread = self.current;
        let index = self.me().executed.saturating_sub(1);
        let others = self.threads.iter().enumerate();
        let alone = others
            .filter(|(t, other)| *t as u32 != thread && other.started)
            .all(|(t, _)| !self.runnable(t as u32));
        let limit = Bound::Events {
            thread,
            alone,
            limit: self.rules.max_events,
            at: self.graph.ev(EventId { thread, index }).site,
        };
        self.stopped(Stop::Limit(limit))
    }

    /// Keeps a thread's counters up with an event that has just happened.
    fn passed(&mut self, id: EventId) {
        let e = *self.graph.ev(id);
        if let Kind::Spawn(child) = e.kind {
            self.threads[child as usize].started = true;
        }
        let me = self.me();
        me.executed += 1;
        me.idle = 0;
        match e.kind {
            Kind::Spawn(_) => {
                me.spawned += 1;
                me.created += 1;
            }
            Kind::Init => me.created += 1,
            // Main's beginning also creates its park token; every other thread's token comes with its spawn.
            Kind::Begin => me.created += u32::from(e.loc != LocationId::NONE),
            Kind::Choice(picked) => me.spurious_park = picked != 0,
            Kind::Read | Kind::Write | Kind::End | Kind::Join(_) | Kind::Fence => {}
        }
    }

    fn replay(&mut self, id: EventId, request: &Event) -> Answer {
        let e = *self.graph.ev(id);
        let same_kind = e.kind == request.kind
            || matches!((e.kind, request.kind), (Kind::Choice(_), Kind::Choice(_)));
        let same_order = e.order == request.order || e.compare.is_some();
        let same_compare = match (e.compare, request.compare) {
            (Some(a), Some(b)) => {
                (a.success, a.failure) == (b.success, b.failure)
                    && (e.address || a.expected == b.expected)
            }
            (None, None) => true,
            _ => false,
        };
        let given = e.is_read() || matches!(e.kind, Kind::Choice(_));
        let same_value = given || e.address || e.value == request.value;
        let same_loc = e.loc == request.loc;
        let same_site = std::ptr::eq(e.site, request.site) || e.site == request.site;
        if !(same_kind && same_order && same_compare && same_value && same_loc && same_site) {
            return self.fail(FailureKind::nondeterminism(&e, request), None);
        }
        let needs = match e.kind {
            Kind::Read => e.rf,
            Kind::Join(child) => self.end_of(child),
            _ => None,
        };
        if let Some(source) = needs.filter(|&s| !self.happened(s)) {
            return Answer::Wait(Status::Replay(source));
        }
        let mut value = request.value;
        if let (Kind::Read, Some(source)) = (e.kind, e.rf) {
            value = self.graph.ev(source).value;
            if let Some(c) = request.compare
                && e.rmw != (c.expected == value && !e.spurious)
            {
                return self.fail(FailureKind::nondeterminism(&e, request), None);
            }
        } else if let Kind::Choice(picked) = e.kind {
            value = u64::from(picked);
        }
        let label = self.me().label.take();
        let ev = self.graph.ev_mut(id);
        ev.value = value;
        ev.compare = request.compare.map(|c| crate::event::Compare {
            weak: ev.compare.is_some_and(|e| e.weak),
            ..c
        });
        ev.label = label.or(ev.label);
        self.left -= 1;
        Answer::Done(value, e.rmw)
    }

    pub(crate) fn stopped(&mut self, stop: Stop) -> Answer {
        if self.stop.is_none() {
            self.stop = Some(stop);
        }
        Answer::Stop
    }

    /// Ends the run with a failure. `event` is one that the graph has but that the run has not passed.
    pub(crate) fn fail(&mut self, kind: FailureKind, event: Option<EventId>) -> Answer {
        if self.probe.is_some() {
            // The search will come here in its own time.
            return self.refute();
        }
        self.fail_with(Failure::new(kind, &self.graph, event))
    }

    pub(crate) fn fail_with(&mut self, failure: Failure) -> Answer {
        if self.retrace.is_some() {
            // It is known. The other threads go on.
            return Answer::Wait(Status::Await(self.me().executed));
        }
        self.stopped(Stop::Failed(Box::new(failure)))
    }
}
