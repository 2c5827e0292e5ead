//! Litmus tests with known answers: they test the enumerator, not the explorer.

use super::ast::Program;
use super::enumerate::{Outcome, outcome};

fn run(text: &str) -> Outcome {
    let program = Program::parse(text);
    assert_eq!(Program::parse(&program.to_string()), program, "the text form of {text}");
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
        ("MP", "store x rlx 1; store y rel 1 | load y acq; load x rlx", 3),
        ("MP rlx", "store x rlx 1; store y rlx 1 | load y rlx; load x rlx", 4),
        ("SB", "store x rlx 1; load y rlx | store y rlx 1; load x rlx", 4),
        ("LB", "load x rlx; store y rlx 1 | load y rlx; store x rlx 1", 3),
        ("2+2W", "store x rlx 1; store y rlx 2 | store y rlx 1; store x rlx 2", 4),
        ("2+2W sc", "store x sc 1; store y sc 2 | store y sc 1; store x sc 2", 3),
        ("CoRR", "store x rlx 1 | load x rlx; load x rlx", 3),
        ("CoRR two writers", "store x rlx 1 | store x rlx 2 | load x rlx; load x rlx", 12),
        ("CoWR", "store x rlx 1; load x rlx | store x rlx 2", 3),
        ("CoRW", "load x rlx; store x rlx 1 | store x rlx 2", 3),
        ("inc+inc", "add x rlx 1 | add x rlx 1", 2),
        ("inc*3", "add x rlx 1 | add x rlx 1 | add x rlx 1", 6),
        ("inc+store", "add x rlx 1 | store x rlx 7", 2),
        ("one thread", "store x rlx 1; store x rlx 2; load x rlx", 1),
    ];
    for (name, text, expected) in counts {
        assert_eq!(count(text), expected, "{name}: {text}");
    }
}
