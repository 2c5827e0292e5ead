//! The tests: each shape of the protocol in three languages, with its barriers and with mutants of
//! them.

mod handover;
mod rounds;
mod shared;

use super::program::{Barrier, Language, Litmus, Mark, Outcome, Step, Value, Verdict};
use Barrier::{Rmb, Wmb};
use Mark::{Plain, Relaxed};
use Step::{Flip, Load, Store};
use Value::{Flipped, Is};

const fn verdict(positive: u32, negative: u32, race: bool) -> Option<Verdict> {
    Some(Verdict {
        positive,
        negative,
        race,
    })
}

const fn never(negative: u32) -> Option<Verdict> {
    verdict(0, negative, false)
}

const fn sometimes(positive: u32, negative: u32) -> Option<Verdict> {
    verdict(positive, negative, false)
}

const fn races(positive: u32, negative: u32) -> Option<Verdict> {
    verdict(positive, negative, true)
}

/// Steps, and barriers that may be left out.
fn steps<const N: usize>(parts: [Option<Vec<Step>>; N]) -> Vec<Step> {
    parts.into_iter().flatten().flatten().collect()
}

fn barrier(barrier: Option<Barrier>) -> Option<Vec<Step>> {
    barrier.map(|barrier| vec![Step::Barrier(barrier)])
}

fn register(thread: usize, name: &'static str, value: i64) -> Outcome {
    Outcome::Register(thread, name, value)
}

/// How the two ends of an edge are written in one test.
#[derive(Clone, Copy)]
struct Ends {
    /// Before the flip.
    before: Option<Barrier>,
    /// Of the flip itself.
    flip: How,
    /// Of the look at it.
    look: Mark,
    /// After the look.
    after: Option<Barrier>,
    /// Of the request.
    request: Mark,
}

/// How a bit is flipped.
#[derive(Clone, Copy)]
enum How {
    /// By a store of the writer's own copy.
    Store(Mark),
    /// By an atomic exclusive-or.
    Xor(Mark),
    /// By an atomic exclusive-or that returns the old value.
    FetchXor(Mark),
    /// By a load and a store.
    Torn,
}

impl How {
    fn steps(self, word: &'static str, value: i64) -> Vec<Step> {
        match self {
            Self::Store(mark) => vec![Store(word, Is(value), mark)],
            Self::Xor(mark) => vec![Flip(word, 1, mark, None)],
            Self::FetchXor(mark) => vec![Flip(word, 1, mark, Some("old"))],
            Self::Torn => vec![
                Load("old", word, Plain),
                Store(word, Flipped("old", 1), Plain),
            ],
        }
    }
}

type Test = (&'static str, &'static str, Option<Verdict>, Ends);

const fn ends(
    before: Option<Barrier>,
    flip: How,
    look: Mark,
    after: Option<Barrier>,
    request: Mark,
) -> Ends {
    Ends {
        before,
        flip,
        look,
        after,
        request,
    }
}

const STORE: How = How::Store(Relaxed);
const XOR: How = How::Xor(Relaxed);
const W: Option<Barrier> = Some(Wmb);
const R: Option<Barrier> = Some(Rmb);

/// Every test.
pub(super) fn catalogue() -> Vec<Litmus> {
    let mut all = Vec::new();
    for language in Language::ALL {
        all.extend(handover::fill(language));
        all.extend(handover::result(language));
        all.extend(handover::reuse_by_submitter(language));
        all.extend(handover::reuse_by_worker(language));
        all.extend(shared::flush(language));
        all.extend(shared::wake(language));
        all.extend(shared::flips(language));
        all.extend(rounds::two_requests(language));
    }
    all
}
