//! Who lets go last, and what a count that is read says.

use super::*;
use std::collections::BTreeSet;
use std::sync::Mutex as StdMutex;
use weft::cell::UnsafeCell;

struct Shared([UnsafeCell<u32>; 2]);
// SAFETY: the checker ends the execution before an access that races.
unsafe impl Sync for Shared {}

fn shared() -> Shared {
    Shared([UnsafeCell::new(0), UnsafeCell::new(0)])
}

fn add(cell: &UnsafeCell<u32>) {
    // SAFETY: as above.
    cell.with_mut(|value| unsafe { *value += 1 });
}

fn read(cell: &UnsafeCell<u32>) -> u32 {
    // SAFETY: as above.
    cell.with(|value| unsafe { *value })
}

#[test]
fn the_last_owner_knows_what_all_did() {
    struct Sums(Shared);
    impl Drop for Sums {
        fn drop(&mut self) {
            assert_eq!(read(&self.0.0[0]) + read(&self.0.0[1]), 2);
        }
    }
    let graphs = complete(|| {
        let mine = Arc::new(Sums(shared()));
        let yours = Arc::clone(&mine);
        let other = thread::spawn(move || add(&yours.0.0[1]));
        add(&mine.0.0[0]);
        drop(mine);
        other.join().unwrap();
    });
    // Either lets go last, and the destructor is seen.
    assert_eq!(graphs, 2);
}

/// Who ran the destructor, in all executions of three owners.
#[test]
fn whoever_may_be_last_is() {
    struct Notes(AtomicU32, std::sync::Arc<StdMutex<BTreeSet<String>>>);
    impl Drop for Notes {
        fn drop(&mut self) {
            self.0.store(1, Relaxed);
            let name = format!("{:?}", thread::current().id());
            self.1.lock().unwrap().insert(name);
        }
    }
    for joined_first in [false, true] {
        let names = std::sync::Arc::default();
        let own = std::sync::Arc::clone(&names);
        complete(move || {
            let notes = Notes(AtomicU32::new(0), std::sync::Arc::clone(&own));
            let mine = Arc::new(notes);
            let others: Vec<_> = (0..2)
                .map(|_| {
                    let yours = Arc::clone(&mine);
                    thread::spawn(move || drop(yours))
                })
                .collect();
            let mut mine = Some(mine);
            if !joined_first {
                drop(mine.take());
            }
            others.into_iter().for_each(|thread| thread.join().unwrap());
            drop(mine);
        });
        let names = names.lock().unwrap();
        assert_eq!(names.len(), if joined_first { 1 } else { 3 }, "{names:?}");
    }
}

#[test]
fn a_count_that_is_read_orders_nothing() {
    for waits in [false, true] {
        assert_race(move || {
            let mine = Arc::new(shared());
            let yours = Arc::clone(&mine);
            let other = thread::spawn(move || {
                add(&yours.0[0]);
                drop(yours);
            });
            while waits && Arc::strong_count(&mine) != 1 {
                thread::yield_now();
            }
            if Arc::strong_count(&mine) == 1 {
                add(&mine.0[0]);
            }
            other.join().unwrap();
        });
    }
}

#[test]
fn get_mut_orders_everything() {
    let program = |unwraps: bool| {
        move || {
            let mut mine = Arc::new(shared());
            let yours = Arc::clone(&mine);
            let other = thread::spawn(move || add(&yours.0[0]));
            if unwraps {
                if let Ok(shared) = Arc::try_unwrap(mine) {
                    assert_eq!(read(&shared.0[0]), 1);
                }
            } else if let Some(shared) = Arc::get_mut(&mut mine) {
                assert_eq!(read(&shared.0[0]), 1);
            }
            other.join().unwrap();
        }
    };
    // Where it is not unique, either may let go last.
    assert_eq!(complete(program(true)), 3);
    assert_eq!(complete(program(false)), 2);
}

#[test]
fn a_count_that_is_read_in_one_execution_only() {
    // The search finds out late that the count matters.
    assert_race(|| {
        let mine = Arc::new((shared(), AtomicU32::new(0), AtomicU32::new(0)));
        let yours = Arc::clone(&mine);
        let other = thread::spawn(move || {
            yours.1.store(1, Relaxed);
            yours.2.store(1, Relaxed);
            add(&yours.0.0[0]);
            drop(yours);
        });
        let late = (mine.2.load(Relaxed), mine.1.load(Relaxed)) == (1, 0);
        if late && Arc::strong_count(&mine) == 1 {
            add(&mine.0.0[0]);
        }
        other.join().unwrap();
    });
}

macro_rules! same_count {
    ($($name:ident $body:block)*) => {$(
        #[test]
        fn $name() {
            let own = {
                use weft::sync::Arc;
                complete(|| $body)
            };
            let of_std = {
                use std::sync::Arc;
                complete(|| $body)
            };
            assert_eq!(own, of_std);
        }
    )*};
}

