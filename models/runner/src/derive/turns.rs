//! Whose turn it is (O9, O12): the accesses of each request, in the order of happens-before, follow
//! the protocol's table of states.

use super::chains::panics;
use super::seen::{Seen, Step};
use flipside_record::facts::Turns;
use flipside_record::log::Purpose;
use std::collections::BTreeMap;

/// Where a request is, as far as its accesses tell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Free,
    Done,
}

pub(super) fn add(seen: &Seen<'_>, outcome: &str, turns: &mut Turns, broken: &mut Vec<String>) {
    let mut requests: BTreeMap<&str, Vec<(Step<'_>, Purpose)>> = BTreeMap::new();
    for step in seen.steps() {
        if let Some((name, purpose)) = step.access() {
            requests.entry(name).or_default().push((step, purpose));
        }
    }
    let (mut handles, mut deliveries) = (0, 0);
    for (name, mut accesses) in requests {
        accesses.sort_by_key(|(step, _)| seen.place(step.id));
        for (index, (a, _)) in accesses.iter().enumerate() {
            for (b, _) in &accesses[index + 1..] {
                if a.thread() == b.thread() {
                    continue;
                }
                turns.pairs += 1;
                if !seen.graph.hb(a.id, b.id) {
                    broken.push(format!("O9: two accesses of {name} are not ordered"));
                }
            }
        }
        let mut state = State::Free;
        for (step, purpose) in accesses {
            let (next, count) = match (state, purpose) {
                (State::Free, Purpose::Fill | Purpose::Look) => (State::Free, &mut turns.fills),
                (State::Free, Purpose::Handle) => (State::Done, &mut handles),
                (State::Done, Purpose::Deliver) => (State::Free, &mut deliveries),
                _ => {
                    broken.push(format!("O12: {name} is accessed out of turn"));
                    break;
                }
            };
            *count += 1;
            state = next;
            turns.panics += u64::from(purpose == Purpose::Handle && panics(seen, step));
        }
        turns.undelivered += u64::from(state == State::Done);
    }
    turns.handles += handles;
    turns.deliveries += deliveries;
    if said(outcome) != Some((handles, deliveries)) {
        broken.push(format!(
            "O12: {handles} handled and {deliveries} delivered, and the submitter says: {outcome}"
        ));
    }
}

/// How many requests the submitter says it committed and were delivered.
fn said(outcome: &str) -> Option<(u64, u64)> {
    let (committed, delivered) = outcome.split_once(" committed, delivered [")?;
    let delivered = delivered.strip_suffix(']')?;
    let numbers = delivered.split(", ").filter(|number| !number.is_empty());
    Some((committed.parse().ok()?, numbers.count() as u64))
}
