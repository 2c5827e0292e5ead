//! What is not committed is never handled and loses no request, whatever becomes of the guard.
#![cfg(not(any(loom, shuttle, weft)))]
#![allow(
    clippy::drop_non_drop,
    clippy::forget_non_drop,
    reason = "what a user may do; whether a guard has a destructor is the engine's affair"
)]

mod common;

use common::{Counter, Gate, OpenAtEnd, in_time, settings};
use flipside::Threads;
use std::mem;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const WORKERS: usize = 2;
const RING: usize = 65;
const ALL: usize = WORKERS * RING;

/// Requests say whether they were committed; the handler must see no other.
fn pool(handled: &Counter) -> Threads<bool> {
    let handled = handled.clone();
    let threads = settings().workers(WORKERS).ring_size(RING).spawn(
        |_| Ok(false),
        move |committed: &mut bool| {
            assert!(*committed, "handled, but never committed");
            *committed = false;
            handled.add();
        },
    );
    threads.expect("a pool")
}

/// Commits every request of the pool at once, which works only if none is lost, and gets it back.
fn all_are_there(threads: &mut Threads<bool>, handled: &Counter) {
    let before = handled.get();
    let mut batch = threads.batch();
    let mut seen = [false; ALL];
    while let Some(mut request) = batch.prepare(|done| assert!(done.is_ok())) {
        assert!(
            !mem::replace(&mut seen[request.index()], true),
            "handed out twice"
        );
        *request = true;
        request.commit();
    }
    assert_eq!(batch.commit(), ALL, "a request was lost");
    let mut delivered = 0;
    threads.wait_done(|done| {
        done.expect("no panics");
        delivered += 1;
    });
    assert_eq!((delivered, handled.get() - before), (ALL, ALL));
}

#[test]
fn a_dropped_guard_leaves_its_request_free() {
    in_time(|| {
        let handled = Counter::default();
        let mut threads = pool(&handled);
        for _ in 0..3 * ALL {
            drop(
                threads
                    .prepare(|_| panic!("no result yet"))
                    .expect("all are free"),
            );
        }
        threads.wait_done(|_| panic!("nothing was committed"));
        assert_eq!(handled.get(), 0);
        all_are_there(&mut threads, &handled);
        drop(threads.prepare_wait(|_| panic!("delivered already")));
        all_are_there(&mut threads, &handled);
    });
}

#[test]
fn a_forgotten_guard_leaves_its_request_free() {
    in_time(|| {
        let handled = Counter::default();
        let mut threads = pool(&handled);
        for _ in 0..3 * ALL {
            mem::forget(
                threads
                    .prepare(|_| panic!("no result yet"))
                    .expect("all are free"),
            );
        }
        threads.wait_done(|_| panic!("nothing was committed"));
        assert_eq!(handled.get(), 0);
        all_are_there(&mut threads, &handled);
    });
}

#[test]
fn a_dropped_batch_leaves_its_requests_free() {
    in_time(|| {
        let handled = Counter::default();
        let mut threads = pool(&handled);
        for size in [1, 2, 64, 66, ALL] {
            let mut batch = threads.batch();
            for _ in 0..size {
                batch.prepare(|_| ()).expect("all are free").commit();
            }
            drop(batch);
            threads.wait_done(|_| panic!("nothing was committed"));
            assert_eq!(handled.get(), 0);
        }
        all_are_there(&mut threads, &handled);
    });
}

#[test]
fn a_forgotten_batch_leaves_its_requests_free() {
    in_time(|| {
        for size in [1, 2, 64, 66, ALL] {
            let handled = Counter::default();
            let mut threads = pool(&handled);
            let forget_some = |threads: &mut Threads<bool>| {
                let mut batch = threads.batch();
                for _ in 0..size {
                    batch.prepare(|_| ()).expect("all are free").commit();
                }
                mem::forget(batch);
            };
            // Whatever comes next must not hand over what the batch had.
            forget_some(&mut threads);
            threads.wait_done(|_| panic!("nothing was committed"));
            assert_eq!(threads.deliver(|_| panic!("nothing was committed")), 0);

            forget_some(&mut threads);
            assert_eq!(threads.batch().commit(), 0);

            forget_some(&mut threads);
            let mut request = threads.prepare(|_| ()).expect("all are free");
            *request = true;
            request.commit();
            threads.wait_done(|done| assert!(done.is_ok()));
            assert_eq!(handled.get(), 1, "only the one that was committed");

            forget_some(&mut threads);
            all_are_there(&mut threads, &handled);

            forget_some(&mut threads);
            threads.stop(|_| panic!("nothing was committed"));
            assert_eq!(handled.get(), 1 + ALL);
        }
    });
}

