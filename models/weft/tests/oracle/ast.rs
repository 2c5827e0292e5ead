//! The little language of the oracle: programs of straight-line threads with value-dependent
//! skips, which print as text and are read back from the same text.
//!
//! ```text
//! main: store x rlx 1; spawn 1; load y acq; join 1 | store y rel 1; if 0 { fence sc; add x ar 1 }
//! ```
//! Threads are separated by `|`. `main:` is optional; threads that none spawns are spawned at its
//! start, and those that it spawns and does not join are joined at its end. `if c { .. }` tests the
//! value that the thread read last (0 at first); `r+c` stores that value plus `c`.
//!
//! Locations are there from the start, but those that some thread makes (`new z`). Such a one is
//! used by its maker, by threads that the maker spawns afterwards, and by those that have read its
//! address: `store x rlx &z | load x rlx; if &z { load z acq }`.

use std::fmt;

/// Memory orders. The order of the variants is that of the shrinker: weaker first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Mode {
    Rlx,
    Acq,
    Rel,
    AcqRel,
    Sc,
}

impl Mode {
    pub(crate) fn acquires(self) -> bool {
        matches!(self, Mode::Acq | Mode::AcqRel | Mode::Sc)
    }

    pub(crate) fn releases(self) -> bool {
        matches!(self, Mode::Rel | Mode::AcqRel | Mode::Sc)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Mode::Rlx => "rlx",
            Mode::Acq => "acq",
            Mode::Rel => "rel",
            Mode::AcqRel => "ar",
            Mode::Sc => "sc",
        }
    }
}

/// A location: `x`, `y`, `z`, `w` are atomic, `n` and `m` are not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Loc(pub(crate) u8);

/// How many locations there are, and the first non-atomic one.
pub(crate) const LOCS: usize = 6;
pub(crate) const FIRST_PLAIN: u8 = 4;

impl Loc {
    pub(crate) const ALL: [Loc; LOCS] = [Loc(0), Loc(1), Loc(2), Loc(3), Loc(4), Loc(5)];

    pub(crate) fn name(self) -> &'static str {
        ["x", "y", "z", "w", "n", "m"][self.0 as usize]
    }

    pub(crate) fn plain(self) -> bool {
        self.0 >= FIRST_PLAIN
    }

    /// The value that stands for its address: no sum of other values comes to it.
    pub(crate) fn address(self) -> u32 {
        100 * (1 + u32::from(self.0))
    }

    /// The location whose address a value is.
    pub(crate) fn at(value: u32) -> Option<Loc> {
        Loc::ALL.into_iter().find(|l| l.address() == value)
    }
}

/// What a store or an RMW writes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Val {
    Const(u32),
    /// The value read last, plus a constant.
    Last(u32),
}

