//! Litmus shapes that random programs seldom hit: the explorer is compared on each, and on random
//! variations of it.

use super::ast::Program;
use super::compare::compare;

pub(crate) const CLASSICS: &[&str] = &[
    // psc through a reads-from between fences that do not synchronise.
    "store x rlx 1; fence sc; store y rel 1 | load y acq; if 1 { store z rlx 1 } | \
     load z rlx; fence sc; load x rlx",
    "load y rlx; fence sc; load z rlx | store z rlx 1; fence sc; store x rlx 1 | \
     load x rlx; if 1 { store y rlx 1 }",
    "store x rlx 1 | load x rlx; fence sc; load y rlx | store y rlx 1; fence sc; load x rlx",
    "store x sc 1 | store y sc 1 | load x acq; load y sc | load y acq; load x sc",
    "store x rlx 1 | store y rlx 1 | load x rlx; fence sc; load y rlx | \
     load y rlx; fence sc; load x rlx",
    "store x sc 1; store y rel 1 | add y sc 1; load y rlx | store y sc 3; load x sc",
    "store x sc 1; store y sc 2 | store y rlx 1; fence sc; store x rlx 2",
    "store x rlx 1; fence sc; store y rlx 1 | store y rlx 2; fence sc; load x rlx",
    "store x rlx 2; fence sc; load y rlx | store y rlx 1; fence sc; store x rlx 1; load x rlx",
    "store x rlx 1; store y rel 1 | add y rlx 1 | load y acq; load x rlx",
    "store x rlx 1; fence rel; store y rlx 1 | add y rlx 1 | load y rlx; fence acq; load x rlx",
    "store x rlx 1 | load x rlx; store y rel r+0 | load y acq; load x rlx",
    "add x sc 1; load y rlx | store y rlx 1; fence sc; load x rlx",
    "add x rlx 1; load y rlx | add y rlx 1; load x rlx | swap x rlx 2; swap y rlx 2",
    "load x rlx; store y rlx 1 | load y rlx; if 1 { store z rlx 1 } | load z rlx; store x rlx 1",
    // The race of an execution that the SC axiom forbids, and one that it allows.
    "new w; store x rlx &w; store w rel 1; fence sc; load y rlx; if 0 { store z rlx 1 } | \
     load x rlx; if &w { store y rlx 1; fence sc; load z rlx; if 1 { load w acq } }",
    "new w; store x rlx &w; add w rel 1; fence sc; load y rlx; if 0 { store z rlx 1 } | \
     load x rlx; if &w { store y rlx 1; fence sc; load z rlx; if 1 { add w acq 1 } }",
    // Threads that spawn threads, in an order that the reads decide.
    "main: spawn 1; load x sc; if 1 { spawn 2 }; store y sc 1; join 1 | \
     store x sc 1; load y sc; spawn 3; join 3 | store z rlx 1 | load z rlx",
    "main: load x rlx; if 0 { spawn 1; join 1 } | new n; write n 1; store y rel &n; spawn 2 | \
     load y acq; if &n { read n }; add z ar 1",
];

#[test]
fn classics() {
    for text in CLASSICS {
        if let Err(difference) = compare(&Program::parse(text)) {
            panic!("{text}\n{difference}");
        }
    }
}
