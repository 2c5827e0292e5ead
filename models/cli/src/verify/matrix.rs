//! The mutants: which checker tells which of them from the engine.

use super::rows::Word;
use crate::process::ask::Answers;
use crate::text::grouped;
use flipside::Design;
use flipside_record::attacked::Attacked;
use flipside_record::verdict::Verdict;
use flipside_scenarios::attack::Attack;
use flipside_scenarios::checker::Checker;
use flipside_scenarios::expected::{EXCUSES, Excuses, full_name};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// What came of it: the section under the table, and its part of the JSON.
#[derive(Debug, Serialize)]
pub(super) struct Matrix {
    pub(super) mutants: Vec<Line>,
    /// Which mutant may survive which checker, and the argument.
    pub(super) excused: Vec<String>,
    /// Why it is not as it should be: each mutant is killed by those that should kill it, and by
    /// no others. Empty if all is well.
    pub(super) failures: Vec<String>,
}

/// One mutant.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    #[serde(with = "flipside_scenarios::as_text")]
    pub(super) design: Design,
    pub(super) mutant: String,
    /// Where it is attacked: a scenario and its size.
    case: String,
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
    /// What the checker says of the engine itself in the same case.
    control: Word,
    #[serde(skip)]
    control_failed: Option<String>,
}

/// Why the mutants are not killed as they should be; see `Matrix`. Empty if all is well.
#[must_use]
pub fn failures(asked: Answers<Attacked>) -> Vec<String> {
    Matrix::new(asked, &EXCUSES).failures
}

impl Matrix {
    pub(super) fn new(asked: Answers<Attacked>, excuses: &Excuses) -> Self {
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
            let all = mutants.iter();
            failures.extend(all.flat_map(|line| line.failures(&checkers, excuses)));
            // Many mutants are attacked in one case.
            let mut said = BTreeSet::new();
            failures.retain(|failure| said.insert(failure.clone()));
            let is_one = |name: &str| mutants.iter().any(|line| line.name() == name);
            let excused = excuses.all().into_iter().map(|(name, _)| name);
            failures.extend(excused.filter(|name| !is_one(name)).map(|name| {
                format!(
                    "models/scenarios/src/expected.rs excuses {name}, and there is no such mutant"
                )
            }));
        }
        if mutants.is_empty() {
            failures.push("no mutant was run".to_owned());
        }
        Self {
            mutants,
            excused: excuses.all().into_iter().map(|(_, said)| said).collect(),
            failures,
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.failures.is_empty()
    }

    /// How many were killed, and what the engine itself does where they are.
    pub(super) fn summary(&self) -> String {
        let killed = self.mutants.iter().filter(|line| line.is_killed()).count();
        let mut text = format!("{killed} of {} mutants killed", self.mutants.len());
        let mut cells = self.mutants.iter().flat_map(|line| &line.checkers);
        if cells.all(|cell| cell.control != Word::Failed) {
            text.push_str(", in cases that the engine itself passes");
        }
        text
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
        control,
    } = attacked;
    // The rest of a reason is an execution, which a replay shows better.
    let in_a_line = |verdict: Verdict| {
        let (word, why) = Word::of(verdict);
        let why = why.and_then(|why| why.lines().next().map(str::to_owned));
        (word, why)
    };
    let (verdict, why) = in_a_line(verdict);
    let (control, control_why) = in_a_line(control);
    let cell = Cell {
        checker,
        verdict,
        why,
        executions,
        control,
        control_failed: control_why.filter(|_| control == Word::Failed),
    };
    let same = |line: &&mut Line| line.design == design && line.mutant == mutant;
    match mutants.iter_mut().find(same) {
        Some(line) => line.checkers.push(cell),
        None => mutants.push(Line {
            design,
            case: Attack::on(&mutant).map_or_else(String::new, |attack| {
                format!("{} {}", attack.scenario, attack.size())
            }),
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

    fn name(&self) -> String {
        full_name(self.design, &self.mutant)
    }

    /// What is not as it should be.
    fn failures(&self, checkers: &[Checker], excuses: &Excuses) -> Vec<String> {
        let mutant = self.name();
        let mut failures = Vec::new();
        for &checker in checkers {
            let Some(cell) = self.by(checker) else {
                failures.push(format!("{mutant} was not run under {checker}"));
                continue;
            };
            if let Some(why) = &cell.control_failed {
                failures.push(format!(
                    "under {checker} the engine itself fails in {}, so that a mutant's death there shows \
                     nothing: {why}",
                    full_name(self.design, &self.case)
                ));
            }
            match (excuses.survives(checker, &mutant, self.order_only), cell.kills()) {
                (Some(why), true) => {
                    failures.push(format!("{checker} killed {mutant}, and should not: {why}"));
                }
                (None, false) if self.is_killed() => failures.push(format!(
                    "{checker} did not kill {mutant}: it has to, unless models/scenarios/src/expected.rs says why not"
                )),
                _ => {}
            }
        }
        if !self.is_killed() && excuses.equivalent(&mutant).is_none() {
            failures.push(format!(
                "{mutant} survived: nothing shows that the engine needs what it lacks, and \
                 models/scenarios/src/expected.rs does not say why it need not"
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
            Word::Bounded | Word::Changed | Word::NotRun => {
                format!("survived {executions}, bounded")
            }
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
        writeln!(f)?;
        for excused in &self.excused {
            writeln!(f, "{excused}")?;
        }
        writeln!(
            f,
            "{}. To see one die: cargo replay complete.wmb:dropped.weft, or another of cargo replay --list",
            self.summary()
        )?;
        for failure in &self.failures {
            writeln!(f, "FAILED: {failure}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "matrix_tests.rs"]
mod tests;