impl Val {
    pub(crate) fn eval(self, last: u32) -> u32 {
        match self {
            Val::Const(c) => c,
            Val::Last(c) => last + c,
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Instr {
    Load(Loc, Mode),
    Store(Loc, Mode, Val),
    Swap(Loc, Mode, u32),
    Add(Loc, Mode, u32),
    Cas(Cas),
    Fence(Mode),
    /// Non-atomic accesses.
    Read(Loc),
    Write(Loc, Val),
    /// Spins until the location holds the value.
    Await(Loc, Mode, u32),
    /// Spins until each of two locations holds a value; the second is read when the first is right.
    Both([Loc; 2], Mode, [u32; 2]),
    /// Spins until either of two locations holds a value; the second is read when the first does not.
    Either([Loc; 2], Mode, [u32; 2]),
    /// Spins until the exchange succeeds.
    Spin(Cas),
    If(u32, Vec<Instr>),
    /// Makes the location.
    New(Loc),
    /// Panics.
    Fail,
    /// Each thread is spawned in one place of the program; threads count from 1.
    Spawn(usize),
    /// Later in the same body as the spawn.
    Join(usize),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Cas {
    pub(crate) loc: Loc,
    pub(crate) success: Mode,
    pub(crate) failure: Mode,
    pub(crate) expected: u32,
    pub(crate) new: u32,
    /// May fail although the value is the expected one.
    pub(crate) weak: bool,
}

/// `threads[0]` is the main thread.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Program {
    pub(crate) threads: Vec<Vec<Instr>>,
}

impl Instr {
    /// The locations that it needs.
    fn uses(&self) -> impl Iterator<Item = Loc> {
        let stored = |v: Val| match v {
            Val::Const(c) => Loc::at(c),
            Val::Last(_) => None,
        };
        let (a, b) = match *self {
            Instr::Load(l, _) | Instr::Swap(l, ..) | Instr::Add(l, ..) => (Some(l), None),
            Instr::Store(l, _, v) | Instr::Write(l, v) => (Some(l), stored(v)),
            Instr::Cas(c) | Instr::Spin(c) => (Some(c.loc), None),
            Instr::Read(l) | Instr::Await(l, ..) => (Some(l), None),
            Instr::Both([a, b], ..) | Instr::Either([a, b], ..) => (Some(a), Some(b)),
            Instr::Fence(_) | Instr::If(..) | Instr::New(_) | Instr::Fail => (None, None),
            Instr::Spawn(_) | Instr::Join(_) => (None, None),
        };
        a.into_iter().chain(b)
    }
}

impl Program {
    /// Main spawns every body at once and joins them all.
    pub(crate) fn of(main: Vec<Instr>, bodies: Vec<Vec<Instr>>) -> Program {
        let mut p = Program {
            threads: vec![main],
        };
        p.threads.extend(bodies);
        p.complete();
        p
    }

    /// Adds the spawns that all threads lack at main's start, and the joins at its end.
    pub(crate) fn complete(&mut self) {
        let spawned: Vec<usize> = self.spawned().collect();
        let lacking = (1..self.threads.len()).filter(|t| !spawned.contains(t));
        let lacking: Vec<Instr> = lacking.map(Instr::Spawn).collect();
        let main = &mut self.threads[0];
        main.splice(0..0, lacking);
        for thread in 1..self.threads.len() {
            let main = &mut self.threads[0];
            let join = Instr::Join(thread);
            if main.contains(&Instr::Spawn(thread)) && !main.contains(&join) {
                main.push(join);
            }
        }
    }

    /// Every thread that is spawned, as often as it is.
    fn spawned(&self) -> impl Iterator<Item = usize> + '_ {
        self.instrs().into_iter().filter_map(|i| match i {
            Instr::Spawn(thread) => Some(*thread),
            _ => None,
        })
    }

    /// Every instruction, nested ones too.
    fn instrs(&self) -> Vec<&Instr> {
        fn collect<'a>(body: &'a [Instr], out: &mut Vec<&'a Instr>) {
            for instr in body {
                out.push(instr);
                if let Instr::If(_, inner) = instr {
                    collect(inner, out);
                }
            }
        }
        let mut out = Vec::new();
        self.threads.iter().for_each(|body| collect(body, &mut out));
        out
    }

    /// Whether some thread makes the location.
    pub(crate) fn makes(&self, loc: Loc) -> bool {
        self.instrs().contains(&&Instr::New(loc))
    }

    /// Whether each thread is spawned once, each join follows its spawn, and each location is there for whoever uses it.
    pub(crate) fn sound(&self) -> bool {
        let made: Vec<Loc> = Loc::ALL.into_iter().filter(|l| self.makes(*l)).collect();
        let news = self.instrs();
        let news = news.iter().filter(|i| matches!(i, Instr::New(_)));
        let known = Loc::ALL.map(|l| !made.contains(&l));
        let mut seen = Vec::new();
        let uses = self.sound_thread(0, known, &mut seen);
        seen.sort_unstable();
        uses && news.count() == made.len() && seen.into_iter().eq(0..self.threads.len())
    }

    fn sound_thread(&self, thread: usize, known: [bool; LOCS], seen: &mut Vec<usize>) -> bool {
        seen.push(thread);
        let again = seen.len() > self.threads.len() || thread >= self.threads.len();
        !again && self.sound_body(&self.threads[thread], known, seen)
    }

    fn sound_body(&self, body: &[Instr], mut known: [bool; LOCS], seen: &mut Vec<usize>) -> bool {
        let mut children = Vec::new();
        body.iter().all(|instr| match instr {
            Instr::New(l) => !std::mem::replace(&mut known[l.0 as usize], true),
            Instr::Spawn(t) => {
                children.push(*t);
                self.sound_thread(*t, known, seen)
            }
            Instr::Join(t) => {
                let child = children.iter().position(|c| c == t);
                child.map(|c| children.remove(c)).is_some()
            }
            Instr::If(value, inner) => {
                let mut known = known;
                if let Some(l) = Loc::at(*value) {
                    known[l.0 as usize] = true;
                }
                self.sound_body(inner, known, seen)
            }
            _ => instr.uses().all(|l| known[l.0 as usize]),
        })
    }

    /// Reads the text form.
    ///
    /// # Panics
    /// On text that is no program: the texts are part of the tests.
    pub(crate) fn parse(text: &str) -> Program {
        let mut p = Program {
            threads: vec![Vec::new()],
        };
        for part in text.split('|') {
            let part = part.trim();
            let (into_main, body) = part
                .strip_prefix("main:")
                .map_or((false, part), |rest| (true, rest));
            let spaced = body.replace([';', '/'], " ").replace("->", " ");
            let spaced = spaced.replace('{', " { ").replace('}', " } ");
            let mut words = spaced.split_whitespace();
            let body = parse_body(&mut words);
            assert_eq!(words.next(), None, "unbalanced braces in {part}");
            if into_main {
                p.threads[0] = body;
            } else {
                p.threads.push(body);
            }
        }
        p.complete();
        p
    }
}

fn parse_body<'a>(words: &mut impl Iterator<Item = &'a str>) -> Vec<Instr> {
    let mut body = Vec::new();
    while let Some(word) = words.next() {
        let mut next = || {
            words
                .next()
                .unwrap_or_else(|| panic!("text ends after {word}"))
        };
        body.push(match word {
            "}" => return body,
            "load" => Instr::Load(loc(next()), mode(next())),
            "store" => Instr::Store(loc(next()), mode(next()), val(next())),
            "swap" => Instr::Swap(loc(next()), mode(next()), num(next())),
            "add" => Instr::Add(loc(next()), mode(next()), num(next())),
            "cas" | "weak" | "spin" => {
                let cas = Cas {
                    loc: loc(next()),
                    success: mode(next()),
                    failure: mode(next()),
                    expected: num(next()),
                    new: num(next()),
                    weak: word == "weak",
                };
                if word == "spin" {
                    Instr::Spin(cas)
                } else {
                    Instr::Cas(cas)
                }
            }
            "fence" => Instr::Fence(mode(next())),
            "read" => Instr::Read(loc(next())),
            "write" => Instr::Write(loc(next()), val(next())),
            "both" | "either" => {
                let locs = [loc(next()), loc(next())];
                let (mode, values) = (mode(next()), [num(next()), num(next())]);
                match word {
                    "both" => Instr::Both(locs, mode, values),
                    _ => Instr::Either(locs, mode, values),
                }
            }
            "await" => Instr::Await(loc(next()), mode(next()), num(next())),
            "new" => Instr::New(loc(next())),
            "fail" => Instr::Fail,
            "spawn" => Instr::Spawn(num(next()) as usize),
            "join" => Instr::Join(num(next()) as usize),
            "if" => {
                let value = num(next());
                assert_eq!(next(), "{", "after if {value}");
                Instr::If(value, parse_body(words))
            }
            _ => panic!("no instruction: {word}"),
        });
    }
    body
}

