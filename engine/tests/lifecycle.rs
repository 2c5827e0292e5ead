//! From `spawn` to the end: every request that was built is dropped once, every thread joined.
#![cfg(not(any(loom, shuttle, weft)))]

mod common;

use common::{Counter, Gate, Tracked, eventually, in_time, settings};
use flipside::{ConfigError, Dispatch, SpawnError, Threads};
use std::collections::BTreeSet;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

const WORKERS: usize = 2;
const RING: usize = 5;
const ALL: usize = WORKERS * RING;

#[test]
fn init_builds_each_request_once_in_order() {
    let mut indices = Vec::new();
    let threads = settings().workers(3).ring_size(65).spawn(
        |index| {
            indices.push(index);
            Ok(index)
        },
        |_: &mut usize| (),
    );
    let mut threads = threads.expect("a pool");
    assert_eq!((threads.workers(), threads.ring_size()), (3, 65));
    // Each request is where its number says.
    let mut batch = threads.batch();
    while let Some(request) = batch.prepare(|_| ()) {
        assert_eq!(*request, request.index());
        request.commit();
    }
    batch.commit();
    drop(threads);
    assert!(indices.into_iter().eq(0..3 * 65));
}

#[test]
fn every_request_is_dropped_once() {
    in_time(|| {
        for committed in 0..=ALL {
            let drops = Counter::default();
            let builder = settings().workers(WORKERS).ring_size(RING);
            let threads = builder.spawn(
                |index| Ok(Tracked::new(index, &drops)),
                |_: &mut Tracked| (),
            );
            let mut threads = threads.expect("a pool");
            for _ in 0..committed {
                threads.prepare_wait(|_| ()).commit();
            }
            assert_eq!(drops.get(), 0);
            drop(threads);
            assert_eq!(drops.get(), ALL);
        }
    });
}

#[test]
fn constructors_need_not_return_results() {
    in_time(|| {
        let builder = settings().workers(2).ring_size(2);
        let add = |worker: usize| move |number: &mut usize| *number += 10 * (worker + 1);
        let mut threads = builder.spawn_with(|index| index, add).expect("a pool");
        for _ in 0..4 {
            threads.prepare_wait(|_| ()).commit();
        }
        let mut seen = Vec::new();
        threads.wait_done(|number| seen.push(*number.expect("no panic")));
        seen.sort_unstable();
        assert_eq!(seen, [10, 11, 22, 23]);
    });
}

/// A pool's own handle, for one of its handlers to drop.
type Own = Arc<Mutex<Option<Threads<Tracked>>>>;

#[test]
fn a_worker_may_drop_the_handle_of_its_own_pool() {
    in_time(|| {
        let (drops, handled) = (Counter::default(), Counter::default());
        let own: Own = Arc::default();
        let (handle, count, built) = (Arc::clone(&own), handled.clone(), drops.clone());
        let builder = settings().workers(WORKERS).ring_size(RING);
        let threads = builder.spawn(
            move |index| Tracked::new(index, &built),
            move |_: &mut Tracked| {
                // The first of them waits until it is there, the others find it gone.
                let dropped = handle.lock().expect("no panic").take();
                drop(dropped);
                count.add();
            },
        );
        let mut threads = threads.expect("a pool");
        {
            let mut place = own.lock().expect("no panic");
            let mut batch = threads.batch();
            while let Some(request) = batch.prepare(|_| ()) {
                request.commit();
            }
            batch.commit();
            *place = Some(threads);
        }
        eventually("all are handled", || (handled.get() == ALL).then_some(()));
        // The worker that dropped it goes on, and drops the pool at its own end.
        eventually("all are dropped", || (drops.get() == ALL).then_some(()));
    });
}

#[test]
fn a_handler_may_drop_another_pool() {
    in_time(|| {
        let drops = Counter::default();
        let inner = || {
            let drops = drops.clone();
            let builder = settings().workers(1).ring_size(1);
            let init = move |index| Tracked::new(index, &drops);
            let mut inner = builder.spawn(init, |_: &mut Tracked| ()).expect("a pool");
            inner.prepare_wait(|_| ()).commit();
            Some(inner)
        };
        let builder = settings().workers(2).ring_size(1);
        let outer = builder.spawn(
            |_| inner(),
            |inner: &mut Option<Threads<Tracked>>| *inner = None,
        );
        let mut outer = outer.expect("a pool");
        for _ in 0..2 {
            outer.prepare_wait(|_| ()).commit();
        }
        outer.wait_done(|outcome| assert!(outcome.expect("no panic").is_none()));
        assert_eq!(drops.get(), 2);
    });
}