// Destructors that nobody sees cost no graphs.
same_count! {
    message_passing {
        let mine = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let yours = Arc::clone(&mine);
        let other = thread::spawn(move || {
            yours.0.store(1, Relaxed);
            yours.1.store(1, Release);
        });
        mine.1.load(Acquire);
        mine.0.load(Relaxed);
        drop(mine);
        other.join().unwrap();
    }
    owners_of_owners {
        let inner = Arc::new((vec![1, 2, 3], AtomicU32::new(0)));
        let outer = Arc::new((Arc::clone(&inner), Box::new(5)));
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let outer = Arc::clone(&outer);
                thread::spawn(move || {
                    outer.0.1.fetch_add(1, AcqRel);
                    let again = Arc::clone(&outer.0);
                    drop(outer);
                    again.1.load(Relaxed)
                })
            })
            .collect();
        drop((outer, inner));
        threads.into_iter().for_each(|thread| drop(thread.join()));
    }
    locks {
        let lock = Arc::new(weft::sync::Mutex::new(String::new()));
        let own = Arc::clone(&lock);
        let other = thread::spawn(move || own.lock().unwrap().push('a'));
        lock.lock().unwrap().push('b');
        drop(lock);
        other.join().unwrap();
    }
}

#[test]
fn std_arcs_give_no_false_error() {
    let graphs = complete(|| {
        let mine = std::sync::Arc::new((AtomicU32::new(0), Box::new(AtomicU32::new(0))));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let yours = std::sync::Arc::clone(&mine);
                thread::spawn(move || {
                    yours.0.fetch_add(1, Relaxed);
                    drop(yours);
                })
            })
            .collect();
        drop(mine);
        threads
            .into_iter()
            .for_each(|thread| thread.join().unwrap());
    });
    assert_eq!(graphs, 2);
}

fn word() -> AtomicU32 {
    AtomicU32::new(0).named("word")
}

/// Frees what another thread may still use, when it goes.
struct Owner(*mut AtomicU32);
// SAFETY: not sound, and that is what the checker is to say.
unsafe impl Send for Owner {}
// SAFETY: as above.
unsafe impl Sync for Owner {}
impl Drop for Owner {
    fn drop(&mut self) {
        // SAFETY: as above.
        drop(unsafe { Box::from_raw(self.0) });
    }
}

#[test]
fn a_destructor_that_frees_what_others_use() {
    let failure = failure(|| {
        let at = Box::into_raw(Box::new(word()));
        let mine = Arc::new(Owner(at));
        let slot = weft::sync::atomic::AtomicPtr::new(at);
        let yours = Arc::clone(&mine);
        let user = thread::spawn(move || {
            // SAFETY: not sound, as above.
            unsafe { (*slot.load(Relaxed)).store(1, Relaxed) };
        });
        let other = thread::spawn(move || drop(yours));
        drop(mine);
        other.join().unwrap();
        user.join().unwrap();
    });
    assert!(
        matches!(
            failure.kind,
            FailureKind::FreedInUse { .. } | FailureKind::UseAfterFree { .. }
        ),
        "{failure}"
    );
}

#[test]
fn what_one_drop_by_std_says_is_not_said_of_another() {
    // The same place makes both; std's Arc drops the one, and the other is freed too early.
    let by_std = || {
        let mine = std::sync::Arc::new(word());
        let yours = std::sync::Arc::clone(&mine);
        let other = thread::spawn(move || yours.store(1, Relaxed));
        drop(mine);
        other.join().unwrap();
    };
    let by_hand = || {
        let mine = Box::new(word());
        let slot = weft::sync::atomic::AtomicPtr::new((&raw const *mine).cast_mut());
        let user = thread::spawn(move || {
            // SAFETY: not sound, and that is what the checker is to say.
            unsafe { (*slot.load(Relaxed)).store(1, Relaxed) };
        });
        drop(mine);
        user.join().unwrap();
    };
    assert_eq!(complete(by_std), 1);
    let failed = failure(by_hand);
    assert!(
        matches!(
            failed.kind,
            FailureKind::FreedInUse { .. } | FailureKind::UseAfterFree { .. }
        ),
        "{failed}"
    );
    assert_eq!(complete(by_std), 1);
}

#[test]
fn too_many_decrements() {
    let failure = failure(|| {
        let raw = Arc::into_raw(Arc::new(word()));
        // SAFETY: the only owner.
        unsafe { Arc::decrement_strong_count(raw) };
        // SAFETY: not sound, and that is what the checker is to say.
        unsafe { Arc::decrement_strong_count(raw) };
    });
    assert!(
        matches!(failure.kind, FailureKind::UseAfterFree { .. }),
        "{failure}"
    );
}

#[test]
fn a_weak_in_a_cycle_sees_nothing_before_it_is_made() {
    struct Node(Weak<Node>, u32);
    let graphs = complete(|| {
        let upgraded = std::sync::Arc::new(StdMutex::new(None));
        let own = std::sync::Arc::clone(&upgraded);
        let node = Arc::new_cyclic(move |me: &Weak<Node>| {
            assert!(me.upgrade().is_none());
            assert_eq!((me.strong_count(), me.weak_count()), (0, 0));
            let me_too = me.clone();
            let other = thread::spawn(move || me_too.upgrade().map(|node| node.1));
            *own.lock().unwrap() = Some(other);
            Node(me.clone(), 7)
        });
        let other = upgraded.lock().unwrap().take().unwrap();
        let seen = other.join().unwrap();
        assert!(matches!(seen, None | Some(7)));
        assert_eq!((Arc::strong_count(&node), Arc::weak_count(&node)), (1, 1));
        assert_eq!(node.0.upgrade().unwrap().1, 7);
    });
    assert!(graphs >= 2);
}
