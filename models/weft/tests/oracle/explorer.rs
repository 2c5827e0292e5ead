//! The same programs under weft: a program becomes a closure, its complete graphs become texts.

use super::ast::{Cas, FIRST_PLAIN, Instr, LOCS, Loc, Mode, Program};
use super::graph::Seen;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use weft::cell::UnsafeCell;
use weft::sync::atomic::{AtomicU32, fence};
use weft::{Builder, Decisions, Failure, FailureKind, Verdict};

/// What weft says about a program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Found {
    /// Every complete graph, in the order in which they were visited.
    Graphs(Vec<String>),
    Race,
    Panic,
    Hang,
    Other(String),
}

/// Those of the locations that there are.
#[derive(Default)]
struct Memory {
    atomics: [OnceLock<AtomicU32>; FIRST_PLAIN as usize],
    cells: [OnceLock<UnsafeCell<u32>>; LOCS - FIRST_PLAIN as usize],
}

impl Memory {
    fn of(program: &Program) -> Memory {
        let memory = Memory::default();
        let there = Loc::ALL.into_iter().filter(|l| !program.makes(*l));
        there.for_each(|l| memory.make(l));
        memory
    }

    fn make(&self, loc: Loc) {
        let fresh = if loc.plain() {
            let cell = &self.cells[(loc.0 - FIRST_PLAIN) as usize];
            cell.set(UnsafeCell::new(0).named(loc.name())).is_ok()
        } else {
            let atomic = &self.atomics[loc.0 as usize];
            atomic.set(AtomicU32::new(0).named(loc.name())).is_ok()
        };
        assert!(fresh, "a location is made once");
    }

    /// One that is not made yet is not there for a sound program.
    fn atomic(&self, loc: Loc) -> &AtomicU32 {
        self.atomics[loc.0 as usize].get().expect("it is there")
    }

    fn cell(&self, loc: Loc) -> &UnsafeCell<u32> {
        self.cells[(loc.0 - FIRST_PLAIN) as usize]
            .get()
            .expect("it is there")
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
            Instr::New(l) => m.make(l),
            Instr::Fail => panic!("on purpose"),
            Instr::Spawn(t) => {
                let mut child = Runner::new(&self.memory, &self.program);
                // The name tells the graph's threads apart.
                let named = weft::thread::Builder::new().name(t.to_string());
                let spawned = named.spawn(move || child.run(t));
                self.handles[t] = Some(spawned.expect("a thread"));
            }
            Instr::Join(t) => {
                let handle = self.handles[t].take().expect("spawned, and joined once");
                handle.join().expect("a thread that ends");
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
    let of = Arc::new(program.clone());
    let mut graphs = Vec::new();
    let builder = Builder {
        // An exploration without end is a finding too.
        max_events_per_thread: 60,
        max_graphs: Some(200_000),
        // The enumerator's waits are awaits.
        awaits: true,
        ..Builder::default()
    };
    let closure = move || {
        let memory = Arc::new(Memory::of(&of));
        Runner::new(&memory, &of).run(0);
    };
    let show = |graph: &weft::Graph| graphs.push(Seen::of(graph, program).text());
    let report = builder.visit(show, closure.clone());
    match report.verdict {
        Verdict::Complete if report.complete == graphs.len() as u64 => Found::Graphs(graphs),
        Verdict::Failed(failure) => match judged(&failure, program, &builder, closure) {
            Ok(found) => found,
            Err(why) => Found::Other(format!("{why}: {failure}")),
        },
        _ => Found::Other(report.to_string()),
    }
}

/// What kind of failure it is, if it is one of an execution that there is, and its line leads there again.
fn judged(
    failure: &Failure,
    program: &Program,
    builder: &Builder,
    closure: impl Fn() + Send + Sync + 'static,
) -> Result<Found, String> {
    let found = match failure.kind {
        FailureKind::Race { .. } => Found::Race,
        FailureKind::Panic { .. } => Found::Panic,
        // Whether waiting for an exchange to succeed is a hang or a deadlock is a matter of words.
        FailureKind::Hang { .. } | FailureKind::Deadlock { .. } => Found::Hang,
        _ => return Err("no failure of a program".into()),
    };
    if !Seen::of(&failure.graph, program).is_consistent() {
        return Err("an error of an execution that the axioms forbid".into());
    }
    let line = failure.decisions.to_string();
    let decisions: Decisions = line.parse().map_err(|why| format!("{line}: {why}"))?;
    let report = builder.replay(&decisions, closure);
    let again = report.failure();
    let again = again.ok_or_else(|| format!("the replay fails not: {report}"))?;
    let canonical = |failure: &Failure| failure.graph.canonical();
    if again.to_string() != failure.to_string() || canonical(again) != canonical(failure) {
        return Err(format!("the replay fails otherwise: {again}\n---\n"));
    }
    Ok(found)
}
