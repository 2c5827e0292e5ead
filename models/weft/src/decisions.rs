//! One execution as a list of decisions, short enough to paste.

use std::fmt;
use std::str::FromStr;

use crate::event::{EventId, Kind};
use crate::exec::Counted;
use crate::graph::Graph;

/// How an event is added when it is not in the default way (read the coherence-last write, write coherence-last).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Choice {
    Default,
    /// Read from this write, and go on in this way (1 is how a weak compare-exchange fails spuriously).
    Read(EventId, u32),
    /// Write right after this write.
    After(EventId),
    Pick(u32),
}

/// The thread whose next event is added, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    pub(crate) thread: u32,
    pub(crate) choice: Choice,
}

/// A list of decisions that leads to exactly one execution: which thread takes the next step, and what it reads or
/// where it writes whenever that is not the newest. Prints as text, and is read back by `FromStr`:
///
/// ```text
/// weft1: 0*4 1*3 0r1.1 0*2 #5a30c1f7
/// ```
///
/// Each word is a step, or several equal ones (`0*4`). Its number is the thread: main is 0, the thread that the k-th spawn of
/// the list spawns is k. `r1.1` reads from that event (thread and index), `s1.1` the same by a weak compare-exchange that
/// fails spuriously, `a1.1` writes right after it in coherence order, `c1` takes the other way where no access decides.
/// `+0a1b2c3d` in front says of what kind of [`sync::Arc`](crate::sync::Arc) the counts are steps too.
/// The last word, which may be missing, is a fingerprint of the execution: a list that comes to another is refused. After the last
/// step all that is left happens as it does by default.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decisions {
    pub(crate) steps: Vec<Step>,
    pub(crate) fingerprint: Option<u32>,
    /// The kinds of shared values whose counts are events.
    pub(crate) counted: Counted,
}

const VERSION: &str = "weft1:";

/// More steps than any execution has that is meant to be replayed.
const LONGEST: usize = 1_000_000;

impl Decisions {
    /// The decisions that lead to a graph that is [`normalised`](Graph::normalised).
    pub(crate) fn of(graph: &Graph) -> Decisions {
        let mut added: Vec<Vec<EventId>> = vec![Vec::new(); graph.locs.len()];
        let mut rank: Vec<Vec<usize>> = graph
            .threads
            .iter()
            .map(|t| vec![0; t.events.len()])
            .collect();
        for loc in &graph.locs {
            for (k, w) in loc.co.iter().enumerate() {
                rank[w.thread as usize][w.index as usize] = k;
            }
        }
        let step = |&id: &EventId| Step {
            thread: id.thread,
            choice: choice(graph, id, &mut added, &rank),
        };
        Decisions {
            steps: graph.inserted.iter().map(step).collect(),
            fingerprint: Some(graph.fingerprint()),
            counted: Counted::default(),
        }
    }
}

fn choice(graph: &Graph, id: EventId, added: &mut [Vec<EventId>], rank: &[Vec<usize>]) -> Choice {
    let e = graph.ev(id);
    if let Kind::Choice(picked) = e.kind {
        return if picked == 0 {
            Choice::Default
        } else {
            Choice::Pick(picked)
        };
    }
    let Some(loc) = e.location() else {
        return Choice::Default;
    };
    // What is not atomic is ordered, and leaves nothing open.
    let open = |choice: Choice| {
        if e.is_atomic() {
            choice
        } else {
            Choice::Default
        }
    };
    let co = &mut added[loc.0 as usize];
    if e.is_read() {
        return match e.rf {
            Some(source) if e.way != 0 || co.last() != Some(&source) => {
                open(Choice::Read(source, e.way))
            }
            _ => Choice::Default,
        };
    }
    let rank = |w: EventId| rank[w.thread as usize][w.index as usize];
    let place = co.partition_point(|&w| rank(w) < rank(id));
    co.insert(place, id);
    if place + 1 == co.len() || e.rmw {
        Choice::Default
    } else {
        open(Choice::After(co[place - 1]))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.thread)?;
        match self.choice {
            Choice::Default => Ok(()),
            Choice::Read(id, 0) => write!(f, "r{id}"),
            Choice::Read(id, 1) => write!(f, "s{id}"),
            Choice::Read(id, way) => write!(f, "s{id}w{way}"),
            Choice::After(id) => write!(f, "a{id}"),
            Choice::Pick(n) => write!(f, "c{n}"),
        }
    }
}

