//! Addresses that are used again, and what must be given back.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::ptr::null_mut;

use weft::alloc::{Layout, Track, alloc, dealloc};
use weft::sync::Arc;
use weft::sync::atomic::{AtomicPtr, AtomicU32, Ordering::*};
use weft::{Builder, FailureKind, Report, thread};

struct Node {
    value: AtomicU32,
    next: *mut Node,
    /// Makes its size one that nothing else here has.
    _more: [u64; 13],
}

fn node(value: u32, next: *mut Node) -> *mut Node {
    let value = AtomicU32::new(value);
    let _more = [0; 13];
    Box::into_raw(Box::new(Node { value, next, _more }))
}

fn free(node: *mut Node) {
    // SAFETY: whoever took it off the stack owns it.
    drop(unsafe { Box::from_raw(node) });
}

/// A thread is about to take `a` off a stack of `a` and `b`; meanwhile main takes both off, frees them, and pushes
/// another node.
fn about_to_pop(builder: &Builder) -> Report {
    builder.check(|| {
        let b = node(2, null_mut());
        let a = node(1, b);
        let stack = Arc::new((AtomicPtr::new(a), AtomicU32::new(0)));
        let own = Arc::clone(&stack);
        let next = AtomicPtr::new(b);
        let slow = thread::spawn(move || {
            let (head, next) = (own.0.load(Relaxed), next.load(Relaxed));
            own.1.store(1, Release);
            let _ = own.0.compare_exchange(head, next, AcqRel, Relaxed);
        });
        if stack.1.load(Acquire) != 1 {
            return slow.join().unwrap();
        }
        let popped = |top, next| stack.0.compare_exchange(top, next, AcqRel, Relaxed).is_ok();
        if popped(a, b) {
            free(a);
            if popped(b, null_mut()) {
                free(b);
                stack.0.store(node(3, null_mut()), Release);
                slow.join().unwrap();
                let top = stack.0.load(Relaxed);
                // SAFETY: it is on the stack, so nobody has freed it: if it really is.
                assert_eq!(unsafe { (*top).value.load(Relaxed) }, 3);
                // SAFETY: as above.
                assert!(unsafe { (*top).next }.is_null());
                return;
            }
        }
        slow.join().unwrap();
    })
}

#[test]
fn without_it_no_address_comes_again() {
    let report = about_to_pop(&Builder::new());
    assert!(report.is_complete(), "{report}");
}

#[test]
fn aba() {
    let builder = Builder {
        reuse: true,
        ..Builder::new()
    };
    let report = about_to_pop(&builder);
    let failure = report.failure().expect("the old head is there again");
    assert!(
        matches!(failure.kind, FailureKind::UseAfterFree { .. }),
        "{failure}"
    );
}

#[test]
fn two_allocations_do_not_get_one_place() {
    // Two threads may both get the place of the freed node, but never in one execution.
    let builder = Builder {
        reuse: true,
        ..Builder::new()
    };
    let report = builder.check(|| {
        let old = AtomicPtr::new(node(0, null_mut())).into_inner();
        free(old);
        let threads = [1, 2].map(|k| thread::spawn(move || node(k, null_mut()).addr()));
        let [one, two] = threads.map(|t| t.join().unwrap());
        assert_ne!(one, two, "one address for two nodes");
    });
    assert!(report.is_complete(), "{report}");
    // New and new, old and new, new and old.
    assert_eq!(report.complete, 3);
}

fn leaks(report: &Report) -> bool {
    matches!(report.failure(), Some(f) if matches!(f.kind, FailureKind::Leak { .. }))
}

#[test]
fn leaked() {
    let program = |keep: bool| {
        move || {
            let kept = AtomicPtr::new(node(1, null_mut()));
            if !keep {
                free(kept.load(Relaxed));
            }
        }
    };
    let strict = Builder {
        leaks: true,
        ..Builder::new()
    };
    assert!(Builder::new().check(program(true)).is_complete());
    assert!(leaks(&strict.check(program(true))));
    let report = strict.check(program(false));
    assert!(report.is_complete(), "{report}");
}

#[test]
fn owed() {
    let report = Builder::new().check(|| std::mem::forget(Track::new(7)));
    assert!(leaks(&report), "{report}");
    let report = Builder::new().check(|| assert_eq!(Track::new(7).into_inner(), 7));
    assert!(report.is_complete(), "{report}");
    let layout = Layout::new::<u64>();
    // SAFETY: the layout has a size.
    let report = Builder::new().check(move || assert!(!unsafe { alloc(layout) }.is_null()));
    assert!(leaks(&report), "{report}");
    let report = Builder::new().check(move || {
        // SAFETY: as above.
        let block = unsafe { alloc(layout) };
        // SAFETY: it is that block, with its layout.
        unsafe { dealloc(block, layout) };
    });
    assert!(report.is_complete(), "{report}");
}
