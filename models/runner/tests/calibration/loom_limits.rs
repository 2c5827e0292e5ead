//! loom: what it leaves out, what it invents, and where it stops without a word.
//!
//! A program's outcomes are pairs of what its reads saw. The memory model of Rust is C++20's: what
//! is said to be "allowed" or "forbidden" below is so by that.

use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use loom::model::Builder;
use loom::sync::Notify;
use loom::sync::atomic::{AtomicUsize, Ordering, fence};
use loom::thread;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// All outcomes of a program, and how many executions it took to find them.
fn explore<T: Ord + Send + 'static>(
    program: impl Fn() -> T + Send + Sync + 'static,
) -> (BTreeSet<T>, usize) {
    explore_with(&Builder::new(), program)
}

fn explore_with<T: Ord + Send + 'static>(
    builder: &Builder,
    program: impl Fn() -> T + Send + Sync + 'static,
) -> (BTreeSet<T>, usize) {
    let found = Arc::new(Mutex::new((BTreeSet::new(), 0)));
    let inside = Arc::clone(&found);
    builder.check(move || {
        let outcome = program();
        let mut found = inside.lock().unwrap_or_else(PoisonError::into_inner);
        found.0.insert(outcome);
        found.1 += 1;
    });
    let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::take(&mut *found)
}

/// What loom panics with.
fn panic_of(program: impl Fn() + Send + Sync + 'static) -> String {
    match catch_unwind(AssertUnwindSafe(|| Builder::new().check(program))) {
        Ok(()) => "no panic".to_owned(),
        Err(payload) => match payload.downcast::<String>() {
            Ok(text) => *text,
            Err(payload) => (payload.downcast_ref::<&str>().copied())
                .unwrap_or_default()
                .to_owned(),
        },
    }
}

type Words = [AtomicUsize; 2];

/// Two threads, the second of them main, over two words that start at 0, and what each returns.
fn two<A: 'static, B>(
    a: impl FnOnce(&Words) -> A + 'static,
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

type Found = (BTreeSet<(usize, usize)>, usize);

fn found<const N: usize>(outcomes: [(usize, usize); N], executions: usize) -> Found {
    (BTreeSet::from(outcomes), executions)
}

/// The writer stores the data and then the flag; what the reader sees of the flag and the data.
fn write(flag_store: Ordering) -> impl FnOnce(&Words) + 'static {
    move |[data, flag]| {
        data.store(1, Relaxed);
        flag.store(1, flag_store);
    }
}

fn message_passing(store: Ordering, load: Ordering) -> Found {
    explore(move || {
        let read = |[data, flag]: &Words| (flag.load(load), data.load(Relaxed));
        two(write(store), read).1
    })
}

/// Each side stores to its own word and then loads the other's.
fn store_buffering(store: Ordering, load: Ordering, with_fence: bool) -> Found {
    let side = move |own: &AtomicUsize, other: &AtomicUsize| {
        own.store(1, store);
        if with_fence {
            fence(SeqCst);
        }
        other.load(load)
    };
    explore(move || two(move |[x, y]| side(x, y), move |[x, y]| side(y, x)))
}

#[test]
fn weak_memory_is_there() {
    assert_eq!(
        message_passing(Relaxed, Relaxed),
        found([(0, 0), (0, 1), (1, 0), (1, 1)], 21)
    );
    assert_eq!(
        message_passing(Release, Acquire),
        found([(0, 0), (0, 1), (1, 1)], 19)
    );
    assert_eq!(
        store_buffering(Relaxed, Relaxed, false),
        found([(0, 0), (0, 1), (1, 0), (1, 1)], 30)
    );
}

/// Between SeqCst accesses 0/0 is forbidden, and loom shows it: a false alarm. Between SeqCst
/// fences it is forbidden and not shown, so the engine orders by fences alone.
#[test]
fn sequential_consistency_is_known_to_fences_and_not_to_accesses() {
    assert_eq!(
        store_buffering(SeqCst, SeqCst, false),
        found([(0, 0), (0, 1), (1, 0), (1, 1)], 30)
    );
    assert_eq!(
        store_buffering(Relaxed, Relaxed, true),
        found([(0, 1), (1, 0), (1, 1)], 15)
    );
}

/// Each side loads one word and then stores to the other. 1/1 is allowed and never shown.
#[test]
fn loads_are_never_buffered() {
    let side = |from: &AtomicUsize, to: &AtomicUsize| {
        let seen = from.load(Relaxed);
        to.store(1, Relaxed);
        seen
    };
    let shown = explore(move || two(move |[x, y]| side(x, y), move |[x, y]| side(y, x)));
    assert_eq!(shown, found([(0, 0), (0, 1), (1, 0)], 15));
}

/// A load whose result nobody uses takes an outcome away (loom's issue 166): COMPLETE is complete
/// up to this.
#[test]
fn a_redundant_load_loses_an_outcome() {
    let pulse = |with_load| {
        explore(move || {
            let pulse = move |[key, value]: &Words| {
                key.store(1, SeqCst);
                value.store(1, SeqCst);
                value.store(0, SeqCst);
                if with_load {
                    key.load(SeqCst);
                }
                key.store(0, SeqCst);
            };
            two(pulse, |[key, value]| (value.load(SeqCst), key.load(SeqCst))).1
        })
    };
    assert_eq!(pulse(false), found([(0, 0), (0, 1), (1, 0), (1, 1)], 50));
    assert_eq!(pulse(true), found([(0, 0), (0, 1), (1, 1)], 35));
}

