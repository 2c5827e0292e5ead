//! The tests: each shape of the protocol in three languages, with its barriers and with mutants of
//! them.

use super::program::{Barrier, Language, Litmus, Mark, Outcome, Step, Value, Verdict, When};
use Barrier::{BeforeAtomic, Mb, Rmb, Wmb};
use Language::{AArch64, C11, Lkmm};
use Mark::{Acquire, Plain, Relaxed, Release, SeqCst};
use Step::{Flip, If, Load, Store};
use Value::{Flipped, Is, Of, Plus};
use When::{Agree, Differ};

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
#[must_use]
pub(super) fn catalogue() -> Vec<Litmus> {
    let mut all = Vec::new();
    for language in Language::ALL {
        all.extend(fill(language));
        all.extend(result(language));
        all.extend(reuse_by_submitter(language));
        all.extend(reuse_by_worker(language));
        all.extend(flush(language));
        all.extend(wake(language));
        all.extend(flips(language));
        all.extend(two_requests(language));
    }
    all
}

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
fn fill(language: Language) -> Vec<Litmus> {
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
fn result(language: Language) -> Vec<Litmus> {
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
fn reuse_by_submitter(language: Language) -> Vec<Litmus> {
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
fn reuse_by_worker(language: Language) -> Vec<Litmus> {
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

#[rustfmt::skip]
fn flush(language: Language) -> Vec<Litmus> {
    let tests: &[(&str, &str, Option<Verdict>, Option<Barrier>, Mark)] = match language {
        C11 => &[
            ("O5-fences", "two workers flip bits of one word; the submitter sees both", never(6), W, Plain),
        ],
        Lkmm => &[
            ("O5-barriers", "two workers flip bits of one word; the submitter sees both", never(6), W, Relaxed),
            ("O5-barriers-nowmb", "mutant: worker 0 has no smp_wmb; plain results", races(2, 6), None, Plain),
        ],
        AArch64 => &[],
    };
    tests.iter().map(|&(name, about, herd, first, request)| {
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

#[rustfmt::skip]
fn wake(language: Language) -> Vec<Litmus> {
    const MB: Option<Barrier> = Some(Mb);
    let tests: &[(&str, &str, Option<Verdict>, How, [Option<Barrier>; 2])] = match language {
        C11 => &[
            ("O6-fences", "sequentially consistent fences on both sides", never(3), STORE, [MB, MB]),
            ("O6-fence-on-one-side", "mutant: the waker's fence alone", sometimes(1, 3), STORE, [MB, None]),
            ("O6-seqcst-flip", "mutant: a sequentially consistent flip instead of the waker's fence", sometimes(1, 3), How::FetchXor(SeqCst), [None, MB]),
        ],
        Lkmm => &[
            ("O6-barriers", "smp_mb on both sides", never(3), STORE, [MB, MB]),
            ("O6-barrier-on-one-side", "mutant: the waker's smp_mb alone", sometimes(1, 3), STORE, [MB, None]),
            ("O6-wmb-rmb", "mutant: smp_wmb and smp_rmb order no store with a later load", sometimes(1, 3), STORE, [W, R]),
        ],
        AArch64 => &[
            ("O6-ish-ish", "DMB ISH on both sides", never(3), STORE, [MB, MB]),
            ("O6-ishst-ishld", "mutant: DMB ISHST and DMB ISHLD", sometimes(1, 3), STORE, [W, R]),
        ],
    };
    tests.iter().map(|&(name, about, herd, flip, [waker, sleeper])| Litmus {
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
fn flips(language: Language) -> Vec<Litmus> {
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

/// Two requests through one slot, and everything that could go wrong with them.
fn two_requests(language: Language) -> Vec<Litmus> {
    if language != Lkmm {
        return Vec::new();
    }
    let test = |name, about, herd, repaired: bool| {
        let look = if repaired { Acquire } else { Relaxed };
        let after = |steps: Vec<Step>| match repaired {
            true => steps,
            false => [vec![Step::Barrier(Rmb)], steps].concat(),
        };
        let commit = |value| match repaired {
            true => vec![Store("fill", Is(value), Release)],
            false => vec![Step::Barrier(Wmb), Store("fill", Is(value), Relaxed)],
        };
        let complete = if repaired { BeforeAtomic } else { Wmb };
        let handle = |payload| {
            vec![
                Load(payload, "payload", Relaxed),
                Store("result", Plus(payload, 10), Relaxed),
                Step::Barrier(complete),
                Flip("done", 1, Relaxed, None),
            ]
        };
        let second = [
            after(vec![
                Load("q1", "result", Relaxed),
                Store("payload", Is(2), Relaxed),
            ]),
            commit(0),
            vec![
                Load("c2", "done", look),
                If(
                    When::Is("c2", 0),
                    after(vec![Load("q2", "result", Relaxed)]),
                ),
            ],
        ];
        let again = [
            after(handle("p1")),
            vec![
                Load("f2", "fill", look),
                Load("d2", "done", Relaxed),
                If(Differ("f2", "d2"), after(handle("p2"))),
            ],
        ];
        let wrong = [
            (0, "q1", 10),
            (0, "q1", 12),
            (0, "q2", 11),
            (0, "q2", 10),
            (0, "q1", 0),
            (0, "q2", 0),
            (1, "p1", 0),
            (1, "p1", 2),
            (1, "p2", 0),
            (1, "p2", 1),
        ];
        Litmus {
            language,
            name,
            about,
            herd,
            obligations: &["O3", "O4"],
            initial: &[],
            threads: vec![
                [
                    vec![Store("payload", Is(1), Relaxed)],
                    commit(1),
                    vec![
                        Load("c1", "done", look),
                        If(When::Is("c1", 1), second.concat()),
                    ],
                ]
                .concat(),
                vec![
                    Load("f1", "fill", look),
                    Load("d1", "done", Relaxed),
                    If(Differ("f1", "d1"), again.concat()),
                ],
            ],
            exists: Outcome::Any(
                wrong
                    .map(|(thread, name, value)| register(thread, name, value))
                    .into(),
            ),
        }
    };
    vec![
        test(
            "O3-O4-two-requests",
            "two requests through one slot, smp_wmb and smp_rmb; the result depends on the request",
            sometimes(2, 5),
            false,
        ),
        test(
            "O3-O4-two-requests-repaired",
            "repair: release flips and acquire looks",
            never(5),
            true,
        ),
    ]
}
