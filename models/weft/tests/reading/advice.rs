//! The advice fits the failure.

use super::*;
use weft::sync::atomic::{AtomicBool, Ordering, fence};
use weft::sync::{Condvar, Mutex};
use weft::{Bound, hint};

/// The failure's advice in one line.
fn advice(f: impl Fn() + Send + Sync + 'static) -> String {
    let text = failure(f).to_string();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    let begin = text
        .split_once("advice: ")
        .map_or("none", |(_, after)| after);
    // The table begins with the name of the first thread.
    let end = begin.find(" main │").or_else(|| begin.find(" main 0.1 "));
    begin[..end.unwrap_or(begin.len())].to_string()
}

/// A write to a cell that is announced by `flag`.
fn message(store: Ordering, load: Ordering) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new((Cell::new(), AtomicBool::new(false).named("flag")));
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || {
            other.0.write();
            other.1.store(true, store);
        });
        if shared.1.load(load) {
            shared.0.write();
        }
        t.join().unwrap();
    }
}

#[test]
fn a_flag_that_orders_too_little() {
    assert_eq!(
        advice(message(Relaxed, Acquire)),
        "main read flag = 1 from 1.2 at 0.4, and 1.2 wrote with Relaxed: Release at 1.2 would order the \
         two"
    );
    assert_eq!(
        advice(message(Release, Relaxed)),
        "main read flag = 1 from 1.2 at 0.4 with Relaxed: Acquire there would order the two"
    );
    assert_eq!(
        advice(message(Relaxed, Relaxed)),
        "main read flag = 1 from 1.2 at 0.4 with Relaxed: Acquire there, and Release at 1.2, would order \
         the two"
    );
}

#[test]
fn an_atomic_that_is_published_too_weakly() {
    let publish = || {
        let slot = Arc::new(AtomicPtr::new(std::ptr::null_mut::<AtomicU32>()).named("slot"));
        let other = Arc::clone(&slot);
        let t = thread::spawn(move || {
            let fresh = Box::new(AtomicU32::new(7).named("fresh"));
            other.store(Box::into_raw(fresh), Relaxed);
        });
        let p = slot.load(Acquire);
        if !p.is_null() {
            // SAFETY: the box is never freed.
            unsafe { &*p }.load(Relaxed);
        }
        t.join().unwrap();
    };
    let advice = advice(publish);
    let (before, after) = advice.split_once(" = 0x").unwrap();
    assert_eq!(before, "main read slot");
    let after = after.split_once(' ').unwrap().1;
    assert_eq!(
        after,
        "from 1.2 at 0.3, and 1.2 wrote with Relaxed: Release at 1.2 would order the two; the creation \
         of an atomic is a write that is not atomic, so what publishes it must be a release"
    );
}

/// Two owners of a cell, of whom the last writes to it.
fn owners(order: Ordering) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = Arc::new((Cell::new(), AtomicU32::new(2).named("count")));
        let let_go = move |shared: Arc<(Cell, AtomicU32)>| {
            if shared.1.fetch_sub(1, order) == 1 {
                shared.0.write();
            }
        };
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || {
            other.0.0.with(|_| ());
            let_go(other);
        });
        let_go(shared);
        t.join().unwrap();
    }
}

#[test]
fn a_count_that_is_read_relaxed() {
    assert_eq!(
        advice(owners(Relaxed)),
        "main read count = 1 from 1.2 at 0.4 with Relaxed: Acquire there, and Release at 1.2, would \
         order the two. Whoever gives up a count of what is shared releases, and whoever finds that it \
         was the last acquires (by fence(Acquire), if only then)"
    );
    assert_eq!(
        advice(owners(Release)),
        "main read count = 1 from 1.2 at 0.4 with Release: AcqRel there would order the two. Whoever \
         gives up a count of what is shared releases, and whoever finds that it was the last acquires \
         (by fence(Acquire), if only then)"
    );
    assert!(Builder::default().check(owners(AcqRel)).is_complete());
}

/// A reader that protects a slot by a hazard, and a writer that takes the slot away and uses it again.
fn hazard(reader: bool, writer: bool) -> impl Fn() + Send + Sync + 'static {
    move || {
        let shared = (
            AtomicU32::new(1).named("slot"),
            AtomicU32::new(0).named("hazard"),
            Cell::new(),
        );
        let shared = Arc::new(shared);
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || {
            other.1.store(1, Relaxed);
            if reader {
                fence(SeqCst);
            }
            if other.0.load(Acquire) == 1 {
                other.2.0.with(|_| ());
                other.1.store(0, Release);
            }
        });
        shared.0.store(0, Relaxed);
        if writer {
            fence(SeqCst);
        }
        if shared.1.load(Acquire) == 0 {
            shared.2.write();
        }
        t.join().unwrap();
    }
}

