//! Panics: of a handler (O10), and of the callback that is given the results.
#![cfg(not(any(loom, shuttle, weft)))]

mod common;

use common::{Counter, Gate, OpenAtEnd, Tracked, eventually, in_time, settings};
use flipside::{Outcome, Threads};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::Arc;

/// What the handler shall do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Return,
    PanicStr,
    PanicString,
    PanicOther,
}

use Order::{PanicOther, PanicStr, PanicString, Return};

struct Request {
    id: u64,
    order: Order,
    /// Set by the handler before it does as ordered.
    touched: bool,
}

impl Request {
    fn new() -> Self {
        Self {
            id: 0,
            order: Return,
            touched: false,
        }
    }
}

fn handle(request: &mut Request) {
    request.touched = true;
    match request.order {
        Return => {}
        PanicStr => panic!("a plain message"),
        PanicString => panic!("the message of {}", request.id),
        PanicOther => panic_any(request.id),
    }
}

fn pool(workers: usize, ring: usize) -> Threads<Request> {
    // Payloads are the test's own; their reports would only hide what went wrong.
    quiet_panics();
    let builder = settings().workers(workers).ring_size(ring);
    let threads = builder.spawn(|_| Ok(Request::new()), handle);
    threads.expect("a pool")
}

/// Keeps the panics that the tests bring about in workers out of their output.
fn quiet_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let thread = std::thread::current();
            if !thread
                .name()
                .is_some_and(|name| name.starts_with("flipside-"))
            {
                loud(info);
            }
        }));
    });
}

fn submit(threads: &mut Threads<Request>, id: u64, order: Order) {
    let mut request = threads.prepare_wait(|_| panic!("a result nobody asked for"));
    request.id = id;
    request.order = order;
    request.touched = false;
    request.commit();
}

/// Checks that an outcome is the one that was ordered; returns whose it is.
fn check(outcome: Outcome<'_, Request>) -> u64 {
    match outcome {
        Ok(request) => {
            assert!(request.touched);
            assert_eq!(request.order, Return);
            request.id
        }
        Err(mut panicked) => {
            let (id, order) = (panicked.request().id, panicked.request().order);
            assert!(panicked.request().touched);
            let expected = match order {
                Return => panic!("marked, but its handler returned"),
                PanicStr => Some("a plain message".to_owned()),
                PanicString => Some(format!("the message of {id}")),
                PanicOther => None,
            };
            assert_eq!(panicked.message(), expected.as_deref());
            let text = panicked.to_string();
            match expected {
                Some(message) => assert!(text.ends_with(&format!("panicked: {message}"))),
                None => assert!(text.contains("not text"), "{text}"),
            }
            assert!(format!("{panicked:?}").contains("Panicked"));
            if order == PanicOther {
                let (request, payload) = panicked.into_parts();
                assert_eq!(payload.downcast_ref::<u64>(), Some(&request.id));
            }
            id
        }
    }
}

#[test]
fn a_handler_that_panics_gives_its_request_back_marked() {
    in_time(|| {
        for workers in 1..=3 {
            let mut threads = pool(workers, 4);
            let orders = [Return, PanicStr, PanicString, PanicOther];
            let mut seen = BTreeSet::new();
            for id in 0..200 {
                let mut request = threads.prepare_wait(|done| assert!(seen.insert(check(done))));
                request.id = id;
                request.order = orders[(id * 7 % 13 % 4) as usize];
                request.touched = false;
                request.commit();
            }
            threads.wait_done(|done| assert!(seen.insert(check(done))));
            assert!(seen.into_iter().eq(0..200), "none lost, none twice");
        }
    });
}

#[test]
fn the_mark_does_not_outlive_its_delivery() {
    in_time(|| {
        let mut threads = pool(1, 1);
        for id in 0..20 {
            let order = if id % 2 == 0 { PanicStr } else { Return };
            submit(&mut threads, id, order);
            let mut delivered = 0;
            threads.wait_done(|done| {
                assert_eq!(done.is_err(), id % 2 == 0, "request {id}");
                delivered += 1;
            });
            assert_eq!(delivered, 1);
        }
    });
}

