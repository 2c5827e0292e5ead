//! What went wrong in an execution, in one sentence and in the protocol's terms.

mod race;

use crate::log::{Event, Execution, Missing, Via, What};
use flipside::{Fault, Kind, Mutation, Site};
use flipside_scenarios::mutant::Mutant;
use race::{Way, raced, unordered};

/// The sentence.
#[must_use]
pub fn tell(execution: &Execution, mutant: Option<Mutant>) -> String {
    let scene = Scene::of(execution);
    match mutant.map(|Mutant(mutation)| mutation) {
        None => unprompted(execution, &scene),
        Some(Mutation::Weakened(site, to)) => {
            let (what, obligation) = weakened(site, execution, &scene);
            let name = site.name();
            let why = match to {
                None => format!("{name} is missing"),
                Some(Kind::Wmb) => format!("{name} is only a write barrier"),
                Some(Kind::Rmb) => format!("{name} is only a read barrier"),
                Some(Kind::AcqRel) => format!("{name} is only an acquire-release fence"),
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

/// Of a failure that no mutant explains: all that is known is what the log shows.
fn unprompted(execution: &Execution, scene: &Scene) -> String {
    let accesses = |missing: &&Missing| execution.events[missing.from].accesses().is_some();
    if let Some(missing) = execution.missing.as_ref().filter(accesses) {
        let giver = match missing.via {
            Some(Via::Handover { write, .. }) => write,
            _ => missing.from,
        };
        let way = match execution.events[giver].thread {
            0 => Way::There,
            _ => Way::Back,
        };
        let (what, obligation) = raced(way, execution, scene);
        return format!("{what}: {}, {obligation}", unordered(execution, missing));
    }
    let asleep: Vec<&str> = execution
        .culprits
        .iter()
        .map(|&index| &execution.events[index])
        .filter(|event| matches!(event.what, What::Park))
        .map(|event| execution.threads[event.thread].as_str())
        .collect();
    match asleep.as_slice() {
        [] => format!("the engine itself fails: {}", execution.failure),
        [one] => format!("{one} sleeps, and nobody is left to wake it, O6"),
        several => format!(
            "{} sleep, and nobody is left to wake them, O6",
            several.join(" and ")
        ),
    }
}

/// What the lack of an order at a site led to, and the obligation that is broken.
fn weakened(site: Site, execution: &Execution, scene: &Scene) -> (String, &'static str) {
    let Scene { worker, number, .. } = scene;
    match site {
        Site::CommitWmb | Site::TakeRmb => raced(Way::There, execution, scene),
        Site::CompleteWmb | Site::ReapRmb | Site::FlushRmb => raced(Way::Back, execution, scene),
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
        Fault::WorkerNoRecheck => (
            format!(
                "what {worker} waited for came after its last look and before its word that it sleeps, and \
                 it sleeps on without another look"
            ),
            "O6",
        ),
        Fault::SubmitterNoRecheck => (
            "what the submitter waited for came after its last look and before its word that it sleeps, and \
             it sleeps on without another look"
                .to_owned(),
            "O6",
        ),
        Fault::CommitWakesFirst => (
            format!("the submitter looked whether {worker} sleeps before it flipped, and woke nobody"),
            "O6",
        ),
        Fault::CompleteWakesFirst => (
            format!("{worker} looked whether the submitter sleeps before it flipped, and woke nobody"),
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
             a change of which between the two would be lost"
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

    fn parks(thread: usize) -> Event {
        Event {
            thread,
            what: What::Park,
            file: String::new(),
            line: 0,
        }
    }

    #[test]
    fn who_sleeps_for_good_is_named() {
        let execution = |culprits: Vec<usize>| Execution {
            threads: vec!["submitter".to_owned(), "worker 0".to_owned()],
            events: vec![parks(0), parks(1)],
            failure: "deadlock".to_owned(),
            culprits,
            ..Execution::default()
        };
        for (culprits, says) in [
            (
                vec![1],
                "worker 0 sleeps, and nobody is left to wake it, O6",
            ),
            (
                vec![0, 1],
                "submitter and worker 0 sleep, and nobody is left to wake them, O6",
            ),
            (vec![], "the engine itself fails: deadlock"),
        ] {
            assert_eq!(tell(&execution(culprits), None), says);
        }
    }
}
