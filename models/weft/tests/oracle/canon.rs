//! One text per execution graph, the same from both sides of the comparison.

use super::ast::{Loc, Mode};
use super::exec::{Act, Source};
use std::fmt::Write as _;

/// An event by its thread and its number among the memory events and fences of the thread;
/// None is the initialising write.
pub(crate) type Id = Option<(usize, usize)>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shown {
    Read {
        loc: Loc,
        mode: Option<Mode>,
        value: u32,
        from: Id,
    },
    Write {
        loc: Loc,
        mode: Option<Mode>,
        value: u32,
    },
    Rmw {
        loc: Loc,
        mode: Mode,
        old: u32,
        new: u32,
        from: Id,
    },
    Fence(Mode),
}

/// The text of a graph: the events of each thread, then the coherence order of each atomic
/// location that is written at all, and how many events of other threads happen before an event.
/// Non-atomic accesses have no value here.
pub(crate) fn text(
    threads: &[Vec<Shown>],
    co: &[(Loc, Vec<Id>)],
    hb: impl Fn((usize, usize), (usize, usize)) -> bool,
) -> String {
    let mut out = String::new();
    for (t, events) in threads.iter().enumerate() {
        let _ = write!(out, "T{t}:");
        for shown in events {
            out.push(' ');
            out.push_str(&event(shown));
        }
        out.push_str("; ");
    }
    for (loc, order) in co {
        if !loc.plain() && order.len() > 1 {
            let ids: Vec<String> = order.iter().map(|i| id(*i)).collect();
            let _ = write!(out, "co {}: {}; ", loc.name(), ids.join(" "));
        }
    }
    for (t, events) in threads.iter().enumerate() {
        for n in 0..events.len() {
            for (other, theirs) in threads.iter().enumerate().filter(|(o, _)| *o != t) {
                let before = (0..theirs.len())
                    .filter(|k| hb((other, *k), (t, n)))
                    .count();
                if before > 0 {
                    let _ = write!(out, "hb {other}*{before}-{t}.{n}; ");
                }
            }
        }
    }
    out
}

fn event(shown: &Shown) -> String {
    let access = |kind: &str, loc: &Loc, mode: &Option<Mode>, value: &u32| {
        let (l, m) = (loc.name(), mode.map_or("na", Mode::name));
        let value = if mode.is_some() {
            format!("={value}")
        } else {
            String::new()
        };
        format!("{kind}{l}.{m}{value}")
    };
    match shown {
        Shown::Read {
            loc,
            mode,
            value,
            from,
        } => {
            format!("{}<{}", access("R", loc, mode, value), id(*from))
        }
        Shown::Write { loc, mode, value } => access("W", loc, mode, value),
        Shown::Rmw {
            loc,
            mode,
            old,
            new,
            from,
        } => {
            format!(
                "{}>{new}<{}",
                access("U", loc, &Some(*mode), old),
                id(*from)
            )
        }
        Shown::Fence(mode) => format!("F.{}", mode.name()),
    }
}

fn id(id: Id) -> String {
    id.map_or_else(|| "init".to_owned(), |(t, n)| format!("{t}.{n}"))
}

/// The text of what the threads did, under a coherence order.
pub(crate) fn of_traces(
    traces: &[Vec<Act>],
    orders: &[(Loc, Vec<Source>)],
    hb: impl Fn((usize, usize), (usize, usize)) -> bool,
) -> String {
    let number = |from: Source| match from {
        Source::Init => None,
        Source::At(t, i) => {
            let before = traces[t][..i].iter();
            Some((
                t,
                before
                    .filter(|act| shown_of(act, |_| None).is_some())
                    .count(),
            ))
        }
    };
    let thread = |trace: &Vec<Act>| trace.iter().filter_map(|a| shown_of(a, number)).collect();
    let threads: Vec<Vec<Shown>> = traces.iter().map(thread).collect();
    let co: Vec<(Loc, Vec<Id>)> = orders
        .iter()
        .map(|(l, order)| (*l, order.iter().map(|s| number(*s)).collect()))
        .collect();
    let places: Vec<Vec<usize>> = traces
        .iter()
        .map(|trace| {
            let shown = |i: &usize| shown_of(&trace[*i], |_| None).is_some();
            (0..trace.len()).filter(shown).collect()
        })
        .collect();
    let place = |(t, n): (usize, usize)| (t, places[t][n]);
    text(&threads, &co, |a, b| hb(place(a), place(b)))
}

fn shown_of(act: &Act, number: impl Fn(Source) -> Id) -> Option<Shown> {
    Some(match *act {
        Act::Read {
            loc,
            mode,
            from,
            value,
        } => Shown::Read {
            loc,
            mode,
            value,
            from: number(from),
        },
        Act::Write { loc, mode, value } => Shown::Write { loc, mode, value },
        Act::Rmw {
            loc,
            mode,
            from,
            old,
            new,
        } => Shown::Rmw {
            loc,
            mode,
            old,
            new,
            from: number(from),
        },
        Act::Fence(mode) => Shown::Fence(mode),
        Act::New(_) | Act::Begin | Act::End | Act::Spawn(_) | Act::Join(_) => return None,
    })
}
