//! Execution graphs: the events of every thread, what each read reads from, and the order of the
//! writes to each location.

use std::collections::BTreeMap;
use std::panic::Location;

use crate::clock::{Clocks, Which, join};
use crate::event::{Event, EventId, Kind, LocationId, Order};
use crate::place::Place;
use crate::report::internal_error;

/// One thread of a graph. Its identity (who spawned it, as the how-manieth) survives when the
/// events go, so that numbers keep their meaning while the explorer cuts a graph and regrows it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thread {
    pub(crate) parent: Option<(u32, u32)>,
    /// As the how-manieth each of its ancestors, and then itself, was spawned.
    pub(crate) path: &'static [u32],
    pub(crate) name: Option<String>,
    pub(crate) events: Vec<Event>,
    pub(crate) clocks: Clocks,
    /// The threads it spawned, in order.
    pub(crate) children: Vec<u32>,
    /// The locations it created, in order.
    pub(crate) created: Vec<LocationId>,
}

/// One memory location of a graph.
#[derive(Clone, Debug)]
pub(crate) struct Loc {
    /// Creating thread, and how many locations that thread had created before.
    pub(crate) key: (u32, u32),
    pub(crate) name: Option<&'static str>,
    pub(crate) site: &'static Location<'static>,
    /// A cell: never accessed atomically.
    pub(crate) cell: bool,
    /// What the graphs call it if it has no name.
    pub(crate) noun: &'static str,
    /// How the graphs show its values, if not as numbers.
    pub(crate) words: Option<fn(u64) -> String>,
    /// Where the object was when it was accessed last, as graphs hold addresses; 0 before that.
    pub(crate) address: usize,
    /// Every write, in coherence order; the first is the initial one.
    pub(crate) co: Vec<EventId>,
    /// Every read that constrains coherence, in the order of insertion.
    pub(crate) reads: Vec<EventId>,
    /// Every non-atomic access, in the order of insertion.
    pub(crate) plain: Vec<EventId>,
}

/// An execution graph. A complete one is one behaviour of the program under RC11, up to the order in which
/// independent steps happen to be taken.
#[derive(Clone, Debug)]
pub struct Graph {
    pub(crate) threads: Vec<Thread>,
    pub(crate) locs: Vec<Loc>,
    /// All events in the order of insertion.
    pub(crate) inserted: Vec<EventId>,
    pub(crate) stride: usize,
    /// Number of SeqCst fences and accesses: without two of them the SC axiom holds trivially.
    pub(crate) sc_events: u32,
    next_stamp: u32,
    /// Where events stand that do not know it themselves; only in the graph of a failure.
    pub(crate) places: BTreeMap<EventId, Place>,
    scratch: Vec<u32>,
}

impl Graph {
    pub(crate) fn new() -> Graph {
        Graph {
            threads: vec![Thread::default()],
            locs: Vec::new(),
            inserted: Vec::new(),
            stride: 4,
            sc_events: 0,
            next_stamp: 0,
            places: BTreeMap::new(),
            scratch: Vec::new(),
        }
    }

    /// Overwrites `self` with `other`, keeping the allocations of `self`.
    pub(crate) fn copy_from(&mut self, other: &Graph) {
        self.threads.clone_from(&other.threads);
        self.locs.clone_from(&other.locs);
        self.inserted.clone_from(&other.inserted);
        self.stride = other.stride;
        self.sc_events = other.sc_events;
        self.next_stamp = other.next_stamp;
    }

    pub(crate) fn ev(&self, id: EventId) -> &Event {
        &self.threads[id.thread as usize].events[id.index as usize]
    }

    pub(crate) fn ev_mut(&mut self, id: EventId) -> &mut Event {
        &mut self.threads[id.thread as usize].events[id.index as usize]
    }

    pub(crate) fn loc(&self, loc: LocationId) -> &Loc {
        &self.locs[loc.0 as usize]
    }

    pub(crate) fn loc_mut(&mut self, loc: LocationId) -> &mut Loc {
        &mut self.locs[loc.0 as usize]
    }

    pub(crate) fn len(&self, thread: u32) -> u32 {
        self.threads[thread as usize].events.len() as u32
    }

    /// The last thing that a thread does before it ends.
    pub(crate) fn last_but_end(&self, thread: u32) -> EventId {
        let events = &self.threads[thread as usize].events;
        let last = events.iter().rposition(|e| e.kind != Kind::End);
        EventId {
            thread,
            index: last.unwrap_or(0) as u32,
        }
    }

