//! Texts fit a terminal of 80 columns.

use super::*;

/// A word for each of some threads, of which each reads its neighbour's.
fn ring(threads: usize, name: fn(usize) -> String) -> impl Fn() + Send + Sync + 'static {
    move || {
        let words: Arc<Vec<_>> = Arc::new(
            (0..threads)
                .map(|_| AtomicU32::new(0).named("whose_turn_it_is"))
                .collect(),
        );
        let started: Vec<_> = (1..threads)
            .map(|me| {
                let words = Arc::clone(&words);
                let body = move || {
                    let before = words[me - 1].load(Acquire);
                    let _ = words[me].compare_exchange(7, before, AcqRel, Acquire);
                };
                let builder = thread::Builder::new().name(name(me));
                builder.spawn(body).unwrap()
            })
            .collect();
        words[0].fetch_add(1, AcqRel);
        for t in started {
            t.join().unwrap();
        }
    }
}

fn whole_texts(f: impl Fn() + Send + Sync + 'static) -> Vec<String> {
    let mut texts = Vec::new();
    let visit = |graph: &Graph| texts.push(graph.to_string());
    assert!(Builder::default().visit(visit, f).is_complete());
    texts
}

#[test]
fn no_line_is_too_long_and_no_word_is_broken() {
    let worker = |me| format!("worker-{me}");
    for threads in [2, 3, 4, 6] {
        for text in whole_texts(ring(threads, worker)) {
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}\n{text}");
                assert_eq!(line, line.trim_end(), "{text}");
            }
            for word in [
                "whose_turn_it_is[0]",
                "expected",
                "[fetch_add]",
                "width.rs:",
            ] {
                assert!(text.contains(word), "{word}\n{text}");
            }
        }
    }
}

#[test]
fn two_columns_are_wrapped() {
    let texts = whole_texts(ring(2, |_| "reader".to_string()));
    let texts: Vec<String> = texts.iter().map(|t| without_sites(t)).collect();
    let expected = "\
main                            │ reader
────────────────────────────────┼─────────────────────────────────┼─
0.1 new whose_turn_it_is[0] = 0 │
0.2 new whose_turn_it_is[1] = 0 │
0.3 spawn reader                │
0.4 U acqrel                    │
    whose_turn_it_is[0] 0 → 1   │
    <- init [fetch_add]         │
                                │ 1.1 R acq whose_turn_it_is[0] =
                                │     1 <- 0.4
                                │ 1.2 R acq whose_turn_it_is[1] =
                                │     0, expected 7 <- init [cas]
0.6 join reader                 │
this is an interleaving: no weak memory is needed
";
    assert_eq!(texts[0], expected);
}

#[test]
fn more_threads_than_fit_are_blocks() {
    let text = &whole_texts(ring(3, |me| format!("reader-{me}")))[0];
    let expected = "\
main
  0.1 new whose_turn_it_is[0] = 0                              width.rs:N
  0.2 new whose_turn_it_is[1] = 0                              width.rs:N
  0.3 new whose_turn_it_is[2] = 0                              width.rs:N
  0.4 spawn reader-1                                           width.rs:N
  0.5 spawn reader-2                                           width.rs:N
  0.6 U acqrel whose_turn_it_is[0] 0 → 1 <- init [fetch_add]   width.rs:N
reader-1
  1.1 R acq whose_turn_it_is[0] = 1 <- 0.6                     width.rs:N
  1.2 R acq whose_turn_it_is[1] = 0, expected 7 <- init [cas]  width.rs:N
main
  0.8 join reader-1                                            width.rs:N
reader-2
  2.1 R acq whose_turn_it_is[1] = 0 <- init                    width.rs:N
  2.2 R acq whose_turn_it_is[2] = 0, expected 7 <- init [cas]  width.rs:N
main
  0.9 join reader-2                                            width.rs:N
this is an interleaving: no weak memory is needed
";
    let without_numbers = |line: &str| match line.split_once("width.rs:") {
        Some((step, _)) => format!("{step}width.rs:N\n"),
        None => line.to_string() + "\n",
    };
    let text: String = text.lines().map(without_numbers).collect();
    assert_eq!(text, expected);
}

#[test]
fn advice_and_waits_are_wrapped() {
    let failure = failure(|| {
        let lock = weft::sync::Mutex::new(0).named("a_lock_with_quite_a_long_name");
        let _first = lock.lock().unwrap();
        let _second = lock.lock().unwrap();
    });
    for line in failure.to_string().lines() {
        assert!(line.chars().count() <= 80, "{line}\n{failure}");
    }
}