#[test]
fn a_panic_goes_on_where_it_is_resumed() {
    in_time(|| {
        let mut threads = pool(1, 1);
        submit(&mut threads, 77, PanicOther);
        let panic = catch_unwind(AssertUnwindSafe(|| {
            threads.wait_done(|done| match done {
                Ok(_) => panic!("it panicked"),
                Err(panicked) => panicked.resume(),
            });
        }));
        let payload = panic.expect_err("the handler's panic");
        assert_eq!(payload.downcast_ref::<u64>(), Some(&77));
        assert_eq!(threads.pending(), 0);
        // The pool is as good as before.
        submit(&mut threads, 78, Return);
        threads.wait_done(|done| assert_eq!(check(done), 78));
    });
}

#[test]
fn payloads_that_nobody_takes_are_dropped_once() {
    in_time(|| {
        quiet_panics();
        let drops = Counter::default();
        let builder = settings().workers(1).ring_size(4);
        let payloads = drops.clone();
        let threads = builder.spawn(
            |_| Ok(()),
            move |(): &mut ()| panic_any(Tracked::new(0, &payloads)),
        );
        let mut threads = threads.expect("a pool");
        for _ in 0..4 {
            threads.prepare_wait(|_| ()).commit();
        }
        threads.wait_done(|done| assert!(done.is_err()));
        assert_eq!(drops.get(), 4, "with the outcome that held them");
        for _ in 0..4 {
            threads.prepare_wait(|_| ()).commit();
        }
        drop(threads);
        assert_eq!(drops.get(), 8, "with the pool");
    });
}

#[test]
fn a_done_that_panics_in_wait_done_loses_only_its_own_result() {
    in_time(|| {
        for workers in 1..=2 {
            for ring in [1, 3, 66] {
                let mut threads = pool(workers, ring);
                let all = (workers * ring) as u64;
                for id in 0..all {
                    submit(&mut threads, id, Return);
                }
                // Each call of `wait_done` gets as far as its first result.
                let mut seen = BTreeSet::new();
                for left in (0..all).rev() {
                    let panic = catch_unwind(AssertUnwindSafe(|| {
                        threads.wait_done(|done| {
                            assert!(seen.insert(check(done)), "delivered twice");
                            std::panic::resume_unwind(Box::new("done's own"));
                        });
                    }));
                    panic.expect_err("done's own panic");
                    assert_eq!(threads.pending() as u64, left);
                }
                threads.wait_done(|_| panic!("delivered twice"));
                assert!(seen.into_iter().eq(0..all));
                // No request was lost with the panic.
                for id in 0..all {
                    submit(&mut threads, id, Return);
                }
                assert_eq!(threads.pending() as u64, all);
            }
        }
    });
}

#[test]
fn a_done_that_panics_in_prepare_loses_only_its_own_result() {
    in_time(|| {
        quiet_panics();
        let gate = Arc::new(Gate::default());
        let pass = Arc::clone(&gate);
        let builder = settings().workers(1).ring_size(3);
        let threads = builder.spawn(Ok, move |_: &mut usize| pass.pass());
        let mut threads = threads.expect("a pool");
        let _open = OpenAtEnd(Arc::clone(&gate));
        for _ in 0..3 {
            threads.prepare_wait(|_| ()).commit();
        }
        let mut seen = Vec::new();
        for round in 0..3 {
            gate.let_through(1);
            let panic = eventually("a result", || {
                let attempt = catch_unwind(AssertUnwindSafe(|| {
                    let request = threads.prepare(|done| {
                        seen.push(*done.expect("no panics"));
                        std::panic::resume_unwind(Box::new("done's own"));
                    });
                    assert!(request.is_none(), "handed out without its result");
                }));
                attempt.err()
            });
            assert_eq!(panic.downcast_ref(), Some(&"done's own"));
            assert_eq!(threads.pending(), 2, "one of three came back");
            // The request is free now: it is handed out, with no second result.
            let request = threads.prepare(|_| panic!("delivered twice"));
            assert_eq!(request.expect("it is free").index(), round);
            // Handing it over lets the next one be looked for.
            if round < 2 {
                commit_busy(&mut threads);
            }
        }
        assert_eq!(seen, [0, 1, 2]);
        gate.open();
        let mut rest = 0;
        threads.wait_done(|_| rest += 1);
        assert_eq!(rest, 2, "the two that were handed over again");
    });
}

/// Commits the free request, which stays with its blocked worker.
fn commit_busy(threads: &mut Threads<usize>) {
    let request = threads.prepare(|_| panic!("delivered twice"));
    request.expect("it is free").commit();
}
