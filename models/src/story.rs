//! What went wrong in an execution, in one sentence and in the protocol's terms.

use crate::log::{Event, Execution, Purpose};
use crate::mutant::Mutant;
use flipside::{Fault, Kind, Mutation, Site};

/// The sentence.
pub(crate) fn tell(execution: &Execution, mutant: Option<Mutant>) -> String {
    let scene = Scene::of(execution);
    match mutant.map(|Mutant(mutation)| mutation) {
        None => format!("the engine itself fails: {}", execution.failure),
        Some(Mutation::Weakened(site, to)) => {
            let (what, obligation) = weakened(site, execution, &scene);
            let name = site.name();
            let why = match to {
                None => format!("{name} is missing"),
                Some(Kind::Wmb) => format!("{name} is only a write barrier"),
                Some(Kind::Rmb) => format!("{name} is only a read barrier"),
                Some(Kind::Mb) => format!("{name} is another barrier"),
            };
            format!("{what}: {why}, {obligation}")
        }
        Some(Mutation::Faulty(fault)) => {
            let (what, obligation) = faulty(fault, &scene);
            format!("{what}: {obligation}")
        }
    }
}

/// Who and what the failure is about.
struct Scene {
    request: String,
    worker: String,
    number: usize,
}

impl Scene {
    fn of(execution: &Execution) -> Self {
        let Execution {
            threads,
            events,
            culprits,
            ..
        } = execution;
        let culprit = |event: &&Event| event.accesses().is_some();
        let request = culprits
            .iter()
            .filter_map(|&index| events.get(index))
            .find(culprit)
            .or_else(|| events.iter().rev().find(culprit))
            .and_then(|event| Some(event.accesses()?.0.to_owned()));
        let about = culprits.iter().filter_map(|&index| events.get(index));
        let mut workers = about.map(|event| event.thread).filter(|&thread| thread > 0);
        let thread = workers.next().unwrap_or(1);
        Self {
            request: request.unwrap_or_else(|| "a request".to_owned()),
            worker: threads
                .get(thread)
                .cloned()
                .unwrap_or_else(|| "a worker".to_owned()),
            number: thread - 1,
        }
    }
}

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

/// What the lack of an order at a site led to, and the obligation that is broken.
fn weakened(site: Site, execution: &Execution, scene: &Scene) -> (String, &'static str) {
    let Scene {
        request,
        worker,
        number,
    } = scene;
    let Accesses { last, submitter } = Accesses::of(execution);
    // Which of the two obligations that a change of hands discharges: by what the submitter does
    // to the request, the worker's handler both reading and writing it.
    let fills = matches!(submitter, Some(Purpose::Fill));
    match site {
        Site::CommitWmb | Site::TakeRmb if fills => (
            format!("{worker} took {request} before what the submitter filled in was there to see"),
            "O1",
        ),
        Site::CommitWmb | Site::TakeRmb => (
            format!(
                "{worker} took {request} while the submitter was still reading its last result"
            ),
            "O4",
        ),
        Site::CompleteWmb | Site::ReapRmb | Site::FlushRmb if fills => (
            format!("the submitter filled {request} anew while {worker} was still reading it"),
            "O3",
        ),
        Site::CompleteWmb | Site::ReapRmb | Site::FlushRmb => (
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
        Site::LockRmb | Site::LockWmb => (
            format!(
                "{worker} took its turn at the lock without seeing where the last worker had stopped, and \
                 the two put their requests into one slot of the ring back"
            ),
            "O8",
        ),
        Site::CommitMb => (
            format!(
                "the submitter looked whether {worker} sleeps before its flip of fill[{number}] was there to \
                 see, so it woke nobody, and {worker} sleeps on without having seen the flip"
            ),
            "O6",
        ),
        Site::WorkerSleepMb => (
            format!(
                "{worker} took its last look before its word that it sleeps was there to see, so the \
                 submitter woke nobody, and {worker} sleeps on"
            ),
            "O6",
        ),
        Site::CompleteMb => (
            format!(
                "{worker} looked whether the submitter sleeps before its flip of done[{number}] was there to \
                 see, so it woke nobody, and the submitter sleeps on without having seen the flip"
            ),
            "O6",
        ),
        Site::SubmitterSleepMb => (
            format!(
                "the submitter took its last look before its word that it sleeps was there to see, so \
                 {worker} woke nobody, and the submitter sleeps on"
            ),
            "O6",
        ),
        Site::StopMb => (
            format!(
                "the submitter looked whether {worker} sleeps before its stop flag was there to see, so it \
                 woke nobody, and {worker} sleeps on without having seen the flag"
            ),
            "O6",
        ),
        Site::StopWmb | Site::StopRmb => (
            format!(
                "{worker} saw the stop flag but not the commit before it, and returned with a request \
                 left unhandled"
            ),
            "O7",
        ),
    }
}

/// What a fault led to, and the obligation that is broken.
fn faulty(fault: Fault, scene: &Scene) -> (String, &'static str) {
    let Scene {
        request, worker, ..
    } = scene;
    match fault {
        Fault::FlipBeforeFill => (
            format!("the bit of {request} was flipped before it was filled, so {worker} took it too early"),
            "O1",
        ),
        Fault::FlipBeforeResult => (
            format!(
                "the bit of {request} was flipped before its handler had run, so the submitter took the \
                 result too early"
            ),
            "O2",
        ),
        Fault::OwnershipIgnored => (
            format!("the submitter took {request} without looking whose it is, while it was {worker}'s"),
            "O9",
        ),
        Fault::PendingKept => (
            "a result that prepare had delivered still counted as undelivered, and was delivered again"
                .to_owned(),
            "O12",
        ),
        Fault::PendingIgnored => (
            "prepare handed out a request without delivering the result in it, which is lost".to_owned(),
            "O12",
        ),
        Fault::NoRecheck => (
            "what a side waited for came after its last look and before its word that it sleeps, and it \
             sleeps on without another look"
                .to_owned(),
            "O6",
        ),
        Fault::WakeBeforeFlip => (
            format!("the submitter looked whether {worker} sleeps before it flipped, and woke nobody"),
            "O6",
        ),
        Fault::RangeIgnored => (
            format!("{worker} took {request}, which is another worker's, as well"),
            "O8",
        ),
        Fault::SearchEndsEarly => (
            "prepare ended its search at the last worker and missed a free request of an earlier one"
                .to_owned(),
            "O11",
        ),
        Fault::CursorFromRequest => (
            "the round robin went on from the request's number and left a worker out".to_owned(),
            "O11",
        ),
        Fault::TornUpdate => (
            "two threads changed bits of one word by a load and a store each, and one of the changes is lost"
                .to_owned(),
            "O8",
        ),
        Fault::MixedUpdate => (
            "the submitter changed by a load and a store a word that workers change by read-modify-writes, \
             whose changes between the two are lost"
                .to_owned(),
            "O8",
        ),
        Fault::FlushSkipsLast => (
            "wait_done returned without the last worker's results".to_owned(),
            "O5",
        ),
        Fault::StopWithoutDrain => (
            format!("{worker} returned at the stop flag without a last look, with a request unhandled"),
            "O7",
        ),
        Fault::PanicKeepsRequest => (
            format!("{worker} ended when its handler panicked, and never gave the request back"),
            "O10",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Missing, What};

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
}
