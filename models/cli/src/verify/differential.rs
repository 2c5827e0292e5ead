//! The checkers held against each other.

use crate::differential::{Comparison, compare};
use crate::process::ask::Answers;
use crate::text::grouped;
use flipside_record::shown::{CAP, Shows};
use flipside_scenarios::checker::Checker;
use serde::Serialize;
use std::fmt::{self, Write};

/// What came of it: the section under the table, and its part of the JSON.
#[derive(Debug, Serialize)]
pub(super) struct Differential {
    pub(super) comparisons: Vec<Comparison>,
    /// What was found, and what could not be compared. Empty if all is well.
    pub(super) failures: Vec<String>,
}

impl Differential {
    pub(super) fn new(asked: Answers<Shows>) -> Self {
        let answer = |checker| {
            let found = asked.iter().find(|(asked, _)| *asked == checker);
            let (_, answer) = found.ok_or("it was not asked")?;
            let shows = answer.as_ref().map_err(Clone::clone)?;
            shows.first().ok_or_else(|| "it said nothing".to_owned())
        };
        let mut comparisons = Vec::new();
        let mut failures = Vec::new();
        for checker in [Checker::Loom, Checker::Shuttle] {
            let both = answer(checker).and_then(|shows| Ok((shows, answer(Checker::Weft)?)));
            match both.and_then(|(shows, weft)| compare(checker, shows, weft)) {
                Ok(compared) => comparisons.extend(compared),
                // Of an execution that fails, the first line is enough: the cases show it.
                Err(why) => failures.push(format!(
                    "{checker} could not be compared: {}",
                    why.lines().next().unwrap_or_default()
                )),
            }
        }
        let findings = comparisons.iter().filter(|c| c.is_finding());
        failures.extend(findings.map(|finding| format!("FINDING: {}", remark(finding))));
        Self {
            comparisons,
            failures,
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }
}

impl fmt::Display for Differential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nwhat one checker shows, held against weft, which claims the most"
        )?;
        for of_one in self.comparisons.chunk_by(|a, b| a.checker == b.checker) {
            writeln!(f, "  {}", summary(of_one))?;
            if let Some(stopped) = stopped(of_one) {
                writeln!(f, "  {stopped}")?;
            }
            let known = of_one
                .iter()
                .filter(|c| c.false_alarm.is_some() && !c.is_finding());
            for comparison in known {
                writeln!(f, "  known false alarm: {}", remark(comparison))?;
            }
            for comparison in of_one.iter().filter(|c| !c.left_out.is_empty()) {
                let Comparison {
                    program,
                    checker,
                    outcomes,
                    weft,
                    ..
                } = comparison;
                writeln!(
                    f,
                    "  left out: {checker} ended its search of {program} with {outcomes} of {weft} outcomes"
                )?;
            }
        }
        for failure in &self.failures {
            writeln!(f, "  {failure}")?;
        }
        Ok(())
    }
}

pub(super) fn summary(compared: &[Comparison]) -> String {
    let contained = compared.iter().filter(|c| c.beyond.is_empty()).count();
    let shown: usize = compared.iter().map(|c| c.outcomes).sum();
    let all: usize = compared.iter().map(|c| c.weft).sum();
    let cut_off = compared.iter().filter(|c| c.cut_off).count();
    let as_far = match cut_off {
        0 => String::new(),
        _ => format!(" ({cut_off} of them cut off)"),
    };
    format!(
        "{}: contained in {contained} of {} programs{as_far}, {shown} outcomes of weft's {all}",
        name(compared),
        compared.len()
    )
}

/// Which searches were stopped before their end.
pub(super) fn stopped(compared: &[Comparison]) -> Option<String> {
    let cut_off = compared.iter().filter(|c| c.cut_off);
    let programs: Vec<_> = cut_off.map(|c| c.program.as_str()).collect();
    let cap = grouped(CAP);
    let programs = Some(programs.join("; ")).filter(|programs| !programs.is_empty())?;
    let checker = name(compared);
    Some(format!(
        "cut off: {checker} after {cap} executions, so that only what it showed until then is compared: {programs}"
    ))
}

fn name(compared: &[Comparison]) -> String {
    let first = compared.first();
    first.map_or_else(String::new, |c| c.checker.to_string())
}

fn remark(comparison: &Comparison) -> String {
    let Comparison {
        program,
        checker,
        beyond,
        false_alarm,
        ..
    } = comparison;
    let mut line = match (beyond.is_empty(), false_alarm) {
        (true, Some(why)) => {
            return format!("{program}: {checker} no longer shows its false alarm ({why})");
        }
        (_, Some(why)) => format!("{program}: {why}:"),
        (_, None) => format!("{program}: {checker} shows what weft does not:"),
    };
    for outcome in beyond {
        let _ = write!(line, " {outcome};");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use flipside_record::shown::Shown;

    fn shows(outcomes: &[&str]) -> Result<Vec<Shows>, String> {
        let outcomes = outcomes.iter().map(|&outcome| outcome.to_owned()).collect();
        let shown = Shown {
            outcomes,
            complete: true,
            cut_off: false,
        };
        Ok(vec![Shows::from([("MP".to_owned(), shown)])])
    }

    #[test]
    fn a_search_that_was_stopped_is_no_whole_containment() {
        let mut loom = shows(&["a"]);
        for shown in loom.iter_mut().flatten().flat_map(Shows::values_mut) {
            shown.complete = false;
            shown.cut_off = true;
        }
        let compared = Differential::new(vec![
            (Checker::Loom, loom),
            (Checker::Shuttle, shows(&["a"])),
            (Checker::Weft, shows(&["a", "b"])),
        ]);
        let text = compared.to_string();
        for says in [
            "loom: contained in 1 of 1 programs (1 of them cut off), 1 outcomes",
            "cut off: loom after 50,000 executions, so that only what it showed until then is compared: MP\n",
            "shuttle: contained in 1 of 1 programs, 1 outcomes",
        ] {
            assert!(text.contains(says), "{text}");
        }
        assert!(compared.is_clean(), "{text}");
    }

    #[test]
    fn what_weft_contains_is_summed_up_and_the_rest_fails() {
        let weft = || (Checker::Weft, shows(&["a", "b"]));
        let of = |loom, shuttle| {
            Differential::new(vec![
                (Checker::Loom, loom),
                (Checker::Shuttle, shuttle),
                weft(),
            ])
        };
        let clean = of(shows(&["a", "b"]), shows(&["a"]));
        assert!(clean.is_clean());
        let text = clean.to_string();
        assert!(
            text.contains("loom: contained in 1 of 1 programs, 2 outcomes of weft's 2"),
            "{text}"
        );
        assert!(text.contains("shuttle: contained in 1 of 1"), "{text}");

        let beyond = of(shows(&["a", "c"]), shows(&["a"]));
        let text = beyond.to_string();
        assert!(
            text.contains("FINDING: MP: loom shows what weft does not: c;"),
            "{text}"
        );
        assert!(!beyond.is_clean());

        let silent = of(Err("it died".to_owned()), Ok(Vec::new()));
        assert!(!silent.is_clean());
        let text = silent.to_string();
        assert!(
            text.contains("loom could not be compared: it died"),
            "{text}"
        );
        assert!(
            text.contains("shuttle could not be compared: it said nothing"),
            "{text}"
        );
        assert!(!Differential::new(Vec::new()).is_clean());
    }
}
