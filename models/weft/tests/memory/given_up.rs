//! Executions that are given up: nothing more of the program runs, and what its threads held is taken back.

use super::*;
use std::sync::Mutex as StdMutex;
use std::sync::atomic::AtomicU64 as Plain;
use weft::thread::yield_now;

const EMPTY: u32 = 0;
const WAITING: u32 = 1;
const BUSY: u32 = 2;
const SENT: u32 = 3;

/// Destructors of handles that never run while their owner waits, and say so.
struct Receiver(Arc<AtomicU32>);

impl Receiver {
    fn receive(&self) {
        let waits = self.0.compare_exchange(EMPTY, WAITING, AcqRel, Acquire);
        while waits.is_ok() && self.0.load(Acquire) != SENT {
            yield_now();
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let state = self.0.load(Acquire);
        assert!(matches!(state, EMPTY | SENT), "dropped while it waits");
    }
}

fn send(state: &AtomicU32) {
    let sent = state.compare_exchange(EMPTY, SENT, AcqRel, Acquire);
    if sent.is_err() {
        state.store(BUSY, Release);
        state.store(SENT, Release);
    }
}

#[test]
fn a_destructor_of_a_wait() {
    let program = |boxed: bool| {
        move || {
            let state = Arc::new(AtomicU32::new(EMPTY));
            let receiver = Receiver(Arc::clone(&state));
            let receiving = thread::spawn(move || {
                if boxed {
                    let receiver = Box::new(vec![receiver]);
                    receiver[0].receive();
                } else {
                    receiver.receive();
                }
            });
            let sending = thread::spawn(move || send(&state));
            sending.join().unwrap();
            receiving.join().unwrap();
        }
    };
    assert_eq!(complete(program(false)), complete(program(true)));
}

#[test]
fn a_destructor_that_would_end_the_process() {
    // Two panics at once do.
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("of the destructor");
        }
    }
    let graphs = complete(|| {
        let flag = Arc::new(AtomicU32::new(0));
        let own = Arc::clone(&flag);
        let waiting = thread::spawn(move || {
            let bombs = [Bomb, Bomb];
            while own.load(Acquire) == 0 {
                yield_now();
            }
            std::mem::forget(bombs);
        });
        flag.store(1, Release);
        waiting.join().unwrap();
    });
    // The flag is seen at once, or after a turn.
    assert_eq!(graphs, 2);
}

#[test]
fn nothing_is_dropped_that_no_execution_drops() {
    static DROPPED: Plain = Plain::new(0);
    static KEPT: StdMutex<Vec<String>> = StdMutex::new(Vec::new());
    struct Counts;
    impl Drop for Counts {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Relaxed);
            KEPT.lock().unwrap().push("dropped".to_string());
        }
    }
    let builder = Builder::default();
    let report = builder.check(|| {
        let flag = Arc::new(AtomicU32::new(0));
        let own = Arc::clone(&flag);
        let waiting = thread::spawn(move || {
            let _counts = Counts;
            while own.load(Acquire) != 2 {
                yield_now();
            }
        });
        flag.store(1, Release);
        flag.store(2, Release);
        waiting.join().unwrap();
    });
    assert!(report.is_complete(), "{report}");
    assert!(report.blocked > 0, "{report}");
    assert_eq!(DROPPED.load(Relaxed), report.complete);
    assert_eq!(KEPT.lock().unwrap().len() as u64, report.complete);
}