#[test]
fn guards_within_a_batch_may_be_dropped_or_forgotten() {
    in_time(|| {
        let handled = Counter::default();
        let mut threads = pool(&handled);
        let mut batch = threads.batch();
        let mut committed = 0;
        for step in 0..60 {
            let mut request = batch.prepare(|_| ()).expect("more than 60 are free");
            match step % 3 {
                0 => drop(request),
                1 => mem::forget(request),
                _ => {
                    *request = true;
                    request.commit();
                    committed += 1;
                }
            }
        }
        assert_eq!(batch.commit(), committed);
        threads.wait_done(|done| assert!(done.is_ok()));
        assert_eq!(handled.get(), committed);
        all_are_there(&mut threads, &handled);
    });
}

#[test]
fn a_result_is_delivered_once_even_if_what_follows_is_not_committed() {
    in_time(|| {
        let handled = Counter::default();
        let mut threads = pool(&handled);
        let mut batch = threads.batch();
        while let Some(mut request) = batch.prepare(|_| ()) {
            *request = true;
            request.commit();
        }
        batch.commit();
        // Every result is taken by a batch that comes to nothing.
        let mut delivered = 0;
        let mut batch = threads.batch();
        while let Some(request) = batch.prepare_wait(|_| delivered += 1) {
            request.commit();
        }
        drop(batch);
        assert_eq!(delivered, ALL);
        threads.wait_done(|_| panic!("delivered twice"));
        all_are_there(&mut threads, &handled);
    });
}

#[test]
fn a_batch_takes_what_is_free_and_waits_only_if_that_can_help() {
    in_time(|| {
        let gate = Arc::new(Gate::default());
        let at_end = OpenAtEnd(Arc::clone(&gate));
        let builder = settings().workers(WORKERS).ring_size(RING);
        let threads = builder.spawn(|_| Ok(()), move |(): &mut ()| gate.pass());
        let mut threads = threads.expect("a pool");

        let mut batch = threads.batch();
        for _ in 0..ALL {
            batch.prepare(|_| ()).expect("all are free").commit();
        }
        assert!(batch.prepare(|_| ()).is_none(), "all are staged");
        assert!(batch.prepare_wait(|_| ()).is_none(), "no wait could end");
        drop(batch);

        // Some are with the workers, the others in the batch: waiting helps, and it waits.
        for _ in 0..10 {
            threads.prepare_wait(|_| ()).commit();
        }
        let mut batch = threads.batch();
        for _ in 10..ALL {
            batch.prepare(|_| ()).expect("these are free").commit();
        }
        assert!(batch.prepare(|_| ()).is_none(), "the others are busy");
        let later = Arc::clone(&at_end.0);
        let helper = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            later.let_through(1);
        });
        let mut delivered = 0;
        let request = batch.prepare_wait(|_| delivered += 1);
        request.expect("one came back").commit();
        assert_eq!(delivered, 1);
        helper.join().expect("the helper");
        at_end.0.open();
        assert_eq!(batch.commit(), ALL - 10 + 1);
        threads.wait_done(|_| delivered += 1);
        assert_eq!(delivered, ALL + 1);
    });
}

#[test]
fn the_references_of_one_guard_are_good_together() {
    let builder = settings().workers(1).ring_size(1);
    let threads = builder.spawn(|_| Ok([1, 2]), |_: &mut [i32; 2]| ());
    let mut threads = threads.expect("a pool");
    let mut request = threads.prepare_wait(|_| ());
    let (first, second): (&[i32; 2], &[i32; 2]) = (&request, &request);
    assert_eq!((first, second), (&[1, 2], &[1, 2]));
    request[0] = 3;
    assert_eq!(*request, [3, 2]);
    assert_eq!(request.index(), 0);
    assert_eq!(
        format!("{request:?}"),
        "Prepared { index: 0, request: [3, 2] }"
    );
}

#[test]
fn guards_print_themselves() {
    let handled = Counter::default();
    let mut threads = pool(&handled);
    let mut request = threads.prepare(|_| ()).expect("all are free");
    *request = true;
    assert_eq!(
        format!("{request:?}"),
        "Prepared { index: 0, request: true }"
    );
    drop(request);
    assert_eq!(format!("{:?}", threads.batch()), "Batch { .. }");
}
