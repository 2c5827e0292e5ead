//! What a check found.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use crate::advice::Wait;
use crate::decisions::Decisions;
use crate::draw::width::{WIDTH, wrap};
use crate::event::{Event, EventId, Kind};
use crate::graph::Graph;
use crate::guide::Misfit;
use crate::order::Numbers;

/// Ends a check whose own state makes no sense: no verdict could be trusted.
pub(crate) fn internal_error(what: &str) -> ! {
    panic!("a bug in weft, not in the program that it checks: {what}")
}

/// The result of a check.
#[derive(Clone, Debug)]
#[must_use = "a failure is said here and nowhere else"]
pub struct Report {
    /// Whether everything was explored, and what was found.
    pub verdict: Verdict,
    /// Complete graphs: executions in which every thread ended. Each is counted once.
    pub complete: u64,
    /// Graphs that were given up because some thread waits for a value that another graph gives it.
    pub blocked: u64,
    /// Events over all graphs.
    pub events: u64,
    /// How long it took.
    pub time: Duration,
}

impl Report {
    /// Whether every execution was explored and none failed.
    pub fn is_complete(&self) -> bool {
        matches!(self.verdict, Verdict::Complete)
    }

    /// The failure, if there is one.
    pub fn failure(&self) -> Option<&Failure> {
        match &self.verdict {
            Verdict::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}

/// How far a check came.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Every execution was explored, and none failed.
    Complete,
    /// A limit ended the search before it was complete. No proof.
    Bounded(Bound),
    /// An execution failed.
    Failed(Box<Failure>),
}

/// The limit that ended a search.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Bound {
    /// `Builder::max_graphs`
    Graphs(u64),
    /// `Builder::max_duration`
    Duration(Duration),
    /// `Builder::max_events_per_thread`: one execution was not seen to its end.
    Events {
        /// The thread that goes on.
        thread: u32,
        /// Whether every other thread has ended or waits: nobody is left to write what this one may wait for.
        alone: bool,
        /// The limit.
        limit: u32,
        /// Where in the program it was last.
        at: &'static Location<'static>,
    },
    /// So many executions have left something on the heap that the program keeps outside of the model that there is no room for
    /// another one's heap.
    Memory,
    /// The system refused a stack for one more thread of the program.
    Stack {
        /// `Builder::stack_size`
        bytes: usize,
    },
    /// One execution only, by [`Builder::replay`](crate::Builder::replay).
    Replay,
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::Graphs(n) => write!(f, "stopped after {n} graphs"),
            Bound::Duration(d) => write!(f, "stopped after {d:?}"),
            Bound::Events {
                thread,
                alone,
                limit,
                at,
            } => {
                let (file, line) = (at.file(), at.line());
                write!(
                    f,
                    "thread {thread} has done more than {limit} operations in one execution, the last at {file}:{line}: "
                )?;
                f.write_str(if *alone {
                    "a loop without an end. Every other thread has ended or waits, so if it waits for a value, nobody \
                     writes that any more; with weft::hint::spin_loop() in it, it would be reported as a hang"
                } else {
                    "a loop without an end, or one that waits without saying so. Call weft::hint::spin_loop() or \
                     weft::thread::yield_now() in every turn of a waiting loop, and wait by looking: a turn that changes \
                     something (takes a lock, say) does not count as waiting"
                })?;
                f.write_str(". Raise max_events_per_thread if the thread really does that much")
            }
            Bound::Memory => f.write_str(
                "too many executions have left something on the heap that the program keeps outside of the model (a text \
                 that it pushes to a list, say). Keep numbers, or fewer of them",
            ),
            Bound::Stack { bytes } => write!(
                f,
                "the system refuses {bytes} bytes for a thread's stack. Lower Builder::stack_size or Builder::workers, let the \
                 model have fewer threads at a time, or raise the limits of the process (ulimit -v, vm.max_map_count)"
            ),
            Bound::Replay => write!(f, "one execution replayed"),
        }
    }
}

