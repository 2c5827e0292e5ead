//! Decision lines: each leads to the execution that it was made from, or is refused with what differs.

use super::*;
use std::sync::atomic::AtomicU32 as Untracked;
use weft::Misfit;

/// Who spawns a thread first is a question of what is read, and the search meets the threads in another order than the
/// failing execution does.
fn spawned_in_another_order() {
    let shared = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
    let seen = Arc::new(Untracked::new(0));
    let (own, count) = (Arc::clone(&shared), Arc::clone(&seen));
    let first = thread::spawn(move || {
        own.0.store(1, SeqCst);
        if own.1.load(SeqCst) == 1 {
            count.fetch_add(1, Relaxed);
        }
        thread::spawn(|| {}).join().unwrap();
    });
    let mut other = None;
    if shared.0.load(SeqCst) == 1 {
        seen.fetch_add(1, Relaxed);
        other = Some(thread::spawn(|| {}));
    }
    shared.1.store(1, SeqCst);
    other.into_iter().for_each(|thread| thread.join().unwrap());
    first.join().unwrap();
    assert!(seen.load(Relaxed) < 2, "both");
}

#[test]
fn threads_are_numbered_by_their_spawns() {
    let failure = failure(spawned_in_another_order);
    assert!(failure.message().contains("both"), "{failure}");
    let again = replay(&failure.decisions.to_string(), spawned_in_another_order);
    assert_eq!(again.to_string(), failure.to_string());
}

#[test]
fn the_last_step_of_a_panic_may_be_what_others_read() {
    let program = || {
        let word = Arc::new(AtomicU32::new(0));
        let other = Arc::clone(&word);
        let done = Arc::new(Untracked::new(0));
        let seen = Arc::clone(&done);
        thread::spawn(move || {
            if other.load(Relaxed) == 1 && other.load(Relaxed) == 1 {
                seen.store(1, Relaxed);
            }
        });
        word.store(1, Relaxed);
        panic!("right after the store");
    };
    let failure = failure(program);
    let again = replay(&failure.decisions.to_string(), program);
    assert_eq!(again.graph.canonical(), failure.graph.canonical());
}

fn replay(line: &str, f: impl Fn() + Send + Sync + 'static) -> Failure {
    let decisions: Decisions = line.parse().expect("a decision list");
    match Builder::default().replay(&decisions, f).verdict {
        Verdict::Failed(failure) => *failure,
        other => panic!("expected a failure, found {other:?}"),
    }
}

/// Main stores 1 and reads what the other stores.
fn two_threads() {
    let words = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    let other = Arc::clone(&words);
    let t = thread::spawn(move || other[1].store(1, SeqCst));
    words[0].store(1, SeqCst);
    assert_eq!(words[1].load(SeqCst), 0, "it was there");
    t.join().unwrap();
}

