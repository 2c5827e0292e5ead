//! The kinds of memory error that GenMC's tests know, each as a Rust program of its own.

use super::*;
use std::ptr::null_mut;
use weft::cell::{MaybeUninitCell, UnsafeCell};

/// An `int` in memory that threads pass on.
struct Int(UnsafeCell<u32>);
// SAFETY: not sound, and that is what the checker is to say.
unsafe impl Sync for Int {}

impl Int {
    fn allocate() -> *mut Int {
        Box::into_raw(Box::new(Int(UnsafeCell::new(0).named("int"))))
    }

    /// Writes through a pointer.
    fn set(int: *mut Int) {
        // SAFETY: not sound, as above.
        unsafe { (*int).0.with_mut(|value| *value = 18) } // written
    }

    fn free(int: *mut Int) {
        // SAFETY: not sound, as above.
        drop(unsafe { Box::from_raw(int) });
    }
}

const WRITTEN: &str = "// written";

type Pointer = AtomicPtr<Int>;

fn null() -> Pointer {
    AtomicPtr::new(null_mut())
}

#[test]
fn access_freed() {
    let found = found(two(
        null,
        |p| {
            let int = Int::allocate();
            p.store(int, Release); // published
            Int::free(int);
        },
        |p| {
            let int = p.load(Acquire);
            if !int.is_null() {
                Int::set(int);
            }
        },
    ));
    found.use_after_free(false, (1, WRITTEN), (0, "// published"), "int");
}

#[test]
fn access_freed_atomic() {
    type P = AtomicPtr<AtomicU32>;
    let make = || P::new(Box::into_raw(Box::new(AtomicU32::new(0).named("atomic"))));
    let found = found(two(
        make,
        |p| {
            // SAFETY: not sound, and that is what the checker is to say.
            drop(unsafe { Box::from_raw(p.load(Acquire)) }); // loaded
        },
        |p| {
            let atomic = p.load(Acquire);
            // SAFETY: as above.
            unsafe { (*atomic).store(42, Relaxed) }; // stored
        },
    ));
    found.use_after_free(false, (1, "// stored"), (0, "// loaded"), "atomic");
}

#[test]
fn access_freed_beside_another_allocation() {
    // A third thread stores a pointer to something that lives: only one of the two that may be read is gone.
    let found = found(|| {
        let p = Arc::new(null());
        let [a, b] = [Arc::clone(&p), Arc::clone(&p)];
        let freed = thread::spawn(move || {
            let int = Int::allocate();
            a.store(int, Release); // of the freed one
            Int::free(int);
        });
        let kept = thread::spawn(move || b.store(Int::allocate(), Release));
        let int = p.load(Acquire);
        if !int.is_null() {
            Int::set(int);
        }
        freed.join().unwrap();
        kept.join().unwrap();
    });
    found.used_when_freed((0, WRITTEN), (1, "// of the freed one"));
}

#[test]
fn free_struct() {
    struct Pair(AtomicU32, AtomicU32);
    let found = found(|| {
        // What nobody could tell from its absence, a compiler may leave out: here and where else it says black_box.
        let pair = Box::into_raw(Box::new(Pair(
            AtomicU32::new(0).named("first"),
            AtomicU32::new(0).named("second"),
        )));
        let pair = std::hint::black_box(pair);
        // SAFETY: alive.
        unsafe { (*pair).1.store(2, Relaxed) };
        // SAFETY: alive.
        unsafe { (*pair).0.load(Relaxed) }; // before
        // SAFETY: the only owner.
        drop(unsafe { Box::from_raw(pair) });
        // SAFETY: not sound, and that is what the checker is to say.
        unsafe { (*pair).1.store(10, Relaxed) }; // after
    });
    found.use_after_free(true, (0, "// after"), (0, "// before"), "second");
}

/// The pointer is published so late, or so weakly, that who reads it does not know what it points to.
fn allocation_not_before(order: weft::sync::atomic::Ordering) -> impl Fn() + Send + Sync + Clone {
    two(
        null,
        move |p| p.store(Int::allocate(), order),
        |p| {
            let int = p.load(Acquire);
            if !int.is_null() {
                Int::set(int);
            }
        },
    )
}

#[test]
fn malloc_not_hb() {
    assert_eq!(complete(allocation_not_before(Release)), 2);
    let found = found(allocation_not_before(Relaxed));
    assert!(matches!(found.failure().kind, FailureKind::Race { .. }));
    let text = found.failure().message();
    assert!(
        text.contains("new int") && text.contains("W na int"),
        "{text}"
    );
}

