//! Wake-ups that are lost between two threads that each write one word and read the other's.

use super::*;

/// A worker that says that it sleeps, looks once more and parks, against a waker that flips and then looks who sleeps.
fn sleeper(flip: fn(&AtomicU32)) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let words = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let other = Arc::clone(&words);
        let t = thread::spawn(move || {
            let (fill, sleeps) = (&other.0, &other.1);
            sleeps.store(1, Relaxed);
            fence(SeqCst);
            while fill.load(Relaxed) == 0 {
                thread::park();
            }
        });
        flip(&words.0);
        if words.1.load(Relaxed) == 1 {
            t.thread().unpark();
        }
        t.join().unwrap();
    }
}

#[test]
fn a_seq_cst_flip_wakes_nobody() {
    fn flip(word: &AtomicU32) {
        word.fetch_xor(1, SeqCst);
    }
    fn flip_and_fence(word: &AtomicU32) {
        word.store(1, Relaxed);
        fence(SeqCst);
    }
    let failure = failure(sleeper(flip));
    assert_eq!(
        failure.kind,
        FailureKind::Deadlock {
            threads: vec![0, 1]
        }
    );
    let [main, other] = &failure.waits[..] else {
        panic!("{failure}")
    };
    assert!(main.starts_with("main joins t1 at "), "{main}");
    assert!(other.starts_with("t1 is parked at "), "{other}");
    assert!(check(sleeper(flip_and_fence)).is_complete());
}

/// A wake-up flag that the waker swaps. The worker clears it by a plain store or by a swap.
fn wake_flag(requests: u32, clear: fn(&AtomicU32)) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let words = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let other = Arc::clone(&words);
        let t = thread::spawn(move || {
            let (fill, sleeps) = (&other.0, &other.1);
            for k in 1..=requests {
                while fill.load(Relaxed) < k {
                    sleeps.swap(1, AcqRel);
                    if fill.load(Relaxed) < k {
                        thread::park();
                    }
                    clear(sleeps);
                }
            }
        });
        for k in 1..=requests {
            words.0.store(k, Relaxed);
            if words.1.swap(0, AcqRel) == 1 {
                t.thread().unpark();
            }
        }
        t.join().unwrap();
    }
}

#[test]
fn a_plain_store_to_a_swapped_flag_loses_the_second_wake_up() {
    fn store(flag: &AtomicU32) {
        flag.store(0, Relaxed);
    }
    fn swap(flag: &AtomicU32) {
        flag.swap(0, AcqRel);
    }
    assert!(check(wake_flag(1, store)).is_complete());
    assert!(matches!(
        failure(wake_flag(2, store)).kind,
        FailureKind::Deadlock { .. }
    ));
    assert!(check(wake_flag(2, swap)).is_complete());
}
