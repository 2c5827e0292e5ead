//! Words that several threads meet at (O5, O6, O8).

use super::super::program::{Barrier, Language, Litmus, Mark, Outcome, Step, Value, Verdict, When};
use super::{How, R, STORE, W, barrier, never, races, register, sometimes, steps};
use Barrier::{Mb, Rmb};
use Language::{AArch64, C11, Lkmm};
use Mark::{Plain, Relaxed, SeqCst};
use Step::{Flip, If, Load, Store};
use Value::{Flipped, Is};
use When::Agree;

/// A test: its name, what it is about, herd's verdict, and what it is made with.
type Row<With> = (&'static str, &'static str, Option<Verdict>, With);

#[rustfmt::skip]
pub(super) fn flush(language: Language) -> Vec<Litmus> {
    let tests: &[Row<(Option<Barrier>, Mark)>] = match language {
        C11 => &[
            ("O5-fences", "two workers flip bits of one word; the submitter sees both", never(6), (W, Plain)),
        ],
        Lkmm => &[
            ("O5-barriers", "two workers flip bits of one word; the submitter sees both", never(6), (W, Relaxed)),
            ("O5-barriers-nowmb", "mutant: worker 0 has no smp_wmb; plain results", races(2, 6), (None, Plain)),
        ],
        AArch64 => &[],
    };
    tests.iter().map(|&(name, about, herd, (first, request))| {
        let flip = |bit| Flip("done", bit, Relaxed, (language == C11).then_some("old"));
        let worker = |result, before, bit| steps([
            Some(vec![Store(result, Is(1), request)]),
            barrier(before),
            Some(vec![flip(bit)]),
        ]);
        Litmus {
            language, name, about, herd,
            obligations: &["O5"],
            initial: &[("fill", 3)],
            threads: vec![
                worker("res0", first, 1),
                worker("res1", W, 2),
                vec![
                    Load("r0", "done", Relaxed),
                    Load("rf", "fill", Plain),
                    If(Agree("r0", "rf"), vec![
                        Step::Barrier(Rmb),
                        Load("r1", "res0", request),
                        Load("r2", "res1", request),
                    ]),
                ],
            ],
            exists: Outcome::All(vec![
                register(2, "r0", 3),
                Outcome::Any(vec![register(2, "r1", 0), register(2, "r2", 0)]),
            ]),
        }
    }).collect()
}

/// A flip, and the barriers of the waker and the sleeper.
type Sides = (How, [Option<Barrier>; 2]);

#[rustfmt::skip]
pub(super) fn wake(language: Language) -> Vec<Litmus> {
    const MB: Option<Barrier> = Some(Mb);
    let tests: &[Row<Sides>] = match language {
        C11 => &[
            ("O6-fences", "sequentially consistent fences on both sides", never(3), (STORE, [MB, MB])),
            ("O6-fence-on-one-side", "mutant: the waker's fence alone", sometimes(1, 3), (STORE, [MB, None])),
            ("O6-seqcst-flip", "mutant: a sequentially consistent flip instead of the waker's fence", sometimes(1, 3), (How::FetchXor(SeqCst), [None, MB])),
        ],
        Lkmm => &[
            ("O6-barriers", "smp_mb on both sides", never(3), (STORE, [MB, MB])),
            ("O6-barrier-on-one-side", "mutant: the waker's smp_mb alone", sometimes(1, 3), (STORE, [MB, None])),
            ("O6-wmb-rmb", "mutant: smp_wmb and smp_rmb order no store with a later load", sometimes(1, 3), (STORE, [W, R])),
        ],
        AArch64 => &[
            ("O6-ish-ish", "DMB ISH on both sides", never(3), (STORE, [MB, MB])),
            ("O6-ishst-ishld", "mutant: DMB ISHST and DMB ISHLD", sometimes(1, 3), (STORE, [W, R])),
        ],
    };
    tests.iter().map(|&(name, about, herd, (flip, [waker, sleeper]))| Litmus {
        language, name, about, herd,
        obligations: &["O6"],
        initial: &[],
        threads: vec![
            steps([Some(flip.steps("fill", 1)), barrier(waker), Some(vec![Load("r0", "sleeping", Relaxed)])]),
            steps([Some(vec![Store("sleeping", Is(1), Relaxed)]), barrier(sleeper), Some(vec![Load("r0", "fill", Relaxed)])]),
        ],
        exists: Outcome::All(vec![register(0, "r0", 0), register(1, "r0", 0)]),
    }).collect()
}

#[rustfmt::skip]
pub(super) fn flips(language: Language) -> Vec<Litmus> {
    let torn = |bit, mark| vec![Load("r0", "done", mark), Store("done", Flipped("r0", bit), mark)];
    let atomic = |bit, old| vec![Flip("done", bit, Relaxed, old)];
    let test = |name, about, herd, threads| Litmus {
        language, name, about, herd, threads,
        obligations: &["O8"],
        initial: &[],
        exists: Outcome::MemoryIsNot("done", 3),
    };
    match language {
        C11 => vec![
            test("O8-xor", "two threads flip bits of one word by relaxed read-modify-writes", never(2), vec![atomic(1, Some("old")), atomic(2, Some("old"))]),
            test("O8-torn", "mutant: by a load and a store; sequential consistency does not help", sometimes(2, 2), vec![torn(1, SeqCst), torn(2, SeqCst)]),
        ],
        Lkmm => vec![
            test("O8-xor", "two threads flip bits of one word by atomic_xor", never(2), vec![atomic(1, None), atomic(2, None)]),
            test("O8-torn", "mutant: by READ_ONCE and WRITE_ONCE", sometimes(2, 2), vec![torn(1, Relaxed), torn(2, Relaxed)]),
        ],
        AArch64 => Vec::new(),
    }
}
