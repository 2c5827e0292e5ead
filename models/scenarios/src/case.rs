//! The cases: which scenario runs under which checker, at which size, how far.
//!
//! The counts of executions are pinned, so that a change of the engine, a scenario or a checker
//! that changes what is explored is noticed. They were read off runs and hold for the versions in
//! `Cargo.lock`; after a change that is meant, `cargo verify` prints the new ones.

mod designs;

use crate::checker::{Bounds, Checker};
use crate::program::Program;
use crate::scenario::{SCENARIOS, Scenario, Size, by_name};
use flipside::Design;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How much is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// Under a minute on two cores, after the build.
    Quick,
    /// Everything in `Quick` and sizes that take minutes.
    Deep,
}

impl Profile {
    /// Its name, as it is asked for.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Deep => "deep",
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        [Self::Quick, Self::Deep]
            .into_iter()
            .find(|profile| profile.name() == name)
            .ok_or_else(|| format!("there is no profile `{name}`; there are: quick, deep"))
    }
}

/// One scenario under one checker at one size: a line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// What is run.
    pub scenario: &'static Scenario,
    /// What runs it.
    pub checker: Checker,
    /// How large.
    pub size: Size,
    /// How requests change hands in it.
    pub design: Design,
    /// How far.
    pub bounds: Bounds,
    /// How many executions there are, where the search is the same each time.
    pub pinned: Option<u64>,
}

impl Case {
    /// What is run.
    #[must_use]
    pub const fn program(&self) -> Program {
        Program {
            scenario: self.scenario,
            size: self.size,
            design: self.design,
            mutant: None,
        }
    }

    /// The file whose tables have the case, and its count.
    #[must_use]
    pub fn table(&self) -> &'static str {
        if self.design == Design::default() {
            "models/scenarios/src/case.rs"
        } else {
            "models/scenarios/src/case/designs.rs"
        }
    }
}

/// The cases of a profile, by design, then scenario, then checker, then size.
#[must_use]
pub fn cases(profile: Profile) -> Vec<Case> {
    let tables = [(Checker::Loom, LOOM), (Checker::Weft, WEFT)];
    let rows = tables.iter().flat_map(|&(checker, rows)| {
        rows.iter()
            .filter_map(move |row| row.case(checker, profile))
    });
    let mut cases: Vec<_> = rows.collect();
    cases.extend(
        SCENARIOS
            .iter()
            .flat_map(|scenario| shuttle(scenario, profile)),
    );
    cases.extend(designs::cases());
    let place = |case: &Case| SCENARIOS.iter().position(|s| s.name == case.scenario.name);
    cases.sort_by_key(|case| (case.design, place(case), case.checker, case.size));
    cases
}

/// One case, by what tells it from the others.
///
/// # Errors
///
/// A message for the user, if there is none.
pub fn find(
    checker: Checker,
    design: Design,
    scenario: &str,
    size: Size,
    profile: Profile,
) -> Result<Case, String> {
    by_name(scenario)?;
    let mut cases = cases(profile).into_iter();
    cases
        .find(|case| {
            case.checker == checker
                && case.design == design
                && case.scenario.name == scenario
                && case.size == size
        })
        .ok_or_else(|| {
            format!(
                "{checker} has no case {scenario} {size} of {design} in the {} profile",
                profile.name()
            )
        })
}

/// No case of the deep profile is meant to run into this; one that does is BOUNDED by it.
const TIME_LIMIT: Duration = Duration::from_secs(1800);

/// A case of an exhaustive checker's: scenario, workers, ring, requests, preemptions, since which
/// profile, count.
struct Row(
    &'static str,
    [usize; 3],
    Option<usize>,
    Profile,
    Option<u64>,
);

impl Row {
    fn case(&self, checker: Checker, profile: Profile) -> Option<Case> {
        let &Self(name, [workers, ring, requests], preemptions, since, pinned) = self;
        let scenario = SCENARIOS.iter().find(|s| s.name == name)?;
        (since <= profile).then_some(Case {
            scenario,
            checker,
            size: Size {
                workers,
                ring,
                requests,
            },
            design: Design::default(),
            bounds: Bounds {
                preemptions,
                time: Some(TIME_LIMIT),
                ..Bounds::default()
            },
            pinned,
        })
    }
}

