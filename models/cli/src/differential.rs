//! The checkers against each other: what one shows, another that claims more must show too.
//!
//! Sequential consistency allows less than C11, so what shuttle shows, weft must show. loom
//! explores a part of C11, so what loom shows, weft must show too, but for loom's known false
//! alarms. An outcome that breaks this is an error in a checker or in how it is used here.

use flipside_record::shown::Shows;
use flipside_scenarios::checker::Checker;
use flipside_scenarios::litmus::LITMUS;
use serde::Serialize;
use std::collections::BTreeSet;

/// How one checker compares with weft on one program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The program.
    pub program: String,
    /// The checker that is held against weft.
    pub checker: Checker,
    /// How many outcomes it shows.
    pub outcomes: usize,
    /// How many weft shows.
    pub weft: usize,
    /// Whether it explored every execution that it has.
    pub complete: bool,
    /// Whether its search was stopped before its end: what it would have shown later is not compared.
    pub cut_off: bool,
    /// What weft shows and it does not, though it ended its search: outside of its model, or lost in
    /// it.
    pub left_out: BTreeSet<String>,
    /// What it shows and weft does not.
    pub beyond: BTreeSet<String>,
    /// Why that is known and wrong, if it is.
    pub false_alarm: Option<&'static str>,
}

impl Comparison {
    /// Whether this is a disagreement that nobody has explained, or an explanation of none.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        self.beyond.is_empty() == self.false_alarm.is_some()
    }
}

/// Holds a checker's outcomes against weft's.
///
/// # Errors
///
/// Which program one of the two did not run, or weft did not finish: then nothing can be compared.
pub fn compare(checker: Checker, shows: &Shows, weft: &Shows) -> Result<Vec<Comparison>, String> {
    if shows.keys().ne(weft.keys()) {
        return Err(format!("{checker} and weft did not run the same programs"));
    }
    shows
        .iter()
        .zip(weft.values())
        .map(|((program, shown), all)| {
            if !all.complete {
                return Err(format!("weft did not finish {program}"));
            }
            let mut litmus = LITMUS.iter().filter(|_| checker == Checker::Loom);
            Ok(Comparison {
                program: program.clone(),
                checker,
                outcomes: shown.outcomes.len(),
                weft: all.outcomes.len(),
                complete: shown.complete,
                cut_off: shown.cut_off,
                left_out: if shown.complete {
                    &all.outcomes - &shown.outcomes
                } else {
                    BTreeSet::new()
                },
                beyond: &shown.outcomes - &all.outcomes,
                false_alarm: litmus
                    .find(|litmus| litmus.name == program)
                    .and_then(|litmus| litmus.loom_false_alarm),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flipside_record::shown::Shown;

    fn shows(program: &str, outcomes: &[&str], complete: bool) -> Shows {
        let outcomes = outcomes.iter().map(|&outcome| outcome.to_owned()).collect();
        let shown = Shown {
            outcomes,
            complete,
            cut_off: !complete,
        };
        Shows::from([(program.to_owned(), shown)])
    }

    fn finding(checker: Checker, program: &str, shown: &[&str], weft: &[&str]) -> bool {
        let (shown, weft) = (shows(program, shown, false), shows(program, weft, true));
        let compared = compare(checker, &shown, &weft).expect("comparable");
        assert_eq!(compared.len(), 1);
        compared[0].is_finding()
    }

    #[test]
    fn an_outcome_beyond_wefts_is_a_finding_unless_it_is_a_known_false_alarm() {
        assert!(!finding(Checker::Shuttle, "p", &["a"], &["a", "b"]));
        assert!(finding(Checker::Shuttle, "p", &["a", "c"], &["a", "b"]));
        let known = "SB, sequentially consistent accesses";
        assert!(!finding(Checker::Loom, known, &["a", "c"], &["a"]));
        assert!(finding(Checker::Shuttle, known, &["a", "c"], &["a"]));
    }

    #[test]
    fn a_known_false_alarm_that_is_gone_is_a_finding() {
        assert!(finding(
            Checker::Loom,
            "SB, sequentially consistent accesses",
            &["a"],
            &["a"]
        ));
    }

    #[test]
    fn what_a_search_that_ended_leaves_out_is_named() {
        let left_out = |complete| {
            let (shown, weft) = (shows("p", &["a"], complete), shows("p", &["a", "b"], true));
            let compared = compare(Checker::Loom, &shown, &weft).expect("comparable");
            compared[0].left_out.clone()
        };
        assert_eq!(left_out(true), BTreeSet::from(["b".to_owned()]));
        assert_eq!(left_out(false), BTreeSet::new());
    }

    #[test]
    fn a_search_that_was_stopped_is_known_as_such() {
        for complete in [true, false] {
            let (shown, weft) = (shows("p", &["a"], complete), shows("p", &["a"], true));
            let compared = compare(Checker::Loom, &shown, &weft).expect("comparable");
            let known = (compared[0].complete, compared[0].cut_off);
            assert_eq!(known, (complete, !complete));
        }
    }

    #[test]
    fn nothing_is_compared_with_half_a_search() {
        let half = shows("p", &["a"], false);
        assert!(compare(Checker::Loom, &half, &half).is_err());
        assert!(compare(Checker::Loom, &half, &shows("q", &["a"], true)).is_err());
    }
}
