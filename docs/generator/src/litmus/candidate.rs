//! Every candidate execution of a litmus test: what each thread does if its loads return these
//! values, which store each load reads from, and in which order the stores to a location come.
//! Which of them a memory model has is for its axioms to say.

use super::event::{Event, What};
use super::path::{Path, Values, go};
use super::program::{Litmus, Mark, Outcome};
use super::relation::Relation;
use std::collections::{BTreeMap, BTreeSet};

/// A candidate execution.
pub(super) struct Candidate {
    pub(super) events: Vec<Event>,
    pub(super) po: Relation,
    pub(super) rf: Relation,
    pub(super) co: Relation,
    pub(super) data: Relation,
    pub(super) control: Relation,
    pub(super) rmw: Relation,
    /// The threads' registers at the end.
    registers: Vec<BTreeMap<&'static str, i64>>,
}

/// Shows every candidate to `visit`.
pub(super) fn candidates(litmus: &Litmus, visit: &mut dyn FnMut(&Candidate)) {
    let mut values: Values = Values::new();
    for step in litmus
        .threads
        .iter()
        .flat_map(|steps| super::program::flat(steps))
    {
        if let Some((location, _)) = step.access() {
            let first = litmus.initial.iter().find(|(name, _)| *name == location);
            values.insert(
                location,
                BTreeSet::from([first.map_or(0, |(_, value)| *value)]),
            );
        }
    }
    let begins: Vec<(&str, i64)> = values
        .iter()
        .flat_map(|(&location, values)| values.iter().map(move |&value| (location, value)))
        .collect();
    // What can be read is what some thread can write, and what it can write depends on what it reads.
    let paths = loop {
        let paths: Vec<Vec<Path>> = litmus
            .threads
            .iter()
            .map(|steps| {
                let mut all = Vec::new();
                go(
                    &steps.iter().collect::<Vec<_>>(),
                    Path::default(),
                    &values,
                    &mut all,
                );
                all
            })
            .collect();
        let known = values.clone();
        for event in paths.iter().flatten().flat_map(|path| &path.events) {
            if let What::Write(location, value) = event.what {
                values.entry(location).or_default().insert(value);
            }
        }
        if values == known {
            break paths;
        }
    };
    combine(&paths, &mut Vec::new(), &mut |chosen| {
        together(&begins, chosen, visit);
    });
}

/// Every choice of one path a thread.
fn combine<'p>(
    paths: &'p [Vec<Path>],
    chosen: &mut Vec<&'p Path>,
    visit: &mut dyn FnMut(&[&Path]),
) {
    match paths.get(chosen.len()) {
        None => visit(chosen),
        Some(own) => {
            for path in own {
                chosen.push(path);
                combine(paths, chosen, visit);
                chosen.pop();
            }
        }
    }
}

