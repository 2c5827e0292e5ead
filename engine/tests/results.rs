//! Results one by one, and waits that end.
#![cfg(not(any(loom, shuttle, weft)))]

mod common;

use common::{Gate, OpenAtEnd, in_time, settings};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longer than a handler takes that nothing holds up.
const LONG: Duration = Duration::from_secs(60);

#[test]
fn each_result_is_returned_once_and_none_behind_the_last() {
    in_time(|| {
        for (workers, ring) in [(1, 1), (2, 3), (3, 70)] {
            let builder = settings().workers(workers).ring_size(ring);
            let threads = builder.spawn(|_| 0, |number: &mut usize| *number += 100);
            let mut threads = threads.expect("a pool");
            for round in 0..3 {
                for number in 0..workers * ring {
                    let mut request = threads.prepare(|_| unreachable!("all are free"));
                    **request.as_mut().expect("all are free") = number;
                    request.expect("as above").commit();
                }
                let mut seen = Vec::new();
                let mut results = threads.results();
                while let Some(number) = results.next_wait() {
                    seen.push(*number.expect("no panic"));
                }
                assert!(results.next().is_none());
                assert!(results.next_wait().is_none());
                assert_eq!(threads.pending(), 0);
                seen.sort_unstable();
                let all: Vec<_> = (100..100 + workers * ring).collect();
                assert_eq!(seen, all, "round {round}");
            }
        }
    });
}

#[test]
fn what_was_not_returned_stays_to_be_delivered() {
    in_time(|| {
        let builder = settings().workers(2).ring_size(2);
        let threads = builder.spawn(|index| index, |_: &mut usize| ());
        let mut threads = threads.expect("a pool");
        for _ in 0..4 {
            threads.prepare_wait(|_| ()).commit();
        }
        let first = threads
            .results()
            .next_wait()
            .map(|index| *index.expect("no panic"));
        assert_eq!(threads.pending(), 3);
        let mut seen: Vec<_> = first.into_iter().collect();
        threads.wait_done(|index| seen.push(*index.expect("no panic")));
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3]);
    });
}

#[test]
fn a_panic_is_returned_as_any_other_result() {
    in_time(|| {
        let builder = settings().workers(1).ring_size(1);
        let handler = |_: &mut u8| std::panic::resume_unwind(Box::new("out of luck"));
        let mut threads = builder.spawn(|_| 7, handler).expect("a pool");
        threads.prepare_wait(|_| ()).commit();
        let mut results = threads.results();
        let mut panicked = results.next_wait().expect("a result").expect_err("a panic");
        assert_eq!(panicked.message(), Some("out of luck"));
        assert_eq!(*panicked.request(), 7);
        assert!(results.next_wait().is_none());
    });
}

#[test]
fn a_timed_wait_ends_with_a_result_or_with_its_time() {
    in_time(|| {
        for busy in [false, true] {
            let gate = Arc::new(Gate::default());
            let _open = OpenAtEnd(Arc::clone(&gate));
            let pass = Arc::clone(&gate);
            let builder = settings().workers(1).ring_size(2);
            let builder = if busy { builder.busy_wait() } else { builder };
            let threads = builder.spawn(|_| (), move |(): &mut ()| pass.pass());
            let mut threads = threads.expect("a pool");
            assert_eq!(
                threads.deliver_timeout(LONG, |_| ()),
                0,
                "nothing is pending"
            );
            threads.prepare_wait(|_| ()).commit();
            for time in [Duration::ZERO, Duration::from_millis(20)] {
                let start = Instant::now();
                let none = threads.deliver_timeout(time, |_| unreachable!("the gate is shut"));
                assert_eq!(none, 0);
                assert!(start.elapsed() >= time, "{:?}", start.elapsed());
            }
            gate.let_through(1);
            let start = Instant::now();
            assert_eq!(threads.deliver_timeout(LONG, |_| ()), 1);
            assert!(start.elapsed() < LONG);
            assert_eq!(threads.pending(), 0);
            // A time that no clock can show.
            threads.prepare_wait(|_| ()).commit();
            gate.let_through(1);
            assert_eq!(threads.deliver_timeout(Duration::MAX, |_| ()), 1);
        }
    });
}
