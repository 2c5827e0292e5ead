//! What two accesses without an order between them are to the protocol.

use super::Scene;
use crate::log::{Execution, Missing, Order, Purpose, Via, What};

/// What the two accesses of a race are for: the one that the checker came to last, and the
/// submitter's.
struct Accesses {
    last: Option<Purpose>,
    submitter: Option<Purpose>,
}

impl Accesses {
    fn of(execution: &Execution) -> Self {
        let purpose = |event: usize| Some(execution.events[event].accesses()?.1);
        let missing = execution.missing.as_ref();
        let (from, to) = missing.map(|missing| (missing.from, missing.to)).unzip();
        let is_submitter = |event: &usize| execution.events[*event].thread == 0;
        Self {
            last: to.and_then(purpose),
            submitter: from
                .into_iter()
                .chain(to)
                .find(is_submitter)
                .and_then(purpose),
        }
    }
}

/// Which way a request went when two accesses to it raced.
#[derive(Clone, Copy)]
pub(super) enum Way {
    /// From the submitter to its worker.
    There,
    /// From the worker to the submitter.
    Back,
}

/// What a race of two accesses to a request is in the protocol's terms, and the obligation that is
/// broken. A change of hands discharges two: which of them, shows in what the submitter does to the
/// request, as the worker's handler both reads and writes it.
pub(super) fn raced(way: Way, execution: &Execution, scene: &Scene) -> (String, &'static str) {
    let Scene {
        request, worker, ..
    } = scene;
    let Accesses { last, submitter } = Accesses::of(execution);
    let fills = matches!(submitter, Some(Purpose::Fill));
    match way {
        Way::There if fills => (
            format!("{worker} took {request} before what the submitter filled in was there to see"),
            "O1",
        ),
        Way::There => (
            format!(
                "{worker} took {request} while the submitter was still reading its last result"
            ),
            "O4",
        ),
        Way::Back if fills => (
            format!("the submitter filled {request} anew while {worker} was still reading it"),
            "O3",
        ),
        Way::Back => (
            match last {
                Some(Purpose::Handle) => {
                    format!(
                        "the submitter took {request}'s result while {worker} was still writing it"
                    )
                }
                _ => {
                    format!("the submitter took {request}'s result before {worker} had written it")
                }
            },
            "O2",
        ),
    }
}

