//! Handing over and getting back, with both sides spinning: no sleep, so that the five barriers of
//! the mail stand alone.

use super::ledger::{Ledger, nothing};
use super::{Scenario, spinning};

pub(super) const HANDOVER: Scenario = Scenario {
    name: "handover",
    summary: "requests go to the workers and come back through reused slots",
    obligations: &["O1", "O2", "O3", "O4", "O8", "O9", "O12"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(spinning(size, design), nothing);
        for _ in 0..size.requests {
            let mut request = threads.prepare_wait(|outcome| ledger.take(outcome));
            ledger.fill(&mut request);
            request.commit();
            ledger.check(&threads);
        }
        threads.wait_done(|outcome| ledger.take(outcome));
        ledger.all_delivered();
        drop(threads);
        ledger.close()
    },
};

pub(super) const FLUSH: Scenario = Scenario {
    name: "flush",
    summary: "wait_done returns with every result delivered once, twice over",
    obligations: &["O2", "O3", "O5", "O12"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(spinning(size, design), nothing);
        for committed in 1..=size.requests {
            let mut request = threads.prepare_wait(|outcome| ledger.take(outcome));
            ledger.fill(&mut request);
            request.commit();
            // Once in the middle, with slots to reuse, and once at the end.
            if committed == size.requests.div_ceil(2) || committed == size.requests {
                threads.wait_done(|outcome| ledger.take(outcome));
                ledger.all_delivered();
                assert_eq!(threads.pending(), 0);
            }
        }
        drop(threads);
        ledger.close()
    },
};

pub(super) const BATCH: Scenario = Scenario {
    name: "batch",
    summary: "several requests become the workers' by one barrier and one store per word",
    obligations: &["O1", "O4", "O12"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(spinning(size, design), nothing);
        let mut left = size.requests;
        while left > 0 {
            let mut batch = threads.batch();
            let mut staged = 0;
            while staged < left
                && let Some(mut request) = batch.prepare_wait(|outcome| ledger.take(outcome))
            {
                ledger.fill(&mut request);
                request.commit();
                staged += 1;
            }
            assert_eq!(batch.commit(), staged);
            left -= staged;
            ledger.check(&threads);
        }
        threads.wait_done(|outcome| ledger.take(outcome));
        ledger.all_delivered();
        drop(threads);
        ledger.close()
    },
};

pub(super) const STALE: Scenario = Scenario {
    name: "stale",
    summary: "the submitter acts on whatever snapshot it gets, without ever waiting",
    obligations: &["O2", "O3", "O9", "O12"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(spinning(size, design), nothing);
        let mut committed = 0;
        // Twice as many tries as requests, so that some find every request busy.
        for _ in 0..2 * size.requests {
            if committed == size.requests {
                break;
            }
            if let Some(mut request) = threads.prepare(|outcome| ledger.take(outcome)) {
                ledger.fill(&mut request);
                request.commit();
                committed += 1;
            }
            ledger.check(&threads);
        }
        threads.deliver(|outcome| ledger.take(outcome));
        ledger.check(&threads);
        drop(threads);
        ledger.close()
    },
};

pub(super) const ABANDON: Scenario = Scenario {
    name: "abandon",
    summary: "requests and batches that are dropped uncommitted reach no handler and stay free",
    obligations: &["O11", "O12"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(spinning(size, design), nothing);
        for _ in 0..size.requests {
            // Neither fills its request: a handler that got it would see input 0 or an old one.
            let _ = threads.prepare(|outcome| ledger.take(outcome));
            let mut batch = threads.batch();
            if let Some(request) = batch.prepare(|outcome| ledger.take(outcome)) {
                request.commit();
            }
            drop(batch);
            let mut request = threads.prepare_wait(|outcome| ledger.take(outcome));
            ledger.fill(&mut request);
            request.commit();
            ledger.check(&threads);
        }
        threads.wait_done(|outcome| ledger.take(outcome));
        ledger.all_delivered();
        drop(threads);
        ledger.close()
    },
};
