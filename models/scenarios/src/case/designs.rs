//! The cases of the designs beside the default: each scenario under each checker, at the least size
//! that has a slot to reuse or a second worker where the scenario needs one.

use super::{Case, TIME_LIMIT};
use crate::checker::{Bounds, Checker};
use crate::scenario::{SCENARIOS, Size};
use flipside::Design;

/// The designs that the counts are given for, in this order.
const DESIGNS: [Design; 6] = [
    Design::FlipStripedFences,
    Design::FlipShared,
    Design::FlipSharedFences,
    Design::PtrRing,
    Design::CompletionBitmap,
    Design::OneBit,
];

/// Scenario, workers, ring, requests, preemptions, and the count for each design.
struct Row(
    &'static str,
    [usize; 3],
    Option<usize>,
    [u64; DESIGNS.len()],
);

#[rustfmt::skip]
const LOOM: &[Row] = &[
    Row("handover",       [1, 1, 2], None, [7_197, 1_368, 1_368, 675, 3_366, 675]),
    Row("flush",          [1, 1, 2], None, [7_197, 1_368, 1_368, 675, 3_366, 675]),
    Row("batch",          [1, 2, 2], None, [935, 416, 416, 1_256, 3_897, 416]),
    Row("stale",          [1, 1, 2], None, [5_907, 26, 26, 26, 3_703, 26]),
    Row("abandon",        [1, 1, 2], None, [25_884, 1_368, 1_368, 675, 11_682, 675]),
    Row("search",         [2, 1, 2], Some(2), [983, 2_589, 2_589, 1_851, 1_455, 2_505]),
    Row("rotate",         [2, 1, 2], Some(2), [719, 2_140, 2_140, 1_610, 1_223, 2_140]),
    Row("panic",          [1, 1, 2], None, [7_197, 1_368, 1_368, 675, 3_366, 675]),
    Row("stop",           [1, 1, 2], None, [1_052, 441, 441, 246, 587, 246]),
    Row("wake_worker",    [1, 1, 1], None, [1_108, 1_108, 1_108, 1_108, 1_108, 1_108]),
    Row("wake_submitter", [1, 1, 1], Some(3), [582, 469, 469, 444, 560, 469]),
    Row("collect",        [1, 2, 2], Some(2), [854, 739, 739, 626, 912, 739]),
    Row("depend",         [1, 2, 2], Some(2), [462, 384, 384, 429, 638, 384]),
    Row("conservation",   [1, 1, 1], Some(3), [827, 606, 606, 574, 800, 606]),
];

#[rustfmt::skip]
const WEFT: &[Row] = &[
    Row("handover",       [2, 1, 3], None, [2, 516, 604, 20, 27, 306]),
    Row("flush",          [2, 1, 3], None, [1, 52, 88, 4, 5, 42]),
    Row("batch",          [2, 1, 3], None, [2, 516, 604, 20, 22, 306]),
    Row("stale",          [1, 2, 3], None, [89, 89, 89, 42, 66, 104]),
    Row("abandon",        [1, 2, 2], None, [5, 3, 5, 3, 3, 7]),
    Row("search",         [1, 1, 1], None, [34, 34, 34, 34, 34, 34]),
    Row("rotate",         [2, 1, 2], None, [1_156, 36_476, 36_467, 1_918, 2_564, 27_726]),
    Row("panic",          [2, 1, 3], None, [2, 516, 604, 20, 27, 306]),
    Row("stop",           [2, 1, 3], None, [8, 1_715, 1_804, 40, 52, 1_029]),
    Row("wake_worker",    [1, 1, 1], None, [34, 34, 34, 34, 34, 34]),
    Row("wake_submitter", [1, 1, 1], None, [82, 82, 82, 82, 82, 82]),
    Row("collect",        [1, 2, 2], None, [5_941, 5_941, 5_941, 4_615, 6_922, 6_885]),
    Row("depend",         [1, 2, 2], None, [836, 836, 836, 956, 956, 836]),
    Row("conservation",   [1, 2, 1], None, [145, 145, 145, 145, 145, 145]),
];

/// Random schedules of shuttle's, and as many of its probabilistic ones.
const SCHEDULES: usize = 1_000;

pub(super) fn cases() -> impl Iterator<Item = Case> {
    let exhaustive = [(Checker::Loom, LOOM), (Checker::Weft, WEFT)]
        .into_iter()
        .flat_map(|(checker, rows)| rows.iter().flat_map(move |row| row.cases(checker)));
    exhaustive.chain(shuttle())
}

impl Row {
    fn cases(&self, checker: Checker) -> impl Iterator<Item = Case> {
        let &Self(name, [workers, ring, requests], preemptions, counts) = self;
        let scenario = SCENARIOS.iter().find(move |s| s.name == name);
        let designs = DESIGNS.into_iter().zip(counts);
        designs.filter_map(move |(design, pinned)| {
            Some(Case {
                scenario: scenario?,
                checker,
                size: Size {
                    workers,
                    ring,
                    requests,
                },
                design,
                bounds: Bounds {
                    preemptions,
                    time: Some(TIME_LIMIT),
                    ..Bounds::default()
                },
                pinned: Some(pinned),
            })
        })
    }
}

fn shuttle() -> impl Iterator<Item = Case> {
    let size = Size {
        workers: 2,
        ring: 2,
        requests: 6,
    };
    SCENARIOS.iter().flat_map(move |scenario| {
        DESIGNS.into_iter().map(move |design| Case {
            scenario,
            checker: Checker::Shuttle,
            size,
            design,
            bounds: Bounds {
                schedules: SCHEDULES,
                time: Some(TIME_LIMIT),
                ..Bounds::default()
            },
            pinned: Some(2 * SCHEDULES as u64),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_design_runs_every_scenario_under_every_checker() {
        let run: BTreeSet<_> = cases()
            .map(|case| (case.design, case.scenario.name, case.checker))
            .collect();
        let others = Design::ALL.len() - 1;
        assert_eq!(others, DESIGNS.len(), "the default has a table of its own");
        assert_eq!(run.len(), others * SCENARIOS.len() * Checker::ALL.len());
    }
}