use Profile::{Deep, Quick};

/// loom's. With two workers that spin it never ends an execution, each giving way to the other, so
/// the scenarios that spin have one.
#[rustfmt::skip]
const LOOM: &[Row] = &[
    Row("handover",       [1, 1, 2], None,    Quick, Some(7_197)),
    Row("handover",       [1, 2, 2], None,    Quick, Some(6_786)),
    Row("handover",       [1, 2, 3], Some(2), Quick, Some(2_575)),
    Row("handover",       [1, 1, 3], None,    Deep,  None),
    Row("flush",          [1, 1, 2], None,    Quick, Some(7_197)),
    Row("flush",          [1, 2, 2], None,    Quick, Some(7_197)),
    Row("flush",          [1, 2, 3], Some(2), Quick, Some(1_006)),
    Row("batch",          [1, 1, 2], None,    Quick, Some(7_197)),
    Row("batch",          [1, 2, 2], None,    Quick, Some(935)),
    Row("batch",          [1, 2, 3], Some(2), Quick, Some(622)),
    Row("batch",          [1, 2, 4], None,    Deep,  None),
    Row("stale",          [1, 1, 2], None,    Quick, Some(5_907)),
    Row("stale",          [1, 2, 2], None,    Quick, Some(1_188)),
    Row("stale",          [1, 2, 3], Some(2), Quick, Some(2_135)),
    Row("abandon",        [1, 1, 2], None,    Quick, Some(25_884)),
    Row("abandon",        [1, 2, 2], None,    Quick, Some(16_548)),
    Row("abandon",        [1, 2, 3], Some(2), Quick, Some(4_881)),
    Row("search",         [1, 1, 1], None,    Quick, Some(1_108)),
    Row("search",         [2, 1, 4], Some(2), Quick, Some(14_275)),
    Row("search",         [1, 1, 2], None,    Deep,  None),
    Row("rotate",         [1, 1, 1], None,    Quick, Some(1_108)),
    Row("rotate",         [1, 2, 2], None,    Deep,  Some(77_612)),
    Row("rotate",         [2, 1, 2], Some(2), Quick, Some(719)),
    Row("panic",          [1, 1, 2], None,    Quick, Some(7_197)),
    Row("panic",          [1, 2, 2], None,    Quick, Some(6_786)),
    Row("panic",          [1, 2, 3], Some(2), Quick, Some(2_575)),
    Row("stop",           [1, 1, 3], None,    Quick, Some(40_300)),
    Row("stop",           [1, 2, 3], None,    Quick, Some(42_431)),
    Row("wake_worker",    [1, 1, 1], None,    Quick, Some(1_108)),
    Row("wake_worker",    [2, 1, 3], Some(2), Quick, Some(8_630)),
    Row("wake_worker",    [2, 1, 2], None,    Deep,  None),
    Row("wake_submitter", [1, 1, 1], None,    Quick, Some(26_511)),
    Row("wake_submitter", [1, 2, 3], Some(3), Quick, Some(26_344)),
    Row("wake_submitter", [2, 1, 2], Some(2), Quick, Some(4_808)),
    Row("collect",        [1, 1, 1], None,    Quick, Some(26_511)),
    Row("collect",        [1, 2, 2], Some(2), Quick, Some(854)),
    Row("collect",        [2, 1, 2], Some(2), Quick, Some(6_754)),
    Row("depend",         [1, 2, 2], Some(2), Quick, Some(462)),
    Row("depend",         [2, 1, 2], Some(2), Quick, Some(5_926)),
    Row("conservation",   [1, 1, 1], None,    Quick, Some(46_311)),
    Row("conservation",   [1, 2, 3], Some(2), Quick, Some(3_591)),
];

