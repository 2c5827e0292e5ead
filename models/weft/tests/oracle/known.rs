//! Litmus tests with known answers: they test the enumerator, not the explorer.

use super::ast::Program;
use super::enumerate::{Outcome, outcome};

fn run(text: &str) -> Outcome {
    let program = Program::parse(text);
    assert_eq!(
        Program::parse(&program.to_string()),
        program,
        "the text form of {text}"
    );
    outcome(&program, 1_000_000).expect("a small program")
}

fn count(text: &str) -> usize {
    let outcome = run(text);
    assert!(!outcome.race, "{text} has a race");
    outcome.graphs.len()
}

/// The values that the reads read, in the order of threads, and how many graphs have them.
fn reads(text: &str) -> Vec<(String, usize)> {
    let mut out: Vec<(String, usize)> = Vec::new();
    for graph in run(text).graphs {
        let threads = graph.split("co ").next().unwrap_or_default();
        let values: String = threads
            .split([' ', ';'])
            .filter(|w| w.starts_with(['R', 'U']))
            .filter_map(|w| w.split(['=', '<', '>']).nth(1))
            .collect();
        match out.iter_mut().find(|(v, _)| *v == values) {
            Some((_, n)) => *n += 1,
            None => out.push((values, 1)),
        }
    }
    out.sort();
    out
}

/// The sets of read values only.
fn values(text: &str) -> Vec<String> {
    reads(text).into_iter().map(|(v, _)| v).collect()
}

#[test]
fn counts_of_the_classics() {
    let counts = [
        (
            "MP",
            "store x rlx 1; store y rel 1 | load y acq; load x rlx",
            3,
        ),
        (
            "MP rlx",
            "store x rlx 1; store y rlx 1 | load y rlx; load x rlx",
            4,
        ),
        (
            "SB",
            "store x rlx 1; load y rlx | store y rlx 1; load x rlx",
            4,
        ),
        (
            "LB",
            "load x rlx; store y rlx 1 | load y rlx; store x rlx 1",
            3,
        ),
        (
            "2+2W",
            "store x rlx 1; store y rlx 2 | store y rlx 1; store x rlx 2",
            4,
        ),
        (
            "2+2W sc",
            "store x sc 1; store y sc 2 | store y sc 1; store x sc 2",
            3,
        ),
        (
            "2+2W, accesses and a fence",
            "store x sc 1; store y sc 2 | store y rlx 1; fence sc; store x rlx 2",
            3,
        ),
        (
            "CoRR",
            "store x rel 1; store x rel 2 | load x acq; load x acq",
            6,
        ),
        (
            "CoRR, one store",
            "store x rlx 1 | load x rlx; load x rlx",
            3,
        ),
        (
            "CoRR, two writers",
            "store x rlx 1 | store x rlx 2 | load x rlx; load x rlx",
            12,
        ),
        ("CoWR", "store x rlx 1; load x rlx | store x rlx 2", 3),
        ("CoRW", "load x rlx; store x rlx 1 | store x rlx 2", 3),
        ("two increments", "add x rlx 1 | add x rlx 1", 2),
        (
            "three increments",
            "add x rlx 1 | add x rlx 1 | add x rlx 1",
            6,
        ),
        (
            "six increments",
            "add x rlx 1; add x rlx 1 | add x acq 1; add x rlx 1 | add x rel 1 | add x rlx 1",
            180,
        ),
        ("an increment and a store", "add x rlx 1 | store x rlx 7", 2),
        (
            "three writers, four reads",
            "store x rlx 1 | store x rlx 2 | store x rlx 3 | \
             load x rlx; load x rlx; load x rlx; load x rlx",
            210,
        ),
        ("one thread", "store x rlx 1; store x rlx 2; load x rlx", 1),
    ];
    for (name, text, expected) in counts {
        assert_eq!(count(text), expected, "{name}: {text}");
    }
}