/// The end of an atomic, a cell, or a block of memory. It is no event, and lies between two events of its thread.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Free {
    /// The thread.
    pub thread: u32,
    /// How many events of the thread come before it.
    pub position: u32,
    /// What ended.
    pub what: String,
    /// File and line, if the program was compiled with lines.
    pub at: Option<Box<str>>,
    /// How many ends of its thread come before it.
    pub(crate) nth: u32,
}

/// What is wrong with an execution.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum FailureKind {
    /// Two conflicting accesses, at least one of them not atomic, neither of which happens before the other.
    Race {
        /// The access that the checker met first.
        first: EventId,
        /// The other.
        second: EventId,
    },
    /// A cell was read before it had a value.
    Uninitialised {
        /// The read.
        read: EventId,
    },
    /// A panic (a failed assertion, for one) escaped main, or a thread that nobody joins.
    Panic {
        /// The thread in which it began: if others joined it and unwrapped the answer, not one of them.
        thread: u32,
        /// The panic's message.
        message: String,
        /// File and line.
        at: String,
    },
    /// Threads wait in spin loops although they have read the newest value of everything they look at.
    Hang {
        /// Every thread that does not end.
        threads: Vec<u32>,
    },
    /// Threads wait for locks, tokens or each other, for ever.
    Deadlock {
        /// Every thread that does not end.
        threads: Vec<u32>,
    },
    /// The program did something else when it ran again with the same values read.
    Nondeterminism {
        /// What it did before.
        expected: String,
        /// What it did now.
        found: String,
    },
    /// An atomic or a cell was used after it, or the memory that it lies in, had ended.
    UseAfterFree {
        /// The access.
        access: EventId,
        /// What happens before it.
        free: Free,
    },
    /// An atomic or a cell ended, or the memory that it lies in, while another thread may still use it: neither of
    /// the two happens before the other.
    FreedInUse {
        /// The access.
        access: EventId,
        /// What is not ordered with it.
        free: Free,
    },
    /// Memory was given back twice.
    DoubleFree {
        /// What the checker met first.
        first: Free,
        /// The other.
        second: Free,
    },
    /// Memory was given back that no allocation had given.
    InvalidFree {
        /// Where.
        free: Free,
        /// What is wrong with the address.
        why: String,
    },
    /// An atomic or a cell was used through a pointer to where none can be.
    InvalidAccess {
        /// The access.
        access: EventId,
        /// What is wrong with the address.
        why: String,
    },
    /// The execution ended, and atomics or cells on the heap were never given back.
    Leak {
        /// Their names.
        objects: Vec<String>,
    },
    /// The program hangs, or computes for very long, where weft does not see it. The graph is not known.
    Stuck {
        /// The name of the thread that does not come back.
        thread: String,
        /// What weft last saw of it: which operation, and where.
        last: Option<String>,
        /// For how long nothing has happened: `Builder::stuck_after`.
        after: Duration,
    },
    /// The decision list does not belong to this program.
    Decisions(Misfit),
}

impl FailureKind {
    /// What the failure says of ends.
    pub(crate) fn frees_mut(&mut self) -> Vec<&mut Free> {
        match self {
            FailureKind::UseAfterFree { free, .. }
            | FailureKind::FreedInUse { free, .. }
            | FailureKind::InvalidFree { free, .. } => vec![free],
            FailureKind::DoubleFree { first, second } => vec![first, second],
            _ => Vec::new(),
        }
    }

    pub(crate) fn nondeterminism(expected: &Event, found: &Event) -> FailureKind {
        FailureKind::Nondeterminism {
            expected: describe(expected),
            found: describe(found),
        }
    }

    pub(crate) fn blocked_early(expected: &Event) -> FailureKind {
        FailureKind::Nondeterminism {
            expected: describe(expected),
            found: "an operation that has to wait".into(),
        }
    }

    pub(crate) fn stopped_short(expected: &Event) -> FailureKind {
        FailureKind::Nondeterminism {
            expected: describe(expected),
            found: "the thread does not get there".into(),
        }
    }