#[test]
#[cfg(not(debug_assertions))] // With them on, rustc's own check of the pointer ends the process before weft sees it.
fn read_from_null() {
    let program = |looks: bool| {
        two(
            || AtomicPtr::<AtomicU32>::new(null_mut()),
            |p| p.store(Box::into_raw(Box::new(AtomicU32::new(42))), Release),
            move |p| {
                let atomic = p.load(Acquire);
                if !looks || !atomic.is_null() {
                    // SAFETY: not sound, and that is what the checker is to say.
                    unsafe { (*atomic).load(Relaxed) }; // of null
                }
            },
        )
    };
    assert_eq!(complete(program(true)), 2);
    found(program(false)).invalid_access((1, "// of null"), "null");
}

#[test]
fn read_from_nowhere() {
    let found = found(|| {
        fence(SeqCst);
        let stray = std::ptr::without_provenance::<AtomicU32>(0xdead_beef_0000);
        // SAFETY: not sound, and that is what the checker is to say.
        unsafe { (*stray).fetch_add(1, Relaxed) }; // stray
    });
    found.invalid_access((0, "// stray"), "there is no memory");
}

#[test]
fn lock_of_nowhere() {
    let found = found(|| {
        let stray = std::ptr::without_provenance::<weft::sync::Mutex<u32>>(0xdead_beef_0000);
        // SAFETY: as above.
        drop(unsafe { &*stray }.lock()); // stray
    });
    found.invalid_access((0, "// stray"), "there is no memory");
}

#[test]
fn stack_freed() {
    // The thread's own variable is gone with the thread.
    let found = found(two(
        null,
        |p| {
            let int = Int(UnsafeCell::new(0).named("int"));
            p.store((&raw const int).cast_mut(), Release); // lent
        },
        |p| {
            let int = p.load(Acquire);
            if !int.is_null() {
                Int::set(int);
            }
        },
    ));
    found.use_after_free(false, (1, WRITTEN), (0, "// lent"), "int");
}

#[test]
fn stack_freed_and_used_by_another_thread() {
    // A thread's stack is not given to another one while pointers into it may be left.
    let found = found(|| {
        let p = Arc::new(null());
        for _ in 0..2 {
            let own = Arc::clone(&p);
            let lend = move || {
                let int = Int(UnsafeCell::new(0).named("int"));
                let none = null_mut();
                let lent = (&raw const int).cast_mut();
                let _ = own.compare_exchange(none, lent, Release, Relaxed); // lent
            };
            thread::spawn(lend).join().unwrap();
        }
        Int::set(p.load(Acquire));
    });
    found.use_after_free(true, (0, WRITTEN), (1, "// lent"), "int");
}

#[test]
fn stack_freed_and_written_over() {
    #[inline(never)]
    fn lend(p: &Pointer) {
        let int = Int(UnsafeCell::new(0).named("int"));
        p.store((&raw const int).cast_mut(), Release); // lent
    }
    #[inline(never)]
    fn write_over() -> u64 {
        let mut words = std::hint::black_box([0x55u64; 200]);
        words[0] = 1;
        std::hint::black_box(&words).iter().sum()
    }
    let found = found(|| {
        let p = null();
        lend(&p);
        assert_ne!(write_over(), 0);
        Int::set(p.load(Acquire));
    });
    found.use_after_free(true, (0, WRITTEN), (0, "// lent"), "int");
}

#[test]
fn stack_uninit() {
    struct Shared(MaybeUninitCell<u32>, AtomicU32);
    // SAFETY: the checker ends the execution before an access that races.
    unsafe impl Sync for Shared {}
    let program = |writes: bool| {
        two(
            || Shared(MaybeUninitCell::uninit().named("cell"), AtomicU32::new(0)),
            move |shared| {
                if writes {
                    shared.0.write(1);
                }
                shared.1.store(1, Release);
            },
            |shared| {
                if shared.1.load(Acquire) == 1 {
                    // SAFETY: the checker ends the execution if there is no value.
                    shared.0.with(|value| unsafe { *value });
                }
            },
        )
    };
    assert_eq!(complete(program(true)), 2);
    let found = found(program(false));
    assert!(matches!(
        found.failure().kind,
        FailureKind::Uninitialised { .. }
    ));
}

#[test]
fn destroyed_mutex() {
    use weft::sync::Mutex;
    type P = AtomicPtr<Mutex<u32>>;
    let make = || P::new(Box::into_raw(Box::new(Mutex::new(0).named("lock"))));
    let found = found(two(
        make,
        |p| {
            // SAFETY: not sound, and that is what the checker is to say.
            drop(unsafe { Box::from_raw(p.load(Acquire)) }); // loaded
        },
        |p| {
            let lock = p.load(Acquire);
            // SAFETY: as above.
            drop(unsafe { &*lock }.lock()); // locked
        },
    ));
    found.used_when_freed((1, "// locked"), (0, "// loaded"));
}
