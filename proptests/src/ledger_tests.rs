//! That the ledger notices: each of its entries, put wrong once.

use crate::ledger::Ledger;
use crate::plan::{Behaviour, Config, Job};
use crate::request::{Bytes, Pace, Request, Shared};
use flipside::Dispatch;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

const JOB: Job = Job {
    behaviour: Behaviour::Quick,
    size: 9,
};

struct Books {
    ledger: Ledger,
    shared: Arc<Shared>,
}

impl Books {
    fn new(dispatch: Dispatch) -> Self {
        let config = Config {
            design: flipside::Design::default(),
            workers: 2,
            ring: 2,
            dispatch,
            spin: None,
        };
        let shared = Arc::new(Shared::new(2, 2, 16, Pace::Free));
        Self {
            ledger: Ledger::new(config, Arc::clone(&shared)),
            shared,
        }
    }

    /// What the engine would do with a request that is free.
    fn claim(&mut self, home: usize) {
        let view = self.ledger.view();
        self.ledger.claimed(home, &view);
    }

    fn commit(&mut self, home: usize) -> Request {
        let mut request = Request::build(home, &self.shared);
        self.claim(home);
        self.ledger.fill(&mut request, JOB);
        self.ledger.staged(home, true);
        self.ledger.published();
        request
    }

    fn refuse(&mut self) {
        let view = self.ledger.view();
        self.ledger.refused(&view);
    }
}

#[track_caller]
fn fails(what: &str, f: impl FnOnce()) {
    let message = match catch_unwind(AssertUnwindSafe(f)) {
        Ok(()) => panic!("it passes, and should say: {what}"),
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => payload
                .downcast_ref::<&str>()
                .copied()
                .unwrap_or_default()
                .to_owned(),
        },
    };
    assert!(message.contains(what), "{message}");
}

#[test]
fn a_search_that_passes_something_over() {
    let mut books = Books::new(Dispatch::RoundRobin);
    fails("worker 0's turn came first", || books.claim(2));
    fails("0 is free and comes first in turn", || books.claim(1));
    let _busy = books.commit(0);
    fails("worker 1's turn came first", || books.claim(1));
    let mut books = Books::new(Dispatch::FillFirst);
    let _busy = books.commit(0);
    fails("worker 0's turn came first", || books.claim(2));
    books.claim(1);
}

#[test]
fn a_search_that_finds_what_is_not_free_or_not_what_is() {
    let mut books = Books::new(Dispatch::RoundRobin);
    fails("though this one is free", || books.refuse());
    let _busy = [0, 2, 1, 3].map(|home| books.commit(home));
    fails("while it was that of commit 0", || books.claim(0));
    books.refuse();
}

#[test]
fn a_result_that_is_early_wrong_or_delivered_twice() {
    let mut books = Books::new(Dispatch::RoundRobin);
    let mut request = books.commit(0);
    let by = crate::ledger::By::Deliver;
    fails("never handled", || books.ledger.take(Ok(&mut request), by));
    request.handle();
    request.result[4] ^= 1;
    fails("result of 0", || books.ledger.take(Ok(&mut request), by));
    fails("while it was free", || {
        books.ledger.take(Ok(&mut request), by)
    });

    let mut request = books.commit(2);
    request.job.behaviour = Behaviour::Panics;
    fails("the job of 1", || books.ledger.take(Ok(&mut request), by));
}

#[test]
fn a_request_that_is_handled_twice_or_uncommitted() {
    let mut books = Books::new(Dispatch::RoundRobin);
    let mut request = books.commit(0);
    request.handle();
    books.ledger.check(1);
    fails("what the engine says is pending", || books.ledger.check(2));
    request.handle();
    fails("handled twice", || books.ledger.check(1));

    let mut books = Books::new(Dispatch::RoundRobin);
    Request::build(3, &books.shared).handle();
    fails("never committed", || books.ledger.check(0));
}

#[test]
fn an_end_that_leaves_something() {
    let mut books = Books::new(Dispatch::RoundRobin);
    let request = books.commit(0);
    fails("not delivered by a flush", || books.ledger.flushed());
    fails("0 was never handled", || books.ledger.closed());
    let mut books = Books::new(Dispatch::RoundRobin);
    fails("dropped once", || {
        let _leaked = Request::build(0, &books.shared);
        books.ledger.closed();
    });
    drop(request);
}

#[test]
fn the_two_ways_to_a_result_agree() {
    for number in [0, 1, 77, 123_456_789] {
        for size in [0, 1, 2, 63, 255] {
            let stepped: Vec<_> = Bytes::new(number, size).take(size.into()).collect();
            assert_eq!(stepped, crate::expected::expected(number, size));
        }
    }
}
