//! Locations are told apart, and their values are read as what they stand for.

use super::*;
use weft::sync::{Condvar, Mutex};

/// The names of the locations of the only execution, without line numbers' digits where `@` begins them.
fn names(f: impl Fn() + Send + Sync + 'static) -> Vec<String> {
    let mut names = Vec::new();
    let visit = |graph: &Graph| {
        names = graph
            .locations()
            .map(|loc| graph.location_name(loc))
            .filter(|name| !name.starts_with("token"))
            .collect();
    };
    assert!(Builder::default().visit(visit, f).is_complete());
    names
}

/// The lines of a site in this file, relative to the first.
fn relative(names: &[String]) -> Vec<String> {
    let line = |name: &str| {
        let digits = name.split_once('@')?.1.split([':', '[']).next()?;
        digits.parse::<u32>().ok()
    };
    let first = names.iter().filter_map(|n| line(n)).min();
    let relative = |name: &String| match (line(name), first) {
        (Some(at), Some(first)) => {
            name.replacen(&format!("@{at}"), &format!("@+{}", at - first), 1)
        }
        _ => name.clone(),
    };
    names.iter().map(relative).collect()
}

#[test]
fn elements_and_fields_are_told_apart() {
    let names = names(|| {
        let _words: [AtomicU32; 2] = std::array::from_fn(|_| AtomicU32::new(0));
        let _cells: Vec<_> = (0..2).map(|_| UnsafeCell::new(0)).collect();
        let _pair = (AtomicU32::new(0), AtomicU32::new(0));
        let _next: Vec<_> = (0..3).map(|_| AtomicU32::new(0).named("next")).collect();
        let _only = (Mutex::new(0), Condvar::new());
        thread::spawn(|| (AtomicU32::new(0).named("next"), Mutex::new(1)))
            .join()
            .unwrap();
    });
    assert_eq!(
        relative(&names),
        [
            "atomic@+0[0]",
            "atomic@+0[1]",
            "cell@+1[0]",
            "cell@+1[1]",
            "atomic@+2:22",
            "atomic@+2:41",
            "main.next[0]",
            "main.next[1]",
            "main.next[2]",
            "lock@+4",
            "condvar@+4",
            "t1.next",
            "lock@+5",
        ]
    );
}

#[test]
fn a_failed_compare_exchange_shows_what_it_expected() {
    let texts = texts(|| {
        let x = AtomicU32::new(3).named("x");
        let _ = x.compare_exchange(0, 1, AcqRel, Acquire);
        let _ = x.compare_exchange(3, 1, AcqRel, Acquire);
    });
    assert!(
        texts[0].contains("0.2 R acq x = 3, expected 0 <- init [cas]\n0.3 U acqrel x 3 → 1"),
        "{}",
        texts[0]
    );
}

#[test]
fn states_of_locks_condition_variables_and_tokens_are_words() {
    let program = || {
        let pair = (Mutex::new(false).named("m"), Condvar::new().named("c"));
        let pair = Arc::new(pair);
        let other = Arc::clone(&pair);
        let t = thread::spawn(move || {
            let guard = other.0.lock().unwrap();
            drop(other.1.wait_while(guard, |ready| !*ready).unwrap());
            thread::park();
        });
        *pair.0.lock().unwrap() = true;
        pair.1.notify_one();
        t.thread().unpark();
        t.join().unwrap();
    };
    let mut seen = String::new();
    let visit = |graph: &Graph| seen.push_str(&graph.to_dot());
    assert!(Builder::default().visit(visit, program).is_complete());
    for step in [
        r"new m = free",
        r"U acq m free → held\nlock",
        r"W rel m = free\nunlock",
        r"new c = nobody waits",
        r"U rlx c nobody waits → 1 waits (#0)\nwait",
        r"U rlx c 1 waits (#0) → nobody waits\nnotify_one",
        r"R rlx c = nobody waits\nwait",
        r"U rel token of t1 none → there\nunpark",
        r"U acq token of t1 there → none\npark",
    ] {
        assert!(seen.contains(&format!("\"{step}\"")), "{step}\n{seen}");
    }
}

#[test]
fn a_racing_read_shows_no_value() {
    let failure = failure(|| {
        let slot = Arc::new(AtomicPtr::new(std::ptr::null_mut::<AtomicU32>()));
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
    });
    let text = without_sites(&failure.to_string());
    assert!(text.contains("0.4 R rlx fresh = ?  "), "{text}");
    assert!(
        failure.message().contains("0.4: R rlx fresh = ? at "),
        "{text}"
    );
}
