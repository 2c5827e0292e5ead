//! Use after free, whatever the memory is made of and wherever it is freed.

use super::*;
use std::alloc::{Layout, alloc, dealloc};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use weft::cell::UnsafeCell;

/// A pointer that is published, and taken away again.
struct Slot(AtomicPtr<AtomicU32>);

fn node() -> AtomicU32 {
    AtomicU32::new(7).named("node")
}

impl Slot {
    fn new(pointer: *const AtomicU32) -> Slot {
        Slot(AtomicPtr::new(pointer.cast_mut()))
    }

    fn read(&self) {
        let node = self.0.load(Acquire);
        if !node.is_null() {
            // SAFETY: not sound, and that is what the checker is to say.
            unsafe { (*node).load(Relaxed) }; // the use
        }
    }

    fn take(&self) -> *mut AtomicU32 {
        self.0.swap(null_mut(), AcqRel) // the last look
    }
}

const USE: &str = "// the use";
const LOOK: &str = "// the last look";

/// Main takes what `make` made out of its slot and gives it to `free`, while another thread reads.
fn freed_by<T: 'static>(
    make: fn() -> (T, *const AtomicU32),
    free: fn(T),
) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let (owner, pointer) = make();
        let slot = std::sync::Arc::new(Slot::new(pointer));
        let own = std::sync::Arc::clone(&slot);
        let reader = thread::spawn(move || own.read());
        slot.take();
        free(owner);
        reader.join().unwrap();
    }
}

fn check<T: 'static>(make: fn() -> (T, *const AtomicU32), free: fn(T)) {
    let found = found(freed_by(make, free));
    found.use_after_free(false, (1, USE), (0, LOOK), "node");
}

#[test]
fn a_box() {
    let make = || {
        let node = Box::new(node());
        let pointer = &raw const *node;
        (node, pointer)
    };
    check(make, drop);
}

#[test]
fn a_vec() {
    let make = || {
        let nodes = vec![AtomicU32::new(1), node(), AtomicU32::new(2)];
        let pointer = &raw const nodes[1];
        (nodes, pointer)
    };
    check(make, drop);
}

#[test]
fn an_rc() {
    let make = || {
        let node = std::rc::Rc::new(node());
        let pointer = &raw const *node;
        (node, pointer)
    };
    check(make, drop);
}

#[test]
fn a_boxed_slice() {
    let make = || {
        let nodes: Box<[AtomicU32]> = [AtomicU32::new(1), node()].into();
        let pointer = &raw const nodes[1];
        (nodes, pointer)
    };
    check(make, drop);
}

#[test]
fn a_field_of_a_field() {
    struct Outer {
        _before: [u64; 3],
        inner: Box<Inner>,
    }
    struct Inner {
        _name: String,
        nodes: [[AtomicU32; 2]; 2],
    }
    let make = || {
        let inner = Box::new(Inner {
            _name: "inner".to_string(),
            nodes: [
                [AtomicU32::new(1), AtomicU32::new(2)],
                [AtomicU32::new(3), node()],
            ],
        });
        let pointer = &raw const inner.nodes[1][1];
        let outer = Outer {
            _before: [0; 3],
            inner,
        };
        (outer, pointer)
    };
    check(make, |outer| drop(outer.inner));
}

#[test]
fn an_option_that_is_replaced() {
    let make = || {
        let node = Some(Box::new(node()));
        let pointer = &raw const **node.as_ref().unwrap();
        (node, pointer)
    };
    check(make, |mut node| {
        drop(node.take());
    });
    check(make, |mut node| {
        let mut other = None;
        std::mem::swap(&mut node, &mut other);
        drop(other);
    });
}

#[test]
fn dropped_by_hand() {
    let make = || {
        let node = ManuallyDrop::new(Box::new(node()));
        let pointer = &raw const **node;
        (node, pointer)
    };
    // SAFETY: not used again by its owner.
    check(make, |mut node| unsafe { ManuallyDrop::drop(&mut node) });
}