/// With every access seq-cst, RC11 is sequential consistency.
#[test]
fn counts_under_sequential_consistency() {
    let counts = [
        ("SB", "store x sc 1; load y sc | store y sc 1; load x sc", 3),
        (
            "IRIW",
            "store x sc 1 | store y sc 1 | load x sc; load y sc | load y sc; load x sc",
            15,
        ),
        (
            "IRIW with a copy",
            "store x sc 1 | load x sc; store y sc r+0 | load x sc; load y sc | load y sc; load x sc",
            27,
        ),
        (
            "a broken release sequence",
            "store x sc 1; store y sc 1; store y sc 2 | swap y sc 3 | load y sc; load x sc",
            16,
        ),
        (
            "Z6.U",
            "store x sc 1; store y sc 1 | add y sc 1; load y sc | store y sc 3; load x sc",
            18,
        ),
        (
            "increments and reads",
            "add x sc 1 | add x sc 1 | load x sc; load x sc | store x sc 3 | load x sc; load x sc",
            600,
        ),
    ];
    for (name, text, expected) in counts {
        assert_eq!(count(text), expected, "{name}: {text}");
    }
}

#[test]
fn store_buffering() {
    let weak = "00".to_owned();
    let both = "store x rlx 1; fence sc; load y rlx | store y rlx 1; fence sc; load x rlx";
    let one = "store x rlx 1; fence sc; load y rlx | store y rlx 1; fence ar; load x rlx";
    let rmw = "add x sc 1; load y rlx | store y rlx 1; fence sc; load x rlx";
    let acq_rel = "store x rel 1; load y acq | store y rel 1; load x acq";
    let rmws = "swap x ar 1; swap z ar 1; load y rlx | swap y ar 1; swap z ar 1; load x rlx";
    assert_eq!(values(both), ["01", "10", "11"]);
    assert!(values(one).contains(&weak));
    assert!(
        values(rmw).contains(&"000".to_owned()),
        "an RMW is no fence"
    );
    assert!(values(acq_rel).contains(&weak));
    // Either swap of z comes second and acquires what was before the first one.
    assert!(
        values(rmws)
            .iter()
            .all(|v| v.as_bytes()[2] == b'1' || v.as_bytes()[5] == b'1')
    );
}

#[test]
fn message_passing_needs_both_sides() {
    let stale = |text: &str| values(text).contains(&"10".to_owned());
    for release in [
        "store y rel 1",
        "fence rel; store y rlx 1",
        "fence sc; store y rlx 1",
    ] {
        for acquire in [
            "load y acq",
            "load y rlx; fence acq",
            "load y rlx; fence ar",
        ] {
            assert!(!stale(&format!(
                "store x rlx 1; {release} | {acquire}; load x rlx"
            )));
            assert!(stale(&format!(
                "store x rlx 1; store y rlx 1 | {acquire}; load x rlx"
            )));
        }
        assert!(stale(&format!(
            "store x rlx 1; {release} | load y rlx; load x rlx"
        )));
        assert!(stale(&format!(
            "store x rlx 1; {release} | fence acq; load y rlx; load x rlx"
        )));
    }
    assert!(stale(
        "store x rlx 1; fence acq; store y rlx 1 | load y acq; load x rlx"
    ));
    assert!(stale(
        "store x rlx 1; store y rlx 1; fence rel | load y acq; load x rlx"
    ));
}

/// A release store heads a sequence of RMWs of any thread; a plain store ends it.
#[test]
fn release_sequences() {
    let stale = |text: &str, value: &str| values(text).iter().any(|v| v.ends_with(value));
    let program =
        |middle: &str| format!("store x rlx 1; store y rel 1 | {middle} | load y acq; load x rlx");
    assert!(!stale(&program("add y rlx 1"), "20"));
    assert!(!stale(&program("add y rlx 1; add y rlx 1"), "30"));
    assert!(!stale(&program("cas y rlx/rlx 1->5"), "50"));
    // swap reads the first store: RMWs continue the sequence; but it may also read init.
    assert!(stale(&program("swap y rlx 7"), "70"));
    // A store of the same thread does not, since C++20.
    assert!(stale(
        "store x rlx 1; store y rel 1; store y rlx 2 | load y acq; load x rlx",
        "20"
    ));
    assert!(stale(&program("load y rlx; if 1 { store y rlx 9 }"), "90"));
    // A fence heads sequences too, and an acquire fence ends their wait.
    let fences = "store x rlx 1; fence rel; store y rlx 1 | add y rlx 1 | \
                  load y rlx; fence acq; load x rlx";
    assert!(!stale(fences, "20"));
}

