//! Leaks, on request.

use super::*;
use found::found_by;
use std::hint::black_box;
use std::mem::ManuallyDrop;
use weft::cell::UnsafeCell;

fn leaks() -> Builder {
    Builder {
        leaks: true,
        ..Builder::default()
    }
}

/// The names of what the program leaks.
fn leaked(f: impl Fn() + Send + Sync + Clone + 'static) -> Vec<String> {
    let found = found_by(&leaks(), f);
    match &found.failure().kind {
        FailureKind::Leak { objects } => objects.clone(),
        _ => panic!("{}", found.failure()),
    }
}

/// Nothing: how many graphs are complete, and how many blocked.
fn none(f: impl Fn() + Send + Sync + Clone + 'static) -> (u64, u64) {
    let report = leaks().check(f);
    assert!(report.is_complete(), "{report}");
    (report.complete, report.blocked)
}

fn word() -> AtomicU32 {
    AtomicU32::new(0).named("word")
}

#[test]
fn what_is_dropped_is_no_leak() {
    none(|| {
        let _word = Box::new(word());
        let mut words = vec![word(), word(), word()];
        words.pop();
        words.push(word());
        words.shrink_to_fit();
        let _cell = Box::new(UnsafeCell::new(1));
        let _shared = Arc::new(word());
        let _other: Arc<[AtomicU32]> = Arc::from(words);
    });
}

/// Leaks something; a compiler may leave out what nobody could tell from its absence.
fn leak<T>(value: T) {
    std::mem::forget(black_box(value));
}

#[test]
fn what_is_not() {
    assert_eq!(leaked(|| leak(Box::new(word()))), ["word"]);
    assert_eq!(leaked(|| leak(vec![word()])), ["word"]);
    let unowned = || {
        black_box(ManuallyDrop::new(Box::new(word())));
    };
    assert_eq!(leaked(unowned), ["word"]);
    let cell = || leak(Box::new(UnsafeCell::new(1).named("cell")));
    assert_eq!(leaked(cell), ["cell"]);
    assert_eq!(leaked(|| leak([word(), word()].map(Box::new))).len(), 2);
    let in_a_map = || leak(std::collections::BTreeMap::from([(1, word())]));
    assert_eq!(leaked(in_a_map), ["word"]);
}

#[test]
fn on_the_stack_is_no_leak() {
    none(|| std::mem::forget(word()));
}

#[test]
fn in_one_execution_of_several() {
    // Whoever comes second does not free what the first has put there.
    let program = |swaps: bool| {
        two(
            || AtomicPtr::new(std::ptr::null_mut::<AtomicU32>()),
            |slot| slot.store(Box::into_raw(Box::new(word())), Release),
            move |slot| {
                let first = slot.load(Acquire);
                if swaps && !first.is_null() {
                    // SAFETY: the store above is the only one.
                    drop(unsafe { Box::from_raw(first) });
                }
            },
        )
    };
    assert_eq!(leaked(program(true))[0], "word");
}

#[test]
fn a_cycle_of_arcs() {
    struct Node(weft::sync::Mutex<Option<Arc<Node>>>);
    let cycle = || {
        let node = Arc::new(Node(weft::sync::Mutex::new(None)));
        let own = Arc::clone(&node);
        *node.0.lock().unwrap() = Some(own);
    };
    let objects = leaked(cycle);
    assert!(
        objects.iter().any(|name| name.starts_with("an Arc of ")),
        "{objects:?}"
    );
}

#[test]
fn an_arc_that_is_forgotten() {
    let objects = leaked(|| std::mem::forget(Arc::new(5)));
    assert_eq!(objects.len(), 1);
    assert!(objects[0].contains("leaks.rs"), "{objects:?}");
    none(|| {
        let raw = Arc::into_raw(Arc::new(5));
        // SAFETY: it is the same.
        drop(unsafe { Arc::from_raw(raw) });
    });
}

#[test]
fn an_arc_that_another_thread_drops_last() {
    let graphs = none(|| {
        let shared = Arc::new((word(), Box::new(word())));
        let own = Arc::clone(&shared);
        let other = thread::spawn(move || own.0.store(1, Relaxed));
        shared.1.store(1, Relaxed);
        drop(shared);
        other.join().unwrap();
    });
    assert_eq!(graphs, (1, 0));
}

#[test]
fn a_weak_that_outlives_its_value() {
    none(|| {
        let value = Arc::new(word());
        let weak = Arc::downgrade(&value);
        drop(value);
        assert!(weak.upgrade().is_none());
    });
    let objects = leaked(|| {
        let value = Arc::new(5);
        std::mem::forget(Arc::downgrade(&value));
    });
    assert_eq!(objects.len(), 1, "{objects:?}");
}

#[test]
fn a_panic_that_is_caught() {
    none(|| {
        let caught = std::panic::catch_unwind(|| {
            let _word = Box::new(word());
            panic!("on purpose");
        });
        assert!(caught.is_err());
    });
}

#[test]
fn blocked_executions_leak_nothing() {
    let graphs = none(|| {
        let flag = Arc::new(word());
        let own = Arc::clone(&flag);
        let waiting = thread::spawn(move || {
            let _held = Box::new(word());
            while own.load(Acquire) == 0 {
                weft::hint::spin_loop();
            }
        });
        flag.store(1, Release);
        waiting.join().unwrap();
    });
    // The flag is seen at once, or after a turn.
    assert_eq!(graphs, (2, 1));
}

#[test]
fn a_thread_that_nobody_joins() {
    none(|| {
        let flag = Arc::new(word());
        let _detached = thread::spawn(move || {
            flag.store(1, Relaxed);
            Box::new(word())
        });
    });
}
