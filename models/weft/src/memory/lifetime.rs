//! When the program's atomics, cells and blocks end, and whether what touches them comes before that.
//!
//! The end of one is a write that is not atomic, without being an event: every run comes by it again. It lies between
//! two events of its thread, and has seen what the first of them has.

use std::backtrace::Backtrace;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

use crate::clock::{Which, join};
use crate::event::{Event, EventId, LocationId};
use crate::exec::{Answer, Exec};
use crate::graph::Graph;
use crate::memory::arena::Arena;
use crate::memory::reuse::{Past, Point};
use crate::object::objects_of;
use crate::order::Numbers;
use crate::report::{Failure, FailureKind, Free};

/// The end of an object or a block in this run.
#[derive(Clone, Debug)]
pub(crate) struct End {
    thread: u32,
    /// How many events of its thread come before it.
    position: u32,
    /// The events that happen before it.
    seen: Vec<u32>,
    what: Ended,
    /// How many ends of its thread come before it.
    nth: u32,
    /// What the memory of a block says of objects that are or were there.
    left: Vec<(usize, LocationId)>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ended {
    Object(LocationId),
    /// An address that no block begins at.
    Nothing,
    /// With one of the objects that lie in it.
    Block {
        size: u32,
        object: Option<LocationId>,
    },
}

/// What has ended in this run.
#[derive(Debug, Default)]
pub(crate) struct Lifetimes {
    ends: Vec<End>,
    objects: HashMap<LocationId, u32>,
    /// How many ends each thread has come to.
    counts: HashMap<u32, u32>,
    /// What the program has promised to give back, by its address as graphs hold it, and where that was.
    pub(crate) owed: BTreeMap<u64, &'static Location<'static>>,
    /// Blocks whose places were allocated again.
    pub(crate) past: Vec<Past>,
}

impl Lifetimes {
    /// Where something ended.
    pub(crate) fn point(&self, end: u32) -> Point {
        let end = &self.ends[end as usize];
        (end.thread, end.position)
    }
}

impl Exec {
    /// What ends now, in the current thread.
    fn ends_now(&mut self, what: Ended) -> End {
        let (thread, position) = (self.current, self.me().executed);
        let mut seen = match position.checked_sub(1) {
            Some(index) => self
                .graph
                .clock(EventId { thread, index }, Which::Hb)
                .to_vec(),
            None => Vec::new(),
        };
        for (_, owners) in &self.me().destructors {
            join(&mut seen, owners);
        }
        let count = self.lifetimes.counts.entry(thread).or_default();
        let nth = *count;
        *count += 1;
        if let Some(stacks) = &mut self.stacks {
            let thread = self.graph.threads[thread as usize].path;
            stacks.note_end((thread, nth));
        }
        End {
            thread,
            position,
            seen,
            what,
            nth,
            left: Vec::new(),
        }
    }

    fn remember(&mut self, end: End) -> u32 {
        self.lifetimes.ends.push(end);
        self.lifetimes.ends.len() as u32 - 1
    }

    /// The current thread drops an atomic or a cell, which is at `place`, as graphs hold addresses.
    pub(crate) fn drop_object(&mut self, loc: LocationId, place: usize) -> Answer {
        if self.probe.is_some() {
            // A turn that ends something does not just wait.
            return self.refute();
        }
        let mut end = self.ends_now(Ended::Object(loc));
        if let Some(&first) = self.lifetimes.objects.get(&loc) {
            return self.freed_twice(first, &end);
        }
        if let Some(access) = self.unordered(loc, &end) {
            if !self.decided_outside(loc) {
                return self.freed_in_use(access, &end);
            }
            self.after_all(&mut end);
        }
        let end = self.remember(end);
        self.lifetimes.objects.insert(loc, end);
        self.graph.loc_mut(loc).address = place;
        self.me().quiet = self.me().executed;
        Answer::Done(0, false)
    }

