//! The same programs under weft: a program becomes a closure, its complete graphs become texts.

use super::ast::{Cas, FIRST_PLAIN, Instr, LOCS, Loc, Mode, Program};
use super::canon::{self, Id, Shown};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use weft::cell::UnsafeCell;
use weft::sync::atomic::{AtomicU32, fence};
use weft::{Event, EventId, FailureKind, Graph, Kind, LocationId, Order, Verdict};

/// What weft says about a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    /// Every complete graph, in the order in which they were visited.
    Graphs(Vec<String>),
    Race,
    Hang,
    Other(String),
}

struct Memory {
    atomics: [AtomicU32; FIRST_PLAIN as usize],
    cells: [UnsafeCell<u32>; LOCS - FIRST_PLAIN as usize],
}

impl Memory {
    fn new() -> Memory {
        Memory {
            atomics: [AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0)],
            cells: [UnsafeCell::new(0), UnsafeCell::new(0)],
        }
    }

    fn atomic(&self, loc: Loc) -> &AtomicU32 {
        &self.atomics[loc.0 as usize]
    }

    fn cell(&self, loc: Loc) -> &UnsafeCell<u32> {
        &self.cells[(loc.0 - FIRST_PLAIN) as usize]
    }
}

// SAFETY: the cells are what the checker watches: it ends the execution at the first access that races.
unsafe impl Sync for Memory {}
// SAFETY: it holds nothing but atomics and cells of integers.
unsafe impl Send for Memory {}

fn ordering(mode: Mode) -> Ordering {
    match mode {
        Mode::Rlx => Ordering::Relaxed,
        Mode::Acq => Ordering::Acquire,
        Mode::Rel => Ordering::Release,
        Mode::AcqRel => Ordering::AcqRel,
        Mode::Sc => Ordering::SeqCst,
    }
}

/// A thread of the program: runs its instructions.
struct Runner {
    memory: Arc<Memory>,
    program: Arc<Program>,
    last: u32,
    handles: Vec<Option<weft::thread::JoinHandle<()>>>,
}

impl Runner {
    fn new(memory: &Arc<Memory>, program: &Arc<Program>) -> Runner {
        Runner {
            memory: Arc::clone(memory),
            program: Arc::clone(program),
            last: 0,
            handles: program.threads.iter().map(|_| None).collect(),
        }
    }

    fn run(&mut self, thread: usize) {
        let program = Arc::clone(&self.program);
        self.body(&program.threads[thread]);
    }

    fn body(&mut self, body: &[Instr]) {
        for instr in body {
            self.instr(instr);
        }
    }

    fn instr(&mut self, instr: &Instr) {
        let m = Arc::clone(&self.memory);
        match *instr {
            Instr::Load(l, o) => self.last = m.atomic(l).load(ordering(o)),
            Instr::Store(l, o, v) => m.atomic(l).store(v.eval(self.last), ordering(o)),
            Instr::Swap(l, o, v) => self.last = m.atomic(l).swap(v, ordering(o)),
            Instr::Add(l, o, v) => self.last = m.atomic(l).fetch_add(v, ordering(o)),
            Instr::Cas(c) => self.last = exchange(m.atomic(c.loc), c),
            Instr::Fence(o) => fence(ordering(o)),
            Instr::Read(l) => {
                // SAFETY: the checker ends the execution before an access that races.
                self.last = m.cell(l).with(|p| unsafe { *p });
            }
            Instr::Write(l, v) => {
                let value = v.eval(self.last);
                // SAFETY: the checker ends the execution before an access that races.
                m.cell(l).with_mut(|p| unsafe { *p = value });
            }
            Instr::Await(l, o, v) => {
                while peek(m.atomic(l), o) != v {
                    pause();
                }
                self.last = v;
            }
            Instr::Both([a, b], o, [v, w]) => {
                while !(peek(m.atomic(a), o) == v && peek(m.atomic(b), o) == w) {
                    pause();
                }
                self.last = w;
            }
            Instr::Either([a, b], o, [v, w]) => loop {
                self.last = peek(m.atomic(a), o);
                if self.last == v {
                    break;
                }
                self.last = peek(m.atomic(b), o);
                if self.last == w {
                    break;
                }
                pause();
            },
            Instr::Spin(c) => {
                while exchange(m.atomic(c.loc), c) != c.expected {
                    pause();
                }
                self.last = c.expected;
            }
            Instr::If(v, ref inner) => {
                if self.last == v {
                    self.body(inner);
                }
            }
            Instr::Spawn(t) => {
                let mut child = Runner::new(&self.memory, &self.program);
                self.handles[t] = Some(weft::thread::spawn(move || child.run(t)));
            }
            Instr::Join(t) => {
                let handle = self.handles[t].take().expect("spawned, and joined once");
                handle.join().expect("a thread that does not panic");
            }
        }
    }
}

/// All waiting loops share the places of their reads and of their pauses, as they would by a
/// back-off helper.
fn peek(atomic: &AtomicU32, mode: Mode) -> u32 {
    atomic.load(ordering(mode))
}

fn pause() {
    weft::hint::spin_loop();
}