    pub(crate) fn clock(&self, id: EventId, which: Which) -> &[u32] {
        self.threads[id.thread as usize]
            .clocks
            .get(self.stride, id.index, which)
    }

    /// Whether `a` is `b` or happens before it.
    pub(crate) fn hb_eq(&self, a: EventId, b: EventId) -> bool {
        self.clock(b, Which::Hb)[a.thread as usize] > a.index
    }

    /// The thread that `parent` spawns as its `nth`; the same number whenever it is asked again.
    pub(crate) fn child(&mut self, parent: u32, nth: u32) -> u32 {
        if let Some(&t) = self.threads[parent as usize].children.get(nth as usize) {
            return t;
        }
        let t = self.threads.len() as u32;
        self.threads.push(Thread {
            parent: Some((parent, nth)),
            path: crate::thread::interned(self.threads[parent as usize].path, nth),
            ..Thread::default()
        });
        self.threads[parent as usize].children.push(t);
        if self.threads.len() > self.stride {
            let wider = self.stride * 2;
            for thread in &mut self.threads {
                thread.clocks.widen(self.stride, wider);
            }
            self.stride = wider;
        }
        t
    }

    /// The location that `thread` creates as its `nth`; the same number whenever it is asked again.
    pub(crate) fn location_for(
        &mut self,
        thread: u32,
        nth: u32,
        name: Option<&'static str>,
        cell: bool,
        site: &'static Location<'static>,
    ) -> LocationId {
        if let Some(&l) = self.threads[thread as usize].created.get(nth as usize) {
            let loc = self.loc_mut(l);
            (loc.name, loc.cell, loc.site, loc.address) = (name, cell, site, 0);
            return l;
        }
        let l = LocationId(self.locs.len() as u32);
        self.locs.push(Loc {
            key: (thread, nth),
            name,
            site,
            cell,
            noun: if cell { "cell" } else { "atomic" },
            words: None,
            address: 0,
            co: Vec::new(),
            reads: Vec::new(),
            plain: Vec::new(),
        });
        self.threads[thread as usize].created.push(l);
        l
    }

    /// Appends an event to a thread, with the clocks that program order gives it. The lists of its location
    /// are the caller's business.
    pub(crate) fn push(&mut self, thread: u32, mut event: Event) -> EventId {
        let t = &mut self.threads[thread as usize];
        let index = t.events.len() as u32;
        event.release_fence = t.events.last().map_or(0, |e| e.release_fence);
        event.stamp = self.next_stamp;
        self.next_stamp += 1;
        if event.is_sc() {
            self.sc_events += 1;
        }
        t.events.push(event);
        t.clocks.push(self.stride, thread, index);
        let id = EventId { thread, index };
        self.inserted.push(id);
        id
    }

