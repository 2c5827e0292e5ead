//! weft's graphs in the oracle's terms.

use super::ast::{Loc, Mode, Program};
use super::canon;
use super::exec::{Act, Source};
use super::rc11::{Execution, Without};
use std::collections::HashMap;
use weft::{Event, EventId, Graph, Kind, LocationId, Order};

/// A graph of a program: what its threads did, and the coherence orders.
pub(crate) struct Seen<'g> {
    graph: &'g Graph,
    traces: Vec<Vec<Act>>,
    orders: Vec<(Loc, Vec<Source>)>,
    /// The first event of each act.
    events: Vec<Vec<EventId>>,
}

impl<'g> Seen<'g> {
    pub(crate) fn of(graph: &'g Graph, program: &Program) -> Seen<'g> {
        let threads = Threads::of(graph, program);
        let locs = locations(graph);
        let mut seen = Seen {
            graph,
            traces: Vec::new(),
            orders: Vec::new(),
            events: Vec::new(),
        };
        // Sources first: a read may read from a later thread.
        let mut sources = HashMap::new();
        for (t, number) in threads.numbers.iter().enumerate() {
            let mut place = 0;
            for (id, e) in events(graph, *number) {
                match act_of(e, &locs, program) {
                    Shape::First => {
                        sources.insert(id, Source::At(t, place));
                        place += 1;
                    }
                    Shape::Made => {
                        sources.insert(id, Source::Init);
                        place += 1;
                    }
                    Shape::Initial => _ = sources.insert(id, Source::Init),
                    Shape::Second => _ = sources.insert(id, Source::At(t, place - 1)),
                    Shape::None => {}
                }
            }
        }
        for number in &threads.numbers {
            let (mut trace, mut firsts) = (Vec::new(), Vec::new());
            for (id, e) in events(graph, *number) {
                if let Shape::First | Shape::Made = act_of(e, &locs, program) {
                    trace.push(seen.act(id, e, &threads, &locs, &sources));
                    firsts.push(id);
                }
            }
            seen.traces.push(trace);
            seen.events.push(firsts);
        }
        for (location, loc) in &locs {
            let order = graph.coherence(*location).iter();
            seen.orders
                .push((*loc, order.map(|w| sources[w]).collect()));
        }
        seen.orders.sort_by_key(|(loc, _)| *loc);
        seen
    }

    fn act(
        &self,
        id: EventId,
        e: &Event,
        threads: &Threads,
        locs: &HashMap<LocationId, Loc>,
        sources: &HashMap<EventId, Source>,
    ) -> Act {
        let loc = || locs[&e.location().expect("an access")];
        let value = || u32::try_from(e.value).expect("a value of an AtomicU32");
        let from = || sources[&e.reads_from().expect("a read reads")];
        match e.kind {
            Kind::Begin => Act::Begin,
            Kind::End => Act::End,
            Kind::Spawn(child) => Act::Spawn(threads.program(child)),
            Kind::Join(child) => Act::Join(threads.program(child)),
            Kind::Fence => Act::Fence(mode(e.order).expect("a fence has an order")),
            Kind::Init => Act::New(loc()),
            Kind::Write => Act::Write {
                loc: loc(),
                mode: mode(e.order),
                value: value(),
            },
            Kind::Read if e.rmw => {
                let write = self.graph.events(id.thread).get(id.index as usize + 1);
                let write = write.expect("the write half follows the read half");
                assert_eq!(
                    (write.kind, write.rmw, write.order),
                    (Kind::Write, true, e.order)
                );
                Act::Rmw {
                    loc: loc(),
                    mode: mode(e.order).expect("an RMW has an order"),
                    from: from(),
                    old: value(),
                    new: u32::try_from(write.value).expect("a value of an AtomicU32"),
                }
            }
            Kind::Read => Act::Read {
                loc: loc(),
                mode: mode(e.order),
                from: from(),
                value: value(),
            },
            Kind::Choice(_) => unreachable!("programs choose nothing"),
        }
    }

    /// The canonical text of the graph.
    pub(crate) fn text(&self) -> String {
        let event = |(t, n): (usize, usize)| self.events[t][n];
        canon::of_traces(&self.traces, &self.orders, |a, b| {
            self.graph.hb(event(a), event(b))
        })
    }

    /// Whether the axioms allow it, as the oracle has them.
    pub(crate) fn is_consistent(&self) -> bool {
        let x = Execution::new(&self.traces, Without::Nothing);
        let co = x.co(&self.orders);
        x.no_thin_air() && x.coherent(&co) && x.atomic(&co) && x.sc(&co)
    }
}

/// How an event shows among the acts of its thread.
enum Shape {
    First,
    /// The write half of an RMW.
    Second,
    /// A location that a thread makes.
    Made,
    /// One that is there from the start.
    Initial,
    None,
}

fn act_of(e: &Event, locs: &HashMap<LocationId, Loc>, program: &Program) -> Shape {
    let loc = e.location().and_then(|l| locs.get(&l));
    match (e.kind, loc) {
        (Kind::Init, Some(loc)) if program.makes(*loc) => Shape::Made,
        (Kind::Init, Some(_)) => Shape::Initial,
        (Kind::Write, Some(_)) if e.rmw => Shape::Second,
        (Kind::Read | Kind::Write, Some(_)) => Shape::First,
        (Kind::Fence | Kind::Begin | Kind::End | Kind::Spawn(_) | Kind::Join(_), _) => Shape::First,
        _ => Shape::None,
    }
}

/// The graph's number of each thread of the program.
struct Threads {
    numbers: Vec<Option<u32>>,
}

impl Threads {
    fn of(graph: &Graph, program: &Program) -> Threads {
        let number = |t: usize| {
            let name = if t == 0 { "main".into() } else { t.to_string() };
            (0..graph.thread_count() as u32).find(|n| graph.thread_name(*n) == name)
        };
        Threads {
            numbers: (0..program.threads.len()).map(number).collect(),
        }
    }

    fn program(&self, number: u32) -> usize {
        let place = self.numbers.iter().position(|n| *n == Some(number));
        place.expect("a thread of the program")
    }
}

fn events(graph: &Graph, thread: Option<u32>) -> impl Iterator<Item = (EventId, &Event)> {
    thread.into_iter().flat_map(|thread| {
        let id = move |index: usize| EventId {
            thread,
            index: index as u32,
        };
        graph
            .events(thread)
            .iter()
            .enumerate()
            .map(move |(index, e)| (id(index), e))
    })
}

/// The program's locations go by their names.
fn locations(graph: &Graph) -> HashMap<LocationId, Loc> {
    let named = |l: LocationId| {
        let name = graph.location_name(l);
        Some((l, Loc::ALL.into_iter().find(|loc| loc.name() == name)?))
    };
    graph.locations().filter_map(named).collect()
}

fn mode(order: Order) -> Option<Mode> {
    match order {
        Order::NonAtomic => None,
        Order::Relaxed => Some(Mode::Rlx),
        Order::Acquire => Some(Mode::Acq),
        Order::Release => Some(Mode::Rel),
        Order::AcqRel => Some(Mode::AcqRel),
        Order::SeqCst => Some(Mode::Sc),
    }
}
