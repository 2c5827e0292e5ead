//! Sleeping and waking, with a spin budget of zero: whoever waits goes to sleep.

use super::ledger::{Ledger, never};
use super::{Scenario, sleepy};

pub(super) const WAKE_SUBMITTER: Scenario = Scenario {
    name: "wake_submitter",
    summary: "the submitter sleeps for a free request and for the last result; workers sleep too",
    obligations: &["O5", "O6"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(sleepy(size, design), never);
        for _ in 0..size.requests {
            let mut request = threads.prepare_wait(|outcome| ledger.take(outcome));
            ledger.fill(&mut request);
            request.commit();
        }
        threads.wait_done(|outcome| ledger.take(outcome));
        ledger.all_delivered();
        drop(threads);
        ledger.close()
    },
};

pub(super) const COLLECT: Scenario = Scenario {
    name: "collect",
    summary: "the submitter sleeps for whichever result comes next, until it has them all",
    obligations: &["O2", "O6", "O12"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(sleepy(size, design), never);
        for _ in 0..size.requests {
            let mut request = threads.prepare_wait(|outcome| ledger.take(outcome));
            ledger.fill(&mut request);
            request.commit();
        }
        while threads.pending() > 0 {
            let delivered = threads.deliver_wait(|outcome| ledger.take(outcome));
            assert_ne!(delivered, 0, "deliver_wait returned without a result");
            ledger.check(&threads);
        }
        assert_eq!(threads.deliver_wait(|outcome| ledger.take(outcome)), 0);
        ledger.all_delivered();
        drop(threads);
        ledger.close()
    },
};

pub(super) const CONSERVATION: Scenario = Scenario {
    name: "conservation",
    summary: "commits, batches, drops, panics and deliveries in turn, with both sides sleeping",
    obligations: &["O10", "O12"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(sleepy(size, design), |input| input == 2);
        let mut left = size.requests;
        while left > 0 {
            let _ = threads.prepare(|outcome| ledger.take(outcome));
            let mut request = threads.prepare_wait(|outcome| ledger.take(outcome));
            ledger.fill(&mut request);
            request.commit();
            left -= 1;
            threads.deliver(|outcome| ledger.take(outcome));
            ledger.check(&threads);
            let mut batch = threads.batch();
            while left > 0
                && let Some(mut request) = batch.prepare(|outcome| ledger.take(outcome))
            {
                ledger.fill(&mut request);
                request.commit();
                left -= 1;
            }
            batch.commit();
            ledger.check(&threads);
        }
        threads.wait_done(|outcome| ledger.take(outcome));
        ledger.all_delivered();
        drop(threads);
        ledger.close()
    },
};
