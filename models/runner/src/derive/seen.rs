//! One execution: weft's graph and the engine's log of it, side by side.

use crate::checkers::first_half;
use flipside_record::log::{Event, Execution, Purpose, What, Word};
use std::collections::HashMap;
use weft::{EventId, Graph};

/// An execution.
pub(super) struct Seen<'a> {
    pub(super) graph: &'a Graph,
    pub(super) log: &'a Execution,
    ids: &'a [Option<EventId>],
    at: HashMap<EventId, usize>,
    /// Each event's place in an order that extends happens-before.
    place: HashMap<EventId, usize>,
}

/// A step of the log that the graph has.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) index: usize,
    pub(super) id: EventId,
    pub(super) event: &'a Event,
}

impl<'a> Seen<'a> {
    pub(super) fn new(graph: &'a Graph, log: &'a Execution, ids: &'a [Option<EventId>]) -> Self {
        let found = ids.iter().enumerate();
        let at = found
            .filter_map(|(index, id)| Some(((*id)?, index)))
            .collect();
        let order = graph.in_order().into_iter().enumerate();
        Self {
            graph,
            log,
            ids,
            at,
            place: order.map(|(place, id)| (id, place)).collect(),
        }
    }

    /// The steps that the graph has, each thread's in program order.
    pub(super) fn steps(&self) -> impl Iterator<Item = Step<'a>> {
        let (events, ids) = (&self.log.events, self.ids);
        let steps = events.iter().zip(ids).enumerate();
        steps.filter_map(|(index, (event, id))| {
            let id = (*id)?;
            Some(Step { index, id, event })
        })
    }

    /// The step that the graph has as this event.
    pub(super) fn step(&self, id: EventId) -> Option<Step<'a>> {
        let id = first_half(self.graph, id);
        let index = *self.at.get(&id)?;
        Some(Step {
            index,
            id,
            event: &self.log.events[index],
        })
    }

    /// The event's place in an order that extends happens-before.
    pub(super) fn place(&self, id: EventId) -> usize {
        self.place.get(&id).copied().unwrap_or(usize::MAX)
    }

    /// The event that a step stands at, if the graph does not have it: the one before it.
    pub(super) fn anchor(&self, index: usize) -> Option<EventId> {
        let thread = self.log.events[index].thread;
        let mut before = (0..=index).rev();
        before.find_map(|index| {
            let own = self.log.events[index].thread == thread;
            self.ids[index].filter(|_| own)
        })
    }

    /// The event that a step writes by: the second half of a read-modify-write.
    pub(super) fn write_of(&self, step: Step<'_>) -> EventId {
        match step.event.what {
            What::Update { .. } => EventId {
                index: step.id.index + 1,
                ..step.id
            },
            _ => step.id,
        }
    }

    /// Whether a read sees a write: it reads from it, or from one that comes later in coherence.
    pub(super) fn sees(&self, read: Step<'_>, write: EventId) -> bool {
        let source = self.graph.event(read.id).reads_from();
        source.is_some_and(|source| source == write || self.graph.co(write, source))
    }
}

impl<'a> Step<'a> {
    pub(super) fn thread(&self) -> usize {
        self.event.thread
    }

    /// The word that it accesses, and whether that is by writing alone, reading alone or both.
    pub(super) fn word(&self) -> Option<&'a Word> {
        match &self.event.what {
            What::Read { word, .. } | What::Write(word) | What::Update { word, .. } => Some(word),
            _ => None,
        }
    }

    /// The site that stands here.
    pub(super) fn site(&self) -> Option<&'a str> {
        match &self.event.what {
            What::Fence { site, .. } => Some(site),
            _ => self.word()?.site.as_deref(),
        }
    }

    pub(super) fn is_fence(&self) -> bool {
        matches!(self.event.what, What::Fence { .. })
    }

    /// The request that it touches, and what for.
    pub(super) fn access(&self) -> Option<(&'a str, Purpose)> {
        match &self.event.what {
            What::Cell(name, purpose) => Some((name, *purpose)),
            _ => None,
        }
    }

    /// What it does, without what differs from execution to execution.
    pub(super) fn text(&self) -> String {
        let named = |what: &str, word: &Word| {
            let parts = family(&word.name).split(' ');
            let parts = parts.filter(|part| part.parse::<usize>().is_err());
            let name = parts.collect::<Vec<_>>().join(" ");
            format!("{what} of `{name}`, {}", word.order.name())
        };
        match &self.event.what {
            What::Read { word, .. } => named("load", word),
            What::Write(word) => named("store", word),
            What::Update { word, .. } => named("read-modify-write", word),
            What::Fence { order, .. } => {
                let order = order.map_or("left out", |order| order.name());
                format!("fence, {order}")
            }
            _ => "a step".to_owned(),
        }
    }
}

/// `fill[2]` is one of the `fill` words.
pub(super) fn family(word: &str) -> &str {
    word.split_once('[').map_or(word, |(family, _)| family)
}