fn misfit(line: &str) -> Misfit {
    let failure = replay(line, two_threads);
    println!("{}", failure.message());
    match failure.kind {
        FailureKind::Decisions(misfit) => misfit,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let failure = failure(two_threads);
    let line = failure.decisions.to_string();
    // Main: begin, two words, spawn, store; the other: begin, store; main: load.
    let (list, fingerprint) = line.split_once(" #").expect("a fingerprint");
    assert_eq!(list, "weft1: 0*5 1*2 0");
    assert_eq!(
        misfit("weft1: 0*3 1*2 0"),
        Misfit::NotSpawned { step: 4, thread: 1 }
    );
    assert_eq!(
        misfit("weft1: 0*5 1*4 0"),
        Misfit::Ended { step: 9, thread: 1 }
    );
    assert_eq!(
        misfit("weft1: 0*5 0r0.2 0"),
        Misfit::Waits { step: 7, thread: 0 }
    );
    assert_eq!(
        misfit(&format!("{list} 0")),
        Misfit::LeftOver { step: 9, steps: 1 }
    );
    for wrong in ["0*4 0r0.1", "0*5 0a0.2", "0*5 0c1", "0r0.1", "0*5 1 1c1"] {
        let misfit = misfit(&format!("weft1: {wrong}"));
        assert!(matches!(misfit, Misfit::Kind { .. }), "{misfit}");
    }
    for wrong in ["0*5 0r1.1", "0*5 0r7.0", "0*5 0r0.1", "0*5 0s0.2"] {
        let misfit = misfit(&format!("weft1: {wrong}"));
        assert!(
            matches!(misfit, Misfit::NoSuchWrite { step: 6, .. }),
            "{misfit}"
        );
    }
    let other = misfit(&format!("weft1: 0*5 1*2 0 1 #{fingerprint}"));
    assert!(matches!(other, Misfit::Other { .. }), "{other}");
    let other = misfit(&format!("weft1: 0*6 1*2 #{fingerprint}"));
    assert!(matches!(other, Misfit::Other { .. }), "{other}");
    // Without a fingerprint what is left is done by default.
    let short = replay("weft1: 0*5 1*2", two_threads);
    assert!(short.message().contains("it was there"), "{short}");
}

#[test]
fn what_the_axioms_forbid_is_refused() {
    let store_buffering = || {
        let words = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
        let other = Arc::clone(&words);
        let t = thread::spawn(move || {
            other[1].store(1, SeqCst);
            other[0].load(SeqCst);
        });
        words[0].store(1, SeqCst);
        words[1].load(SeqCst);
        t.join().unwrap();
    };
    assert!(check(store_buffering).is_complete());
    let failure = replay("weft1: 0*6 1*2 1r0.1", store_buffering);
    assert_eq!(
        failure.kind,
        FailureKind::Decisions(Misfit::Forbidden { step: 9 })
    );
    let updates = || {
        let word = Arc::new(AtomicU32::new(0));
        let other = Arc::clone(&word);
        let t = thread::spawn(move || _ = other.fetch_add(1, Relaxed));
        word.fetch_add(1, Relaxed);
        t.join().unwrap();
    };
    let failure = replay("weft1: 0*5 1 1r0.1 1", updates);
    assert_eq!(
        failure.kind,
        FailureKind::Decisions(Misfit::Forbidden { step: 8 })
    );
}

#[test]
fn a_text_that_is_no_list() {
    for text in [
        "weft2: 0",
        "weft1: 0*4000000000",
        "weft1: 0*99999999999999999999",
        "weft1: 0*600000 1*600000",
        "weft1: 0*0",
        "weft1: x",
        "weft1: 0z",
        "weft1: 4294967296",
        "weft1: 0r1",
        "weft1: 0 #123",
        "weft1: 0 #+1234567",
        "weft1: #12345678 0",
    ] {
        let error = text.parse::<Decisions>().expect_err(text).to_string();
        let word = text.split_whitespace().skip(1);
        assert!(
            text.starts_with("weft2") || word.into_iter().any(|word| error.contains(word)),
            "{error}"
        );
    }
    let line = "weft1: 0*4 1*3 0r1.1 1s0.2w2 0a1.1 2c1 #0123abcd";
    let decisions: Decisions = line.parse().expect("a list");
    assert_eq!(decisions.to_string(), line);
}

#[test]
fn a_thread_is_the_same_in_every_execution() {
    use std::collections::BTreeMap;
    use std::sync::Mutex as Plain;
    // The id of the thread that main spawns, and of the one that the other spawns, whichever comes first.
    let seen = Arc::new(Plain::new(BTreeMap::new()));
    let record = Arc::clone(&seen);
    let report = check(move || {
        let record = Arc::clone(&record);
        let note = move |who: &'static str| {
            let id = format!("{:?}", thread::current().id());
            *record.lock().unwrap().entry((who, id)).or_insert(0) += 1;
        };
        let word = Arc::new(AtomicU32::new(0));
        let other = Arc::clone(&word);
        let notes = note.clone();
        let t = thread::spawn(move || {
            other.store(1, Relaxed);
            let notes = notes.clone();
            let own = thread::spawn(move || notes("of the other"));
            own.join().unwrap();
        });
        if word.load(Relaxed) == 0 {
            let notes = note.clone();
            thread::spawn(move || notes("of main")).join().unwrap();
        }
        note("main");
        t.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.len(), 3, "{seen:?}");
}
