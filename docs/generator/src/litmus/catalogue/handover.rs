//! One change of hands (O1 to O4).

use super::super::program::{Barrier, Language, Litmus, Mark, Outcome, Step, Value, When};
use super::{How, R, STORE, Test, W, XOR, barrier, ends, never, races, register, sometimes, steps};
use Barrier::Rmb;
use Language::{AArch64, C11, Lkmm};
use Mark::{Acquire, Plain, Relaxed, Release};
use Step::{If, Load, Store};
use Value::{Is, Of};
use When::{Agree, Differ};

/// Whether the looker loads the other bitmap too. In assembly it compares with what it knows.
fn owner(language: Language, steps: [Step; 2], word: &'static str, then: Vec<Step>) -> Vec<Step> {
    let [look, other] = steps;
    match language {
        AArch64 => vec![look, If(When::Is(word, 1), then)],
        C11 | Lkmm => {
            let when = match &other {
                Load("r1", "done", _) => Differ(word, "r1"),
                _ => Agree(word, "r1"),
            };
            vec![look, other, If(when, then)]
        }
    }
}

#[rustfmt::skip]
pub(super) fn fill(language: Language) -> Vec<Litmus> {
    let tests: &[Test] = match language {
        C11 => &[
            ("O1-fences", "release and acquire fences around relaxed accesses; a plain request", never(2), ends(W, STORE, Relaxed, R, Plain)),
            ("O1-fences-norel", "mutant: no release fence", races(1, 2), ends(None, STORE, Relaxed, R, Plain)),
            ("O1-fences-noacq", "mutant: no acquire fence", races(1, 2), ends(W, STORE, Relaxed, None, Plain)),
            ("O1-accesses", "release store and acquire load, as the default design has them", None, ends(None, How::Store(Release), Acquire, None, Plain)),
        ],
        Lkmm => &[
            ("O1-barriers", "smp_wmb and smp_rmb, everything marked", never(2), ends(W, STORE, Relaxed, R, Relaxed)),
            ("O1-torn-flip", "a plain request, and the flip a plain read, xor and write: QEMU's change_bit", races(1, 2), ends(W, How::Torn, Relaxed, R, Plain)),
            ("O1-barriers-nowmb", "mutant: no smp_wmb", sometimes(1, 2), ends(None, STORE, Relaxed, R, Relaxed)),
            ("O1-barriers-normb", "mutant: no smp_rmb, the branch alone", sometimes(1, 2), ends(W, STORE, Relaxed, None, Relaxed)),
        ],
        AArch64 => &[
            ("O1-ishst-ishld", "DMB ISHST and DMB ISHLD", never(2), ends(W, STORE, Relaxed, R, Relaxed)),
        ],
    };
    tests.iter().map(|&(name, about, herd, ends)| Litmus {
        language, name, about, herd,
        obligations: &["O1"],
        initial: &[],
        threads: vec![
            steps([
                Some(vec![Store("payload", Is(1), ends.request)]),
                barrier(ends.before),
                Some(ends.flip.steps("fill", 1)),
            ]),
            owner(language, [Load("r0", "fill", ends.look), Load("r1", "done", Relaxed)], "r0",
                steps([barrier(ends.after), Some(vec![Load("r2", "payload", ends.request)])])),
        ],
        exists: Outcome::All(vec![register(1, "r0", 1), register(1, "r2", 0)]),
    }).collect()
}

#[rustfmt::skip]
pub(super) fn result(language: Language) -> Vec<Litmus> {
    let tests: &[Test] = match language {
        C11 => &[
            ("O2-fences", "release and acquire fences around relaxed accesses; a plain result", never(2), ends(W, XOR_C11, Relaxed, R, Plain)),
            ("O2-accesses", "release store and acquire load, as the default design has them", None, ends(None, How::Store(Release), Acquire, None, Plain)),
        ],
        Lkmm => &[
            ("O2-barriers", "smp_wmb and smp_rmb, everything marked", never(2), ends(W, XOR, Relaxed, R, Relaxed)),
            ("O2-barriers-nowmb", "mutant: no smp_wmb; a plain result", races(1, 2), ends(None, XOR, Relaxed, R, Plain)),
            ("O2-barriers-normb", "mutant: no smp_rmb; a plain result", races(1, 2), ends(W, XOR, Relaxed, None, Plain)),
        ],
        AArch64 => &[],
    };
    tests.iter().map(|&(name, about, herd, ends)| Litmus {
        language, name, about, herd,
        obligations: &["O2"],
        initial: &[("fill", 1)],
        threads: vec![
            steps([
                Some(vec![Store("result", Is(1), ends.request)]),
                barrier(ends.before),
                Some(ends.flip.steps("done", 1)),
            ]),
            owner(language, [Load("r0", "done", ends.look), Load("r1", "fill", Plain)], "r0",
                steps([barrier(ends.after), Some(vec![Load("r2", "result", ends.request)])])),
        ],
        exists: Outcome::All(vec![register(1, "r0", 1), register(1, "r2", 0)]),
    }).collect()
}

/// In C11 the flip returns the old value, which nobody looks at.
const XOR_C11: How = How::FetchXor(Relaxed);

/// What the worker's handler does with the two locations of a request.
#[derive(Clone, Copy)]
enum Handler {
    /// The result depends on what is read.
    Depends,
    /// It does not.
    Independent,
    /// It reads two words, and the result depends on the other one.
    Partly,
}

