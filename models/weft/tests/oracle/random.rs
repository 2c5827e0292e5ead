//! Random programs by flavour, and a shrinker that proposes every program one step smaller.

use super::ast::{Cas, FIRST_PLAIN, Instr, Loc, Mode, Program, Val};
use super::classics::CLASSICS;
use super::grow::grow;
use super::shrink::smaller;
use proptest::prelude::Rng;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::{TestRng, TestRunner};

/// What programs of one kind are made of: weights of the instructions, and bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flavour {
    pub(crate) name: &'static str,
    /// Spawned threads, at least and at most.
    pub(crate) threads: (usize, usize),
    /// Instructions in all, at most.
    pub(crate) length: usize,
    pub(crate) locs: u8,
    pub(crate) plain: u8,
    pub(crate) modes: &'static [Mode],
    pub(crate) fences: &'static [Mode],
    pub(crate) load: u32,
    pub(crate) store: u32,
    pub(crate) rmw: u32,
    pub(crate) cas: u32,
    pub(crate) weak: u32,
    pub(crate) fence: u32,
    pub(crate) read: u32,
    pub(crate) write: u32,
    pub(crate) wait: u32,
    /// One in so many programs lets main act as well.
    pub(crate) main: u32,
    /// Half of the programs begin with a handover of non-atomic data.
    pub(crate) handover: bool,
    /// All programs are variations of classics.
    pub(crate) classics: bool,
    /// Threads spawn threads, some under a condition, and make and publish locations.
    pub(crate) grows: bool,
    /// One in so many programs panics somewhere, perhaps; none for 0.
    pub(crate) fails: u32,
}

impl Flavour {
    fn program(&self, rng: &mut TestRng) -> Program {
        if self.classics {
            return self.variation(rng);
        }
        let spawned = rng.random_range(self.threads.0..=self.threads.1);
        let mut bodies = vec![Vec::new(); spawned];
        let mut main = Vec::new();
        let acts = rng.random_ratio(1, self.main);
        let mut length = rng.random_range(self.length / 2..=self.length);
        if self.handover && rng.random_ratio(1, 2) {
            self.hand_over(&mut bodies, rng);
            length -= 4;
        }
        for i in 0..length {
            let instr = self.instr(rng);
            if i >= spawned && acts && rng.random_ratio(1, spawned as u32 + 1) {
                main.push(instr);
            } else {
                // Every thread gets something.
                let t = if i < spawned {
                    i
                } else {
                    rng.random_range(0..spawned)
                };
                bodies[t].push(instr);
            }
        }
        for body in bodies.iter_mut().chain([&mut main]) {
            nest(body, rng);
        }
        if !main.is_empty() {
            let mut at = 0;
            for t in 1..=spawned {
                at = rng.random_range(at..=(at + 1).min(main.len()));
                main.insert(at, Instr::Spawn(t));
                at += 1;
            }
            for t in 1..=spawned {
                let spawn = main
                    .iter()
                    .position(|i| *i == Instr::Spawn(t))
                    .unwrap_or_default();
                let join = rng.random_range(spawn + 1..=main.len());
                main.insert(
                    if rng.random_ratio(1, 2) {
                        main.len()
                    } else {
                        join
                    },
                    Instr::Join(t),
                );
            }
        }
        let mut p = Program::of(main, bodies);
        if self.grows {
            grow(self, &mut p, rng);
        }
        if self.fails > 0 && rng.random_ratio(1, self.fails) {
            let t = rng.random_range(0..p.threads.len());
            p.threads[t].push(Instr::If(rng.random_range(0..=2), vec![Instr::Fail]));
        }
        assert!(p.sound(), "{p}");
        p
    }

    /// A classic, a little weaker, with up to two instructions more.
    fn variation(&self, rng: &mut TestRng) -> Program {
        let mut p = Program::parse(CLASSICS[rng.random_range(0..CLASSICS.len())]);
        for _ in 0..rng.random_range(0..=2) {
            let mut near = smaller(&p);
            // Threads stay.
            near.retain(|q| q.threads.len() == p.threads.len());
            p = near[rng.random_range(0..near.len())].clone();
        }
        for _ in 0..rng.random_range(0..=2) {
            let t = rng.random_range(1..p.threads.len());
            let at = rng.random_range(0..=p.threads[t].len());
            p.threads[t].insert(at, self.instr(rng));
        }
        assert!(p.sound(), "{p}");
        p
    }

