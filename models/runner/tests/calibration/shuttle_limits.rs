//! shuttle: sequential consistency, and threads that are switched before its own operations only.

use Ordering::{Relaxed, SeqCst};
use shuttle::scheduler::{DfsScheduler, RandomScheduler, Scheduler};
use shuttle::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use shuttle::{Config, FailurePersistence, Runner, thread};
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize as Unseen};
use std::sync::{Arc, Mutex, PoisonError};

const SEED: u64 = 166;
const SCHEDULES: usize = 100_000;

fn run(scheduler: impl Scheduler + 'static, program: impl Fn() + Send + Sync + 'static) -> usize {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.silence_warnings = true;
    Runner::new(scheduler, config).run(program)
}

type Found = (BTreeSet<(usize, usize)>, usize);

fn found<const N: usize>(outcomes: [(usize, usize); N], executions: usize) -> Found {
    (BTreeSet::from(outcomes), executions)
}

fn explore(
    scheduler: impl Scheduler + 'static,
    program: impl Fn() -> (usize, usize) + Send + Sync + 'static,
) -> Found {
    let outcomes = Arc::new(Mutex::new(BTreeSet::new()));
    let inside = Arc::clone(&outcomes);
    let executions = run(scheduler, move || {
        let outcome = program();
        let mut outcomes = inside.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.insert(outcome);
    });
    let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
    (std::mem::take(&mut *outcomes), executions)
}

/// Every schedule, and many random ones.
fn by_both(program: impl Fn() -> (usize, usize) + Clone + Send + Sync + 'static) -> [Found; 2] {
    [
        explore(DfsScheduler::new(None, false), program.clone()),
        explore(RandomScheduler::new_from_seed(SEED, SCHEDULES), program),
    ]
}

type Words = [AtomicUsize; 2];

/// Two threads, the second of them main, over two words that start at 0, and what each returns.
fn two<A: Send + 'static, B>(
    a: impl FnOnce(&Words) -> A + Send + 'static,
    b: impl FnOnce(&Words) -> B,
) -> (A, B) {
    let words = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let mine = Arc::clone(&words);
    let a = thread::spawn(move || a(&mine));
    let b = b(&words);
    match a.join() {
        Ok(a) => (a, b),
        Err(payload) => std::panic::resume_unwind(payload),
    }
}

/// The writer stores the data and then the flag; what the reader sees of the flag and the data.
fn message_passing() -> (usize, usize) {
    let write = |[data, flag]: &Words| {
        data.store(1, Relaxed);
        flag.store(1, Relaxed);
    };
    two(write, |[data, flag]| {
        (flag.load(Relaxed), data.load(Relaxed))
    })
    .1
}

/// Each side stores to its own word and then loads the other's.
fn store_buffering(with_fence: bool) -> (usize, usize) {
    let side = move |own: &AtomicUsize, other: &AtomicUsize| {
        own.store(1, Relaxed);
        if with_fence {
            fence(SeqCst);
        }
        other.load(Relaxed)
    };
    two(move |[x, y]| side(x, y), move |[x, y]| side(y, x))
}

/// How the payload is accessed.
#[derive(Clone, Copy)]
enum Cell {
    /// As a plain cell would be: shuttle does not see it.
    Plain,
    /// As in the engine's shim: an operation of shuttle's before and after each access.
    Yielding,
}

/// A submitter that flips before it fills, which is the wrong way around. The payload is an
/// atomic that shuttle does not know, so that the race is none of Rust's.
fn flip_before_fill(cell: Cell) {
    let shared = Arc::new((
        AtomicBool::new(false),
        AtomicBool::new(false),
        Unseen::new(0),
    ));
    let access = move |accessed: &AtomicBool, f: &dyn Fn()| match cell {
        Cell::Plain => f(),
        Cell::Yielding => {
            assert!(!accessed.swap(true, SeqCst), "data race");
            f();
            accessed.store(false, SeqCst);
        }
    };
    let mine = Arc::clone(&shared);
    let worker = thread::spawn(move || {
        let (flipped, accessed, payload) = &*mine;
        while !flipped.load(SeqCst) {
            thread::yield_now();
        }
        access(accessed, &|| {
            assert_eq!(payload.load(Relaxed), 7, "not filled")
        });
    });
    let (flipped, accessed, payload) = &*shared;
    flipped.store(true, SeqCst);
    access(accessed, &|| payload.store(7, Relaxed));
    drop(worker.join());
}

/// How many schedules it took, and whether the last of them failed.
fn outcome(cell: Cell) -> (u64, bool) {
    let schedules = Arc::new(AtomicU64::new(0));
    let inside = Arc::clone(&schedules);
    let ran = catch_unwind(AssertUnwindSafe(|| {
        run(RandomScheduler::new_from_seed(SEED, SCHEDULES), move || {
            inside.fetch_add(1, Relaxed);
            flip_before_fill(cell);
        })
    }));
    (schedules.load(Relaxed), ran.is_err())
}

/// The flag is never seen without the data, Relaxed or not.
#[test]
fn messages_never_pass_each_other() {
    let shown = [(0, 0), (0, 1), (1, 1)];
    assert_eq!(
        by_both(message_passing),
        [found(shown, 10), found(shown, SCHEDULES)]
    );
}

/// At least one side sees the other's store, and a fence changes neither the outcomes nor the
/// number of schedules: it does nothing.
#[test]
fn stores_are_never_buffered_and_a_fence_is_nothing() {
    let shown = [(0, 1), (1, 0), (1, 1)];
    for with_fence in [false, true] {
        assert_eq!(
            by_both(move || store_buffering(with_fence)),
            [found(shown, 10), found(shown, SCHEDULES)]
        );
    }
}

/// After the flip comes no operation of shuttle's before the payload is written, so both are one
/// step and the mistake passes. With a cell that shuttle sees, the first schedule shows it.
#[test]
fn flipping_before_filling_needs_a_cell_that_yields() {
    assert_eq!(outcome(Cell::Plain), (SCHEDULES as u64, false));
    let (schedules, failed) = outcome(Cell::Yielding);
    assert!(failed && schedules <= 10, "{schedules}");
}