#[test]
fn never_dropped() {
    let make = || {
        let node: &AtomicU32 = Box::leak(Box::new(node()));
        (node, &raw const *node)
    };
    // The reader comes too late, or sees it: 2.
    assert_eq!(complete(freed_by(make, |_| ())), 2);
    let make = || {
        let node = ManuallyDrop::new(Box::new(node()));
        let pointer = &raw const **node;
        (node, pointer)
    };
    assert_eq!(complete(freed_by(make, |_| ())), 2);
}

const LAYOUT: Layout = Layout::new::<AtomicU32>();

fn by_hand() -> (*mut AtomicU32, *const AtomicU32) {
    // SAFETY: the size is not zero.
    let node_at = unsafe { alloc(LAYOUT) }.cast::<AtomicU32>();
    // SAFETY: new, and large enough.
    unsafe { node_at.write(node()) };
    (node_at, node_at)
}

#[test]
fn freed_by_hand() {
    // SAFETY: allocated so above.
    check(by_hand, |node| unsafe { dealloc(node.cast(), LAYOUT) });
}

#[test]
fn dropped_in_place_and_not_freed() {
    // SAFETY: it is the last use.
    check(by_hand, |node| unsafe { node.drop_in_place() });
}

#[test]
fn popped_from_a_vec() {
    let make = || {
        let nodes = vec![AtomicU32::new(1), node()];
        let pointer = &raw const nodes[1];
        (nodes, pointer)
    };
    // The block stays, what is in it goes.
    check(make, |mut nodes| {
        drop(nodes.pop());
        assert_eq!(nodes.len(), 1);
    });
    check(make, |mut nodes| nodes.truncate(1));
    check(make, |mut nodes| nodes.clear());
}

#[test]
fn a_cell() {
    struct Shared(UnsafeCell<u32>);
    // SAFETY: not sound, and that is what the checker is to say.
    unsafe impl Sync for Shared {}
    let found = found(|| {
        let cell = Box::into_raw(Box::new(Shared(UnsafeCell::new(1).named("cell"))));
        let slot = Arc::new(AtomicPtr::new(cell));
        let own = Arc::clone(&slot);
        let reader = thread::spawn(move || {
            let cell = own.load(Acquire);
            if !cell.is_null() {
                // SAFETY: not sound, as above.
                let cell = unsafe { &(*cell).0 };
                // SAFETY: as above.
                cell.with(|value| unsafe { *value }); // cell
            }
        });
        slot.swap(null_mut(), AcqRel); // swapped
        // SAFETY: not sound, as above.
        drop(unsafe { Box::from_raw(cell) });
        reader.join().unwrap();
    });
    found.use_after_free(false, (1, "// cell"), (0, "// swapped"), "cell");
}

#[test]
fn a_lock() {
    use weft::sync::Mutex;
    let found = found(|| {
        let lock = Box::into_raw(Box::new(Mutex::new(1).named("lock")));
        let slot = Arc::new(AtomicPtr::new(lock));
        let own = Arc::clone(&slot);
        let user = thread::spawn(move || {
            let lock = own.load(Acquire);
            if !lock.is_null() {
                // SAFETY: not sound, and that is what the checker is to say.
                let _guard = unsafe { &*lock }.lock(); // locked
            }
        });
        slot.swap(null_mut(), AcqRel); // swapped
        // SAFETY: not sound, as above.
        drop(unsafe { Box::from_raw(lock) });
        user.join().unwrap();
    });
    found.use_after_free(false, (1, "// locked"), (0, "// swapped"), "lock");
}

#[test]
fn freed_in_a_spawned_thread() {
    let found = found(|| {
        let slot = Arc::new(Slot::new(Box::into_raw(Box::new(node()))));
        let own = Arc::clone(&slot);
        let freeing = thread::spawn(move || {
            let node = own.take();
            // SAFETY: not sound, and that is what the checker is to say.
            drop(unsafe { Box::from_raw(node) });
        });
        slot.read();
        freeing.join().unwrap();
    });
    found.use_after_free(false, (0, USE), (1, LOOK), "node");
}

