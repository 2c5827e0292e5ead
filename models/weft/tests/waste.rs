//! What does not wait is never given up: every graph that is built is an execution.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering, Ordering::*};
use weft::{Builder, thread};

type Words = Arc<[AtomicU32; 2]>;

/// Graphs of threads that each do `body`, of which none is given up.
fn graphs(threads: u32, body: fn(&Words, u32)) -> u64 {
    let report = Builder::new().check(move || {
        let words = Words::new([0, 0].map(AtomicU32::new));
        let all: Vec<_> = (1..=threads)
            .map(|k| {
                let words = Arc::clone(&words);
                thread::spawn(move || body(&words, k))
            })
            .collect();
        all.into_iter().for_each(|t| t.join().unwrap());
    });
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.blocked, 0, "{report}");
    report.complete
}

#[test]
fn increments_are_the_orders_of_the_threads() {
    for (threads, orders) in [(2, 2), (3, 6), (4, 24), (5, 120), (6, 720)] {
        assert_eq!(
            graphs(threads, |w, _| {
                w[0].fetch_add(1, SeqCst);
            }),
            orders
        );
        assert_eq!(
            graphs(threads, |w, _| {
                w[0].fetch_add(1, Relaxed);
            }),
            orders
        );
    }
}

#[test]
fn exchanges_that_may_fail() {
    // One of three wins, and the others read 0's successor: whichever it is.
    let claim = |w: &Words, k| {
        let _ = w[0].compare_exchange(0, k, AcqRel, Relaxed);
    };
    assert_eq!(graphs(3, claim), 3);
    // Two of them in a row: 1 from 0, then 2 from 1.
    fn steps(w: &Words, _: u32) {
        let _ = w[0].compare_exchange(0, 1, AcqRel, Relaxed);
        let _ = w[0].compare_exchange(1, 2, AcqRel, Relaxed);
    }
    assert!(graphs(2, steps) > 2);
}

#[test]
fn updates_among_loads_and_stores() {
    fn mixed(order: Ordering, w: &Words, k: u32) {
        w[0].fetch_add(k, order);
        w[1].store(k, Relaxed);
        w[0].swap(w[1].load(Relaxed), order);
    }
    assert!(graphs(2, |w, k| mixed(SeqCst, w, k)) > 1);
    assert!(graphs(2, |w, k| mixed(Relaxed, w, k)) > 1);
}
