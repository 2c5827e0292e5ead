//! The building blocks of a flip-bitmap protocol, with the verdicts and the numbers of executions
//! that herd7 7.58 gives under its rc11 model: a second opinion about the enumerator.
//!
//! `x` is the flag of the submitter, `y` that of the worker, `n` and `m` are their payloads. A
//! flag that starts at 0 is flipped by adding.

use super::ast::Program;
use super::enumerate::outcome;

/// A name, the program, its executions, and whether it has undefined behaviour.
const VERDICTS: &[(&str, &str, usize, bool)] = &[
    (
        "the submitter hands over",
        "write n 1; fence rel; store x rlx 1 | load y rlx; load x rlx; if 1 { fence acq; read n }",
        2,
        false,
    ),
    (
        "the same without its release fence",
        "write n 1; store x rlx 1 | load y rlx; load x rlx; if 1 { fence acq; read n }",
        3,
        true,
    ),
    (
        "the same without its acquire fence",
        "write n 1; fence rel; store x rlx 1 | load y rlx; load x rlx; if 1 { read n }",
        3,
        true,
    ),
    (
        "the worker hands back",
        "write n 1; fence rel; add y rlx 1 | load y rlx; if 1 { fence acq; read n }",
        2,
        false,
    ),
    (
        "the submitter overwrites what the worker has read",
        "main: write n 1; spawn 1; spawn 2 | read n; write m r+0; fence rel; add y rlx 1 | \
         load y rlx; if 1 { fence acq; write n 2 }",
        2,
        false,
    ),
    (
        "the same without the release fence",
        "main: write n 1; spawn 1; spawn 2 | read n; write m r+0; add y rlx 1 | \
         load y rlx; if 1 { fence acq; write n 2 }",
        2,
        true,
    ),
    (
        "the same with relaxed payloads: a read never sees what depends on it",
        "main: store x rlx 1; spawn 1; spawn 2 | load x rlx; store z rlx 1; add y rlx 1 | \
         load y rlx; if 1 { fence acq; store x rlx 2 }",
        2,
        false,
    ),
    (
        "the worker overwrites what the submitter has read",
        "main: store x rlx 1; store y rlx 1; write m 1; spawn 1; spawn 2 | \
         load y acq; read m; write n 7; fence rel; store x rlx 0 | \
         load y rlx; load x rlx; if 0 { fence acq; read n; write m 2 }",
        2,
        false,
    ),
    (
        "two workers hand back, the submitter waits for both",
        "write n 1; fence rel; add y rlx 1 | write m 1; fence rel; add y rlx 2 | \
         load y rlx; if 3 { fence acq; read n; read m }",
        6,
        false,
    ),
    (
        "wake-up: a seq-cst fence on both sides",
        "store x rlx 1; fence sc; load y rlx | store y rlx 1; fence sc; load x rlx",
        3,
        false,
    ),
    (
        "wake-up: a seq-cst fence on one side",
        "store x rlx 1; fence sc; load y rlx | store y rlx 1; load x rlx",
        4,
        false,
    ),
    (
        "wake-up: a seq-cst RMW is no fence",
        "add x sc 1; load y rlx | store y rlx 1; fence sc; load x rlx",
        4,
        false,
    ),
    ("flips by RMW", "add y rlx 1 | add y rlx 2", 2, false),
    (
        "flips by load and store lose updates, seq-cst or not",
        "load y sc; store y sc r+1 | load y sc; store y sc r+2",
        4,
        false,
    ),
];

#[test]
fn agrees_with_herd() {
    for (name, text, executions, undefined) in VERDICTS {
        let outcome = outcome(&Program::parse(text), 100_000).expect("a small program");
        assert_eq!(outcome.race, *undefined, "{name}");
        assert_eq!(
            outcome.graphs.len(),
            *executions,
            "{name}: {:#?}",
            outcome.graphs
        );
    }
}