    /// One thread writes and raises a flag, the other sees the flag and reads or writes; with
    /// orders and fences that may or may not do.
    fn hand_over(&self, bodies: &mut [Vec<Instr>], rng: &mut TestRng) {
        let (flag, data) = (Loc(0), Loc(FIRST_PLAIN));
        let by_fence = rng.random_ratio(1, 2);
        bodies[0].push(Instr::Write(data, Val::Const(1)));
        if by_fence {
            bodies[0].push(Instr::Fence(Mode::Rel));
        }
        let release = if by_fence { Mode::Rlx } else { Mode::Rel };
        bodies[0].push(match rng.random_range(0..3) {
            0 => Instr::Add(flag, release, 1),
            _ => Instr::Store(flag, release, Val::Const(1)),
        });
        let mut taken = Vec::new();
        let acquire = if rng.random_ratio(1, 2) {
            taken.push(Instr::Fence(Mode::Acq));
            Mode::Rlx
        } else {
            Mode::Acq
        };
        taken.push(match rng.random_range(0..2) {
            0 => Instr::Read(data),
            _ => Instr::Write(data, Val::Last(1)),
        });
        if self.wait > 0 && rng.random_ratio(2, 3) {
            bodies[1].push(Instr::Await(flag, acquire, 1));
            bodies[1].append(&mut taken);
        } else {
            bodies[1].push(Instr::Load(flag, acquire));
            bodies[1].push(Instr::If(1, taken));
        }
    }

    pub(crate) fn instr(&self, rng: &mut TestRng) -> Instr {
        let weights = [
            self.load, self.store, self.rmw, self.cas, self.weak, self.fence, self.read,
            self.write, self.wait,
        ];
        let mut pick = rng.random_range(0..weights.iter().sum());
        let mut kind = 0;
        while pick >= weights[kind] {
            pick -= weights[kind];
            kind += 1;
        }
        let loc = Loc(rng.random_range(0..self.locs));
        let plain = Loc(FIRST_PLAIN + rng.random_range(0..self.plain.max(1)));
        let mode = self.modes[rng.random_range(0..self.modes.len())];
        let constant = if rng.random_ratio(2, 3) { 1 } else { 2 };
        let value = |rng: &mut TestRng| {
            if rng.random_ratio(1, 5) {
                Val::Last(constant - 1)
            } else {
                Val::Const(constant)
            }
        };
        match kind {
            0 => Instr::Load(loc, for_load(mode)),
            1 => Instr::Store(loc, for_store(mode), value(rng)),
            2 if rng.random_ratio(1, 2) => Instr::Swap(loc, mode, constant),
            2 => Instr::Add(loc, mode, 1),
            3 | 4 => Instr::Cas(Cas {
                loc,
                success: mode,
                failure: for_load(self.modes[rng.random_range(0..self.modes.len())]),
                expected: rng.random_range(0..=1),
                new: rng.random_range(1..=2),
                weak: kind == 4,
            }),
            5 => Instr::Fence(self.fences[rng.random_range(0..self.fences.len())]),
            6 => Instr::Read(plain),
            7 => Instr::Write(plain, value(rng)),
            _ => match rng.random_range(0..5) {
                2 => {
                    let other = Loc(rng.random_range(0..self.locs));
                    Instr::Either([loc, other], for_load(mode), [constant, 1])
                }
                0 => {
                    let other = Loc(rng.random_range(0..self.locs));
                    Instr::Both([loc, other], for_load(mode), [constant, 1])
                }
                1 => Instr::Spin(Cas {
                    loc,
                    success: mode,
                    failure: Mode::Rlx,
                    expected: rng.random_range(0..=1),
                    new: 1 + rng.random_range(0..=1),
                    weak: false,
                }),
                _ => Instr::Await(loc, for_load(mode), 1),
            },
        }
    }
}

/// Puts one or two instructions of some bodies under a condition.
fn nest(body: &mut Vec<Instr>, rng: &mut TestRng) {
    let nested = body.iter().any(|i| matches!(i, Instr::If(..)));
    if body.len() >= 2 && !nested && rng.random_ratio(1, 3) {
        let from = rng.random_range(1..body.len());
        let to = (from + rng.random_range(1..=2)).min(body.len());
        let inner: Vec<Instr> = body.drain(from..to).collect();
        body.insert(from, Instr::If(rng.random_range(0..=2), inner));
    }
}

pub(crate) fn for_load(mode: Mode) -> Mode {
    match mode {
        Mode::Rel | Mode::AcqRel => Mode::Acq,
        other => other,
    }
}

pub(crate) fn for_store(mode: Mode) -> Mode {
    match mode {
        Mode::Acq | Mode::AcqRel => Mode::Rel,
        other => other,
    }
}

impl Strategy for Flavour {
    type Tree = Tree;
    type Value = Program;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        Ok(Tree::new(self.program(runner.rng())))
    }
}

/// The shrinker: the smallest failing program so far, and its smaller neighbours to try.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    best: Program,
    tried: Option<Program>,
    left: std::vec::IntoIter<Program>,
}

impl Tree {
    fn new(best: Program) -> Tree {
        let left = smaller(&best).into_iter();
        Tree {
            best,
            tried: None,
            left,
        }
    }

    fn try_next(&mut self) -> bool {
        self.tried = self.left.next();
        self.tried.is_some()
    }
}

impl ValueTree for Tree {
    type Value = Program;

    fn current(&self) -> Program {
        self.tried.as_ref().unwrap_or(&self.best).clone()
    }

    fn simplify(&mut self) -> bool {
        if let Some(failing) = self.tried.take() {
            *self = Tree::new(failing);
        }
        self.try_next()
    }

    fn complicate(&mut self) -> bool {
        self.try_next()
    }
}