fn loc(word: &str) -> Loc {
    Loc::ALL
        .into_iter()
        .find(|l| l.name() == word)
        .unwrap_or_else(|| panic!("no location: {word}"))
}

fn mode(word: &str) -> Mode {
    [Mode::Rlx, Mode::Acq, Mode::Rel, Mode::AcqRel, Mode::Sc]
        .into_iter()
        .find(|m| m.name() == word)
        .unwrap_or_else(|| panic!("no order: {word}"))
}

fn num(word: &str) -> u32 {
    if let Some(name) = word.strip_prefix('&') {
        return loc(name).address();
    }
    word.parse().unwrap_or_else(|_| panic!("no number: {word}"))
}

fn val(word: &str) -> Val {
    word.strip_prefix("r+")
        .map_or_else(|| Val::Const(num(word)), |c| Val::Last(num(c)))
}

/// A number, or the address that it is.
struct Number(u32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Loc::at(self.0) {
            Some(l) => write!(f, "&{}", l.name()),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Val::Const(c) => write!(f, "{}", Number(*c)),
            Val::Last(c) => write!(f, "r+{c}"),
        }
    }
}

impl fmt::Display for Instr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Instr::Load(l, m) => write!(f, "load {} {}", l.name(), m.name()),
            Instr::Store(l, m, v) => write!(f, "store {} {} {v}", l.name(), m.name()),
            Instr::Swap(l, m, v) => write!(f, "swap {} {} {v}", l.name(), m.name()),
            Instr::Add(l, m, v) => write!(f, "add {} {} {v}", l.name(), m.name()),
            Instr::Cas(c) | Instr::Spin(c) => {
                let word = match self {
                    Instr::Spin(_) => "spin",
                    _ if c.weak => "weak",
                    _ => "cas",
                };
                let (l, s, fail) = (c.loc.name(), c.success.name(), c.failure.name());
                write!(f, "{word} {l} {s}/{fail} {}->{}", c.expected, c.new)
            }
            Instr::Fence(m) => write!(f, "fence {}", m.name()),
            Instr::Read(l) => write!(f, "read {}", l.name()),
            Instr::Write(l, v) => write!(f, "write {} {v}", l.name()),
            Instr::Await(l, m, v) => write!(f, "await {} {} {v}", l.name(), m.name()),
            Instr::Both(locs, m, values) => two(f, "both", locs, *m, values),
            Instr::Either(locs, m, values) => two(f, "either", locs, *m, values),
            Instr::If(v, inner) => write!(f, "if {} {{ {} }}", Number(*v), Body(inner)),
            Instr::New(l) => write!(f, "new {}", l.name()),
            Instr::Fail => f.write_str("fail"),
            Instr::Spawn(t) => write!(f, "spawn {t}"),
            Instr::Join(t) => write!(f, "join {t}"),
        }
    }
}

fn two(
    f: &mut fmt::Formatter<'_>,
    word: &str,
    [a, b]: &[Loc; 2],
    mode: Mode,
    [v, w]: &[u32; 2],
) -> fmt::Result {
    write!(
        f,
        "{word} {} {} {} {v} {w}",
        a.name(),
        b.name(),
        mode.name()
    )
}

struct Body<'a>(&'a [Instr]);

impl fmt::Display for Body<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, instr) in self.0.iter().enumerate() {
            write!(f, "{}{instr}", if i == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "main: {}", Body(&self.threads[0]))?;
        for body in &self.threads[1..] {
            write!(f, " | {}", Body(body))?;
        }
        Ok(())
    }
}