/// A load may see the old value where a failing exchange may too; in loom the exchange never does.
#[test]
fn a_failed_exchange_is_never_stale() {
    let seen = |read: fn(&AtomicUsize) -> usize| {
        explore(move || {
            let read = |[data, flag]: &Words| (flag.load(Relaxed), read(data));
            two(write(Relaxed), read).1
        })
    };
    let fails = |data: &AtomicUsize| match data.compare_exchange(7, 8, Relaxed, Relaxed) {
        Ok(value) | Err(value) => value,
    };
    assert_eq!(
        seen(|data| data.load(Relaxed)),
        found([(0, 0), (0, 1), (1, 0), (1, 1)], 21)
    );
    assert_eq!(seen(fails), found([(0, 0), (0, 1), (1, 1)], 12));
}

#[test]
fn a_weak_exchange_never_fails_for_nothing() {
    let exchanged = explore(|| {
        let other = |[_, y]: &Words| y.store(1, Relaxed);
        let weak = |[x, y]: &Words| {
            y.load(Relaxed);
            x.compare_exchange_weak(0, 1, AcqRel, Relaxed).is_ok()
        };
        two(other, weak).1
    });
    assert_eq!(exchanged, (BTreeSet::from([true]), 6));
}

/// The other thread stores 1 while main swaps in 0: main that swapped out 0 must then find 1. loom
/// also shows 0, another false alarm (its issue 254). The engine has no such operation.
#[test]
fn a_swap_is_not_atomic_against_a_store() {
    let shown = explore(|| {
        let store = |[x, _]: &Words| x.store(1, Relaxed);
        let words = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let mine = Arc::clone(&words);
        let other = thread::spawn(move || store(&mine));
        let swapped = words[0].swap(0, Relaxed);
        drop(other.join());
        (swapped, words[0].load(Relaxed))
    });
    assert_eq!(shown, found([(0, 0), (0, 1), (1, 0)], 6));
}

/// Of nine stores the last seven can be read. The flag's value with them: 0, and anything goes.
#[test]
fn an_atomic_remembers_seven_stores() {
    let (seen, executions) = explore(|| {
        let write = |[data, flag]: &Words| {
            for value in 1..=9 {
                data.store(value, Relaxed);
            }
            flag.store(1, Relaxed);
        };
        let read = |[data, flag]: &Words| {
            let written = flag.load(Relaxed) == 1;
            written.then(|| data.load(Relaxed))
        };
        two(write, read).1
    });
    let seen: Vec<_> = seen.into_iter().flatten().collect();
    assert_eq!(seen, [3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(executions, 18);
}

/// std's `park` may return for no reason; this one ends in a deadlock instead. A loop around
/// `park` that is missing is not noticed.
#[test]
fn park_returns_only_when_unparked() {
    assert!(panic_of(thread::park).starts_with("deadlock"));
}

/// An `unpark` that comes when its thread already waits in `join` ends that wait, and loom trips
/// over itself. This is why the engine's submitter parks on a `Notify` under loom.
#[test]
fn a_late_unpark_ends_a_join() {
    let unpark = || {
        let main = thread::current();
        let other = thread::spawn(move || main.unpark());
        drop(other.join());
    };
    assert_eq!(panic_of(unpark), "assertion failed: state.notified");

    let notify = || {
        let bell = Arc::new(Notify::new());
        let mine = Arc::clone(&bell);
        let other = thread::spawn(move || mine.notify());
        drop(other.join());
    };
    assert_eq!(explore(notify).1, 1);
}

/// A cap ends the search as if it were over, and it is looked at every `checkpoint_interval`
/// executions only: neither the number nor the end can be relied on, and with an interval of 1
/// nothing at all is run. So the models set no cap and count by themselves.
#[test]
fn caps_end_in_silence() {
    let capped = |most, interval| {
        let mut builder = Builder::new();
        builder.max_permutations = Some(most);
        builder.checkpoint_interval = interval;
        explore_with(&builder, || {
            let read = |[data, flag]: &Words| (flag.load(Relaxed), data.load(Relaxed));
            two(write(Relaxed), read).1
        })
    };
    assert_eq!(capped(1, 1), found([], 0));
    assert_eq!(capped(3, 2), found([(0, 0), (0, 1)], 3));
    assert_eq!(capped(1, 20_000), message_passing(Relaxed, Relaxed));
}

#[test]
fn five_threads_are_the_most_with_main() {
    let threads = |others: usize| {
        move || {
            let all: Vec<_> = (0..others).map(|_| thread::spawn(|| ())).collect();
            for thread in all {
                drop(thread.join());
            }
        }
    };
    assert_eq!(explore(threads(4)).1, 493);
    assert_eq!(
        panic_of(threads(5)),
        "assertion failed: self.threads.len() < self.max()"
    );
}