    /// The current thread gives back the block at `address`, in the window of this run numbered `serial`.
    pub(crate) fn free(&mut self, address: usize, arena: &mut Arena, serial: u64) -> Answer {
        let canonical = arena.in_graph(address as u64) as usize;
        let Some(block) = arena.block(address).copied() else {
            let end = self.ends_now(Ended::Nothing);
            return self.never_allocated(&end, "no block was ever there");
        };
        let addresses = canonical..canonical + block.size as usize;
        let size = block.size;
        let ended = |object| Ended::Block { size, object };
        let object = self.graph.objects_in(&addresses).next();
        let mut end = self.ends_now(ended(object));
        if let Some(first) = block.freed {
            return self.freed_twice(first, &end);
        }
        let offset = arena.offset(address);
        if offset != block.start as usize {
            let inside = offset - block.start as usize;
            let what = format!("it points {inside} bytes into a block of {}", block.size);
            return self.never_allocated(&end, &what);
        }
        let left = objects_of(&block, address, serial).into_iter();
        end.left = left.map(|(loc, at)| (canonical + at, loc)).collect();
        let alive = |loc: &LocationId| !self.lifetimes.objects.contains_key(loc);
        let inside: Vec<LocationId> = self.graph.objects_in(&addresses).filter(alive).collect();
        for loc in inside {
            if let Some(access) = self.unordered(loc, &end) {
                if !self.decided_outside(loc) {
                    end.what = ended(Some(loc));
                    return self.freed_in_use(access, &end);
                }
                self.after_all(&mut end);
            }
        }
        let end = self.remember(end);
        arena.free(address, end);
        Answer::Done(0, false)
    }

    /// The object that ended at this place, as graphs hold addresses.
    pub(crate) fn ended_at(&self, place: usize) -> Option<LocationId> {
        let loc = self.graph.object_at(place)?;
        self.lifetimes.objects.contains_key(&loc).then_some(loc)
    }

    /// An access of this run to the location that does not happen before its end.
    fn unordered(&self, loc: LocationId, end: &End) -> Option<EventId> {
        let l = self.graph.loc(loc);
        let after = |id: &EventId| {
            let seen = end.seen.get(id.thread as usize).copied().unwrap_or(0);
            id.thread != end.thread && self.happened(*id) && seen <= id.index
        };
        let accesses = l.co.iter().chain(&l.reads).chain(&l.plain);
        accesses.copied().find(after)
    }

    /// Whether the object is dropped by an `Arc` of std's, whose counts order it after its last use although weft does
    /// not see them. Asked of the call stack, once for each place that creates such objects.
    fn decided_outside(&self, loc: LocationId) -> bool {
        static KNOWN: Mutex<BTreeMap<(&str, u32, u32), bool>> = Mutex::new(BTreeMap::new());
        let site = self.graph.loc(loc).site;
        let key = (site.file(), site.line(), site.column());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        *known.entry(key).or_insert_with(|| {
            let stack = Backtrace::force_capture().to_string();
            stack.contains("sync::Arc<") && stack.contains("drop_slow")
        })
    }

    /// Makes the end one that comes after everything that has happened in this run.
    fn after_all(&self, end: &mut End) {
        end.seen = self.threads.iter().map(|t| t.executed).collect();
    }

    /// Whether the current thread may access the object: not if it, or the block that it lies in, has ended.
    pub(crate) fn access(&mut self, request: &Event, address: usize, arena: &mut Arena) -> Answer {
        let block = arena.block(address).and_then(|block| block.freed);
        // The object's own memory is written over if its block has ended: only its place says which one it was.
        match block.or_else(|| self.lifetimes.objects.get(&request.loc).copied()) {
            Some(end) => self.used_after(request, address, end, arena),
            None => Answer::Done(0, false),
        }
    }

