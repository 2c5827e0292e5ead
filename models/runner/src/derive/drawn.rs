//! One execution to draw for each obligation.

use super::chains::{Edges, pairs};
use super::crossings::met;
use super::seen::{Seen, Step, family};
use super::words::newer;
use flipside::Site;
use flipside_record::facts::Drawn;
use flipside_record::log::{Event, Execution, What};
use weft::{EventId, HbStep};

/// What this execution shows of an obligation, if it does.
pub(super) fn drawn(seen: &Seen<'_>, obligation: &str) -> Option<Drawn> {
    let mut first = None;
    let (chain, marks) = match obligation {
        "O6" => (Vec::new(), crossing(seen)?),
        "O8" => (Vec::new(), flips(seen)),
        "O9" => {
            let (missed, look) = stale(seen)?;
            first = Some(missed.id);
            (Vec::new(), vec![missed.index, look.index])
        }
        "O11" | "O12" => (Vec::new(), Vec::new()),
        _ => chain(seen, obligation)?,
    };
    Some(in_order(seen, first, &chain, &marks))
}

/// The accesses of the last pair that the obligation orders, and the way between them.
fn chain(seen: &Seen<'_>, obligation: &str) -> Option<(Vec<usize>, Vec<usize>)> {
    let edges = Edges::of(seen);
    let own = pairs(seen).into_iter().rev();
    let mut own = own.filter(|pair| pair.obligation == obligation);
    own.find_map(|pair| {
        let (from, to) = (pair.from.0, pair.to.0);
        let way = edges.own(obligation, from.id, to.id)?;
        let mut chain = vec![from.index];
        for step in &way {
            if let HbStep::Sync(sync) = step {
                let ids = [sync.release, sync.head]
                    .into_iter()
                    .chain(sync.sequence.iter().copied())
                    .chain([sync.read, sync.acquire]);
                chain.extend(ids.filter_map(|id| Some(seen.step(id)?.index)));
            }
        }
        chain.push(to.index);
        chain.dedup();
        Some((chain, vec![from.index, to.index]))
    })
}

/// A commit in which the submitter sees that the worker sleeps, and wakes it.
fn crossing(seen: &Seen<'_>) -> Option<Vec<usize>> {
    let mut all = met(seen).into_iter();
    let met = all.find(|met| {
        met.waker_sees && !met.sleeper_sees && met.waker[1].site() == Some(Site::CommitMb.name())
    })?;
    let steps = met.waker.into_iter().chain(met.sleeper);
    Some(steps.map(|step| step.index).collect())
}

/// Every change of the words that both sides see.
fn flips(seen: &Seen<'_>) -> Vec<usize> {
    let changes = |step: &Step<'_>| step.event.writes().is_some() && step.site().is_some();
    seen.steps()
        .filter(changes)
        .map(|step| step.index)
        .collect()
}

/// A look of the submitter's that misses a newer value, and the value that it misses.
fn stale<'a>(seen: &Seen<'a>) -> Option<(Step<'a>, Step<'a>)> {
    let mut looks = seen.steps().filter(|step| {
        let read = matches!(step.event.what, What::Read { .. });
        read && step.thread() == 0 && step.word().is_some_and(|word| family(&word.name) == "done")
    });
    looks.find_map(|look| {
        let missed = seen.step(newer(seen, look)?)?;
        Some((missed, look))
    })
}

/// The execution with its steps in an order that extends happens-before, which the order of the
/// search need not.
///
/// `first` and all that comes before it stand as high as they can.
fn in_order(seen: &Seen<'_>, first: Option<EventId>, chain: &[usize], marks: &[usize]) -> Drawn {
    let later = |id: EventId| {
        let early = |first: EventId| id == first || seen.graph.hb(id, first);
        first.is_some_and(|first| !early(first))
    };
    let place = |index: &usize| seen.anchor(*index).map(|id| (later(id), seen.place(id)));
    let mut order: Vec<usize> = (0..seen.log.events.len()).collect();
    order.sort_by_key(place);
    let place = |index: usize| order.iter().position(|&old| old == index);
    let moved = |event: &Event| {
        let mut event = event.clone();
        if let What::Read { from, .. } | What::Update { from, .. } = &mut event.what {
            *from = from.and_then(place);
        }
        event
    };
    let all = |indices: &[usize]| indices.iter().filter_map(|&index| place(index)).collect();
    Drawn {
        execution: Execution {
            events: order
                .iter()
                .map(|&index| moved(&seen.log.events[index]))
                .collect(),
            threads: seen.log.threads.clone(),
            ..Execution::default()
        },
        chain: all(chain),
        marks: all(marks),
    }
}