#[rustfmt::skip]
pub(super) fn reuse_by_submitter(language: Language) -> Vec<Litmus> {
    use Handler::{Depends, Independent, Partly};
    let tests: &[(Test, Handler)] = match language {
        C11 => &[
            (("O3-fences", "a release fence orders the earlier read too", never(2), ends(W, XOR_C11, Relaxed, R, Plain)), Depends),
            (("O3-fences-norel", "mutant: no release fence. The outcome is never seen, as RC11 has no load buffering, but the race is", races(0, 2), ends(None, XOR_C11, Relaxed, R, Plain)), Depends),
            (("O3-relaxed-request-norel", "the mutant with a relaxed request: no race, and under RC11 no load buffering either", never(2), ends(None, XOR_C11, Relaxed, R, Relaxed)), Independent),
            (("O3-accesses", "release store and acquire load, as the default design has them", None, ends(None, How::Store(Release), Acquire, None, Plain)), Depends),
        ],
        Lkmm => &[
            (("O3-barriers", "smp_wmb orders stores with stores: the earlier read may come too late", sometimes(1, 2), ends(W, XOR, Relaxed, R, Relaxed)), Independent),
            (("O3-barriers-data", "a result that depends on what is read repairs it", never(2), ends(W, XOR, Relaxed, R, Relaxed)), Depends),
            (("O3-barriers-partial-data", "but only if it depends on everything that is read", sometimes(1, 2), ends(W, XOR, Relaxed, R, Relaxed)), Partly),
            (("O3-store-release", "repair: the flip is smp_store_release", never(2), ends(W, How::Store(Release), Relaxed, R, Relaxed)), Independent),
            (("O3-release-acquire", "repair: a release flip and an acquire look; everything else plain", never(2), ends(None, How::FetchXor(Release), Acquire, None, Plain)), Depends),
        ],
        AArch64 => &[
            (("O3-ishst-steor", "DMB ISHST and STEOR: the earlier load may come too late", sometimes(1, 2), ends(W, XOR, Relaxed, R, Relaxed)), Independent),
            (("O3-stlr", "repair: STLR", never(2), ends(None, How::Store(Release), Relaxed, R, Relaxed)), Independent),
        ],
    };
    tests.iter().map(|&((name, about, herd, ends), handler)| Litmus {
        language, name, about, herd,
        obligations: &["O3"],
        initial: if language == AArch64 { &[("payload", 1)] } else { &[("fill", 1), ("payload", 1)] },
        threads: vec![
            steps([
                Some(match handler {
                    Depends => vec![Load("r1", "payload", ends.request), Store("result", Of("r1"), ends.request)],
                    Independent => vec![Load("r1", "payload", ends.request), Store("result", Is(1), ends.request)],
                    Partly => vec![Load("r9", "payload0", ends.request), Load("r1", "payload", ends.request), Store("result", Of("r9"), ends.request)],
                }),
                barrier(ends.before),
                Some(ends.flip.steps("done", 1)),
            ]),
            owner(language, [Load("r0", "done", ends.look), Load("r1", "fill", Plain)], "r0",
                steps([barrier(ends.after), Some(vec![Store("payload", Is(2), ends.request)])])),
        ],
        exists: register(0, "r1", 2),
    }).collect()
}

#[rustfmt::skip]
pub(super) fn reuse_by_worker(language: Language) -> Vec<Litmus> {
    let tests: &[Test] = match language {
        C11 => &[
            ("O4-fences", "a release fence orders the earlier read too", never(2), ends(W, STORE, Relaxed, R, Plain)),
            ("O4-accesses", "release store and acquire load, as the default design has them", None, ends(None, How::Store(Release), Acquire, None, Plain)),
        ],
        Lkmm => &[
            ("O4-barriers", "smp_wmb orders stores with stores: the earlier read may come too late", sometimes(1, 2), ends(W, STORE, Relaxed, R, Relaxed)),
            ("O4-store-release", "repair: the flip is smp_store_release", never(2), ends(None, How::Store(Release), Relaxed, R, Relaxed)),
            ("O4-release-acquire", "repair: a release flip and an acquire look; everything else plain", never(2), ends(None, How::Store(Release), Acquire, None, Plain)),
        ],
        AArch64 => &[
            ("O4-ishst-str", "DMB ISHST: the earlier load may come too late", sometimes(1, 2), ends(W, STORE, Relaxed, R, Relaxed)),
            ("O4-stlr", "repair: STLR", never(2), ends(None, How::Store(Release), Relaxed, R, Relaxed)),
        ],
    };
    tests.iter().map(|&(name, about, herd, ends)| {
        let assembly = language == AArch64;
        let reaped = match language {
            C11 => vec![Load("rd", "done", Acquire)],
            Lkmm => vec![Load("rd", "done", Relaxed), Step::Barrier(Rmb)],
            AArch64 => Vec::new(),
        };
        Litmus {
            language, name, about, herd,
            obligations: &["O4"],
            initial: if assembly { &[("result", 1)] } else { &[("fill", 1), ("done", 1), ("result", 1)] },
            threads: vec![
                steps([
                    Some(reaped),
                    Some(vec![Load("r1", "result", ends.request), Store("payload", Is(7), ends.request)]),
                    barrier(ends.before),
                    Some(ends.flip.steps("fill", i64::from(assembly))),
                ]),
                owner(language, [Load("r0", "fill", ends.look), Load("r1", "done", Relaxed)], "r0",
                    steps([barrier(ends.after), Some(vec![
                        Load("r3", "payload", ends.request),
                        Store("result", Is(2), ends.request),
                    ])])),
            ],
            exists: register(0, "r1", 2),
        }
    }).collect()
}