#[test]
fn freed_before_the_use() {
    // Ordered, the wrong way round: the flag says that it is gone.
    let found = found(|| {
        let gone = Arc::new(AtomicU32::new(0));
        let pointer = Box::into_raw(Box::new(node()));
        let slot = Slot::new(pointer);
        let own = Arc::clone(&gone);
        let reader = thread::spawn(move || {
            if own.load(Acquire) == 1 {
                slot.read();
            }
        });
        // SAFETY: not sound, and that is what the checker is to say.
        drop(unsafe { Box::from_raw(pointer) });
        gone.store(1, Release);
        reader.join().unwrap();
    });
    found.use_after_free(true, (1, USE), (0, "thread::spawn"), "node");
}

#[test]
fn in_one_thread() {
    let found = found(|| {
        let slot = Slot::new(Box::into_raw(Box::new(node())));
        let node = slot.0.load(Relaxed); // looked at
        // SAFETY: it is the only owner.
        drop(unsafe { Box::from_raw(node) });
        // SAFETY: not sound, and that is what the checker is to say.
        unsafe { (*node).store(8, Relaxed) }; // gone
    });
    found.use_after_free(true, (0, "// gone"), (0, "// looked at"), "node");
}

#[test]
fn freed_while_a_panic_unwinds() {
    let program = |reads: bool| {
        move || {
            let owner = Box::new(node());
            let slot = Arc::new(Slot::new(&raw const *owner));
            let own = Arc::clone(&slot);
            let reader = thread::spawn(move || {
                if reads {
                    own.read();
                }
            });
            let caught = catch_unwind(AssertUnwindSafe(|| {
                let _owner = owner;
                slot.take();
                panic!("on purpose");
            }));
            assert!(caught.is_err());
            reader.join().unwrap();
        }
    };
    assert_eq!(complete(program(false)), 1);
    let found = found(program(true));
    found.use_after_free(false, (1, USE), (0, LOOK), "node");
}

#[test]
fn on_the_stack_of_a_thread_that_ended() {
    let found = found(|| {
        let slot = Arc::new(Slot::new(null_mut()));
        let own = Arc::clone(&slot);
        let owner = thread::spawn(move || {
            let node = node();
            own.0.store((&raw const node).cast_mut(), Release); // lent
        });
        slot.read();
        owner.join().unwrap();
    });
    found.use_after_free(false, (0, USE), (1, "// lent"), "node");
}

#[test]
fn a_free_that_waits_for_the_reader() {
    // Acquired, it is right; relaxed, the free may come before the use.
    let program = |order| {
        move || {
            let done = Arc::new(AtomicU32::new(0));
            let owner = Box::new(node());
            let slot = Slot::new(&raw const *owner);
            let own = Arc::clone(&done);
            let reader = thread::spawn(move || {
                slot.read();
                own.store(1, Release);
            });
            if done.load(order) == 1 {
                drop(owner); // only now
            } else {
                std::mem::forget(owner);
            }
            reader.join().unwrap();
        }
    };
    assert_eq!(complete(program(Acquire)), 2);
    let found = found(program(Relaxed));
    found.use_after_free(false, (1, USE), (0, "done.load(order)"), "node");
}

#[test]
fn the_hazard_that_comes_too_late() {
    let program = |fenced: bool| {
        move || {
            let first = Box::into_raw(Box::new(node()));
            let shared = Arc::new((Slot::new(first), AtomicPtr::new(null_mut())));
            let own = Arc::clone(&shared);
            let reader = thread::spawn(move || {
                let node = own.0.0.load(Acquire);
                own.1.store(node, Relaxed);
                if fenced {
                    fence(SeqCst);
                }
                if own.0.0.load(Acquire) == node && !node.is_null() {
                    // SAFETY: sound with the fences.
                    unsafe { (*node).load(Relaxed) }; // protected
                }
                own.1.store(null_mut(), Release);
            });
            let node = shared.0.take();
            if fenced {
                fence(SeqCst);
            }
            if shared.1.load(Acquire) != node {
                // SAFETY: as above.
                drop(unsafe { Box::from_raw(node) });
            }
            reader.join().unwrap();
        }
    };
    complete(program(true));
    found(program(false)).use_after_free(
        false,
        (1, "// protected"),
        (0, "shared.1.load(Acquire)"),
        "node",
    );
}
