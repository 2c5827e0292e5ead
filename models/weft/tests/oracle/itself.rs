//! The enumerator against itself: its shortcuts lose nothing, and each axiom matters.

use super::ast::Program;
use super::enumerate::{Search, outcome_with};
use super::flavours::{self, run};
use super::random::Flavour;
use super::rc11::Without;

fn shortcuts_lose_nothing(flavour: Flavour) {
    run(flavour, 300, |program| {
        let limit = 20_000;
        let naive = outcome_with(program, limit, Search::Naive, Without::Nothing);
        let quick = outcome_with(program, limit, Search::ByLocation, Without::Nothing);
        let (Some(naive), Some(quick)) = (naive, quick) else {
            return Ok(());
        };
        if (&naive.graphs, naive.race, naive.hang.is_some())
            == (&quick.graphs, quick.race, quick.hang.is_some())
        {
            Ok(())
        } else {
            Err(format!(
                "all axioms at once: {naive:#?}\nby location: {quick:#?}"
            ))
        }
    });
}

#[test]
fn shortcuts_lose_nothing_on_seq_cst() {
    shortcuts_lose_nothing(flavours::SEQ_CST);
}

#[test]
fn shortcuts_lose_nothing_on_rmws() {
    shortcuts_lose_nothing(Flavour {
        length: 5,
        ..flavours::RMWS
    });
}

#[test]
fn shortcuts_lose_nothing_on_what_is_made() {
    shortcuts_lose_nothing(Flavour {
        length: 4,
        ..flavours::MADE
    });
}

#[test]
fn shortcuts_lose_nothing_on_waiting() {
    shortcuts_lose_nothing(flavours::WAITING);
}

/// Programs print as text from which they are read back.
#[test]
fn text_form() {
    for flavour in [
        flavours::THREE,
        flavours::WEAK_EXCHANGES,
        flavours::PLAIN,
        flavours::WAITING,
        flavours::MADE,
        flavours::VARIATIONS,
    ] {
        run(flavour, 500, |program| {
            let back = Program::parse(&program.to_string());
            if back == *program {
                Ok(())
            } else {
                Err(format!("read back as {back}"))
            }
        });
    }
}

/// Every axiom forbids something: without it, some small program does more.
#[test]
fn each_axiom_matters() {
    let witnesses = [
        (Without::Coherence, "store x rlx 1 | load x rlx; load x rlx"),
        (Without::Atomicity, "add x rlx 1 | add x rlx 1"),
        (
            Without::PscBase,
            "store x sc 1; load y sc | store y sc 1; load x sc",
        ),
        (
            Without::ReleaseSequences,
            "store x rlx 1; store y rel 1 | add y rlx 1 | load y acq; load x rlx",
        ),
        (
            Without::ReleaseFences,
            "store x rlx 1; fence rel; store y rlx 1 | load y acq; load x rlx",
        ),
        (
            Without::AcquireFences,
            "store x rlx 1; store y rel 1 | load y rlx; fence acq; load x rlx",
        ),
        (
            Without::ThreadEdges,
            "main: store x rlx 1; spawn 1; join 1 | load x rlx",
        ),
        (Without::PscFence, PSC_FENCE),
    ];
    for (without, text) in witnesses {
        let program = Program::parse(text);
        let count = |without| {
            outcome_with(&program, 100_000, Search::Naive, without).map(|o| o.graphs.len())
        };
        assert!(
            count(without) > count(Without::Nothing),
            "{without:?}: {text}"
        );
    }
}

/// The second thread hands on relaxed what it acquired: no happens-before from fence to fence,
/// and yet an order.
const PSC_FENCE: &str = "store x rlx 1; fence sc; store y rel 1 | load y acq; if 1 { store z rlx 1 } | \
     load z rlx; fence sc; load x rlx";