#[test]
fn a_hazard_without_a_fence() {
    assert_eq!(
        advice(hazard(false, false)),
        "0.6 does not see 1.1, and 1.2 does not see 0.5, as if both threads had read before they wrote: \
         fence(SeqCst) between 0.5 and 0.6 and between 1.1 and 1.2 forbids it. So a hazard pointer is \
         announced (store, fence, look again) and scanned (unlink, fence, read)"
    );
    assert_eq!(
        advice(hazard(true, false)),
        "0.6 does not see 1.1, and 1.3 does not see 0.5, as if both threads had read before they wrote: \
         fence(SeqCst) between 0.5 and 0.6 forbids it. So a hazard pointer is announced (store, fence, \
         look again) and scanned (unlink, fence, read)"
    );
}

/// A reader that protects a node by a hazard, and a writer that takes it away and frees it.
fn freed_node(reader: bool, writer: bool) -> impl Fn() + Send + Sync + 'static {
    move || {
        let node = Box::into_raw(Box::new(AtomicU32::new(7).named("node")));
        let shared = (
            AtomicPtr::new(node).named("slot"),
            AtomicU32::new(0).named("hazard"),
        );
        let shared = Arc::new(shared);
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || {
            other.1.store(1, Relaxed);
            if reader {
                fence(SeqCst);
            }
            let node = other.0.load(Acquire);
            if !node.is_null() {
                // SAFETY: the checker ends the execution if it is freed.
                unsafe { &*node }.load(Relaxed);
            }
            other.1.store(0, Release);
        });
        shared.0.store(std::ptr::null_mut(), Relaxed);
        if writer {
            fence(SeqCst);
        }
        if shared.1.load(Acquire) == 0 {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(node) });
        }
        t.join().unwrap();
    }
}

#[test]
fn a_node_that_is_freed_for_want_of_a_fence() {
    assert_eq!(
        advice(freed_node(true, false)),
        "0.6 does not see 1.1, and 1.3 does not see 0.5, as if both threads had read before they wrote: \
         fence(SeqCst) between 0.5 and 0.6 forbids it. So a hazard pointer is announced (store, fence, \
         look again) and scanned (unlink, fence, read)"
    );
    assert!(
        Builder::default()
            .check(freed_node(true, true))
            .is_complete()
    );
}

#[test]
fn a_node_that_is_freed_while_its_last_use_is_not_released() {
    let program = || {
        let node = Box::into_raw(Box::new(AtomicU32::new(7).named("node")));
        let node = Arc::new((AtomicPtr::new(node), AtomicBool::new(false).named("done")));
        let other = Arc::clone(&node);
        let t = thread::spawn(move || {
            // SAFETY: the checker ends the execution if it is freed.
            unsafe { &*other.0.load(Relaxed) }.load(Relaxed);
            other.1.store(true, Relaxed);
        });
        if node.1.load(Acquire) {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(node.0.load(Relaxed)) });
        }
        t.join().unwrap();
    };
    assert_eq!(
        advice(program),
        "main read done = 1 from 1.3 at 0.5, and 1.3 wrote with Relaxed: Release at 1.3 would order 1.2 \
         before the free"
    );
}

#[test]
fn a_strong_count_orders_nothing() {
    let program = || {
        let mine = Arc::new(Cell::new());
        let yours = Arc::clone(&mine);
        let t = thread::spawn(move || yours.write());
        if Arc::strong_count(&mine) == 1 {
            mine.write();
        }
        t.join().unwrap();
    };
    assert_eq!(
        advice(program),
        "main read strong count = 1 at 0.7 by strong_count, which orders nothing: use Arc::get_mut or \
         Arc::try_unwrap, which acquire what the other owners released"
    );
}

#[test]
fn what_the_last_owner_of_an_arc_drops() {
    struct Owned(Cell);
    impl Drop for Owned {
        fn drop(&mut self) {
            self.0.write();
        }
    }
    let program = || {
        let owned = Arc::new(Owned(Cell::new()));
        let address = std::ptr::from_ref(&owned.0).expose_provenance();
        let t = thread::spawn(move || {
            // SAFETY: not sound, and that is what the checker is to say.
            unsafe { &*std::ptr::with_exposed_provenance::<Cell>(address) }.write();
        });
        drop(owned);
        t.join().unwrap();
    };
    assert_eq!(
        advice(program),
        "main frees it as the last owner of an Arc (0.11), and nothing orders 1.1 before that: t1 must own a \
         clone for as long as it uses what the Arc holds"
    );
}

