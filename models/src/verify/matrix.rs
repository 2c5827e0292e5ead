//! The mutants: which checker tells which of them from the engine.

use super::ask::{Answers, ask_each};
use super::children::Children;
use super::rows::Word;
use super::text::grouped;
use crate::checker::Checker;
use crate::serve::Attacked;
use flipside::Design;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// What came of it: the section under the table, and its part of the JSON.
#[derive(Debug, Serialize)]
pub(super) struct Matrix {
    pub(super) mutants: Vec<Line>,
    /// Why it is not as it should be: each mutant is killed by those that should kill it, and by
    /// no others. Empty if all is well.
    pub(super) failures: Vec<String>,
}

/// One mutant.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    #[serde(with = "crate::program::design_name")]
    pub(super) design: Design,
    pub(super) mutant: String,
    /// Whether it lacks only an order, which sequential consistency does not show.
    order_only: bool,
    /// In the order of the columns.
    checkers: Vec<Cell>,
}

/// What one checker says of it: FAILED, if it kills it.
#[derive(Debug, Serialize)]
pub(super) struct Cell {
    checker: Checker,
    verdict: Word,
    why: Option<String>,
    executions: u64,
}

/// Runs every mutant under every checker. None after an interruption.
pub(super) fn run(binaries: &BTreeMap<Checker, PathBuf>, children: &Children) -> Option<Matrix> {
    let asked = ask_each::<Attacked>(binaries, children, &|command| {
        command.arg("attacks");
    })?;
    Some(Matrix::new(asked))
}

impl Matrix {
    pub(super) fn new(asked: Answers<Attacked>) -> Self {
        let mut mutants: Vec<Line> = Vec::new();
        let mut failures = Vec::new();
        let checkers: Vec<_> = asked.iter().map(|(checker, _)| *checker).collect();
        for (checker, answer) in asked {
            match answer {
                Ok(attacked) => attacked
                    .into_iter()
                    .for_each(|attacked| add(&mut mutants, checker, attacked)),
                Err(why) => failures.push(format!("the mutants under {checker}: {why}")),
            }
        }
        // Where a checker did not answer at all, that is said already.
        if failures.is_empty() {
            failures.extend(mutants.iter().flat_map(|line| line.failures(&checkers)));
        }
        if mutants.is_empty() {
            failures.push("no mutant was run".to_owned());
        }
        Self { mutants, failures }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }

    /// The checkers that ran mutants.
    pub(super) fn columns(&self) -> Vec<Checker> {
        let ran = |checker: &Checker| self.mutants.iter().any(|line| line.by(*checker).is_some());
        Checker::ALL.into_iter().filter(ran).collect()
    }
}

fn add(mutants: &mut Vec<Line>, checker: Checker, attacked: Attacked) {
    let Attacked {
        design,
        mutant,
        weakened,
        executions,
        verdict,
    } = attacked;
    let (verdict, why) = Word::of(verdict);
    let cell = Cell {
        checker,
        verdict,
        // The rest of it is an execution, which a replay shows better.
        why: why.and_then(|why| why.lines().next().map(str::to_owned)),
        executions,
    };
    let same = |line: &&mut Line| line.design == design && line.mutant == mutant;
    match mutants.iter_mut().find(same) {
        Some(line) => line.checkers.push(cell),
        None => mutants.push(Line {
            design,
            mutant,
            order_only: weakened,
            checkers: vec![cell],
        }),
    }
}

impl Line {
    pub(super) fn by(&self, checker: Checker) -> Option<&Cell> {
        self.checkers.iter().find(|cell| cell.checker == checker)
    }

    pub(super) fn is_killed(&self) -> bool {
        self.checkers.iter().any(Cell::kills)
    }

    fn failures(&self, checkers: &[Checker]) -> Vec<String> {
        let mutant = match self.design {
            design if design == Design::default() => self.mutant.clone(),
            design => format!("{} of {design}", self.mutant),
        };
        let mut failures = Vec::new();
        for &checker in checkers {
            let cell = self.by(checker);
            if cell.is_none() {
                failures.push(format!("{mutant} was not run under {checker}"));
            }
            let kills = cell.is_some_and(Cell::kills);
            if checker == Checker::Shuttle && kills == self.order_only {
                failures.push(if kills {
                    format!("{mutant} lacks only an order, and shuttle, which sees none, killed it")
                } else {
                    format!("{mutant} breaks the protocol's logic, and shuttle did not kill it")
                });
            }
        }
        if !self.is_killed() {
            failures.push(format!(
                "{mutant} survived: nothing shows that the engine needs what it lacks"
            ));
        }
        failures
    }
}

