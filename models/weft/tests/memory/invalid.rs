//! Frees of what no allocation gave, and pointers that were read from freed memory.

use super::*;
use std::alloc::{Layout, alloc, dealloc, realloc};
use std::hint::black_box;
use std::sync::atomic::AtomicU64 as Plain;

/// A fence that says where it stands.
macro_rules! here {
    () => {
        fence(SeqCst)
    };
}

#[test]
fn a_pointer_into_the_middle() {
    let found = found(|| {
        let words = black_box(Box::into_raw(Box::new([0u64; 4])));
        here!(); // before
        // SAFETY: not sound, and that is what the checker is to say; here and below.
        drop(unsafe { Box::from_raw(words.cast::<u64>().wrapping_add(1)) });
    });
    found.invalid_free((0, "// before"), "8 bytes into a block of 32");
}

#[test]
fn an_atomic_in_the_middle() {
    let found = found(|| {
        let words = Box::leak(Box::new([AtomicU32::new(1), AtomicU32::new(2)]));
        here!(); // before
        // SAFETY: as above.
        drop(unsafe { Box::from_raw(&raw mut words[1]) });
    });
    found.invalid_free((0, "// before"), "into a block of");
}

#[test]
fn between_two_blocks() {
    let found = found(|| {
        let word = black_box(Box::into_raw(Box::new(0u64)));
        here!(); // before
        // SAFETY: as above.
        drop(unsafe { Box::from_raw(word.wrapping_add(1000)) });
    });
    found.invalid_free((0, "// before"), "no block was ever there");
}

#[test]
fn a_variable_on_the_stack() {
    let found = found(|| {
        let mut word = 5u64;
        here!(); // before
        // SAFETY: as above.
        drop(unsafe { Box::from_raw(&raw mut word) });
    });
    found.invalid_free((0, "// before"), "stack");
}

#[test]
fn an_atomic_on_the_stack_of_another_thread() {
    let found = found(|| {
        let mut word = AtomicU32::new(5);
        let slot = Arc::new(AtomicPtr::new(&raw mut word));
        let other = thread::spawn(move || {
            let word = slot.load(Acquire); // before
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(word) });
        });
        other.join().unwrap();
        std::mem::forget(word);
    });
    found.invalid_free((1, "// before"), "stack");
}

#[test]
fn a_static() {
    static WORD: Plain = Plain::new(5);
    static ZERO: Plain = Plain::new(0);
    static CONSTANT: [u64; 3] = [1, 2, 3];
    let statics = [WORD.as_ptr(), ZERO.as_ptr(), CONSTANT.as_ptr().cast_mut()];
    for (at, word) in statics
        .map(|word| word.expose_provenance())
        .into_iter()
        .enumerate()
    {
        let found = found(move || {
            here!(); // before
            let word = std::ptr::with_exposed_provenance_mut::<u64>(word);
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(word) });
        });
        assert!(at < 3);
        found.invalid_free((0, "// before"), "static");
    }
}

#[test]
fn an_address_without_memory() {
    for address in [0x1000, 0x10_0000, 0xdead_beef_0000, usize::MAX / 32 * 16] {
        let found = found(move || {
            here!(); // before
            let word = std::ptr::without_provenance_mut::<u64>(address);
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(word) });
        });
        found.invalid_free((0, "// before"), "there is no memory");
    }
}

#[test]
fn an_atomic_without_memory() {
    let found = found(|| {
        here!(); // before
        let word = std::ptr::without_provenance_mut::<AtomicU32>(0xdead_beef_0000);
        // SAFETY: as above.
        drop(unsafe { Box::from_raw(word) });
    });
    found.invalid_free((0, "// before"), "there is no memory");
}

#[test]
fn a_reallocation() {
    const LAYOUT: Layout = Layout::new::<u64>();
    let stack = found(|| {
        let mut word = 5u64;
        here!(); // before
        // SAFETY: as above.
        black_box(unsafe { realloc((&raw mut word).cast(), LAYOUT, 16) });
    });
    stack.invalid_free((0, "// before"), "stack");
    let twice = found(|| {
        // SAFETY: the size is not zero.
        let block = black_box(unsafe { alloc(LAYOUT) });
        here!(); // first
        // SAFETY: as above.
        black_box(unsafe { realloc(block, LAYOUT, 16) });
        here!(); // second
        // SAFETY: as above.
        black_box(unsafe { realloc(block, LAYOUT, 16) });
    });
    twice.double_free([(0, "// first"), (0, "// second")], "a block of 8 bytes");
}

#[test]
fn what_was_allocated_outside_may_be_freed_inside() {
    use std::sync::Mutex;
    static OUTSIDE: Mutex<Vec<Box<[u8]>>> = Mutex::new(Vec::new());
    for size in [1, 100, 100_000, 10_000_000] {
        OUTSIDE.lock().unwrap().push(vec![1; size].into());
    }
    let graphs = complete(|| {
        let words = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let own = Arc::clone(&words);
        let other = thread::spawn(move || {
            own[0].store(1, Relaxed);
            drop(OUTSIDE.lock().unwrap().pop());
            own[1].load(Relaxed);
        });
        words[1].store(1, Relaxed);
        words[0].load(Relaxed);
        OUTSIDE.lock().unwrap().shrink_to_fit();
        other.join().unwrap();
    });
    assert_eq!(graphs, 4);
}

#[test]
fn larger_than_the_model_has_room_for() {
    const LAYOUT: Layout = match Layout::from_size_align(64 << 20, 16) {
        Ok(layout) => layout,
        Err(_) => panic!("a layout"),
    };
    let graphs = complete(|| {
        // SAFETY: the size is not zero.
        let block = unsafe { alloc(LAYOUT) };
        // SAFETY: as large as that.
        unsafe { block.write(1) };
        // SAFETY: allocated so, right above.
        let block = unsafe { realloc(block, LAYOUT, LAYOUT.size() + 4096) };
        let layout = Layout::from_size_align(LAYOUT.size() + 4096, 16).unwrap();
        // SAFETY: as above.
        unsafe { dealloc(block, layout) };
    });
    assert_eq!(graphs, 1);
}

#[test]
fn a_pointer_that_was_read_from_freed_memory() {
    // The link is a plain field, which weft does not see. What it reads there is no pointer any more.
    struct Node {
        next: *const Node,
        value: AtomicU32,
    }
    let found = found(|| {
        let node = |next, value| {
            let value = AtomicU32::new(value);
            Box::into_raw(Box::new(Node { next, value }))
        };
        let last = node(std::ptr::null(), 2);
        let first = node(last, 1);
        // SAFETY: the only owner.
        drop(unsafe { Box::from_raw(first) });
        // SAFETY: as above.
        let next = unsafe { (&raw const (*first).next).read_volatile() };
        // SAFETY: as above.
        unsafe { (*next).value.load(Relaxed) }; // through it
    });
    found.invalid_access((0, "// through it"), "memory that had been freed");
}