#[test]
fn what_is_published_too_early() {
    let program = || {
        let shared = Arc::new((Cell::new(), AtomicBool::new(false).named("flag")));
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || {
            other.1.store(true, Release);
            other.0.write();
        });
        if shared.1.load(Acquire) {
            shared.0.write();
        }
        t.join().unwrap();
    };
    assert_eq!(
        advice(program),
        "t1 wrote at 1.1, before 1.2, and main went on by reading it at 0.4: what 1.1 is to hand over \
         must come before it"
    );
}

#[test]
fn an_unpark_before_what_it_is_to_hand_over() {
    let program = || {
        let shared = Arc::new(Cell::new());
        let (main, other) = (thread::current(), Arc::clone(&shared));
        let t = thread::spawn(move || {
            main.unpark();
            other.write();
        });
        thread::park();
        shared.write();
        t.join().unwrap();
    };
    assert_eq!(
        advice(program),
        "t1 unparked at 1.1, before 1.3, and main went on by the park at 0.3: what 1.1 is to hand over \
         must come before it"
    );
}

#[test]
fn a_join_that_comes_too_late() {
    let program = || {
        let shared = Arc::new(Cell::new());
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || other.write());
        shared.write();
        t.join().unwrap();
    };
    assert_eq!(
        advice(program),
        "main started t1 and goes on beside it: join t1 before 0.3, or let t1 release after 1.1 what \
         main acquires before 0.3"
    );
}

#[test]
fn two_threads_that_know_nothing_of_each_other() {
    let program = || {
        let shared = Arc::new(Cell::new());
        let write = || {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.write())
        };
        let threads = [write(), write()];
        for t in threads {
            t.join().unwrap();
        }
    };
    assert_eq!(
        advice(program),
        "neither thread reads anything between the two that the other wrote: protect both by a lock, let \
         one release after its access what the other acquires before its own, or make the location \
         atomic"
    );
}

#[test]
fn a_stale_read_of_data() {
    let program = || {
        let words = words();
        let other = Arc::clone(&words);
        let t = thread::spawn(move || {
            other[0].store(7, Relaxed);
            other[1].store(1, Relaxed);
        });
        if words[1].load(Acquire) == 1 {
            assert_eq!(words[0].load(Relaxed), 7);
        }
        t.join().unwrap();
    };
    assert_eq!(
        advice(program),
        "main read y = 1 from 1.2 at 0.4, and 1.2 wrote with Relaxed: Release at 1.2 would have 0.5 see \
         1.1"
    );
    let interleaving = || {
        let words = words();
        let other = Arc::clone(&words);
        let t = thread::spawn(move || other[0].store(1, Relaxed));
        assert_eq!(words[0].load(Relaxed), 0);
        t.join().unwrap();
    };
    assert_eq!(advice(interleaving), "none");
}

#[test]
fn a_sleeper_that_is_missed_for_want_of_a_fence() {
    let program = || {
        let words = words();
        let other = Arc::clone(&words);
        let t = thread::spawn(move || {
            other[1].store(1, Relaxed);
            fence(SeqCst);
            while other[0].load(Relaxed) == 0 {
                thread::park();
            }
        });
        words[0].store(1, Relaxed);
        if words[1].load(Relaxed) == 1 {
            t.thread().unpark();
        }
        t.join().unwrap();
    };
    assert_eq!(
        advice(program),
        "0.5 does not see 1.1, and 1.3 does not see 0.4, as if both threads had read before they wrote: \
         fence(SeqCst) between 0.4 and 0.5 forbids it. Whoever waits announces it, passes the fence and \
         looks again; whoever wakes changes the condition, passes the fence and looks who waits"
    );
}

#[test]
fn locks() {
    let pair = || Arc::new([Mutex::new(0).named("a"), Mutex::new(0).named("b")]);
    let crossed = move || {
        let locks = pair();
        let other = Arc::clone(&locks);
        let t = thread::spawn(move || {
            let _b = other[1].lock().unwrap();
            drop(other[0].lock().unwrap());
        });
        let a = locks[0].lock().unwrap();
        drop(locks[1].lock().unwrap());
        drop(a);
        t.join().unwrap();
    };
    let twice = move || {
        let locks = pair();
        let _a = locks[0].lock().unwrap();
        drop(locks[0].lock().unwrap());
    };
    let kept = move || {
        let locks = pair();
        let other = Arc::clone(&locks);
        let t = thread::spawn(move || std::mem::forget(other[0].lock().unwrap()));
        t.join().unwrap();
        drop(locks[0].lock().unwrap());
    };
    let joined = move || {
        let locks = pair();
        let other = Arc::clone(&locks);
        let a = locks[0].lock().unwrap();
        let t = thread::spawn(move || drop(other[0].lock().unwrap()));
        t.join().unwrap();
        drop(a);
    };
    assert_eq!(
        advice(crossed),
        "main waits for b, which t1 holds since 1.1, t1 waits for a, which main holds since 0.4: take \
         locks in the same order everywhere"
    );
    assert_eq!(
        advice(twice),
        "main waits for a, which it holds itself since 0.3"
    );
    assert_eq!(
        advice(kept),
        "t1 took a at 1.1 and has ended without giving it back"
    );
    assert_eq!(
        advice(joined),
        "main joins t1 while it holds a, taken at 0.3: give it back first"
    );
}

