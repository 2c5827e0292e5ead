//! Errors that only executions which RC11 forbids would have: there are none.

use super::*;

/// A word that its maker creates and publishes relaxed, and a user that reaches it. If the user finds `seen` set, the
/// fences stand so that it must see the maker's store to the word, whose release orders the creation before the access.
fn behind_fences(maker_fence: bool, access: fn(&AtomicU32)) -> impl Fn() + Send + Sync + Clone {
    move || {
        let slot = AtomicPtr::new(std::ptr::null_mut::<AtomicU32>());
        let shared = Arc::new((slot, AtomicU32::new(0), AtomicU32::new(0)));
        let own = Arc::clone(&shared);
        let maker = thread::spawn(move || {
            let word: &'static AtomicU32 = Box::leak(Box::new(AtomicU32::new(0)));
            own.0.store(std::ptr::from_ref(word).cast_mut(), Relaxed);
            word.store(1, Release);
            if maker_fence {
                fence(SeqCst);
            }
            if own.1.load(Relaxed) == 0 {
                own.2.store(1, Relaxed);
            }
        });
        let own = Arc::clone(&shared);
        let user = thread::spawn(move || {
            let word = own.0.load(Relaxed);
            if !word.is_null() {
                own.1.store(1, Relaxed);
                fence(SeqCst);
                if own.2.load(Relaxed) == 1 {
                    // SAFETY: leaked above, so it lives on.
                    access(unsafe { &*word });
                }
            }
        });
        maker.join().unwrap();
        user.join().unwrap();
    }
}

#[test]
fn a_race_behind_the_sc_axiom() {
    let accesses: [fn(&AtomicU32); 3] = [
        |word| _ = word.load(Acquire),
        |word| _ = word.fetch_add(1, Acquire),
        |word| _ = word.compare_exchange(0, 1, Acquire, Acquire),
    ];
    for access in accesses {
        let report = check(behind_fences(true, access));
        assert!(report.is_complete(), "{report}");
        let failure = failure(behind_fences(false, access));
        assert!(
            matches!(failure.kind, FailureKind::Race { .. }),
            "{failure}"
        );
    }
    let writes = check(behind_fences(true, |word| word.store(2, Release)));
    assert!(writes.failure().is_some(), "a store acquires nothing");
}

#[test]
fn a_race_behind_atomicity() {
    // Of two exchanges that expect the same value, one fails: it cannot write beside what the other does not atomically.
    let report = check(|| {
        let word = Arc::new(AtomicU32::new(0));
        let other = Arc::clone(&word);
        let t = thread::spawn(move || {
            if other.compare_exchange(0, 1, AcqRel, Relaxed).is_ok() {
                // SAFETY: weft asks for no more.
                assert_eq!(unsafe { other.unsync_load() }, 1);
            }
        });
        let _ = word.compare_exchange(0, 2, AcqRel, Relaxed);
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert_eq!(report.complete, 2);
}

#[test]
fn a_panic_beside_half_an_update() {
    // The store revisits the update's read while the thread that panics has nothing more to do.
    let report = check(|| {
        let word = Arc::new(AtomicU32::new(0));
        let threads: [fn(&AtomicU32); 3] = [
            |word| _ = word.fetch_add(1, Relaxed),
            |word| assert_ne!(word.swap(1, Relaxed), 2, "on purpose"),
            |word| word.store(2, Relaxed),
        ];
        let threads = threads.map(|body| {
            let word = Arc::clone(&word);
            thread::spawn(move || body(&word))
        });
        for thread in threads {
            thread.join().unwrap();
        }
    });
    let failure = report.failure().expect("it panics");
    for thread in 0..failure.graph.thread_count() as u32 {
        let half = failure.graph.events(thread).last();
        assert!(
            !half.is_some_and(|e| e.rmw && e.is_read()),
            "an update that lacks its write: {failure}"
        );
    }
}
