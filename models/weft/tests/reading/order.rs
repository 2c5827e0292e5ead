//! Lines are an interleaving where there is one, and say which reads no interleaving has where there is none.

use super::*;

/// Each thread writes one word and then reads the other.
fn store_buffering() {
    let words = words();
    let other = Arc::clone(&words);
    let t = thread::spawn(move || {
        other[1].store(1, Relaxed);
        other[0].load(Relaxed);
    });
    words[0].store(1, Relaxed);
    words[1].load(Relaxed);
    t.join().unwrap();
}

#[test]
fn a_read_of_an_older_write_comes_before_the_newer_one() {
    let texts = texts(store_buffering);
    let expected = "\
main                    │ t1
────────────────────────┼────────────────────────┼─
0.1 new x = 0           │
0.2 new y = 0           │
0.3 spawn t1            │
0.4 W rlx x = 1         │
0.5 R rlx y = 0 <- init │
                        │ 1.1 W rlx y = 1
                        │ 1.2 R rlx x = 1 <- 0.4
0.6 join t1             │
this is an interleaving: no weak memory is needed
";
    assert!(
        texts.contains(&expected.to_string()),
        "{}",
        texts.join("\n")
    );
    let interleavings = texts.iter().filter(|t| t.contains("no weak memory"));
    assert_eq!((texts.len(), interleavings.count()), (4, 3));
}

#[test]
fn one_read_is_stale_where_no_interleaving_has_both() {
    let weak: Vec<String> = texts(store_buffering)
        .into_iter()
        .filter(|t| t.contains("weak memory:"))
        .collect();
    let expected = "\
main                    │ t1
────────────────────────┼─────────────────────────────────┼─
0.1 new x = 0           │
0.2 new y = 0           │
0.3 spawn t1            │
0.4 W rlx x = 1         │
0.5 R rlx y = 0 <- init │
                        │ 1.1 W rlx y = 1
                        │ 1.2 R rlx x = 0 <- init (stale)
0.6 join t1             │
weak memory: no interleaving does this; a (stale) read does not read the newest
  write above it
";
    assert_eq!(weak, [expected]);
}

#[test]
fn writes_that_no_interleaving_has_so_are_listed() {
    // Each word's first writer in coherence order wrote it second.
    let program = || {
        let words = words();
        let other = Arc::clone(&words);
        let t = thread::spawn(move || {
            other[1].store(1, Relaxed);
            other[0].swap(2, Relaxed);
        });
        words[0].store(1, Relaxed);
        words[1].store(2, Relaxed);
        t.join().unwrap();
    };
    let weak: Vec<String> = texts(program)
        .into_iter()
        .filter(|t| t.contains("weak memory:"))
        .collect();
    let expected = "\
main            │ t1
────────────────┼──────────────────────────────────┼─
0.1 new x = 0   │
0.2 new y = 0   │
0.3 spawn t1    │
                │ 1.1 W rlx y = 1
                │ 1.2 U rlx x 0 → 2 <- init [swap]
0.4 W rlx x = 1 │
0.5 W rlx y = 2 │
0.6 join t1     │
coherence: 0.5 W rlx y = 2 before 1.1 W rlx y = 1
weak memory: no interleaving has the writes in this order
";
    assert_eq!(weak, [expected]);
}

#[test]
fn an_interleaving_of_a_race_is_no_excuse() {
    let failure = failure(|| {
        let shared = Arc::new((words(), Cell::new()));
        let other = Arc::clone(&shared);
        let t = thread::spawn(move || {
            other.1.write();
            other.0[0].store(1, Relaxed);
        });
        if shared.0[0].load(Relaxed) == 1 {
            shared.1.write();
        }
        t.join().unwrap();
    });
    let text = failure.to_string();
    assert!(
        text.contains("\nthis is an interleaving, but nothing orders the two that race\n"),
        "{text}"
    );
    assert!(failure.to_svg().contains("nothing orders the two"));
}