    /// The same of the graph whose threads have these numbers.
    fn renumbered(self, numbers: &Numbers) -> FailureKind {
        match self {
            FailureKind::Race { first, second } => FailureKind::Race {
                first: numbers.event(first),
                second: numbers.event(second),
            },
            FailureKind::Uninitialised { read } => FailureKind::Uninitialised {
                read: numbers.event(read),
            },
            FailureKind::Panic {
                thread,
                message,
                at,
            } => FailureKind::Panic {
                thread: numbers.thread(thread),
                message,
                at,
            },
            // Those that speak of a normalised graph from the start, and those that name no thread.
            other => other,
        }
    }
}

/// `Write rlx 3 at src/lib.rs:7`
pub(crate) fn describe(e: &Event) -> String {
    let value = match e.kind {
        Kind::Write | Kind::Init => format!(" {}", e.value),
        _ => String::new(),
    };
    format!(
        "{:?} {}{value} at {}:{}",
        e.kind,
        e.order.short(),
        e.site.file(),
        e.site.line()
    )
}

/// An execution that fails, and why.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What is wrong.
    pub kind: FailureKind,
    /// The execution up to the failure.
    pub graph: Graph,
    /// What [`Builder::replay`](crate::Builder::replay) needs to get there again.
    pub decisions: Decisions,
    /// Of a hang or a deadlock: for each thread that waits, where and for what.
    pub waits: Vec<String>,
    /// The same for the advice.
    pub(crate) waiting: Vec<(u32, Wait)>,
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, graph: &Graph, event: Option<EventId>) -> Failure {
        let (graph, numbers) = graph.normalised(event);
        Failure::of_normalised(kind.renumbered(&numbers), graph)
    }

    /// A failure whose kind speaks of a graph that is [`normalised`](Graph::normalised).
    pub(crate) fn of_normalised(kind: FailureKind, graph: Graph) -> Failure {
        Failure {
            decisions: Decisions::of(&graph),
            kind,
            graph,
            waits: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Whether only the end of the execution shows it.
    pub(crate) fn is_of_the_end(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::Hang { .. } | FailureKind::Deadlock { .. } | FailureKind::Leak { .. }
        )
    }

    pub(crate) fn is_race(&self) -> bool {
        matches!(self.kind, FailureKind::Race { .. })
    }

    /// Whether the program and the graph or the list that it follows do not fit: nothing else was asked then.
    pub(crate) fn is_of_the_replay(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::Nondeterminism { .. }
                | FailureKind::Stuck { .. }
                | FailureKind::Decisions(_)
        )
    }

    fn at(&self, id: EventId) -> String {
        format!("{} at {}", self.graph.event_text(id), self.graph.place(id))
    }

    /// `main frees x at src/lib.rs:9, after 0.7`, or what 0.7 is where the place is not known
    fn freed(&self, free: &Free) -> String {
        let name = self.graph.thread_name(free.thread);
        if let Some(at) = &free.at {
            let after = match free.position.checked_sub(1) {
                Some(index) => format!("after {}.{index}", free.thread),
                None => "at its beginning".to_string(),
            };
            return format!("{name} frees {} at {at}, {after}", free.what);
        }
        let Some(index) = free.position.checked_sub(1) else {
            return format!("{name} frees {} at its beginning", free.what);
        };
        let after = EventId {
            thread: free.thread,
            index,
        };
        format!(
            "{name} frees {} after {after}: {}",
            free.what,
            self.at(after)
        )
    }

    fn names(&self, threads: &[u32]) -> String {
        threads
            .iter()
            .map(|&t| self.graph.thread_name(t))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The events that the failure names: the two that race, the read of nothing, the last of each thread that waits
    /// or panics.
    pub fn events(&self) -> Vec<EventId> {
        let last = |thread: &u32| EventId {
            thread: *thread,
            index: self.graph.len(*thread).saturating_sub(1),
        };
        match &self.kind {
            FailureKind::Race { first, second } => vec![*first, *second],
            FailureKind::Uninitialised { read } => vec![*read],
            FailureKind::Hang { threads } | FailureKind::Deadlock { threads } => {
                threads.iter().map(last).collect()
            }
            FailureKind::Panic { thread, .. } => vec![self.graph.last_but_end(*thread)],
            FailureKind::UseAfterFree { access, .. }
            | FailureKind::FreedInUse { access, .. }
            | FailureKind::InvalidAccess { access, .. } => vec![*access],
            FailureKind::DoubleFree { .. }
            | FailureKind::InvalidFree { .. }
            | FailureKind::Leak { .. }
            | FailureKind::Nondeterminism { .. }
            | FailureKind::Stuck { .. }
            | FailureKind::Decisions(_) => Vec::new(),
        }
    }

    /// The failure in one sentence or a few, without the graph.
    pub fn message(&self) -> String {
        match &self.kind {
            FailureKind::Race { first, second } => format!(
                "data race: neither access happens before the other\n  {}: {}\n  {}: {}",
                first,
                self.at(*first),
                second,
                self.at(*second)
            ),
            FailureKind::Uninitialised { read } => {
                format!(
                    "read of an uninitialised cell\n  {}: {}",
                    read,
                    self.at(*read)
                )
            }
            FailureKind::Panic {
                thread,
                message,
                at,
            } => {
                format!(
                    "{} panicked at {at}: {message}",
                    self.graph.thread_name(*thread)
                )
            }
            FailureKind::Hang { threads } => format!(
                "hang: {} wait for ever, though they have read the newest values",
                self.names(threads)
            ),
            FailureKind::Deadlock { threads } => {
                format!("deadlock: {} wait for ever", self.names(threads))
            }
            FailureKind::Nondeterminism { expected, found } => format!(
                "the program is not deterministic\n  it did: {expected}\n  on running again: {found}"
            ),
            FailureKind::UseAfterFree { access, free } => format!(
                "use after free\n  {access}: {}\n  {}",
                self.at(*access),
                self.freed(free)
            ),
            FailureKind::FreedInUse { access, free } => format!(
                "use after free: it may be freed while it is in use, since neither happens before the other\n  {access}: {}\n  {}",
                self.at(*access),
                self.freed(free)
            ),
            FailureKind::DoubleFree { first, second } => {
                format!(
                    "double free\n  {}\n  {}",
                    self.freed(first),
                    self.freed(second)
                )
            }
            FailureKind::InvalidFree { free, why } => {
                format!(
                    "free of what was never allocated: {why}\n  {}",
                    self.freed(free)
                )
            }
            FailureKind::InvalidAccess { access, why } => format!(
                "access of what was never allocated: {why}\n  {access}: {}",
                self.at(*access)
            ),
            FailureKind::Leak { objects } => {
                format!("leak: never given back: {}", objects.join(", "))
            }
            FailureKind::Stuck {
                thread,
                last,
                after,
            } => {
                let last = match last {
                    Some(last) => format!("its last operation is the {last}"),
                    None => "no operation of it since it went on".to_string(),
                };
                format!("stuck: {thread} has done nothing that weft sees for {after:?}\n  {last}")
            }
            FailureKind::Decisions(misfit) => {
                format!("the decision list does not fit this program\n  {misfit}")
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.message())?;
        let advice = self.advice().map(|advice| format!("advice: {advice}"));
        for text in self.waits.iter().cloned().chain(advice) {
            for line in wrap(&format!("  {text}"), WIDTH, 4) {
                writeln!(f, "{line}")?;
            }
        }
        if let FailureKind::Stuck { .. } = self.kind {
            return Ok(());
        }
        writeln!(f)?;
        self.graph.write_text(f, self.is_race())?;
        writeln!(f)?;
        write!(f, "replay: {}", self.decisions)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            Verdict::Complete => write!(f, "COMPLETE: ")?,
            Verdict::Bounded(why) => write!(f, "BOUNDED ({why}): ")?,
            Verdict::Failed(failure) => write!(f, "FAILED: {failure}\nafter ")?,
        }
        let seconds = self.time.as_secs_f64();
        write!(
            f,
            "{} graphs + {} blocked, {seconds:.3} s",
            self.complete, self.blocked
        )
    }
}