/// What the axiom for seq-cst forbids and what it leaves.
#[test]
fn seq_cst() {
    let iriw = |order: [&str; 6]| {
        let [a, b, c, d, e, f] = order;
        count(&format!(
            "store x {a} 1 | store y {b} 1 | load x {c}; load y {d} | load y {e}; load x {f}"
        ))
    };
    assert_eq!(iriw(["sc"; 6]), 15);
    assert_eq!(iriw(["rel", "rel", "acq", "acq", "acq", "acq"]), 16);
    // The paper's weakening: an acquire read in front of each seq-cst read is not enough.
    assert_eq!(iriw(["sc", "sc", "acq", "sc", "acq", "sc"]), 16);
    let fenced = "store x rlx 1 | store y rlx 1 | load x rlx; fence sc; load y rlx | \
                  load y rlx; fence sc; load x rlx";
    assert_eq!(count(fenced), 15, "fences restore sequential consistency");
    let rwc = "store x rlx 1 | load x rlx; fence sc; load y rlx | \
               store y rlx 1; fence sc; load x rlx";
    assert_eq!(values(rwc).iter().filter(|v| *v == "100").count(), 0);
    // Z6.U: a happens-before edge that is no program order does not make seq-cst order.
    let z6u = "store x sc 1; store y rel 1 | add y sc 1; load y rlx | store y sc 3; load x sc";
    assert!(values(z6u).contains(&"130".to_owned()));
    // A relaxed cycle through three threads: cumulativity of the fence between them.
    let cumulative = "load y rlx; fence sc; load z rlx | store z rlx 1; fence sc; store x rlx 1 | \
                      load x rlx; if 1 { store y rlx 1 }";
    assert!(values(cumulative).contains(&"101".to_owned()));
}

#[test]
fn thread_edges() {
    assert_eq!(
        count("main: store x rlx 1; spawn 1; join 1; load x rlx | store x rlx 2"),
        1
    );
    assert_eq!(
        count("main: spawn 1; store x rlx 1; join 1; load x rlx | store x rlx 2"),
        2
    );
    assert!(!run("main: write n 1; spawn 1; join 1; read n | write n 2").race);
    assert!(run("main: spawn 1; write n 1; join 1 | write n 2").race);
    assert!(run("main: spawn 1; spawn 2; join 1; read n; join 2 | store x rlx 1 | write n 2").race);
}

#[test]
fn compare_exchange() {
    assert_eq!(
        values("cas x rlx/rlx 0->1 | cas x rlx/rlx 0->2"),
        ["01", "20"]
    );
    // A failed exchange may read a stale value, and acquires only by its failure order.
    let mp = |failure: &str| {
        values(&format!(
            "store x rlx 1; store y rel 1 | cas y ar/{failure} 5->6; load x rlx"
        ))
    };
    assert!(mp("rlx").contains(&"10".to_owned()));
    assert!(!mp("acq").contains(&"10".to_owned()));
    assert_eq!(count("weak x rlx/rlx 0->1"), 2);
    assert_eq!(values("weak x rlx/rlx 0->1; load x rlx"), ["00", "01"]);
}

#[test]
fn waiting() {
    let mp = run("store x rlx 1; store y rel 1 | await y acq 1; load x rlx");
    assert_eq!((mp.graphs.len(), mp.hang), (1, None));
    assert!(run("store y rel 2 | await y acq 1").hang.is_some());
    // The flag may be overwritten before the waiter sees it.
    let missed = run("store y rel 1; store y rel 0 | await y acq 1");
    assert_eq!((missed.graphs.len(), missed.hang.is_some()), (1, true));
}