impl fmt::Display for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(VERSION)?;
        for kind in self.counted.iter() {
            write!(f, " +{kind:08x}")?;
        }
        let mut at = 0;
        while at < self.steps.len() {
            let step = self.steps[at];
            let same = self.steps[at..].iter().take_while(|&&s| s == step).count();
            write!(f, " {step}")?;
            if same > 1 {
                write!(f, "*{same}")?;
            }
            at += same;
        }
        match self.fingerprint {
            Some(fingerprint) => write!(f, " #{fingerprint:08x}"),
            None => Ok(()),
        }
    }
}

/// A text that is no decision list of this version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ParseDecisionsError(String);

impl fmt::Display for ParseDecisionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a decision list ({VERSION} …): {}", self.0)
    }
}

impl std::error::Error for ParseDecisionsError {}

impl FromStr for Decisions {
    type Err = ParseDecisionsError;

    fn from_str(text: &str) -> Result<Decisions, ParseDecisionsError> {
        let bad = |what: &str| ParseDecisionsError(what.to_string());
        let list = text
            .trim()
            .strip_prefix(VERSION)
            .ok_or_else(|| bad("another version"))?;
        let mut decisions = Decisions {
            steps: Vec::new(),
            fingerprint: None,
            counted: Counted::default(),
        };
        for word in list.split_whitespace() {
            let bad = |what: &str| bad(&format!("`{word}` {what}"));
            if decisions.fingerprint.is_some() {
                return Err(bad("comes after the fingerprint"));
            }
            if let Some(digits) = word.strip_prefix('+') {
                let number = hexadecimal(digits).ok_or_else(|| bad("is no kind of value"))?;
                Counted::make_mut(&mut decisions.counted).insert(number);
                continue;
            }
            if let Some(digits) = word.strip_prefix('#') {
                let number = hexadecimal(digits).ok_or_else(|| bad("is no fingerprint"))?;
                decisions.fingerprint = Some(number);
                continue;
            }
            let (step, times) = word.split_once('*').unwrap_or((word, "1"));
            let step = parse_step(step).ok_or_else(|| bad("is no step"))?;
            let times: usize = times.parse().map_err(|_| bad("counts no steps"))?;
            if times == 0 || times > LONGEST - decisions.steps.len() {
                return Err(bad(&format!("makes no steps, or more than {LONGEST}")));
            }
            decisions.steps.extend(std::iter::repeat_n(step, times));
        }
        Ok(decisions)
    }
}

/// Eight digits.
fn hexadecimal(digits: &str) -> Option<u32> {
    let whole = digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| whole)
}

fn parse_step(text: &str) -> Option<Step> {
    let end = text
        .find(|c: char| c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let thread = text[..end].parse().ok()?;
    let event = |text: &str| {
        let (thread, index) = text.split_once('.')?;
        Some(EventId {
            thread: thread.parse().ok()?,
            index: index.parse().ok()?,
        })
    };
    let choice = match text[end..].split_at_checked(1) {
        None | Some(("", _)) => Choice::Default,
        Some(("r", rest)) => Choice::Read(event(rest)?, 0),
        Some(("s", rest)) => match rest.split_once('w') {
            Some((id, way)) => Choice::Read(event(id)?, way.parse().ok()?),
            None => Choice::Read(event(rest)?, 1),
        },
        Some(("a", rest)) => Choice::After(event(rest)?),
        Some(("c", rest)) => Choice::Pick(rest.parse().ok()?),
        Some(_) => return None,
    };
    Some(Step { thread, choice })
}
