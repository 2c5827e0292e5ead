//! Sleeping and waking, with a spin budget of zero: whoever waits goes to sleep.

use super::gate::Delivered;
use super::ledger::{Ledger, note, nothing, panic};
use super::{Scenario, sleepy};
use std::sync::Arc;

pub(super) const WAKE_SUBMITTER: Scenario = Scenario {
    name: "wake_submitter",
    summary: "the submitter sleeps for a free request and for the last result; workers sleep too",
    obligations: &["O5", "O6"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(sleepy(size, design), nothing);
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
        let mut threads = ledger.spawn(sleepy(size, design), nothing);
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

pub(super) const DEPEND: Scenario = Scenario {
    name: "depend",
    summary: "each handler waits for the delivery before its own, which the submitter sleeps for",
    obligations: &["O6"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let delivered = Arc::new(Delivered::none());
        let waited = Arc::clone(&delivered);
        let mut threads = ledger.spawn(sleepy(size, design), move |input| {
            // The first depends on nothing, so it takes no lock either: loom's `unpark`, which may
            // come late, would end its wait for one.
            if input > 1 {
                note(|| format!("waits until {} are delivered", input - 1));
                waited.wait_for(input - 1);
            }
        });
        let mut left = size.requests;
        while left > 0 {
            let mut batch = threads.batch();
            while left > 0
                && let Some(mut request) = batch.prepare(|outcome| ledger.take(outcome))
            {
                ledger.fill(&mut request);
                request.commit();
                left -= 1;
            }
            batch.commit();
            while threads.pending() > 0 {
                threads.deliver_wait(|outcome| {
                    ledger.take(outcome);
                    delivered.add();
                });
            }
        }
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
        let mut threads = ledger.spawn(sleepy(size, design), |input| {
            if input == 2 {
                panic(input);
            }
        });
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