#[test]
fn an_init_that_fails_unwinds_what_it_built() {
    for fails_at in 0..ALL {
        let drops = Counter::default();
        let builder = settings().workers(WORKERS).ring_size(RING);
        let threads = builder.spawn(
            |index| match index {
                _ if index == fails_at => Err("out of luck")?,
                _ => Ok(Tracked::new(index, &drops)),
            },
            |_: &mut Tracked| (),
        );
        match threads {
            Err(error @ SpawnError::Init { index, .. }) => {
                assert_eq!(index, fails_at);
                assert_eq!(
                    error.to_string(),
                    format!("request {index} could not be built")
                );
                let source = error.source().expect("what init returned");
                assert_eq!(source.to_string(), "out of luck");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(drops.get(), fails_at);
    }
}

#[test]
fn an_init_that_panics_unwinds_what_it_built() {
    for fails_at in 0..ALL {
        let drops = Counter::default();
        let builder = settings().workers(WORKERS).ring_size(RING);
        let panic = catch_unwind(AssertUnwindSafe(|| {
            let threads = builder.spawn(
                |index| {
                    assert_ne!(index, fails_at, "out of luck");
                    Ok(Tracked::new(index, &drops))
                },
                |_: &mut Tracked| (),
            );
            threads.is_ok()
        }));
        let payload = panic.expect_err("init's panic");
        let message = payload.downcast_ref::<String>().expect("a message");
        assert!(message.contains("out of luck"), "{message}");
        assert_eq!(drops.get(), fails_at);
    }
}

/// The error of a pool that can't be; nothing may have been built for it.
fn refused(builder: flipside::Builder) -> (ConfigError, String) {
    let refuse = builder.spawn(
        |_| -> Result<(), _> { panic!("init ran for a pool that can't be") },
        |(): &mut ()| (),
    );
    match refuse {
        Err(error @ SpawnError::Config(config)) => {
            assert_eq!(error.to_string(), config.to_string());
            assert!(error.source().is_none(), "its text is said twice");
            (config, error.to_string())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings_that_cannot_work_are_errors_that_say_what_would() {
    let builder = settings;
    for workers in [0, flipside::MAX_WORKERS + 1, usize::MAX] {
        let (error, text) = refused(builder().workers(workers));
        assert_eq!(error, ConfigError::Workers(workers));
        assert!(text.contains(&format!("of {workers} workers")), "{text}");
        assert!(text.contains("use 1 to 1024"), "{text}");
    }
    for ring in [0, flipside::MAX_RING_SIZE + 1, usize::MAX] {
        let (error, text) = refused(builder().workers(1).ring_size(ring));
        assert_eq!(error, ConfigError::RingSize(ring));
        assert!(
            text.contains(&format!("of {ring} requests per worker")),
            "{text}"
        );
        assert!(text.contains("use 1 to 65536"), "{text}");
    }
    for (name, at) in [("\0", 0), ("pack\0er", 4), ("pack\0er\0", 4)] {
        let (error, text) = refused(builder().workers(1).thread_name(name));
        assert_eq!(error, ConfigError::ThreadName(at));
        assert!(text.contains(&format!("position {at}")), "{text}");
    }
}

#[test]
fn without_settings_there_is_a_worker_for_each_processor() {
    let threads = settings().spawn(|_| Ok(()), |(): &mut ()| ());
    let threads = threads.expect("a pool");
    let processors = thread::available_parallelism().expect("their number").get();
    assert_eq!(threads.workers(), processors.min(flipside::MAX_WORKERS));
    assert_eq!(threads.ring_size(), 64);
    assert_eq!(
        format!("{threads:?}"),
        format!(
            "Threads {{ workers: {processors}, ring_size: 64, dispatch: {:?}, pending: 0, .. }}",
            Dispatch::RoundRobin
        )
    );
}

#[test]
fn threads_have_their_names() {
    in_time(|| {
        for prefix in ["flipside", "packer"] {
            let names = Arc::new(Mutex::new(BTreeSet::new()));
            let seen = Arc::clone(&names);
            let mut builder = settings().workers(3).ring_size(2);
            if prefix != "flipside" {
                builder = builder.thread_name(prefix);
            }
            let threads = builder.spawn(
                |_| Ok(()),
                move |(): &mut ()| {
                    let name = thread::current().name().map(str::to_owned);
                    seen.lock().expect("no panics").insert(name);
                },
            );
            let mut threads = threads.expect("a pool");
            for _ in 0..6 {
                threads.prepare_wait(|_| ()).commit();
            }
            threads.stop(|done| assert!(done.is_ok()));
            let expected = (0..3).map(|worker| Some(format!("{prefix}-{worker}")));
            assert!(
                names
                    .lock()
                    .expect("no panics")
                    .iter()
                    .cloned()
                    .eq(expected)
            );
        }
    });
}

/// Workers that are in the middle of their first request, with the rest of all requests behind it.
fn in_flight(handled: &Counter, drops: &Counter) -> (Threads<Tracked>, Arc<Gate>) {
    let gate = Arc::new(Gate::default());
    let (pass, handled) = (Arc::clone(&gate), handled.clone());
    let builder = settings().workers(WORKERS).ring_size(RING);
    let threads = builder.spawn(
        |index| Ok(Tracked::new(index, drops)),
        move |_: &mut Tracked| {
            pass.pass();
            handled.add();
        },
    );
    let mut threads = threads.expect("a pool");
    while let Some(request) = threads.prepare(|_| ()) {
        request.commit();
    }
    assert_eq!(threads.pending(), ALL);
    (threads, gate)
}

/// Opens the gate while the calling thread waits for it.
fn open_later(gate: Arc<Gate>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        thread::sleep(std::time::Duration::from_millis(10));
        gate.open();
    })
}

#[test]
fn drop_finishes_what_was_committed() {
    in_time(|| {
        let (handled, drops) = Default::default();
        let (threads, gate) = in_flight(&handled, &drops);
        let opener = open_later(gate);
        drop(threads);
        assert_eq!((handled.get(), drops.get()), (ALL, ALL));
        opener.join().expect("the opener");
    });
}

#[test]
fn stop_delivers_what_was_committed() {
    in_time(|| {
        let (handled, drops) = Default::default();
        let (threads, gate) = in_flight(&handled, &drops);
        let opener = open_later(gate);
        let mut delivered = BTreeSet::new();
        threads.stop(|done| {
            let number = done.expect("no panics").number;
            assert!(delivered.insert(number), "{number} came twice");
        });
        assert!(delivered.into_iter().eq(0..ALL));
        assert_eq!((handled.get(), drops.get()), (ALL, ALL));
        opener.join().expect("the opener");
    });
}

#[test]
fn a_panic_of_the_submitter_finishes_what_was_committed() {
    in_time(|| {
        let (handled, drops) = Default::default();
        let (threads, gate) = in_flight(&handled, &drops);
        let opener = open_later(gate);
        let submitter = thread::spawn(move || {
            let _threads = threads;
            panic!("the submitter's");
        });
        submitter.join().expect_err("its panic");
        assert_eq!((handled.get(), drops.get()), (ALL, ALL));
        opener.join().expect("the opener");
    });
}

#[test]
fn pools_come_and_go_in_any_state() {
    in_time(|| {
        for round in 0..300 {
            let builder = settings().workers(1 + round % 3).ring_size(2);
            let builder = match round % 4 {
                0 => builder.busy_wait(),
                1 => builder.spin_budget(std::time::Duration::ZERO),
                _ => builder,
            };
            let handled = Counter::default();
            let count = handled.clone();
            let threads = builder.spawn(|_| Ok(()), move |(): &mut ()| count.add());
            let mut threads = threads.expect("a pool");
            for _ in 0..round % 7 {
                threads.prepare_wait(|_| ()).commit();
            }
            drop(threads);
            assert_eq!(handled.get(), round % 7);
        }
    });
}

/// `Threads` is `Send` and not `Sync`, whatever the request; so is a guard, which holds it.
#[test]
fn the_handle_is_send_and_not_sync() {
    trait Ambiguous<Marker> {
        fn check() {}
    }
    impl<T: ?Sized> Ambiguous<()> for T {}
    impl<T: ?Sized + Sync> Ambiguous<u8> for T {}
    fn send<T: Send>() {}

    send::<Threads<u32>>();
    send::<Threads<std::cell::Cell<u32>>>();
    send::<flipside::Prepared<'static, u32>>();
    send::<flipside::Batch<'static, u32>>();
    send::<SpawnError>();
    // Each line compiles only while the type is not `Sync`.
    <Threads<u32> as Ambiguous<_>>::check();
    <flipside::Prepared<'static, u32> as Ambiguous<_>>::check();
    <flipside::Batch<'static, u32> as Ambiguous<_>>::check();
}