fn exchange(atomic: &AtomicU32, c: Cas) -> u32 {
    let (success, failure) = (ordering(c.success), ordering(c.failure));
    let result = if c.weak {
        atomic.compare_exchange_weak(c.expected, c.new, success, failure)
    } else {
        atomic.compare_exchange(c.expected, c.new, success, failure)
    };
    result.unwrap_or_else(|old| old)
}

/// Explores a program.
pub(crate) fn explore(program: &Program) -> Found {
    let program = Arc::new(program.clone());
    let mut graphs = Vec::new();
    let builder = weft::Builder {
        // An exploration without end is a finding too.
        max_events_per_thread: 60,
        max_graphs: Some(200_000),
        // The enumerator's waits are awaits.
        awaits: true,
        ..weft::Builder::default()
    };
    let report = builder.visit(
        |graph| graphs.push(text_of(graph)),
        move || {
            let memory = Arc::new(Memory::new());
            Runner::new(&memory, &program).run(0);
        },
    );
    match report.verdict {
        Verdict::Complete if report.complete == graphs.len() as u64 => Found::Graphs(graphs),
        Verdict::Failed(failure) => match failure.kind {
            FailureKind::Race { .. } => Found::Race,
            // Whether waiting for an exchange to succeed is a hang or a deadlock is a matter of words.
            FailureKind::Hang { .. } | FailureKind::Deadlock { .. } => Found::Hang,
            _ => Found::Other(failure.to_string()),
        },
        _ => Found::Other(report.to_string()),
    }
}

/// The text of a complete graph.
fn text_of(graph: &Graph) -> String {
    let locs = locations(graph);
    let mut numbers = HashMap::new();
    for t in 0..threads(graph) {
        let mut n = 0;
        for (i, event) in events(graph, t).iter().enumerate() {
            if event.kind == Kind::Init && locs.contains_key(&event.location()) {
                numbers.insert((t, i), None);
            } else if is_shown(event, &locs) {
                // The write half of an RMW counts as the RMW.
                let half = event.kind == Kind::Write && event.rmw;
                numbers.insert((t, i), Some((t, if half { n - 1 } else { n })));
                n += usize::from(!half);
            }
        }
    }
    let id = |e: EventId| numbers[&(e.thread as usize, e.index as usize)];
    let mut shown = Vec::new();
    for t in 0..threads(graph) {
        let events = events(graph, t);
        let thread = events
            .iter()
            .enumerate()
            .filter(|(_, e)| is_shown(e, &locs));
        shown.push(
            thread
                .filter_map(|(i, e)| show(e, events.get(i + 1), &locs, &id))
                .collect(),
        );
    }
    let mut co: Vec<(Loc, Vec<Id>)> = Vec::new();
    for (location, loc) in &locs {
        let order = location.map(|l| coherence(graph, l)).unwrap_or_default();
        co.push((*loc, order.into_iter().map(&id).collect()));
    }
    co.sort_by_key(|(loc, _)| *loc);
    let mut places = HashMap::new();
    for (&(t, i), number) in &numbers {
        if let Some(number) = number {
            let first = places.entry(*number).or_insert(i);
            *first = i.min(*first);
            debug_assert_eq!(t, number.0);
        }
    }
    let event = |(t, n): (usize, usize)| EventId {
        thread: t as u32,
        index: places[&(t, n)] as u32,
    };
    canon::text(&shown, &co, |a, b| graph.hb(event(a), event(b)))
}

/// Main creates its locations in the order of their letters.
fn locations(graph: &Graph) -> HashMap<Option<LocationId>, Loc> {
    let inits = events(graph, 0).iter().filter(|e| e.kind == Kind::Init);
    inits.map(Event::location).zip(Loc::ALL).collect()
}

fn is_shown(event: &Event, locs: &HashMap<Option<LocationId>, Loc>) -> bool {
    match event.kind {
        Kind::Read | Kind::Write => locs.contains_key(&event.location()),
        Kind::Fence => true,
        _ => false,
    }
}

fn show(
    event: &Event,
    next: Option<&Event>,
    locs: &HashMap<Option<LocationId>, Loc>,
    id: &impl Fn(EventId) -> Id,
) -> Option<Shown> {
    if event.kind == Kind::Fence {
        return Some(Shown::Fence(mode(event.order)?));
    }
    let (loc, mode) = (locs[&event.location()], mode(event.order));
    let value = u32::try_from(event.value).expect("a value of an AtomicU32");
    let from = event.reads_from().and_then(id);
    match (event.kind, event.rmw) {
        (Kind::Write, true) => None,
        (Kind::Write, false) => Some(Shown::Write { loc, mode, value }),
        (_, true) => {
            let write = next.expect("the write half follows the read half");
            assert_eq!(
                (write.kind, write.rmw, write.order),
                (Kind::Write, true, event.order)
            );
            let new = u32::try_from(write.value).expect("a value of an AtomicU32");
            Some(Shown::Rmw {
                loc,
                mode: mode?,
                old: value,
                new,
                from,
            })
        }
        (_, false) => Some(Shown::Read {
            loc,
            mode,
            value,
            from,
        }),
    }
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

fn threads(graph: &Graph) -> usize {
    graph.thread_count()
}

fn events(graph: &Graph, thread: usize) -> &[Event] {
    graph.events(thread as u32)
}

fn coherence(graph: &Graph, location: LocationId) -> Vec<EventId> {
    graph.coherence(location).to_vec()
}