#[test]
fn tokens_and_notifications() {
    let two_tokens = || {
        let main = thread::current();
        let t = thread::spawn(move || {
            main.unpark();
            main.unpark();
        });
        thread::park();
        thread::park();
        t.join().unwrap();
    };
    let nobody = thread::park;
    let used_up = || {
        let main = thread::current();
        let t = thread::spawn(move || main.unpark());
        thread::park();
        thread::park();
        t.join().unwrap();
    };
    assert_eq!(
        advice(two_tokens),
        "the unpark at 1.3 found main's token still there: two unparks before a park wake it once"
    );
    assert_eq!(
        advice(nobody),
        "nobody unparks main. Announce the wait, then look at the condition again, then park; change the \
         condition, then look who waits"
    );
    assert_eq!(
        advice(used_up),
        "the token of the last unpark, 1.1, was taken by an earlier park, and t1 has ended"
    );
    let early = || {
        let pair = Arc::new((Mutex::new(()), Condvar::new().named("c")));
        let other = Arc::clone(&pair);
        let t = thread::spawn(move || other.1.notify_one());
        drop(pair.1.wait(pair.0.lock().unwrap()).unwrap());
        t.join().unwrap();
    };
    let one_of_two = || {
        let pair = Arc::new((Mutex::new(false), Condvar::new().named("c")));
        let wait = || {
            let pair = Arc::clone(&pair);
            thread::spawn(move || {
                let guard = pair.0.lock().unwrap();
                drop(pair.1.wait_while(guard, |ready| !*ready).unwrap());
            })
        };
        let waiters = [wait(), wait()];
        *pair.0.lock().unwrap() = true;
        pair.1.notify_one();
        for t in waiters {
            t.join().unwrap();
        }
    };
    assert_eq!(
        advice(early),
        "the notification of c at 1.1 came before main waited, at 0.6: change the condition with the \
         lock held, and look at it with the lock held before waiting"
    );
    assert_eq!(
        advice(one_of_two),
        "notify_one at 0.8 woke another thread that waits for c: where any of several may have to go on, \
         notify_all"
    );
}

#[test]
fn values_that_stay_away() {
    fn spin(word: &AtomicU32) {
        while word.load(Acquire) != 1 {
            hint::spin_loop();
        }
    }
    let never = || spin(&AtomicU32::new(0).named("x"));
    let over = || {
        let words = words();
        let other = Arc::clone(&words);
        let t = thread::spawn(move || {
            other[0].store(1, Release);
            other[0].store(2, Release);
        });
        spin(&words[0]);
        t.join().unwrap();
    };
    assert_eq!(
        advice(never),
        "no further value comes: x stays 0, nobody writes it, and every other thread has ended or waits too"
    );
    assert_eq!(
        advice(over),
        "no further value comes: x stays 2, t1 wrote it last, at 1.2, and has ended. It was 1 from 1.1 on, but not for long \
         enough to be seen"
    );
}

#[test]
fn nobody_is_told_to_wait_for_a_thread_that_has_ended() {
    let looping = |joins: bool| {
        move || {
            let words = words();
            let other = Arc::clone(&words);
            let t = thread::spawn(move || other[0].store(1, Relaxed));
            if joins {
                t.join().unwrap();
            }
            while words[0].load(Relaxed) != 2 {}
        }
    };
    let bound = |joins| match Builder::default().check(looping(joins)).verdict {
        Verdict::Bounded(bound @ Bound::Events { alone, .. }) => (alone, bound.to_string()),
        other => panic!("{other:?}"),
    };
    let (alone, text) = bound(true);
    assert!(alone && !text.contains("Call weft::hint"), "{text}");
    assert!(text.contains("Every other thread has ended"), "{text}");
    let (alone, text) = bound(false);
    assert!(!alone && text.contains("Call weft::hint"), "{text}");
}
