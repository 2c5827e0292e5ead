//! What a failing model prints, in a process of its own.

use std::process::Command;

use weft::sync::Arc;
use weft::sync::Mutex;
use weft::sync::atomic::{AtomicU32, Ordering::*};

/// Set where this binary is run to fail.
const CHILD: &str = "WEFT_TEST_CHILD";

#[test]
fn fails_in_a_process_of_its_own() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    weft::model(|| {
        let pair = Arc::new((AtomicU32::new(0), Mutex::new(0)));
        let other = Arc::clone(&pair);
        let t = weft::thread::spawn(move || {
            *other.1.lock().expect("nobody panics with it") += 1;
            other.0.store(1, Relaxed);
        });
        assert_eq!(pair.0.load(Relaxed), 0, "it has been stored");
        t.join().expect("it does not panic");
    });
}

/// What the failing test prints.
fn printed(backtrace: &str) -> String {
    let mut child = Command::new(std::env::current_exe().expect("this is a program"));
    child
        .args(["--exact", "fails_in_a_process_of_its_own", "--nocapture"])
        .env(CHILD, "1")
        .env_remove("RUST_BACKTRACE")
        .env_remove("RUST_LIB_BACKTRACE");
    if !backtrace.is_empty() {
        child.env("RUST_BACKTRACE", backtrace);
    }
    let output = child.output().expect("it runs");
    assert!(!output.status.success());
    String::from_utf8(output.stderr).expect("it is text")
}

#[test]
fn a_failure_is_printed_once_and_without_a_backtrace() {
    let plain = printed("");
    for once in ["it has been stored", "replay: weft1:", "no weak memory"] {
        assert_eq!(plain.matches(once).count(), 1, "{once}\n{plain}");
    }
    assert!(plain.contains("printing.rs:18"), "{plain}");
    assert!(!plain.contains("RUST_BACKTRACE"), "{plain}");
    for backtrace in ["0", "1", "full"] {
        assert_eq!(printed(backtrace), plain, "RUST_BACKTRACE={backtrace}");
    }
}
