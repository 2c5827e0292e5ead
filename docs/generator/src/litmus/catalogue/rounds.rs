//! Two changes of hands in a row (O3 and O4 at once).

use super::super::program::{Barrier, Language, Litmus, Mark, Outcome, Step, Value, When};
use super::{never, register, sometimes};
use Barrier::{BeforeAtomic, Rmb, Wmb};
use Language::Lkmm;
use Mark::{Acquire, Relaxed, Release};
use Step::{Flip, If, Load, Store};
use Value::{Is, Plus};
use When::Differ;

/// Two requests through one slot, and everything that could go wrong with them.
pub(super) fn two_requests(language: Language) -> Vec<Litmus> {
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
