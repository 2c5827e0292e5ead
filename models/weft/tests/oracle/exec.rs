//! What threads do: a program, and the traces of its threads in one candidate execution.

use super::ast::{Cas, Instr, Loc, Mode, Program, Val};

/// The write that a read takes its value from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Source {
    Init,
    /// Thread, position in its trace.
    At(usize, usize),
}

/// One step of a thread. A plain access has no mode.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Act {
    Read {
        loc: Loc,
        mode: Option<Mode>,
        from: Source,
        value: u32,
    },
    Write {
        loc: Loc,
        mode: Option<Mode>,
        value: u32,
    },
    Rmw {
        loc: Loc,
        mode: Mode,
        from: Source,
        old: u32,
        new: u32,
    },
    Fence(Mode),
    /// Makes a location: its initial write, which is not atomic.
    New(Loc),
    Begin,
    End,
    Spawn(usize),
    Join(usize),
}

/// Where a thread stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Status {
    Unborn,
    Running,
    /// The trace from this position on is a turn of a waiting loop that found no reason to end.
    Blocked(usize),
    Done,
    /// It panicked, or joined a thread that did.
    Failed,
}

#[derive(Clone, Debug)]
struct Thread {
    pc: usize,
    last: u32,
    status: Status,
}

/// An instruction of a thread without nesting.
#[derive(Clone, Debug)]
enum Op {
    Do(Instr),
    /// A read of a waiting loop (a load of a value or an exchange), and how many reads of the same
    /// turn come before it.
    Wait(Instr, usize),
    /// Skips the next instructions unless the last value is this one.
    Unless(u32, usize),
    /// Skips the next instruction if the last value is this one.
    SkipIf(u32),
}

pub(crate) struct Code {
    threads: Vec<Vec<Op>>,
}

impl Code {
    pub(crate) fn new(program: &Program) -> Code {
        fn flatten(body: &[Instr], out: &mut Vec<Op>) {
            for instr in body {
                match instr {
                    Instr::If(value, inner) => {
                        let mut nested = Vec::new();
                        flatten(inner, &mut nested);
                        out.push(Op::Unless(*value, nested.len()));
                        out.append(&mut nested);
                    }
                    Instr::Await(..) => out.push(Op::Wait(instr.clone(), 0)),
                    Instr::Spin(cas) => out.push(Op::Wait(Instr::Cas(*cas), 0)),
                    Instr::Both([a, b], mode, [v, w]) => {
                        out.push(Op::Wait(Instr::Await(*a, *mode, *v), 0));
                        out.push(Op::Wait(Instr::Await(*b, *mode, *w), 1));
                    }
                    Instr::Either([a, b], mode, [v, w]) => {
                        out.push(Op::Do(Instr::Load(*a, *mode)));
                        out.push(Op::SkipIf(*v));
                        out.push(Op::Wait(Instr::Await(*b, *mode, *w), 1));
                    }
                    _ => out.push(Op::Do(instr.clone())),
                }
            }
        }
        let flat = |body: &Vec<Instr>| {
            let mut out = Vec::new();
            flatten(body, &mut out);
            out
        };
        Code {
            threads: program.threads.iter().map(flat).collect(),
        }
    }
}

/// A prefix of an execution: the traces so far with their reads-from.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) traces: Vec<Vec<Act>>,
    threads: Vec<Thread>,
}

impl State {
    pub(crate) fn start(code: &Code) -> State {
        let n = code.threads.len();
        let thread = |t| Thread {
            pc: 0,
            last: 0,
            status: if t == 0 {
                Status::Running
            } else {
                Status::Unborn
            },
        };
        State {
            traces: vec![Vec::new(); n],
            threads: (0..n).map(thread).collect(),
        }
    }

    /// Runs every thread up to its next read, its end, or a join that has to wait.
    pub(crate) fn run_to_reads(&mut self, code: &Code) {
        while (0..self.threads.len()).any(|t| self.step(code, t)) {}
    }

    /// Takes one step that reads nothing; tells whether there was one.
    fn step(&mut self, code: &Code, t: usize) -> bool {
        if self.threads[t].status != Status::Running {
            return false;
        }
        let Some(op) = code.threads[t].get(self.threads[t].pc) else {
            self.threads[t].status = Status::Done;
            self.traces[t].push(Act::End);
            return true;
        };
        let last = self.threads[t].last;
        let act = match op {
            Op::Unless(value, count) => {
                self.threads[t].pc += 1 + if last == *value { 0 } else { *count };
                return true;
            }
            Op::SkipIf(value) => {
                self.threads[t].pc += 1 + usize::from(last == *value);
                return true;
            }
            Op::Do(Instr::Store(loc, mode, v)) => Act::Write {
                loc: *loc,
                mode: Some(*mode),
                value: v.eval(last),
            },
            Op::Do(Instr::Write(loc, v)) => Act::Write {
                loc: *loc,
                mode: None,
                value: v.eval(last),
            },
            Op::Do(Instr::Fence(mode)) => Act::Fence(*mode),
            Op::Do(Instr::New(loc)) => Act::New(*loc),
            Op::Do(Instr::Fail) => {
                self.threads[t].status = Status::Failed;
                return true;
            }
            Op::Do(Instr::Spawn(child)) => {
                self.threads[*child].status = Status::Running;
                self.traces[*child].push(Act::Begin);
                Act::Spawn(*child)
            }
            Op::Do(Instr::Join(child)) => match self.threads[*child].status {
                Status::Done => Act::Join(*child),
                Status::Failed => {
                    self.threads[t].status = Status::Failed;
                    return true;
                }
                _ => return false,
            },
            Op::Do(_) | Op::Wait(..) => return false,
        };
        let thread = &mut self.threads[t];
        thread.pc += 1;
        self.traces[t].push(act);
        true
    }

