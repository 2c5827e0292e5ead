//! The table on stdout, and what stands under it.

use super::designs::{in_full, others};
use super::grid::{Look, finish, table};
use super::rows::{Row, Summary, Word};
use crate::text::{grouped, seconds};
use comfy_table::{Cell, Color};
use flipside_scenarios::case::{Case, Profile};
use flipside_scenarios::checker::Checker;
use flipside_scenarios::scenario::SCENARIOS;
use std::fmt::Write;

/// The cases, for `--list`.
pub(super) fn list(cases: &[Case], look: Look) -> String {
    let header = [
        "scenario",
        "obligations",
        "design",
        "checker",
        "size",
        "executions",
    ];
    let mut table = table(look, &header);
    for case in cases {
        table.add_row([
            case.scenario.name.to_owned(),
            case.scenario.obligations.join(" "),
            case.design.name().to_owned(),
            case.checker.name().to_owned(),
            case.size.to_string(),
            case.pinned.map_or_else(|| "not known".to_owned(), grouped),
        ]);
    }
    let mut text = finish(&table);
    text.push('\n');
    for scenario in SCENARIOS {
        if cases.iter().any(|case| case.scenario.name == scenario.name) {
            let _ = writeln!(text, "{:14}  {}", scenario.name, scenario.summary);
        }
    }
    text
}

/// The table, the failures, the summary and what it means.
pub(super) fn verdicts(rows: &[Row], summary: &Summary, profile: Profile, look: Look) -> String {
    let mut header = vec![
        "scenario",
        "obligations",
        "design",
        "checker",
        "size",
        "verdict",
        "executions",
    ];
    if look.times {
        header.push("time");
    }
    let mut table = table(look, &header);
    let in_full = in_full(rows);
    for row in rows.iter().filter(|row| in_full(row)) {
        let mut cells = vec![
            Cell::new(row.scenario),
            Cell::new(row.obligations.join(" ")),
            Cell::new(row.design),
            Cell::new(row.checker),
            Cell::new(&row.size),
            look.cell(&verdict(row), colour(row.verdict)),
            Cell::new(row.executions.map_or_else(|| "-".to_owned(), grouped)),
        ];
        if look.times {
            cells.push(Cell::new(row.time.map_or_else(|| "-".to_owned(), seconds)));
        }
        table.add_row(cells);
    }
    let mut text = finish(&table) + &others(rows, look);
    for row in rows.iter().filter(|row| row.verdict == Word::Failed) {
        explain(&mut text, row, profile);
    }
    let count = |word| summary.count(word);
    let _ = write!(
        text,
        "\n{} complete, {} bounded, {} failed, {} not run",
        count(Word::Complete),
        count(Word::Bounded),
        count(Word::Failed),
        count(Word::NotRun)
    );
    if look.times {
        let (ran, built) = (seconds(summary.ran), seconds(summary.built));
        let _ = write!(text, "; {ran} in all, {built} of it building");
    }
    text.push('\n');
    if count(Word::Complete) > 0 {
        text.push_str("COMPLETE: every execution of the checker's model was run.\n");
    }
    if count(Word::Bounded) > 0 {
        text.push_str("BOUNDED: no execution that was run failed, and there are others.\n");
    }
    if rows
        .iter()
        .any(|row| row.checker == Checker::Shuttle.name())
    {
        text.push_str(
            "shuttle's executions are sequentially consistent: they show no barrier to suffice.\n",
        );
    }
    text
}

/// The verdict's cell. A failure's message stands under the table, in full.
fn verdict(row: &Row) -> String {
    match (&row.why, row.verdict) {
        (Some(why), Word::Bounded) => format!("BOUNDED ({why})"),
        _ => row.verdict.text().to_owned(),
    }
}

fn colour(verdict: Word) -> Option<Color> {
    match verdict {
        Word::Complete => Some(Color::Green),
        Word::Bounded => None,
        Word::Failed => Some(Color::Red),
        Word::NotRun => Some(Color::Yellow),
    }
}

fn explain(text: &mut String, row: &Row, profile: Profile) {
    let Row {
        scenario,
        checker,
        size,
        ..
    } = row;
    let _ = writeln!(
        text,
        "\nFAILED: {scenario} {size} ({}) under {checker}, for {}",
        row.design,
        row.obligations.join(" ")
    );
    for line in row.why.iter().flat_map(|why| why.lines()) {
        let _ = writeln!(text, "    {line}");
    }
    let _ = writeln!(text, "  this case alone: {}", alone(row, profile));
}

/// The command that runs just this case.
pub(super) fn alone(row: &Row, profile: Profile) -> String {
    let Row {
        scenario,
        design,
        checker,
        size,
        ..
    } = row;
    let deep = match profile {
        Profile::Quick => "",
        Profile::Deep => "--deep ",
    };
    format!(
        "cargo verify {deep}--checker {checker} --design {design} --scenario {scenario} --size {size}"
    )
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