    fn used_after(&mut self, request: &Event, address: usize, end: u32, arena: &Arena) -> Answer {
        if self.probe.is_some() {
            return self.refute();
        }
        let (thread, index) = (self.current, self.me().executed);
        let access = EventId { thread, index };
        let ordered = self.end_is_before(end);
        let mut end = self.lifetimes.ends[end as usize].clone();
        let mut shown = self.graph.clone();
        let mut event = *request;
        event.role = "freed";
        let canonical = arena.in_graph(address as u64) as usize;
        let left = end.left.iter().find(|(place, _)| *place == canonical);
        let object = left.map(|(_, loc)| *loc);
        let object = object.or_else(|| shown.object_at(canonical));
        event.loc = object.unwrap_or(event.loc);
        if shown.locs.get(event.loc.0 as usize).is_none() {
            event.loc = LocationId::NONE;
        } else if let Ended::Block { object, .. } = &mut end.what {
            *object = Some(event.loc);
        }
        if index == shown.len(thread) {
            shown.push(thread, event);
        }
        self.memory_failure(Some(&shown), |graph, numbers| {
            let (access, free) = (numbers.event(access), end.shown(graph, numbers));
            if ordered {
                FailureKind::UseAfterFree { access, free }
            } else {
                FailureKind::FreedInUse { access, free }
            }
        })
    }

    fn freed_in_use(&mut self, access: EventId, end: &End) -> Answer {
        self.memory_failure(None, |graph, numbers| FailureKind::FreedInUse {
            access: numbers.event(access),
            free: end.shown(graph, numbers),
        })
    }

    fn freed_twice(&mut self, first: u32, second: &End) -> Answer {
        let first = self.lifetimes.ends[first as usize].clone();
        self.memory_failure(None, |graph, numbers| FailureKind::DoubleFree {
            first: first.shown(graph, numbers),
            second: second.shown(graph, numbers),
        })
    }

    fn never_allocated(&mut self, end: &End, why: &str) -> Answer {
        self.memory_failure(None, |graph, numbers| FailureKind::InvalidFree {
            free: end.shown(graph, numbers),
            why: why.to_string(),
        })
    }

    /// Ends the run once its graph is whole. `shown` is that graph with an event more than the search has added.
    fn memory_failure(
        &mut self,
        shown: Option<&Graph>,
        kind: impl FnOnce(&Graph, &Numbers) -> FailureKind,
    ) -> Answer {
        if self.probe.is_some() {
            return self.refute();
        }
        if let Some(status) = self.not_yet() {
            return Answer::Wait(status);
        }
        let (thread, executed) = (self.current, self.me().executed);
        let last = executed
            .checked_sub(1)
            .map(|index| EventId { thread, index });
        let (graph, numbers) = self.graph.normalised(last);
        let mut failure = Failure::of_normalised(kind(&graph, &numbers), graph);
        if let Some(shown) = shown {
            (failure.graph, _) = shown.normalised(last);
        }
        self.fail_with(failure)
    }
}

impl End {
    fn shown(&self, graph: &Graph, numbers: &Numbers) -> Free {
        let name = |loc| match numbers.location(loc) {
            // Created, but not by what this graph has.
            LocationId::NONE => "an object".to_string(),
            loc => graph.location_name(loc),
        };
        Free {
            at: None,
            nth: self.nth,
            thread: numbers.thread(self.thread),
            position: self.position,
            what: match self.what {
                Ended::Object(loc) => name(loc),
                Ended::Nothing => "an address".to_string(),
                Ended::Block { size, object } => match object {
                    Some(loc) => format!("a block of {size} bytes with {}", name(loc)),
                    None => format!("a block of {size} bytes"),
                },
            },
        }
    }
}

impl Graph {
    /// The objects that were last seen at these addresses, as graphs hold them.
    pub(crate) fn objects_in(&self, addresses: &Range<usize>) -> impl Iterator<Item = LocationId> {
        let inside = |l: &usize| addresses.contains(&self.locs[*l].address);
        (0..self.locs.len())
            .filter(inside)
            .map(|l| LocationId(l as u32))
    }

    /// The object that an address, as graphs hold it, was last seen to hold.
    fn object_at(&self, address: usize) -> Option<LocationId> {
        let at = self.locs.iter().rposition(|l| l.address == address)?;
        Some(LocationId(at as u32))
    }
}