    /// Every state that one more read leads to, from any write that is there already. Later
    /// writes need no thought: po ∪ rf is acyclic, so some order of the steps has them first.
    pub(crate) fn successors(&self, code: &Code) -> Vec<State> {
        let mut out = Vec::new();
        for t in 0..self.threads.len() {
            if self.threads[t].status != Status::Running {
                continue;
            }
            let op = code.threads[t].get(self.threads[t].pc);
            let Some(Op::Do(instr) | Op::Wait(instr, _)) = op else {
                continue;
            };
            let turn = match op {
                Some(Op::Wait(_, earlier)) => Some(*earlier),
                _ => None,
            };
            let loc = match instr {
                Instr::Load(l, _)
                | Instr::Swap(l, ..)
                | Instr::Add(l, ..)
                | Instr::Read(l)
                | Instr::Await(l, ..)
                | Instr::Cas(Cas { loc: l, .. }) => *l,
                _ => continue,
            };
            for (from, value) in self.writes(loc) {
                for act in outcomes(instr, from, value) {
                    let mut next = self.clone();
                    next.take(t, act, value, instr, turn);
                    next.run_to_reads(code);
                    out.push(next);
                }
            }
        }
        out
    }

    /// Reads; `turn` is given in a waiting loop, and counts the reads of the turn so far.
    fn take(&mut self, t: usize, act: Act, value: u32, instr: &Instr, turn: Option<usize>) {
        let thread = &mut self.threads[t];
        thread.pc += 1;
        thread.last = value;
        let in_vain = match (instr, act) {
            (Instr::Await(_, _, wanted), _) => *wanted != value,
            _ => matches!(act, Act::Read { .. }),
        };
        if let Some(earlier) = turn.filter(|_| in_vain) {
            thread.status = Status::Blocked(self.traces[t].len() - earlier);
        }
        self.traces[t].push(act);
    }

    /// The writes to a location, with their values.
    fn writes(&self, loc: Loc) -> Vec<(Source, u32)> {
        let mut out = vec![(Source::Init, 0)];
        for (t, trace) in self.traces.iter().enumerate() {
            for (i, act) in trace.iter().enumerate() {
                match act {
                    Act::Write { loc: l, value, .. }
                    | Act::Rmw {
                        loc: l, new: value, ..
                    } if *l == loc => {
                        out.push((Source::At(t, i), *value));
                    }
                    _ => {}
                }
            }
        }
        out
    }

    /// No two RMWs read from the same write: a consequence of atomicity that needs no co.
    pub(crate) fn rmws_read_apart(&self) -> bool {
        let mut seen = Vec::new();
        for act in self.traces.iter().flatten() {
            if let Act::Rmw { loc, from, .. } = act {
                if seen.contains(&(*loc, *from)) {
                    return false;
                }
                seen.push((*loc, *from));
            }
        }
        true
    }

    /// Whether some thread panicked.
    pub(crate) fn failed(&self) -> bool {
        self.threads.iter().any(|t| t.status == Status::Failed)
    }

    /// The blocked threads, and where in their traces the turn begins.
    pub(crate) fn blocked(&self) -> Vec<(usize, usize)> {
        let at = |(t, thread): (usize, &Thread)| match thread.status {
            Status::Blocked(i) => Some((t, i)),
            _ => None,
        };
        self.threads.iter().enumerate().filter_map(at).collect()
    }

    /// Distinguishes states: traces are determined by what the reads read.
    pub(crate) fn key(&self) -> Vec<u8> {
        let mut key = Vec::new();
        for trace in &self.traces {
            for act in trace {
                match act {
                    Act::Read { from, .. } => key.extend([1, source_byte(*from)]),
                    Act::Rmw { from, .. } => key.extend([2, source_byte(*from)]),
                    _ => {}
                }
            }
            key.push(0);
        }
        key
    }
}

fn source_byte(from: Source) -> u8 {
    match from {
        Source::Init => 0,
        Source::At(t, i) => u8::try_from(1 + t * 32 + i).expect("a trace is shorter than 32"),
    }
}

/// What the instruction may do when it reads this value: a weak compare-exchange has two ways.
fn outcomes(instr: &Instr, from: Source, value: u32) -> Vec<Act> {
    let rmw = |loc, mode, new| Act::Rmw {
        loc,
        mode,
        from,
        old: value,
        new,
    };
    let read = |loc, mode| Act::Read {
        loc,
        mode,
        from,
        value,
    };
    match *instr {
        Instr::Load(loc, mode) | Instr::Await(loc, mode, _) => vec![read(loc, Some(mode))],
        Instr::Read(loc) => vec![read(loc, None)],
        Instr::Swap(loc, mode, new) => vec![rmw(loc, mode, new)],
        Instr::Add(loc, mode, n) => vec![rmw(loc, mode, Val::Last(n).eval(value))],
        Instr::Cas(c) => {
            let mut ways = Vec::new();
            if value == c.expected {
                ways.push(rmw(c.loc, c.success, c.new));
            }
            if value != c.expected || c.weak {
                ways.push(read(c.loc, Some(c.failure)));
            }
            ways
        }
        _ => unreachable!("{instr} does not read"),
    }
}