/// weft's: no bounds, at sizes that loom does not reach.
#[rustfmt::skip]
const WEFT: &[Row] = &[
    Row("handover",       [2, 2, 6], None, Quick, Some(102)),
    Row("handover",       [3, 2, 6], None, Quick, Some(8)),
    Row("handover",       [2, 3, 8], None, Deep,  Some(1_050)),
    Row("flush",          [2, 2, 6], None, Quick, Some(4)),
    Row("flush",          [3, 2, 6], None, Quick, Some(1)),
    Row("batch",          [2, 2, 6], None, Quick, Some(12)),
    Row("batch",          [3, 2, 8], None, Quick, Some(30)),
    Row("stale",          [1, 2, 4], None, Quick, Some(714)),
    Row("stale",          [2, 2, 4], None, Quick, Some(81)),
    Row("abandon",        [2, 2, 4], None, Quick, Some(43)),
    Row("abandon",        [2, 2, 6], None, Deep,  Some(5_851)),
    Row("search",         [2, 1, 2], None, Quick, Some(2_168)),
    Row("search",         [2, 1, 4], None, Deep,  None),
    Row("rotate",         [2, 2, 3], None, Quick, Some(12_716)),
    Row("rotate",         [2, 2, 4], None, Deep,  None),
    Row("panic",          [2, 2, 6], None, Quick, Some(102)),
    Row("panic",          [3, 2, 6], None, Quick, Some(8)),
    Row("stop",           [2, 2, 6], None, Quick, Some(400)),
    Row("stop",           [3, 2, 6], None, Quick, Some(64)),
    Row("wake_worker",    [2, 1, 2], None, Quick, Some(2_448)),
    Row("wake_worker",    [1, 2, 3], None, Deep,  Some(35_401)),
    Row("wake_worker",    [2, 1, 3], None, Deep,  Some(140_945)),
    Row("wake_submitter", [1, 1, 2], None, Quick, Some(2_281)),
    Row("wake_submitter", [2, 1, 2], None, Quick, Some(23_292)),
    Row("wake_submitter", [1, 1, 3], None, Deep,  Some(71_425)),
    Row("collect",        [1, 2, 2], None, Quick, Some(5_941)),
    Row("collect",        [2, 1, 2], None, Deep,  Some(48_296)),
    Row("depend",         [1, 2, 2], None, Quick, Some(836)),
    Row("depend",         [2, 1, 2], None, Deep,  Some(26_904)),
    Row("conservation",   [1, 2, 2], None, Quick, Some(2_158)),
    Row("conservation",   [2, 1, 2], None, Deep,  Some(30_852)),
];

/// shuttle's: every scenario, small enough to be switched often and large enough to reuse slots.
fn shuttle(scenario: &'static Scenario, profile: Profile) -> [Case; 2] {
    let schedules = match profile {
        Quick => 10_000,
        Deep => 1_000_000,
    };
    [[1, 2, 4], [3, 2, 8]].map(|[workers, ring, requests]| Case {
        scenario,
        checker: Checker::Shuttle,
        size: Size {
            workers,
            ring,
            requests,
        },
        design: Design::default(),
        bounds: Bounds {
            schedules,
            time: Some(TIME_LIMIT),
            ..Bounds::default()
        },
        pinned: Some(2 * schedules as u64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_scenario_is_run_by_every_checker_in_the_quick_profile() {
        for scenario in SCENARIOS {
            for checker in Checker::ALL {
                let mut cases = cases(Quick).into_iter();
                assert!(
                    cases.any(|c| c.scenario.name == scenario.name && c.checker == checker),
                    "{} under {checker}",
                    scenario.name
                );
            }
        }
    }

    #[test]
    fn every_row_names_a_scenario() {
        for row in LOOM.iter().chain(WEFT) {
            assert!(row.case(Checker::Loom, Deep).is_some(), "{}", row.0);
        }
    }

    #[test]
    fn a_case_is_known_by_checker_scenario_and_size() -> Result<(), String> {
        for profile in [Profile::Quick, Profile::Deep] {
            let mut seen = BTreeSet::new();
            for case in cases(profile) {
                let key = (case.checker, case.design, case.scenario.name, case.size);
                assert!(seen.insert(key), "{key:?} twice");
                let found = find(
                    case.checker,
                    case.design,
                    case.scenario.name,
                    case.size,
                    profile,
                )?;
                assert_eq!(found.pinned, case.pinned);
            }
        }
        Ok(())
    }
}
