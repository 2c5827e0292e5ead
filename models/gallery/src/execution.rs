//! weft's graph of a failing execution as the log that all pictures are made of.

use crate::entry::Entry;
use flipside_record::log::{Event, Execution, Missing, Order, Purpose, What, Word, normalised};
use weft::{EventId, Failure, FailureKind, Graph, Kind};

/// What goes wrong, in one line.
#[must_use]
pub fn fails(failure: &Failure) -> String {
    match &failure.kind {
        FailureKind::Panic { message, .. } => message.lines().next().unwrap_or_default().to_owned(),
        _ => normalised(&failure.message()),
    }
}

/// What happens in a failing execution of a bug.
#[must_use]
pub fn execution(entry: &Entry, failure: &Failure) -> Execution {
    let graph = &failure.graph;
    let order = graph.in_order();
    let steps: Vec<EventId> = order.into_iter().filter(|id| is_step(graph, *id)).collect();
    let columns = Columns::of(graph);
    let events = steps.iter().map(|&id| {
        let site = graph.event(id).site;
        Event {
            thread: columns.of_thread(id.thread),
            what: what(graph, &columns, &steps, id),
            file: site.file().replace('\\', "/"),
            line: site.line(),
        }
    });
    let place = |id: &EventId| place(graph, &steps, *id);
    let missing = match &failure.kind {
        FailureKind::Race { first, second } => place(first).zip(place(second)),
        _ => None,
    };
    Execution {
        threads: columns.names(graph, entry.main),
        events: events.collect(),
        failure: fails(failure),
        culprits: failure.events().iter().filter_map(place).collect(),
        missing: missing.map(|(from, to)| Missing {
            from,
            to,
            via: None,
            barrier: None,
        }),
        // Where it is shown, its full stop is added.
        story: entry.seen.trim_end_matches('.').to_owned(),
    }
}

/// The threads that the execution has; the graph numbers those of other executions too.
struct Columns(Vec<u32>);

impl Columns {
    fn of(graph: &Graph) -> Self {
        let all = 0..graph.thread_count() as u32;
        Self(
            all.filter(|&thread| !graph.events(thread).is_empty())
                .collect(),
        )
    }

    fn of_thread(&self, thread: u32) -> usize {
        // One that has not begun yet is none of the columns, and is called a thread.
        let column = self.0.iter().position(|&other| other == thread);
        column.unwrap_or(self.0.len())
    }

    fn names(&self, graph: &Graph, main: &str) -> Vec<String> {
        let name = |&thread: &u32| match thread {
            0 => main.to_owned(),
            _ => graph.thread_name(thread),
        };
        self.0.iter().map(name).collect()
    }
}

/// Whether it is drawn: not that a thread or a word begins, and a read-modify-write only once.
fn is_step(graph: &Graph, id: EventId) -> bool {
    let event = graph.event(id);
    match event.kind {
        Kind::Begin | Kind::End | Kind::Init | Kind::Choice(0) => false,
        Kind::Write => !event.rmw,
        _ => true,
    }
}

/// Where an event is drawn; if it is not, where its thread's last step before it is.
fn place(graph: &Graph, steps: &[EventId], id: EventId) -> Option<usize> {
    let before = (0..=id.index).rev().map(|index| EventId { index, ..id });
    let mut drawn = before.filter(|&id| is_step(graph, id));
    let id = drawn.next()?;
    steps.iter().position(|&step| step == id)
}

fn what(graph: &Graph, columns: &Columns, steps: &[EventId], id: EventId) -> What {
    let event = graph.event(id);
    let name = event.location().map(|word| graph.location_name(word));
    let name = name.unwrap_or_default();
    let word = |value: u64| Word {
        name: name.clone(),
        value: shown(value),
        order: order(event.order),
        site: None,
        mutated: false,
    };
    let from = || {
        let write = event.reads_from()?;
        // Its first value is no step's.
        let written = graph.event(write).kind == Kind::Write;
        written.then(|| place(graph, steps, write))?
    };
    match event.kind {
        Kind::Spawn(thread) => What::Spawn(columns.of_thread(thread)),
        Kind::Join(thread) => What::Join(columns.of_thread(thread)),
        Kind::Fence => What::Fence {
            site: "passes a fence".to_owned(),
            order: Some(order(event.order)),
            mutated: false,
        },
        _ if event.role == "park" => What::Park,
        _ if event.role == "unpark" => What::Unpark(columns.of_thread(sleeper(graph, id))),
        // What is no word changes hands: who writes it fills it.
        Kind::Read if event.order == weft::Order::NonAtomic => What::Cell(name, Purpose::Look),
        Kind::Write if event.order == weft::Order::NonAtomic => What::Cell(name, Purpose::Fill),
        Kind::Read if event.rmw => {
            let next = graph.events(id.thread).get(id.index as usize + 1);
            What::Update {
                old: shown(event.value),
                word: word(next.map_or(event.value, |write| write.value)),
                from: from(),
            }
        }
        Kind::Read => What::Read {
            word: word(event.value),
            from: from(),
        },
        Kind::Write => What::Write(word(event.value)),
        // The others are no steps.
        Kind::Choice(_) | Kind::Begin | Kind::End | Kind::Init => {
            What::Note("goes on without being woken".to_owned())
        }
    }
}

/// A value; what is large is an address.
fn shown(value: u64) -> String {
    match value {
        0..0x1000 => value.to_string(),
        _ => format!("{value:#x}"),
    }
}

/// The thread whose token an `unpark` makes available: the token begins where its thread does.
fn sleeper(graph: &Graph, unpark: EventId) -> u32 {
    let token = graph.event(unpark).location();
    let begins = token.and_then(|token| graph.coherence(token).first().copied());
    match begins.map(|id| (id.thread, graph.event(id).kind)) {
        Some((_, Kind::Spawn(thread))) | Some((thread, _)) => thread,
        None => 0,
    }
}

const fn order(order: weft::Order) -> Order {
    match order {
        weft::Order::Acquire => Order::Acquire,
        weft::Order::Release => Order::Release,
        weft::Order::AcqRel => Order::AcqRel,
        weft::Order::SeqCst => Order::SeqCst,
        weft::Order::NonAtomic | weft::Order::Relaxed => Order::Relaxed,
    }
}
