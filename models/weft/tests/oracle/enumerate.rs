//! The naive enumerator: every reads-from, every coherence order, filtered by the axioms.

use super::ast::{Loc, Program};
use super::canon;
use super::exec::{Act, Code, Source, State};
use super::rc11::{Execution, Without};
use std::collections::{BTreeSet, HashSet};

/// What a program can do.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Outcome {
    /// The consistent graphs in which every thread ended.
    pub(crate) graphs: BTreeSet<String>,
    /// Some consistent execution has a data race.
    pub(crate) race: bool,
    /// A thread panics in some consistent execution.
    pub(crate) panic: bool,
    /// A consistent execution in which threads wait for ever: at the newest value of what they
    /// wait for.
    pub(crate) hang: Option<String>,
    /// Candidates that the axioms judged.
    pub(crate) candidates: usize,
}

/// How much of the search may be cut short; both ways have to give the same outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Search {
    /// Only complete candidates are judged, by all axioms at once.
    Naive,
    /// Coherence orders are judged one location at a time (eco never leaves a location), and
    /// two RMWs that read the same write are dropped at once.
    ByLocation,
}

/// Every outcome of a program, or None if more than `limit` candidates would have to be judged.
pub(crate) fn outcome(program: &Program, limit: usize) -> Option<Outcome> {
    outcome_with(program, limit, Search::ByLocation, Without::Nothing)
}

pub(crate) fn outcome_with(
    program: &Program,
    limit: usize,
    search: Search,
    without: Without,
) -> Option<Outcome> {
    let code = Code::new(program);
    let mut out = Outcome::default();
    let mut first = State::start(&code);
    first.run_to_reads(&code);
    let mut seen = HashSet::from([first.key()]);
    let mut stack = vec![first];
    while let Some(state) = stack.pop() {
        let successors = state.successors(&code);
        if successors.is_empty() {
            judge(&state, search, without, limit, &mut out)?;
        }
        for next in successors {
            let keep =
                search == Search::Naive || without == Without::Atomicity || next.rmws_read_apart();
            if keep && seen.insert(next.key()) {
                stack.push(next);
            }
        }
        if seen.len() > limit {
            return None;
        }
    }
    Some(out)
}

/// Judges a final state under each coherence order.
fn judge(
    state: &State,
    search: Search,
    without: Without,
    limit: usize,
    out: &mut Outcome,
) -> Option<()> {
    let x = Execution::new(&state.traces, without);
    if !x.no_thin_air() {
        return Some(());
    }
    let mut choices: Vec<Vec<(Loc, Vec<Source>)>> = Vec::new();
    for loc in Loc::ALL {
        let writes = x.writes(loc);
        let mut orders = Vec::new();
        permutations(&writes[1..], &mut |rest| {
            let mut order = vec![Source::Init];
            order.extend_from_slice(rest);
            orders.push((loc, order));
        });
        if search == Search::ByLocation {
            out.candidates += orders.len();
            orders.retain(|order| {
                let co = x.co(std::slice::from_ref(order));
                x.coherent(&co) && x.atomic(&co)
            });
        }
        choices.push(orders);
        if out.candidates > limit {
            return None;
        }
    }
    let combinations: usize = choices.iter().map(Vec::len).product();
    out.candidates += combinations;
    if out.candidates > limit {
        return None;
    }
    for mut pick in 0..combinations {
        let mut orders = Vec::new();
        for choice in &choices {
            orders.push(choice[pick % choice.len()].clone());
            pick /= choice.len();
        }
        let co = x.co(&orders);
        let consistent = if search == Search::Naive {
            x.coherent(&co) && x.atomic(&co) && x.sc(&co)
        } else {
            x.sc(&co)
        };
        if consistent {
            record(state, &x, &orders, out);
        }
    }
    Some(())
}

fn record(state: &State, x: &Execution, orders: &[(Loc, Vec<Source>)], out: &mut Outcome) {
    out.race |= x.races();
    out.panic |= state.failed();
    if state.failed() {
        return;
    }
    let blocked = state.blocked();
    if blocked.is_empty() {
        let fresh = out
            .graphs
            .insert(canon::of_traces(&state.traces, orders, |a, b| {
                x.happens_before(a, b)
            }));
        // The text leaves out the order of plain writes: without races hb determines it.
        assert!(fresh || out.race, "the enumerator meets each graph once");
        return;
    }
    if out.hang.is_none() && blocked.iter().all(|at| reads_newest(state, *at, orders)) {
        out.hang = Some(canon::of_traces(&state.traces, orders, |a, b| {
            x.happens_before(a, b)
        }));
    }
}

/// Whether every read of the turn that begins here reads the last write of its location.
fn reads_newest(state: &State, at: (usize, usize), orders: &[(Loc, Vec<Source>)]) -> bool {
    state.traces[at.0][at.1..].iter().all(|act| match act {
        Act::Read { loc, from, .. } => orders
            .iter()
            .any(|(l, order)| l == loc && order.last() == Some(from)),
        other => unreachable!("{other:?} in a turn without effect"),
    })
}

fn permutations(items: &[Source], visit: &mut impl FnMut(&[Source])) {
    fn go(items: &mut Vec<Source>, done: usize, visit: &mut impl FnMut(&[Source])) {
        if done == items.len() {
            return visit(items);
        }
        for i in done..items.len() {
            items.swap(done, i);
            go(items, done + 1, visit);
            items.swap(done, i);
        }
    }
    go(&mut items.to_vec(), 0, visit);
}
