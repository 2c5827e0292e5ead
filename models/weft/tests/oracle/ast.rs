//! The little language of the oracle: programs of straight-line threads with value-dependent
//! skips, which print as text and are read back from the same text.
//!
//! ```text
//! main: store x rlx 1; spawn 1; load y acq; join 1 | store y rel 1; if 0 { fence sc; add x ar 1 }
//! ```
//! Threads are separated by `|`. `main:` is optional; threads that it does not spawn are spawned
//! at its start, and those that it does not join are joined at its end. `if c { .. }` tests the
//! value that the thread read last (0 at first); `r+c` stores that value plus `c`.

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

/// A location: `x`, `y`, `z` are atomic, `n` and `m` are not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Loc(pub(crate) u8);

/// How many locations there are, and the first non-atomic one.
pub(crate) const LOCS: usize = 5;
pub(crate) const FIRST_PLAIN: u8 = 3;

impl Loc {
    pub(crate) const ALL: [Loc; LOCS] = [Loc(0), Loc(1), Loc(2), Loc(3), Loc(4)];

    pub(crate) fn name(self) -> &'static str {
        ["x", "y", "z", "n", "m"][self.0 as usize]
    }

    pub(crate) fn plain(self) -> bool {
        self.0 >= FIRST_PLAIN
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
    /// Only in `main`; threads count from 1.
    Spawn(usize),
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

/// `threads[0]` is the main thread and contains one `Spawn` and one `Join` of each other.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Program {
    pub(crate) threads: Vec<Vec<Instr>>,
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

    /// Adds the spawns that main lacks at its start, and the joins at its end.
    fn complete(&mut self) {
        let n = self.threads.len();
        let main = &mut self.threads[0];
        let lacking: Vec<Instr> = (1..n)
            .map(Instr::Spawn)
            .filter(|spawn| !main.contains(spawn))
            .collect();
        main.splice(0..0, lacking);
        for join in (1..n).map(Instr::Join) {
            if !main.contains(&join) {
                main.push(join);
            }
        }
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
    word.parse().unwrap_or_else(|_| panic!("no number: {word}"))
}

fn val(word: &str) -> Val {
    word.strip_prefix("r+")
        .map_or_else(|| Val::Const(num(word)), |c| Val::Last(num(c)))
}

impl fmt::Display for Val {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Val::Const(c) => write!(f, "{c}"),
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
            Instr::If(v, inner) => write!(f, "if {v} {{ {} }}", Body(inner)),
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
