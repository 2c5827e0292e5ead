//! Endings: of a handler by a panic, of a pool by its drop.

use super::ledger::{Ledger, nothing, panic};
use super::{Scenario, Size, sleepy, spinning};
use flipside::Builder;

/// Commits everything and drops the pool at once, with whatever is in flight.
fn commit_and_drop(size: Size, builder: Builder) -> String {
    let mut ledger = Ledger::default();
    let mut threads = ledger.spawn(builder, nothing);
    for _ in 0..size.requests {
        let mut request = threads.prepare_wait(|outcome| ledger.take(outcome));
        ledger.fill(&mut request);
        request.commit();
    }
    ledger.check(&threads);
    drop(threads);
    ledger.close()
}

pub(super) const PANIC: Scenario = Scenario {
    name: "panic",
    summary: "every second handler panics; its request comes back marked, its worker goes on",
    obligations: &["O10", "O12"],
    run: |size, design| {
        let mut ledger = Ledger::default();
        let mut threads = ledger.spawn(spinning(size, design), |input| {
            if input % 2 == 1 {
                panic(input);
            }
        });
        for _ in 0..size.requests {
            let mut request = threads.prepare_wait(|outcome| ledger.take(outcome));
            ledger.fill(&mut request);
            request.commit();
            ledger.check(&threads);
        }
        threads.wait_done(|outcome| ledger.take(outcome));
        ledger.all_delivered();
        assert_eq!(ledger.panicked(), size.requests.div_ceil(2));
        drop(threads);
        ledger.close()
    },
};

pub(super) const STOP: Scenario = Scenario {
    name: "stop",
    summary: "a spinning pool is dropped right after its last commit",
    obligations: &["O1", "O7"],
    run: |size, design| commit_and_drop(size, spinning(size, design)),
};

pub(super) const WAKE_WORKER: Scenario = Scenario {
    name: "wake_worker",
    summary: "commits and the stop meet workers that go to sleep as soon as they can",
    obligations: &["O6", "O7"],
    run: |size, design| commit_and_drop(size, sleepy(size, design)),
};
