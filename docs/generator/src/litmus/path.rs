//! Every way through a thread of a litmus test: what it does if its loads return these values.

use super::event::{Event, What};
use super::program::{Mark, Step, Value, When};
use std::collections::{BTreeMap, BTreeSet};

/// One way through a thread.
#[derive(Clone, Default)]
pub(super) struct Path {
    pub(super) events: Vec<Event>,
    pub(super) registers: BTreeMap<&'static str, (i64, BTreeSet<usize>)>,
    control: BTreeSet<usize>,
}

/// What each location may hold.
pub(super) type Values = BTreeMap<&'static str, BTreeSet<i64>>;

/// All ways through some steps.
pub(super) fn go(steps: &[&Step], path: Path, values: &Values, all: &mut Vec<Path>) {
    let Some((step, rest)) = steps.split_first() else {
        all.push(path);
        return;
    };
    let event = |path: &Path, what, mark, data: &BTreeSet<usize>| Event {
        thread: None,
        what,
        mark,
        data: data.clone(),
        control: path.control.clone(),
        pair: None,
        unreturned: false,
    };
    let none = BTreeSet::new();
    match step {
        Step::Store(location, value, mark) => {
            let mut path = path;
            let (number, data) = value_of(*value, &path);
            path.events
                .push(event(&path, What::Write(location, number), *mark, &data));
            go(rest, path, values, all);
        }
        Step::Load(register, location, mark) => {
            for &value in &values[location] {
                let mut path = path.clone();
                let index = path.events.len();
                path.events
                    .push(event(&path, What::Read(location, value), *mark, &none));
                path.registers
                    .insert(register, (value, BTreeSet::from([index])));
                go(rest, path, values, all);
            }
        }
        Step::Flip(location, bits, mark, register) => {
            for &old in &values[location] {
                let mut path = path.clone();
                let index = path.events.len();
                // A release read-modify-write is one that stores so, its load is relaxed.
                let loads = if *mark == Mark::Release {
                    Mark::Relaxed
                } else {
                    *mark
                };
                let mut read = event(&path, What::Read(location, old), loads, &none);
                read.unreturned = register.is_none();
                read.pair = Some(index + 1);
                path.events.push(read);
                let data = BTreeSet::from([index]);
                path.events.push(event(
                    &path,
                    What::Write(location, old ^ bits),
                    *mark,
                    &data,
                ));
                if let Some(register) = register {
                    path.registers.insert(register, (old, data));
                }
                go(rest, path, values, all);
            }
        }
        Step::Barrier(barrier) => {
            let mut path = path;
            path.events
                .push(event(&path, What::Fence(*barrier), Mark::Relaxed, &none));
            go(rest, path, values, all);
        }
        Step::If(when, then) => {
            let mut path = path;
            let (holds, decides) = holds(*when, &path);
            path.control.extend(decides);
            let inner = then.iter().filter(|_| holds);
            let steps: Vec<&Step> = inner.chain(rest.iter().copied()).collect();
            go(&steps, path, values, all);
        }
    }
}

fn register(name: &str, path: &Path) -> (i64, BTreeSet<usize>) {
    path.registers.get(name).cloned().unwrap_or_default()
}

fn value_of(value: Value, path: &Path) -> (i64, BTreeSet<usize>) {
    match value {
        Value::Is(number) => (number, BTreeSet::new()),
        Value::Of(name) => register(name, path),
        Value::Plus(name, more) => {
            let (number, data) = register(name, path);
            (number + more, data)
        }
        Value::Flipped(name, bits) => {
            let (number, data) = register(name, path);
            (number ^ bits, data)
        }
    }
}

fn holds(when: When, path: &Path) -> (bool, BTreeSet<usize>) {
    let (one, (other, equal)) = match when {
        When::Differ(a, b) => (register(a, path), (register(b, path), false)),
        When::Agree(a, b) => (register(a, path), (register(b, path), true)),
        When::Is(a, number) => (register(a, path), ((number, BTreeSet::new()), true)),
    };
    let decides = one.1.union(&other.1).copied().collect();
    ((one.0 == other.0) == equal, decides)
}