    /// Adds clock `src` of event `from` to clock `dst` of event `into`.
    pub(crate) fn join_clock(&mut self, into: EventId, dst: Which, from: EventId, src: Which) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        scratch.extend_from_slice(self.clock(from, src));
        let stride = self.stride;
        join(
            self.threads[into.thread as usize]
                .clocks
                .get_mut(stride, into.index, dst),
            &scratch,
        );
        self.scratch = scratch;
    }

    /// `into` comes after `from` in every sense (a thread's start after its spawn, a join after the end).
    pub(crate) fn synchronise(&mut self, into: EventId, from: EventId) {
        self.join_clock(into, Which::Porf, from, Which::Porf);
        self.join_clock(into, Which::Hb, from, Which::Hb);
    }

    /// Makes `read` read from `write` in one of the ways that there are, and brings its value, its order and its clocks up to date.
    pub(crate) fn set_read(&mut self, read: EventId, write: EventId, way: u32) {
        let value = self.ev(write).value;
        let before = self.ev(read).order;
        let ev = self.ev_mut(read);
        ev.rf = Some(write);
        ev.value = value;
        ev.way = way;
        if let Some(c) = ev.compare {
            ev.spurious = way != 0;
            ev.rmw = value == c.expected && !ev.spurious;
            ev.order = if ev.rmw { c.success } else { c.failure };
        }
        let (order, sc_before, sc_now) = (ev.order, before == Order::SeqCst, ev.is_sc());
        self.sc_events = self.sc_events + u32::from(sc_now) - u32::from(sc_before);
        let stride = self.stride;
        self.threads[read.thread as usize]
            .clocks
            .restart(stride, read.thread, read.index);
        self.join_clock(read, Which::Porf, write, Which::Porf);
        if order.acquires() {
            self.join_clock(read, Which::Hb, write, Which::Message);
        }
    }

    /// Gives a write the clock that its acquirers learn. C++20's release sequences: the head and the
    /// read-modify-writes that follow it, of any thread; not the head's thread's later plain writes.
    pub(crate) fn set_message(&mut self, write: EventId) {
        let ev = *self.ev(write);
        if ev.order.releases() {
            self.join_clock(write, Which::Message, write, Which::Hb);
        } else if ev.release_fence > 0 {
            let fence = EventId {
                thread: write.thread,
                index: ev.release_fence - 1,
            };
            self.join_clock(write, Which::Message, fence, Which::Hb);
        }
        if ev.rmw
            && let Some(source) = self.ev(write.previous()).rf
        {
            self.join_clock(write, Which::Message, source, Which::Message);
        }
    }

    /// Gives a fence its acquire and release effects.
    pub(crate) fn set_fence(&mut self, fence: EventId) {
        let order = self.ev(fence).order;
        if order.acquires() {
            // Earlier reads back to the last fence that has already collected them.
            for index in (0..fence.index).rev() {
                let e = self.ev(EventId {
                    thread: fence.thread,
                    index,
                });
                if e.kind == Kind::Fence && e.order.acquires() {
                    break;
                }
                if let (true, Some(source)) = (e.is_atomic(), e.rf) {
                    self.join_clock(fence, Which::Hb, source, Which::Message);
                }
            }
        }
        if order.releases() {
            self.ev_mut(fence).release_fence = fence.index + 1;
        }
    }

    /// Position of a write in its location's coherence order.
    pub(crate) fn co_pos(&self, loc: LocationId, write: EventId) -> usize {
        let co = &self.loc(loc).co;
        match co.iter().rposition(|&w| w == write) {
            Some(place) => place,
            None => internal_error("a write that has no place in coherence order"),
        }
    }

    /// Removes every event that was inserted after `last`.
    pub(crate) fn truncate_after(&mut self, last: EventId) {
        while let Some(&id) = self.inserted.last() {
            if id == last {
                break;
            }
            self.inserted.pop();
            self.remove_tail(id);
        }
        self.next_stamp = self.ev(last).stamp + 1;
    }

    /// Removes the last event of a thread, which nothing reads from.
    pub(crate) fn forget(&mut self, id: EventId) {
        self.inserted.retain(|&other| other != id);
        self.remove_tail(id);
    }

    /// Removes the last event of a thread from all but the order of insertion.
    fn remove_tail(&mut self, id: EventId) {
        let stride = self.stride;
        let t = &mut self.threads[id.thread as usize];
        let Some(ev) = t.events.pop() else { return };
        t.clocks.truncate(stride, id.index);
        if ev.is_sc() {
            self.sc_events -= 1;
        }
        if ev.loc != LocationId::NONE {
            let loc = &mut self.locs[ev.loc.0 as usize];
            if ev.is_write() {
                if let Some(p) = loc.co.iter().rposition(|&w| w == id) {
                    loc.co.remove(p);
                }
            } else if let Some(p) = loc.reads.iter().rposition(|&r| r == id) {
                loc.reads.remove(p);
            }
            if loc.plain.last() == Some(&id) {
                loc.plain.pop();
            }
        }
    }

    /// Keeps what was inserted before `read`, `read` itself, `write` (the last inserted) and its `po ∪ rf`
    /// prefix. Takes `write` out of coherence: the caller places it again.
    pub(crate) fn cut(&mut self, read: EventId, write: EventId) {
        let stamp = self.ev(read).stamp;
        let porf: Vec<u32> = self.clock(write, Which::Porf).to_vec();
        let mut keep = porf;
        for (t, k) in keep.iter_mut().enumerate().take(self.threads.len()) {
            let events = &self.threads[t].events;
            *k = (*k).max(events.partition_point(|e| e.stamp <= stamp) as u32);
        }
        let stride = self.stride;
        for (t, thread) in self.threads.iter_mut().enumerate() {
            for e in &thread.events[keep[t] as usize..] {
                if e.is_sc() {
                    self.sc_events -= 1;
                }
            }
            thread.events.truncate(keep[t] as usize);
            thread.clocks.truncate(stride, keep[t]);
        }
        let kept = |id: &EventId| id.index < keep[id.thread as usize];
        self.inserted.retain(kept);
        for loc in &mut self.locs {
            loc.co.retain(|id| kept(id) && *id != write);
            loc.reads.retain(kept);
            loc.plain.retain(kept);
        }
    }
}