/// Why a change of hands does not order two accesses.
pub(super) fn unordered(execution: &Execution, missing: &Missing) -> String {
    let Some(Via::Handover { write, read }) = missing.via else {
        return "nothing orders the two".to_owned();
    };
    let events = &execution.events;
    // The access itself, or a fence of its thread on the side of the request.
    let has = |at: usize, from: usize, to: usize, is: fn(Order) -> bool| {
        events[from..=to].iter().any(|event| match &event.what {
            What::Fence { order, .. } => event.thread == events[at].thread && order.is_some_and(is),
            _ => false,
        }) || [
            events[at].reads().map(|(word, _)| word),
            events[at].writes(),
        ]
        .into_iter()
        .flatten()
        .any(|word| is(word.order))
    };
    let word = events[write].writes().map_or("the word", |word| &word.name);
    let releases = has(write, missing.from, write, Order::releases);
    let acquires = has(read, read, missing.to, Order::acquires);
    match (releases, acquires) {
        (false, false) => {
            format!("the store of {word} that gave it away is no release, nor its load an acquire")
        }
        (false, true) => format!("the store of {word} that gave it away is no release"),
        (true, false) => format!("the load of {word} that showed it is no acquire"),
        (true, true) => "nothing orders the two".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tell;
    use super::*;
    use crate::log::{Event, Word};
    use flipside::{Mutation, Site};
    use flipside_scenarios::mutant::Mutant;

    /// A race of two accesses to one request, and the mutant that lets it happen.
    fn told(site: Site, accesses: [(usize, Purpose); 2]) -> String {
        let events = accesses.map(|(thread, purpose)| Event {
            thread,
            what: What::Cell("request 0".to_owned(), purpose),
            file: String::new(),
            line: 0,
        });
        let execution = Execution {
            threads: vec!["submitter".to_owned(), "worker 0".to_owned()],
            events: events.to_vec(),
            culprits: vec![0, 1],
            missing: Some(Missing {
                from: 0,
                to: 1,
                via: None,
                barrier: None,
            }),
            ..Execution::default()
        };
        tell(&execution, Some(Mutant(Mutation::Weakened(site, None))))
    }

    #[test]
    fn the_obligation_is_that_of_the_accesses_that_race() {
        use Purpose::{Deliver, Fill, Handle, Look};
        let (submitter, worker) = (0, 1);
        for (site, accesses, obligation) in [
            (Site::CommitWmb, [(submitter, Fill), (worker, Handle)], "O1"),
            (
                Site::TakeRmb,
                [(submitter, Deliver), (worker, Handle)],
                "O4",
            ),
            (Site::TakeRmb, [(worker, Handle), (submitter, Look)], "O4"),
            (
                Site::CompleteWmb,
                [(worker, Handle), (submitter, Deliver)],
                "O2",
            ),
            (
                Site::ReapRmb,
                [(submitter, Deliver), (worker, Handle)],
                "O2",
            ),
            (Site::ReapRmb, [(worker, Handle), (submitter, Fill)], "O3"),
            (Site::FlushRmb, [(submitter, Fill), (worker, Handle)], "O3"),
        ] {
            let told = told(site, accesses);
            assert!(told.ends_with(&format!(", {obligation}")), "{told}");
            let discharged = site.obligations().contains(&obligation);
            assert!(discharged, "{} does not discharge it: {told}", site.name());
        }
    }

    fn event(thread: usize, what: What) -> Event {
        Event {
            thread,
            what,
            file: String::new(),
            line: 0,
        }
    }

    fn word(order: Order) -> Word {
        Word {
            name: "done[0]".to_owned(),
            value: "1".to_owned(),
            order,
            site: None,
            mutated: false,
        }
    }

    /// The worker's access, its flip of `done`, the submitter's look at it and its access, and
    /// fences between the accesses and the flip and the look.
    fn handed_back(flip: Order, look: Order, fences: [Option<Order>; 2]) -> Execution {
        let fence = |order| What::Fence {
            site: "a barrier".to_owned(),
            order,
            mutated: false,
        };
        let request = |purpose| What::Cell("request 0".to_owned(), purpose);
        let look = What::Read {
            word: word(look),
            from: Some(2),
        };
        Execution {
            threads: vec!["submitter".to_owned(), "worker 0".to_owned()],
            events: vec![
                event(1, request(Purpose::Handle)),
                event(1, fence(fences[0])),
                event(1, What::Write(word(flip))),
                event(0, look),
                event(0, fence(fences[1])),
                event(0, request(Purpose::Deliver)),
            ],
            culprits: vec![0, 5],
            missing: Some(Missing {
                from: 0,
                to: 5,
                via: Some(Via::Handover { write: 2, read: 3 }),
                barrier: None,
            }),
            ..Execution::default()
        }
    }

    #[test]
    fn a_race_that_no_mutant_explains_is_told_by_what_does_not_order_it() {
        use Order::{Acquire, Relaxed, Release};
        for (flip, look, fences, says) in [
            (Relaxed, Acquire, [None, None], "is no release, O2"),
            (Relaxed, Relaxed, [None, Some(Acquire)], "is no release, O2"),
            (Release, Relaxed, [None, None], "is no acquire, O2"),
            (Relaxed, Relaxed, [Some(Release), None], "is no acquire, O2"),
            (
                Relaxed,
                Relaxed,
                [None, None],
                "nor its load an acquire, O2",
            ),
        ] {
            let told = tell(&handed_back(flip, look, fences), None);
            assert!(
                told.starts_with("the submitter took request 0's result before worker 0 had"),
                "{told}"
            );
            assert!(told.ends_with(says) && told.contains("done[0]"), "{told}");
        }
    }
}
