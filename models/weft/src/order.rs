//! A graph in an order and with numbers that do not depend on the search that built it.

use crate::clock::Clocks;
use crate::event::{Event, EventId, Kind, LocationId};
use crate::graph::{Graph, Loc, Thread};

/// What a graph's threads and locations are called in another graph of the same execution.
pub(crate) struct Numbers {
    threads: Vec<u32>,
    /// The old number of each location.
    locs: Vec<LocationId>,
}

impl Numbers {
    /// One that the other graph does not have is its main.
    pub(crate) fn thread(&self, thread: u32) -> u32 {
        self.threads.get(thread as usize).copied().unwrap_or(0)
    }

    pub(crate) fn event(&self, id: EventId) -> EventId {
        EventId {
            thread: self.thread(id.thread),
            index: id.index,
        }
    }

    pub(crate) fn location(&self, old: LocationId) -> LocationId {
        let place = self.locs.iter().position(|&l| l == old);
        place.map_or(LocationId::NONE, |l| LocationId(l as u32))
    }
}

impl Graph {
    /// Every event, each after those of other threads that it needs: a thread goes on for as long as it can, then comes the
    /// one that was spawned first. The event `last`, and what follows it in its thread, comes as late as it can, so that
    /// its failure finds the rest of the graph in place.
    pub(crate) fn linear(&self, last: Option<EventId>) -> Vec<EventId> {
        let mut done = vec![0u32; self.threads.len()];
        // In the order of their spawns.
        let mut spawned = vec![0u32];
        let mut order = Vec::with_capacity(self.inserted.len());
        let mut current = 0u32;
        while order.len() < self.inserted.len() {
            let next = |thread: u32| EventId {
                thread,
                index: done[thread as usize],
            };
            let ready = |&thread: &u32| {
                let id = next(thread);
                let there = |b: EventId| done[b.thread as usize] > b.index;
                id.index < self.len(thread) && self.before(id).is_none_or(there)
            };
            let delayed = |&thread: &u32| last == Some(next(thread));
            let candidates = || std::iter::once(current).chain(spawned.iter().copied());
            let thread = candidates()
                .find(|t| ready(t) && !delayed(t))
                .or_else(|| candidates().find(ready));
            let Some(thread) = thread else { break };
            let id = next(thread);
            if let Kind::Spawn(child) = self.ev(id).kind {
                spawned.push(child);
            }
            current = thread;
            done[thread as usize] += 1;
            order.push(id);
        }
        order
    }

    /// The event of another thread that must be there before this one.
    pub(crate) fn before(&self, id: EventId) -> Option<EventId> {
        let e = self.ev(id);
        match e.kind {
            Kind::Read => e.rf,
            Kind::Join(child) => Some(EventId {
                thread: child,
                index: self.len(child).saturating_sub(1),
            }),
            Kind::Begin => self.spawn_of(id.thread),
            _ => None,
        }
    }

    /// The event that spawned a thread; none for main.
    pub(crate) fn spawn_of(&self, thread: u32) -> Option<EventId> {
        let (parent, _) = self.threads[thread as usize].parent?;
        let events = &self.threads[parent as usize].events;
        let index = events.iter().position(|e| e.kind == Kind::Spawn(thread))? as u32;
        Some(EventId {
            thread: parent,
            index,
        })
    }

    /// The same execution with its events inserted in [`linear`](Graph::linear) order, its threads numbered in the order of
    /// their spawns and its locations in that of their creation. Threads and locations of other executions are gone.
    pub(crate) fn normalised(&self, last: Option<EventId>) -> (Graph, Numbers) {
        let order = self.linear(last);
        let (mut threads, mut locs) = (vec![0u32], Vec::new());
        for &id in &order {
            let e = self.ev(id);
            if let Kind::Spawn(child) = e.kind {
                threads.push(child);
            }
            if let Some(loc) = e.location().filter(|l| !locs.contains(l)) {
                locs.push(loc);
            }
        }
        let place = |thread: usize| threads.iter().position(|&t| t as usize == thread);
        let renumbering = Renumbering {
            numbers: Numbers {
                threads: (0..self.threads.len())
                    .map(|t| place(t).unwrap_or(0) as u32)
                    .collect(),
                locs,
            },
            threads,
        };
        let graph = renumbering.of(self, &order);
        (graph, renumbering.numbers)
    }
}

struct Renumbering {
    numbers: Numbers,
    /// The old number of each thread.
    threads: Vec<u32>,
}

impl Renumbering {
    fn of(&self, old: &Graph, order: &[EventId]) -> Graph {
        let mut graph = Graph::new();
        graph.stride = old.stride;
        graph.sc_events = old.sc_events;
        graph.threads = self.threads.iter().map(|&t| self.thread(old, t)).collect();
        graph.locs = self
            .numbers
            .locs
            .iter()
            .map(|&l| self.loc(old.loc(l)))
            .collect();
        for (stamp, &id) in order.iter().enumerate() {
            let id = self.numbers.event(id);
            graph.ev_mut(id).stamp = stamp as u32;
            graph.inserted.push(id);
        }
        graph
    }

    fn thread(&self, old: &Graph, number: u32) -> Thread {
        let thread = &old.threads[number as usize];
        let parent = thread.parent;
        let kept = thread
            .children
            .iter()
            .filter(|child| self.threads.contains(child));
        let created = thread
            .created
            .iter()
            .filter(|l| self.numbers.locs.contains(l));
        Thread {
            parent: parent.map(|(parent, nth)| (self.numbers.thread(parent), nth)),
            path: thread.path,
            name: thread.name.clone(),
            events: thread.events.iter().map(|e| self.event(e)).collect(),
            clocks: self.clocks(old.stride, &thread.clocks),
            children: kept.map(|&child| self.numbers.thread(child)).collect(),
            created: created.map(|&l| self.numbers.location(l)).collect(),
        }
    }

    fn event(&self, e: &Event) -> Event {
        let mut e = *e;
        e.kind = match e.kind {
            Kind::Spawn(child) => Kind::Spawn(self.numbers.thread(child)),
            Kind::Join(child) => Kind::Join(self.numbers.thread(child)),
            kind => kind,
        };
        e.rf = e.rf.map(|w| self.numbers.event(w));
        e.loc = e
            .location()
            .map_or(LocationId::NONE, |l| self.numbers.location(l));
        e
    }

    fn loc(&self, old: &Loc) -> Loc {
        let events = |ids: &[EventId]| ids.iter().map(|&id| self.numbers.event(id)).collect();
        Loc {
            key: (self.numbers.thread(old.key.0), old.key.1),
            co: events(&old.co),
            reads: events(&old.reads),
            plain: events(&old.plain),
            ..old.clone()
        }
    }

    fn clocks(&self, stride: usize, old: &Clocks) -> Clocks {
        old.permuted(stride, &self.threads)
    }
}
