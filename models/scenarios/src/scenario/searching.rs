//! Finding a free request, with both sides sleeping when they wait.

use super::ledger::{Ledger, Request, nothing};
use super::{Scenario, sleepy};
use flipside::{Dispatch, Threads};

/// Commits one request that must be free at once; returns its worker.
fn commit_free(threads: &mut Threads<Request>, ledger: &mut Ledger) -> usize {
    let Some(mut request) = threads.prepare(|outcome| ledger.take(outcome)) else {
        panic!("prepare found nothing, though fewer requests were committed than there are");
    };
    let index = request.index();
    ledger.fill(&mut request);
    request.commit();
    index / threads.ring_size()
}

pub(super) const SEARCH: Scenario = Scenario {
    name: "search",
    summary: "prepare finds the last free request, from wherever the cursor was left",
    obligations: &["O11"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        // Filling one worker first leaves the cursor behind, so that the search has to go around.
        let builder = sleepy(size, design).dispatch(Dispatch::FillFirst);
        let mut threads = ledger.spawn(builder, nothing);
        for turn in 0..size.requests {
            // Never more commits than requests, so that one is free whatever the workers do.
            if turn > 0 && turn % (size.workers * size.ring) == 0 {
                threads.wait_done(|outcome| ledger.take(outcome));
            }
            commit_free(&mut threads, &mut ledger);
        }
        drop(threads);
        ledger.close()
    },
};

pub(super) const ROTATE: Scenario = Scenario {
    name: "rotate",
    summary: "the round robin gives each worker its turn while all have free requests",
    obligations: &["O11"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(sleepy(size, design), nothing);
        for turn in 0..size.requests.min(size.workers * size.ring) {
            let worker = commit_free(&mut threads, &mut ledger);
            assert_eq!(
                worker,
                turn % size.workers,
                "the round robin left a worker out"
            );
        }
        drop(threads);
        ledger.close()
    },
};
