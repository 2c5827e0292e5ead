//! One case under the checker of this binary, held to its bounds and to its pinned count.

use crate::checkers::check_and;
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::case::Case;
use flipside_scenarios::checker::{Bounds, Checker};

/// Runs a case under the checker of this binary. A count that is not the pinned one is a
/// change, and an execution without an end a failure.
pub fn run(case: &Case, progress: impl FnMut(u64) + Send + 'static) -> Findings {
    run_and(case, progress, |_| ())
}

/// The same; `found` hears of the findings before the seed is made.
pub fn run_and(
    case: &Case,
    progress: impl FnMut(u64) + Send + 'static,
    found: impl FnOnce(&Findings),
) -> Findings {
    let findings = check_and(case.program(), case.bounds, progress, found);
    held_to_its_count(case, held(case.bounds, case.checker, findings))
}

/// Where a cap ended the search, how far it came says nothing but how fast this machine is.
fn held_to_its_count(case: &Case, mut findings: Findings) -> Findings {
    let ended = !findings.cut_off && !matches!(findings.verdict, Verdict::Failed(_));
    if let Some(pinned) = case
        .pinned
        .filter(|&pinned| ended && pinned != findings.executions)
    {
        findings.verdict = Verdict::Changed(format!(
            "{} executions, {}, where {pinned} are pinned in {}. None of them failed.\n\
             The engine, the scenario or the checker does something else than when they were counted. Look at what \
             was changed there:\n\
             a step or an ordering that is lost without a failure shows here and nowhere else.",
            findings.executions,
            findings.verdict,
            case.table()
        ));
    }
    findings
}

/// Holds what a checker found to these bounds: where they leave no execution out, one without an
/// end, or none that the checker comes to, is a failure. A cap still bounds.
#[must_use]
pub fn held(bounds: Bounds, checker: Checker, mut findings: Findings) -> Findings {
    let explores_all = match checker {
        Checker::Loom => bounds.preemptions.is_none(),
        Checker::Shuttle | Checker::Native => false,
        Checker::Weft => true,
    };
    if let Verdict::Bounded(why) = &findings.verdict
        && explores_all
        && !findings.cut_off
    {
        findings.verdict = Verdict::Failed(format!("an execution without an end: {why}"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use flipside::Design;
    use flipside_scenarios::case::{Profile::Quick, cases};
    use std::time::Duration;

    fn found(verdict: Verdict, cut_off: bool) -> Findings {
        Findings {
            verdict,
            executions: 7,
            time: Duration::ZERO,
            cut_off,
            seed: None,
        }
    }

    #[test]
    fn a_count_that_is_not_the_pinned_one_is_a_change_and_says_where_that_stands() {
        for (design, file) in [
            (Design::default(), "models/scenarios/src/case.rs"),
            (Design::OneBit, "models/scenarios/src/case/designs.rs"),
        ] {
            let mut cases = cases(Quick).into_iter();
            let case = cases
                .find(|case| case.design == design && case.pinned.is_some_and(|count| count != 7))
                .expect("there is one");
            let judged = held_to_its_count(&case, found(Verdict::Complete, false));
            let Verdict::Changed(why) = judged.verdict else {
                panic!("{}", judged.verdict);
            };
            assert!(why.starts_with("7 executions, COMPLETE, where"), "{why}");
            assert!(
                why.contains(&format!("are pinned in {file}. None of them failed")),
                "{why}"
            );

            let pinned = Case {
                pinned: Some(7),
                ..case
            };
            let judged = held_to_its_count(&pinned, found(Verdict::Complete, false));
            assert_eq!(judged.verdict, Verdict::Complete);
        }
    }

    /// Its count is that of a slow machine, and no change.
    #[test]
    fn a_search_whose_time_was_up_stays_bounded_by_it() {
        let case = cases(Quick).into_iter().find(|case| case.pinned.is_some());
        let out_of_time = Verdict::Bounded("stopped after 1800s".to_owned());
        let out_of_time = found(out_of_time, true);
        let judged = held_to_its_count(&case.expect("there is one"), out_of_time.clone());
        assert_eq!(judged, out_of_time);
    }

    #[test]
    fn an_execution_without_an_end_is_no_bound_where_all_are_to_be_explored() {
        let turns = || Verdict::Bounded("a loop".to_owned());
        for (checker, preemptions, cut_off, fails) in [
            (Checker::Weft, None, false, true),
            (Checker::Weft, None, true, false),
            (Checker::Loom, None, false, true),
            (Checker::Loom, Some(2), false, false),
            (Checker::Shuttle, None, false, false),
        ] {
            let bounds = Bounds {
                preemptions,
                ..Bounds::default()
            };
            let held = held(bounds, checker, found(turns(), cut_off));
            let failed = matches!(held.verdict, Verdict::Failed(_));
            assert_eq!(failed, fails, "{checker} {preemptions:?} {cut_off}");
        }
    }
}