impl Cell {
    pub(super) fn kills(&self) -> bool {
        self.verdict == Word::Failed
    }

    pub(super) fn text(&self) -> String {
        let executions = grouped(self.executions);
        match self.verdict {
            Word::Failed => format!("killed after {executions}"),
            Word::Complete => format!("survived {executions}, complete"),
            Word::Bounded | Word::NotRun => format!("survived {executions}, bounded"),
        }
    }
}

impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.columns();
        let mut header = format!("{:20}  {:26}", "design", "mutant");
        for checker in &columns {
            header.push_str(&format!("  {:28}", checker.name()));
        }
        writeln!(f, "\n{}", header.trim_end())?;
        for line in &self.mutants {
            let mut text = format!("{:20}  {:26}", line.design, line.mutant);
            for &checker in &columns {
                let cell = line.by(checker);
                let cell = cell.map_or_else(|| "not run".to_owned(), Cell::text);
                text.push_str(&format!("  {cell:28}"));
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        let killed = self.mutants.iter().filter(|line| line.is_killed()).count();
        writeln!(
            f,
            "\n{killed} of {} mutants killed. To see one die: cargo replay complete.wmb:dropped.weft, or another of \
             cargo replay --list",
            self.mutants.len()
        )?;
        for failure in &self.failures {
            writeln!(f, "FAILED: {failure}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Verdict;

    fn attacked(mutant: &str, weakened: bool, killed: bool) -> Attacked {
        Attacked {
            design: Design::default(),
            mutant: mutant.to_owned(),
            weakened,
            executions: 1_234,
            verdict: if killed {
                Verdict::Failed("why\nand how".to_owned())
            } else {
                Verdict::Bounded("enough".to_owned())
            },
        }
    }

    fn matrix(shuttle: [bool; 2], weft: [bool; 2]) -> Matrix {
        let column = |kills: [bool; 2]| {
            Ok(vec![
                attacked("commit.wmb:dropped", true, kills[0]),
                attacked("no-recheck", false, kills[1]),
            ])
        };
        Matrix::new(vec![
            (Checker::Shuttle, column(shuttle)),
            (Checker::Weft, column(weft)),
        ])
    }

    #[test]
    fn orders_are_weft_s_to_kill_and_logic_is_for_both() {
        let matrix = matrix([false, true], [true, true]);
        let text = matrix.to_string();
        assert!(matrix.is_clean(), "{text}");
        assert!(text.contains("2 of 2 mutants killed"), "{text}");
        assert!(text.contains("survived 1,234, bounded"), "{text}");
        assert!(text.contains("killed after 1,234"), "{text}");
    }

    #[test]
    fn each_exception_fails_and_is_named() {
        for (shuttle, weft, says) in [
            ([true, true], [true, true], "lacks only an order"),
            ([false, false], [true, true], "did not kill it"),
            ([false, true], [false, true], "commit.wmb:dropped survived"),
        ] {
            let matrix = matrix(shuttle, weft);
            let text = matrix.to_string();
            assert!(!matrix.is_clean() && text.contains(says), "{text}");
        }
        assert!(!Matrix::new(Vec::new()).is_clean());
    }

    #[test]
    fn a_checker_that_says_nothing_of_a_mutant_fails() {
        let answer = vec![attacked("no-recheck", false, true)];
        let silent = Matrix::new(vec![
            (Checker::Weft, Ok(answer.clone())),
            (Checker::Loom, Ok(Vec::new())),
        ]);
        let says = "no-recheck was not run under loom";
        assert_eq!(silent.failures, [says]);
        let dead = Matrix::new(vec![
            (Checker::Weft, Ok(answer)),
            (Checker::Loom, Err("it died".to_owned())),
        ]);
        assert_eq!(dead.failures, ["the mutants under loom: it died"]);
    }

    #[test]
    fn the_json_has_a_cell_a_checker() {
        let matrix = matrix([false, true], [true, true]);
        let line = serde_json::to_value(&matrix).expect("JSON")["mutants"][0].take();
        let expected = serde_json::json!({
            "design": "flip-striped",
                "mutant": "commit.wmb:dropped",
            "order_only": true,
            "checkers": [
                { "checker": "shuttle", "verdict": "BOUNDED", "why": "enough", "executions": 1_234 },
                { "checker": "weft", "verdict": "FAILED", "why": "why", "executions": 1_234 },
            ],
        });
        assert_eq!(line, expected);
    }
}
