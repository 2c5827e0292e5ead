//! Graphs as text and pictures.

mod dot;
mod names;
mod order;
mod svg;
mod text;
pub(crate) mod width;

use std::panic::Location;

use crate::event::{EventId, Kind};
use crate::graph::Graph;

/// One step of a thread as it is drawn: an event, or the two halves of a read-modify-write.
struct Row {
    first: EventId,
    last: EventId,
    text: String,
    /// The label or the operation's name, if they say more than the text.
    note: String,
    site: String,
    /// It reads something older than the newest write above it.
    stale: bool,
}

/// What is drawn of a graph.
struct Drawing {
    rows: Vec<Row>,
    /// Rows of writes to one location that stand the wrong way round, the coherence-earlier one first.
    swapped: Vec<(usize, usize)>,
    verdict: &'static str,
}

impl Drawing {
    /// Where a step is drawn that the event belongs to.
    fn row_of(&self, id: EventId) -> Option<usize> {
        self.rows.iter().position(|r| r.first == id || r.last == id)
    }
}

impl Graph {
    /// What to draw, and in which order. `race` says that the graph is that of a race.
    fn drawing(&self, race: bool) -> Drawing {
        let lines = self.lines();
        let mut rows: Vec<Row> = Vec::new();
        for &id in &lines.order {
            let e = self.ev(id);
            if e.rmw
                && e.kind == Kind::Write
                && let Some(row) = rows.last_mut().filter(|r| r.last == id.previous())
            {
                row.last = id;
                row.text = self.step_text(row.first, id);
                continue;
            }
            if matches!(e.kind, Kind::Begin | Kind::End) {
                continue;
            }
            let note = match (e.label, e.role) {
                (Some(label), "") => label.to_string(),
                (Some(label), role) => format!("{role}: {label}"),
                (None, role) => role.to_string(),
            };
            rows.push(Row {
                first: id,
                last: id,
                text: self.step_text(id, id),
                note,
                site: self.short_place(id),
                stale: lines.stale.contains(&id),
            });
        }
        let mut drawing = Drawing {
            rows,
            swapped: Vec::new(),
            verdict: lines.verdict(race),
        };
        let shown = |&(a, b)| Some((drawing.row_of(a)?, drawing.row_of(b)?));
        drawing.swapped = lines.swapped.iter().filter_map(shown).collect();
        drawing
    }

    /// A step in a few characters: `W rlx x = 1`, `R acq y = 0`, `U acqrel z 0 → 1`, `F sc`.
    fn step_text(&self, first: EventId, last: EventId) -> String {
        let e = self.ev(first);
        let loc = e
            .location()
            .map_or(String::new(), |l| self.location_name(l));
        let cell = e.location().is_some_and(|l| self.loc(l).cell);
        let order = e.order.short();
        match e.kind {
            Kind::Begin => "begin".to_string(),
            Kind::End => "end".to_string(),
            Kind::Spawn(t) => format!("spawn {}", self.thread_name(t)),
            Kind::Join(t) => format!("join {}", self.thread_name(t)),
            Kind::Init if cell => format!("new {loc}"),
            Kind::Init => format!("new {loc} = {}", self.value_text(first)),
            Kind::Read if cell => format!("R na {loc}"),
            Kind::Write if cell => format!("W na {loc}"),
            Kind::Read if first != last => {
                let (old, new) = (self.value_text(first), self.value_text(last));
                format!("U {order} {loc} {old} → {new}")
            }
            Kind::Read if e.rmw => format!("U {order} {loc} {} → ?", self.value_text(first)),
            Kind::Read => {
                let text = format!("R {order} {loc} = {}", self.value_text(first));
                match e.compare {
                    // What a lock or a token is expected to be goes without saying.
                    Some(c) if e.role == "cas" && !e.spurious => {
                        format!("{text}, expected {}", self.value_of(e, c.expected))
                    }
                    _ => text,
                }
            }
            Kind::Write => format!("W {order} {loc} = {}", self.value_text(first)),
            Kind::Fence => format!("F {order}"),
            Kind::Choice(0) if e.role == "allocate" => "a new address".to_string(),
            Kind::Choice(_) if e.role == "allocate" => "the address of a freed block".to_string(),
            Kind::Choice(0) => "as usual".to_string(),
            Kind::Choice(_) => "spurious".to_string(),
        }
    }

    /// `main spins at src/lib.rs:7: R acq flag = 0`, of a thread whose events from `start` on wait for another value.
    pub(crate) fn waits_for_a_value(&self, thread: u32, start: u32) -> String {
        let name = self.thread_name(thread);
        let Some(read) = self.last_read(thread, start) else {
            return name;
        };
        let (e, text, at) = (self.ev(read), self.event_text(read), self.place(read));
        let how = match e.role {
            "lock" => "waits for a lock",
            "park" => "is parked",
            "wait" => "waits for a notification",
            _ => "spins",
        };
        format!("{name} {how} at {at}: {text}")
    }

    /// The last atomic read of a thread from `start` on.
    pub(crate) fn last_read(&self, thread: u32, start: u32) -> Option<EventId> {
        let later = (start..self.len(thread)).rev();
        let mut later = later.map(|index| EventId { thread, index });
        later.find(|&id| self.ev(id).is_read() && self.ev(id).is_atomic())
    }

    /// `main joins t1 at src/lib.rs:7`
    pub(crate) fn waits_for_an_end(
        &self,
        thread: u32,
        child: u32,
        at: Option<&'static Location<'static>>,
    ) -> String {
        let at = at.map_or(String::new(), |at| {
            format!(" at {}:{}", at.file(), at.line())
        });
        let (name, child) = (self.thread_name(thread), self.thread_name(child));
        format!("{name} joins {child}{at}")
    }

    /// An event in a few characters: `W rlx x = 1`, `R acq y = 0`, `F sc`.
    pub fn event_text(&self, id: EventId) -> String {
        self.step_text(id, id)
    }

    /// The write that a step reads from, unless that is where the location began, or the two race.
    fn source(&self, id: EventId) -> Option<EventId> {
        let source = self.ev(id).rf.filter(|_| !self.is_torn(id));
        source.filter(|&w| self.ev(w).kind == Kind::Write)
    }

    /// Neighbours in coherence order, without the initial writes.
    fn co_neighbours(&self) -> Vec<(EventId, EventId)> {
        let atomic = self.locations().filter(|&l| !self.is_cell(l));
        atomic
            .flat_map(|l| {
                let stores: Vec<EventId> = self
                    .coherence(l)
                    .iter()
                    .copied()
                    .filter(|&w| self.ev(w).kind == Kind::Write)
                    .collect();
                stores
                    .windows(2)
                    .map(|pair| (pair[0], pair[1]))
                    .collect::<Vec<_>>()
            })
            .collect()
    }
}
