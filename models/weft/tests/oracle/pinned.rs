//! Programs on which the explorer and the enumerator once disagreed, at their smallest.

use super::ast::Program;
use super::compare::compare;

/// What went wrong, and the program.
const ONCE_WRONG: &[(&str, &str)] = &[
    (
        "a stale read before a loop is not the loop's: this hangs",
        "store x rlx 1 | load x rlx; if 0 { await y rlx 1 }",
    ),
    (
        "the same when a helper's other loop has a longer turn: this hangs",
        "store x rlx 1 | load x rlx; if 0 { await y rlx 1 } | either z z rlx 1 1 | store z rlx 1",
    ),
    (
        "a turn of two reads, the first one stale, behind a helper's shorter loop: no hang",
        "store z rlx 1; store x rlx 1 | either x y rlx 1 1 | await z rlx 1",
    ),
    (
        "a turn that coherence does not let a thread repeat is a turn",
        "store y rlx 2 | either y y rlx 2 1 | store y rlx 1",
    ),
    (
        "nor one after a seq-cst fence",
        "store y rlx 1; store y rlx 2 | fence sc; either y y rlx 2 1; load z sc",
    ),
    (
        "what a thread wrote before a loop is no part of it",
        "store y rlx 1; await x rlx 1 | store x rlx 1",
    ),
    (
        "waiting for an exchange can hang",
        "spin x acq/rlx 0->2 | store x rlx 1",
    ),
    (
        "a race of an execution that the SC axiom forbids",
        "new w; store x rlx &w; store w rel 1; fence sc; load y rlx; if 0 { store z rlx 1 } | \
         load x rlx; if &w { store y rlx 1; fence sc; load z rlx; if 1 { load w acq } }",
    ),
    (
        "a race of an update that comes before another of the same source",
        "new w; store x rlx &w; add w rel 1 | load x rlx; if &w { add w acq 1 }",
    ),
    (
        "a turn that waits while another thread has done half an update",
        "main: spawn 2; spawn 1; spawn 3; join 3; join 1; join 2 | add y rlx 1 | await x rlx 1 | \
         store y rlx 1; store x rlx 2; store x rlx 1",
    ),
    (
        "a thread that only ends is ordered by nothing that it lets go of",
        "main: spawn 1; join 1; store y rlx 1 | spawn 2 | load y rlx",
    ),
    (
        "two spurious failures in a row",
        "weak x rlx/rlx 0->2; weak x rlx/rlx 0->1",
    ),
];

#[test]
fn once_wrong() {
    for (what, text) in ONCE_WRONG {
        if let Err(difference) = compare(&Program::parse(text)) {
            panic!("{what}\n{text}\n{difference}");
        }
    }
}
