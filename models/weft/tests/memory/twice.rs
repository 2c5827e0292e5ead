//! Double frees.

use super::*;
use std::alloc::{Layout, alloc, dealloc};
use std::mem::ManuallyDrop;
use std::ptr::null_mut;

fn node() -> *mut AtomicU32 {
    Box::into_raw(Box::new(AtomicU32::new(0).named("node")))
}

/// Takes a pointer out of its slot in two steps.
fn take<T>(slot: &AtomicPtr<T>) -> Option<*mut T> {
    let node = slot.load(Acquire);
    if node.is_null() {
        return None;
    }
    slot.store(null_mut(), Release); // taken
    Some(node)
}

fn both<T: 'static>(make: fn() -> *mut T, free: fn(*mut T)) -> impl Fn() + Send + Sync + Clone {
    let user = move |slot: &AtomicPtr<T>| {
        if let Some(node) = take(slot) {
            free(node);
        }
    };
    two(move || AtomicPtr::new(make()), user, user)
}

fn check<T: 'static>(make: fn() -> *mut T, free: fn(*mut T), what: &str) {
    found(both(make, free)).double_free([(0, "// taken"), (1, "// taken")], what);
}

#[test]
fn a_box() {
    // SAFETY: not sound, and that is what the checker is to say; here and below.
    check(node, |node| drop(unsafe { Box::from_raw(node) }), "node");
}

#[test]
fn a_box_without_anything_that_the_checker_knows() {
    let make = || Box::into_raw(Box::new([1u8; 40]));
    // SAFETY: as above.
    let free = |node| drop(unsafe { Box::from_raw(node) });
    check(make, free, "a block of 40 bytes");
}

#[test]
fn by_hand() {
    const LAYOUT: Layout = Layout::new::<[u64; 5]>();
    // SAFETY: the size is not zero.
    let make = || unsafe { alloc(LAYOUT) };
    // SAFETY: as above.
    let free = |block| unsafe { dealloc(block, LAYOUT) };
    check(make, free, "a block of 40 bytes");
}

#[test]
fn a_vec() {
    let make = || Vec::leak(vec![1u64, 2, 3]).as_mut_ptr();
    // SAFETY: as above.
    let free = |start| drop(unsafe { Vec::from_raw_parts(start, 3, 3) });
    check(make, free, "a block of 24 bytes");
}

#[test]
fn an_rc() {
    let make = || std::rc::Rc::into_raw(std::rc::Rc::new(5u32)).cast_mut();
    // Each believes to be the one owner: the count, a plain field, is written over when the first has freed it.
    // SAFETY: as above.
    let free = |at| drop(unsafe { Box::from_raw(at) });
    let failure = found(both(make, free));
    failure.invalid_free((0, "// taken"), "16 bytes into a block of 24");
}

#[test]
fn a_box_in_a_struct_that_is_dropped_twice() {
    struct Owner(#[expect(dead_code, reason = "it is there to be dropped")] Box<AtomicU32>);
    let make = || {
        let owner = Owner(Box::new(AtomicU32::new(0).named("inner")));
        Box::into_raw(Box::new(ManuallyDrop::new(owner)))
    };
    // SAFETY: as above.
    let free = |owner: *mut ManuallyDrop<Owner>| unsafe { ManuallyDrop::drop(&mut *owner) };
    check(make, free, "inner");
}

#[test]
fn an_object_in_place() {
    let make = || {
        let node = Box::new(AtomicU32::new(0).named("node"));
        Box::into_raw(node)
    };
    // The block stays: it is the atomic that ends twice.
    // SAFETY: as above.
    check(make, |node| unsafe { node.drop_in_place() }, "node");
}

#[test]
fn read_out_twice() {
    let found = found(|| {
        let first = ManuallyDrop::new(AtomicU32::new(0).named("node"));
        // SAFETY: not sound, as above.
        let copy: AtomicU32 = unsafe { std::ptr::read(&raw const *first) };
        drop(copy);
        drop(ManuallyDrop::into_inner(first));
    });
    let made = "AtomicU32::new(0).named";
    found.double_free([(0, made), (0, made)], "node");
}

#[test]
fn in_one_thread() {
    let found = found(|| {
        let slot = AtomicPtr::new(node());
        for _ in 0..2 {
            let node = slot.load(Relaxed); // again
            // SAFETY: not sound, as above.
            drop(unsafe { Box::from_raw(node) });
        }
    });
    found.double_free([(0, "// again"), (0, "// again")], "node");
}

#[test]
fn in_two_destructors() {
    struct Owner(*mut AtomicU32, &'static str);
    impl Drop for Owner {
        fn drop(&mut self) {
            assert_ne!(self.1, "");
            // SAFETY: not sound, as above.
            drop(unsafe { Box::from_raw(self.0) });
        }
    }
    // SAFETY: as above.
    unsafe impl Send for Owner {}
    let found = found(|| {
        let node = node();
        let one = Owner(node, "one");
        let two = Owner(node, "two");
        let thread = thread::spawn(move || {
            fence(SeqCst); // before the first
            drop(one);
        });
        fence(SeqCst); // before the second
        drop(two);
        thread.join().unwrap();
    });
    found.double_free(
        [(0, "// before the second"), (1, "// before the first")],
        "node",
    );
}

#[test]
fn the_process_goes_on() {
    for _ in 0..3 {
        a_box();
    }
    let taken_once = |slot: &AtomicPtr<AtomicU32>| {
        let node = slot.swap(null_mut(), AcqRel);
        if !node.is_null() {
            // SAFETY: one of the two has it.
            drop(unsafe { Box::from_raw(node) });
        }
    };
    let program = two(|| AtomicPtr::new(node()), taken_once, taken_once);
    assert_eq!(complete(program).complete, 2);
}
