//! One execution as a list of decisions, short enough to paste.

use std::collections::BTreeSet;
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
/// where it writes whenever that is not the newest. Prints as text, and is read back by `FromStr`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decisions {
    pub(crate) steps: Vec<Step>,
    /// The kinds of shared values whose counts are events.
    pub(crate) counted: Counted,
}

const VERSION: &str = "weft1:";

impl Decisions {
    /// The decisions that lead to `graph`. Steps of thread `last` (or just the event `last`) come as late as they can,
    /// so that its failure finds the rest of the graph in place.
    pub(crate) fn of(graph: &Graph, last: Option<EventId>) -> Decisions {
        let threads = graph.threads.len();
        let mut done = vec![0u32; threads];
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
        let mut steps = Vec::with_capacity(graph.inserted.len());
        let mut current = 0u32;
        while steps.len() < graph.inserted.len() {
            let ready = |t: u32| {
                let id = EventId {
                    thread: t,
                    index: done[t as usize],
                };
                id.index < graph.len(t)
                    && graph
                        .before(id)
                        .is_none_or(|b| done[b.thread as usize] > b.index)
            };
            let delayed =
                |t: u32| last.is_some_and(|l| l.thread == t && done[t as usize] == l.index);
            let order = || std::iter::once(current).chain(0..threads as u32);
            let next = order()
                .find(|&t| ready(t) && !delayed(t))
                .or_else(|| order().find(|&t| ready(t)));
            let Some(thread) = next else { break };
            current = thread;
            let id = EventId {
                thread,
                index: done[thread as usize],
            };
            done[thread as usize] += 1;
            steps.push(Step {
                thread,
                choice: choice(graph, id, &mut added, &rank),
            });
        }
        Decisions {
            steps,
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
    let co = &mut added[loc.0 as usize];
    if e.is_read() {
        return match e.rf {
            Some(source) if e.way != 0 || co.last() != Some(&source) => Choice::Read(source, e.way),
            _ => Choice::Default,
        };
    }
    let rank = |w: EventId| rank[w.thread as usize][w.index as usize];
    let place = co.partition_point(|&w| rank(w) < rank(id));
    co.insert(place, id);
    if place + 1 == co.len() || e.rmw {
        Choice::Default
    } else {
        Choice::After(co[place - 1])
    }
}

impl Graph {
    /// The event of another thread that must be there before this one.
    pub(crate) fn before(&self, id: EventId) -> Option<EventId> {
        let e = self.ev(id);
        match e.kind {
            Kind::Read => e.rf,
            Kind::Join(child) => Some(EventId {
                thread: child,
                index: self.len(child).saturating_sub(1),
            }),
            Kind::Begin => self.spawn_of(id.thread),
            _ => None,
        }
    }

    /// The event that spawned a thread; none for main.
    pub(crate) fn spawn_of(&self, thread: u32) -> Option<EventId> {
        let (parent, _) = self.threads[thread as usize].parent?;
        let events = &self.threads[parent as usize].events;
        let index = events.iter().position(|e| e.kind == Kind::Spawn(thread))? as u32;
        Some(EventId {
            thread: parent,
            index,
        })
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
        Ok(())
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
        let mut steps = Vec::new();
        let mut counted = BTreeSet::new();
        for word in list.split_whitespace() {
            if let Some(kind) = word.strip_prefix('+') {
                counted.insert(u32::from_str_radix(kind, 16).map_err(|_| bad(word))?);
                continue;
            }
            let (step, times) = match word.split_once('*') {
                Some((step, n)) => (step, n.parse().map_err(|_| bad(word))?),
                None => (word, 1usize),
            };
            if times > 1_000_000 {
                return Err(bad(word));
            }
            let step = parse_step(step).ok_or_else(|| bad(word))?;
            steps.extend(std::iter::repeat_n(step, times));
        }
        Ok(Decisions {
            steps,
            counted: Counted::new(counted),
        })
    }
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
