//! Accesses of cells that overlap.

use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A cell, and two flags that hand it over.
#[derive(Default)]
struct Handed(UnsafeCell<u32>, AtomicBool, AtomicBool);
// SAFETY: the checker ends the execution before any access that races.
unsafe impl Sync for Handed {}

fn wait(flag: &AtomicBool) {
    while !flag.load(Acquire) {
        hint::spin_loop();
    }
}

/// One access in the middle of the other, though each of its ends is ordered with both of the other's.
fn inside(outer_writes: bool, inner_writes: bool) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let shared = Arc::new(Handed::default());
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || {
            let body = || {
                other.1.store(true, Release);
                wait(&other.2);
            };
            if outer_writes {
                other.0.with_mut(|_| body());
            } else {
                other.0.with(|_| body());
            }
        });
        wait(&shared.1);
        if inner_writes {
            shared.0.with_mut(|_| ());
        } else {
            shared.0.with(|_| ());
        }
        shared.2.store(true, Release);
        t.join().unwrap();
    }
}

#[test]
fn an_access_in_the_middle_of_another() {
    for (outer, inner) in [(true, true), (true, false), (false, true)] {
        let failure = failure(inside(outer, inner));
        assert!(
            matches!(failure.kind, FailureKind::Race { .. }),
            "{failure}"
        );
    }
    assert!(check(inside(false, false)).is_complete());
}

#[test]
fn one_thread_within_its_own_access() {
    let failure = failure(|| {
        let cell = UnsafeCell::new(0);
        cell.with_mut(|_| cell.with(|_| ()));
    });
    let text = failure.message();
    assert!(
        text.contains("read at ") && text.contains("written at "),
        "{text}"
    );
    let report = check(|| {
        let cell = UnsafeCell::new(0);
        cell.with(|_| cell.with(|_| ()));
        let first = cell.get();
        drop(cell.get());
        drop(first);
        drop(cell.get_mut());
        cell.with_mut(|_| ());
    });
    assert!(report.is_complete(), "{report}");
}

#[test]
fn an_access_ends_with_a_panic() {
    let report = check(|| {
        let cell = UnsafeCell::new(0);
        let access = AssertUnwindSafe(|| cell.with_mut(|_| panic!("on purpose")));
        assert!(catch_unwind(access).is_err());
        cell.with(|_| ());
    });
    assert!(report.is_complete(), "{report}");
}
