//! Two threads that each do a few things with a shared value, every one of a grid: the hand-written `Arc` is right, each of its
//! orderings is needed, and weft's own has the same outcomes.

use super::by_hand::{Hand, HandWeak, Orders, STD};
use super::*;
use std::collections::BTreeSet;
use std::sync::Mutex as StdMutex;
use weft::cell::UnsafeCell;

/// A value whose use is seen, and its end.
pub(crate) struct Value(UnsafeCell<u32>);
// SAFETY: the checker ends the execution before an access that races.
unsafe impl Sync for Value {}

impl Value {
    fn look(&self) -> u32 {
        // SAFETY: as above.
        self.0.with(|value| unsafe { *value })
    }

    fn change(&mut self) {
        // SAFETY: as above.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        // SAFETY: as above.
        self.0.with_mut(|value| unsafe { *value += 100 });
    }
}

/// What a thread does with its own.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Drop,
    Look,
    CloneAndDrop,
    GetMut,
    Unwrap,
    Downgrade,
    WeakThenDrop,
}

const ACTS: [Act; 7] = [
    Act::Drop,
    Act::Look,
    Act::CloneAndDrop,
    Act::GetMut,
    Act::Unwrap,
    Act::Downgrade,
    Act::WeakThenDrop,
];

macro_rules! actor {
    ($name:ident, $owner:ident, $weak:ident) => {
        /// What the thread finds out.
        fn $name(mut own: $owner<Value>, act: Act) -> u32 {
            match act {
                Act::Drop => 0,
                Act::Look => own.look(),
                Act::CloneAndDrop => {
                    let other = own.clone();
                    drop(own);
                    other.look()
                }
                Act::GetMut => match $owner::get_mut(&mut own) {
                    Some(value) => {
                        value.change();
                        1
                    }
                    None => 2,
                },
                Act::Unwrap => match $owner::try_unwrap(own) {
                    Ok(mut value) => {
                        value.change();
                        3
                    }
                    Err(own) => own.look(),
                },
                Act::Downgrade => {
                    let weak: $weak<Value> = $owner::downgrade(&own);
                    own.look();
                    drop(own);
                    weak.upgrade().map_or(4, |own| own.look())
                }
                Act::WeakThenDrop => {
                    let weak: $weak<Value> = $owner::downgrade(&own);
                    drop(own);
                    drop(weak);
                    5
                }
            }
        }
    };
}

actor!(by_hand, Hand, HandWeak);
actor!(by_weft, Arc, Weak);

type Outcomes = std::sync::Arc<StdMutex<BTreeSet<(u32, u32)>>>;

fn value() -> Value {
    Value(UnsafeCell::new(0))
}

/// The pair of acts over an `Arc` that `new` makes and `act` uses, with what it may come to.
fn pair<A: Clone + Send + 'static>(
    new: impl Fn() -> A + Send + Sync + Copy + 'static,
    act: fn(A, Act) -> u32,
    acts: [Act; 2],
) -> (Report, BTreeSet<(u32, u32)>) {
    let outcomes = Outcomes::default();
    let own = std::sync::Arc::clone(&outcomes);
    let report = Builder::default().check(move || {
        let mine = new();
        let yours = mine.clone();
        let other = thread::spawn(move || act(yours, acts[1]));
        let first = act(mine, acts[0]);
        let second = other.join().unwrap();
        own.lock().unwrap().insert((first, second));
    });
    let outcomes = outcomes.lock().unwrap().clone();
    (report, outcomes)
}

fn pairs() -> impl Iterator<Item = [Act; 2]> {
    ACTS.into_iter().flat_map(|a| ACTS.map(|b| [a, b]))
}

#[test]
fn both_are_right_and_have_the_same_outcomes() {
    for acts in pairs() {
        let (hand, by_hand) = pair(|| Hand::new(value(), STD), by_hand, acts);
        assert!(hand.is_complete(), "{acts:?}: {hand}");
        let (weft, by_weft) = pair(|| Arc::new(value()), by_weft, acts);
        assert!(weft.is_complete(), "{acts:?}: {weft}");
        assert_eq!(by_hand, by_weft, "{acts:?}");
    }
}

/// Whether some pair fails.
fn fails(orders: Orders) -> bool {
    pairs().any(|acts| {
        let (report, _) = pair(move || Hand::new(value(), orders), by_hand, acts);
        report.failure().is_some()
    })
}

#[test]
fn every_ordering_is_needed() {
    let weaker = [
        Orders {
            drop: Relaxed,
            ..STD
        },
        Orders {
            last: Relaxed,
            ..STD
        },
        Orders {
            drop_weak: Relaxed,
            ..STD
        },
        Orders {
            last_weak: Relaxed,
            ..STD
        },
        Orders {
            unwrap: Relaxed,
            ..STD
        },
        Orders {
            unique: Relaxed,
            ..STD
        },
    ];
    for orders in weaker {
        assert!(fails(orders), "{orders:?}");
    }
}

/// `get_mut` beside another thread that makes a `Weak`, lets go, and comes back through it: what the lock of the weak count is for.
fn locked(orders: Orders) -> Report {
    Builder::default().check(move || {
        let mut mine = Hand::new(value(), orders);
        let yours = mine.clone();
        let other = thread::spawn(move || {
            let weak = Hand::downgrade(&yours);
            drop(yours);
            if let Some(again) = weak.upgrade() {
                again.look();
            }
        });
        if let Some(value) = Hand::get_mut(&mut mine) {
            value.change();
        }
        other.join().unwrap();
    })
}

#[test]
fn the_lock_of_the_weak_count() {
    let report = locked(STD);
    assert!(report.is_complete(), "{report}");
    let report = locked(Orders {
        lock: Relaxed,
        ..STD
    });
    let failure = report.failure().expect("the lock acquires for a reason");
    assert!(
        matches!(failure.kind, FailureKind::Race { .. }),
        "{failure}"
    );
    // Without the unlock's release the count could be read after it, once a Weak has been made: that is a cycle of program order
    // and reads-from, which RC11 has not.
    let report = locked(Orders {
        unlock: Relaxed,
        downgrade: Relaxed,
        ..STD
    });
    assert!(report.is_complete(), "{report}");
}