/// Every reads-from and coherence order of some paths.
fn together(begins: &[(&'static str, i64)], paths: &[&Path], visit: &mut dyn FnMut(&Candidate)) {
    let mut events: Vec<Event> = Vec::new();
    for &(location, value) in begins {
        events.push(Event {
            thread: None,
            what: What::Write(location, value),
            mark: Mark::Relaxed,
            data: BTreeSet::new(),
            control: BTreeSet::new(),
            pair: None,
            unreturned: false,
        });
    }
    for (thread, path) in paths.iter().enumerate() {
        let base = events.len();
        let moved = |set: &BTreeSet<usize>| set.iter().map(|index| index + base).collect();
        events.extend(path.events.iter().map(|event| Event {
            thread: Some(thread),
            data: moved(&event.data),
            control: moved(&event.control),
            pair: event.pair.map(|index| index + base),
            ..event.clone()
        }));
    }
    let count = events.len();
    let reads: Vec<usize> = (0..count)
        .filter(|&event| events[event].is_read())
        .collect();
    let sources: Vec<Vec<usize>> = reads.iter().map(|&read| sources(&events, read)).collect();
    if sources.iter().any(Vec::is_empty) {
        return;
    }
    let orders: Vec<Vec<Vec<usize>>> = begins
        .iter()
        .map(|&(location, _)| {
            let mut all = Vec::new();
            let own = |event: &usize| events[*event].thread.is_some();
            let writes = writes(&events, location).into_iter().filter(own).collect();
            permutations(writes, &mut Vec::new(), &mut all);
            // Coherence, in all models: a thread's own stores stay in order.
            let own = |a: usize, b: usize| events[a].thread == events[b].thread && a > b;
            all.retain(|order| {
                let later = |at: usize| order[at + 1..].iter();
                !(0..order.len()).any(|at| later(at).any(|&b| own(order[at], b)))
            });
            all
        })
        .collect();
    let mut candidate = Candidate {
        po: Relation::of(count, |a, b| {
            events[a].thread.is_some() && events[a].thread == events[b].thread && a < b
        }),
        data: Relation::of(count, |a, b| events[b].data.contains(&a)),
        control: Relation::of(count, |a, b| events[b].control.contains(&a)),
        rmw: Relation::of(count, |a, b| events[a].pair == Some(b)),
        rf: Relation::of(count, |_, _| false),
        co: Relation::of(count, |_, _| false),
        registers: paths
            .iter()
            .map(|path| {
                path.registers
                    .iter()
                    .map(|(name, (value, _))| (*name, *value))
                    .collect()
            })
            .collect(),
        events,
    };
    each(&sources, &mut Vec::new(), &mut |from: &[usize]| {
        candidate.rf = Relation::of(count, |write, read| {
            reads.iter().zip(from).any(|pair| pair == (&read, &write))
        });
        let choices: Vec<Vec<usize>> = orders.iter().map(|own| (0..own.len()).collect()).collect();
        each(&choices, &mut Vec::new(), &mut |order: &[usize]| {
            let orders: Vec<&Vec<usize>> =
                orders.iter().zip(order).map(|(own, &n)| &own[n]).collect();
            let place = |event: usize| {
                let mut all = orders.iter();
                all.find_map(|order| order.iter().position(|&other| other == event))
            };
            let events = &candidate.events;
            candidate.co = Relation::of(count, |a, b| {
                let both = events[a].is_write() && events[b].is_write();
                both && events[a].location() == events[b].location() && place(a) < place(b)
            });
            visit(&candidate);
        });
    });
}

fn writes(events: &[Event], location: &str) -> Vec<usize> {
    let own =
        |event: &usize| events[*event].is_write() && events[*event].location() == Some(location);
    (0..events.len()).filter(own).collect()
}

/// The writes that a read can read from by its value.
fn sources(events: &[Event], read: usize) -> Vec<usize> {
    let What::Read(location, wanted) = events[read].what else {
        return Vec::new();
    };
    let mut own = writes(events, location);
    own.retain(|&write| events[write].what == What::Write(location, wanted));
    own
}

fn permutations(left: Vec<usize>, chosen: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
    if left.is_empty() {
        all.push(chosen.clone());
    }
    for (index, &event) in left.iter().enumerate() {
        let mut left = left.clone();
        left.remove(index);
        chosen.push(event);
        permutations(left, chosen, all);
        chosen.pop();
    }
}

/// Every choice of one of each.
fn each(choices: &[Vec<usize>], chosen: &mut Vec<usize>, visit: &mut dyn FnMut(&[usize])) {
    match choices.get(chosen.len()) {
        None => visit(chosen),
        Some(own) => {
            for &choice in own {
                chosen.push(choice);
                each(choices, chosen, visit);
                chosen.pop();
            }
        }
    }
}

impl Candidate {
    /// Whether it ends so. A register that was not loaded holds -1.
    pub(super) fn ends(&self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Register(thread, name, value) => {
                self.registers[*thread].get(name).copied().unwrap_or(-1) == *value
            }
            Outcome::MemoryIsNot(location, value) => {
                let mut last = writes(&self.events, location);
                last.retain(|&write| {
                    !(0..self.events.len()).any(|other| self.co.has(write, other))
                });
                let is = |&write: &usize| self.events[write].what == What::Write(location, *value);
                !last.iter().any(is)
            }
            Outcome::All(outcomes) => outcomes.iter().all(|outcome| self.ends(outcome)),
            Outcome::Any(outcomes) => outcomes.iter().any(|outcome| self.ends(outcome)),
        }
    }
}
