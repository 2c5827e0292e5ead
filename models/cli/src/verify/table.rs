//! The table on stdout, and what stands under it.

use super::designs::{in_full, others};
use super::rows::{Row, Summary, Word};
use crate::grid::{Cell, Column, Grid, fold};
use crate::screen::Screen;
use crate::text::{grouped, seconds};
use console::Style;
use flipside_scenarios::case::{Case, Profile};
use flipside_scenarios::checker::Checker;
use flipside_scenarios::scenario::SCENARIOS;
use std::fmt::Write;

/// How what is printed may look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub(super) screen: Screen,
    pub(super) times: bool,
}

/// Obligations need no more columns, so that the verdict has room.
const OBLIGATIONS: Column = Column::Wrapping(14);

/// A verdict is told in no fewer.
const VERDICT: Column = Column::Wrapping(24);

/// The cases, for `--list`.
pub(super) fn list(cases: &[Case], look: Look) -> String {
    let header = [
        ("scenario", Column::Left),
        ("obligations", OBLIGATIONS),
        ("design", Column::Left),
        ("checker", Column::Left),
        ("size", Column::Left),
        ("executions", Column::Right),
    ];
    let mut grid = Grid::new(look.screen, &header);
    for case in cases {
        grid.row([
            case.scenario.name.into(),
            case.scenario.obligations.join(" ").into(),
            case.design.name().into(),
            case.checker.name().into(),
            case.size.to_string().into(),
            Cell::from(case.pinned.map_or_else(|| "not known".to_owned(), grouped)),
        ]);
    }
    let mut text = grid.text();
    text.push('\n');
    for scenario in SCENARIOS {
        if cases.iter().any(|case| case.scenario.name == scenario.name) {
            let name = format!("{:14}  ", scenario.name);
            text.push_str(&folded(scenario.summary, look, &name, &" ".repeat(16)));
        }
    }
    text
}

/// A text as wide as the screen.
fn folded(text: &str, look: Look, first: &str, others: &str) -> String {
    match look.screen.width {
        None => format!("{first}{text}\n"),
        Some(width) => fold(text, width, first, others).join("\n") + "\n",
    }
}

/// The table, the failures, the summary and what it means.
pub(super) fn verdicts(rows: &[Row], summary: &Summary, profile: Profile, look: Look) -> String {
    let mut header = vec![
        ("scenario", Column::Left),
        ("obligations", OBLIGATIONS),
        ("design", Column::Left),
        ("checker", Column::Left),
        ("size", Column::Left),
        ("verdict", VERDICT),
        ("executions", Column::Right),
    ];
    if look.times {
        header.push(("time", Column::Right));
    }
    let mut grid = Grid::new(look.screen, &header);
    let in_full = in_full(rows);
    for row in rows.iter().filter(|row| in_full(row)) {
        let mut cells: Vec<Cell> = vec![
            row.scenario.into(),
            row.obligations.join(" ").into(),
            row.design.into(),
            row.checker.into(),
            row.size.as_str().into(),
            Cell::styled(verdict(row), style(row.verdict)),
            row.executions
                .map_or_else(|| "-".to_owned(), grouped)
                .into(),
        ];
        if look.times {
            cells.push(row.time.map_or_else(|| "-".to_owned(), seconds).into());
        }
        grid.row(cells);
    }
    let mut text = grid.text() + &others(rows, look.screen);
    for row in rows.iter().filter(|row| row.verdict.is_told()) {
        explain(&mut text, row, profile);
    }
    let count = |word| summary.count(word);
    let changed = match count(Word::Changed) {
        0 => String::new(),
        changed => format!("{changed} changed, "),
    };
    let mut counts = format!(
        "{} complete, {} bounded, {}{} failed, {} not run",
        count(Word::Complete),
        count(Word::Bounded),
        changed,
        count(Word::Failed),
        count(Word::NotRun)
    );
    if look.times {
        let (ran, built) = (seconds(summary.ran), seconds(summary.built));
        let _ = write!(counts, "; {ran} in all, {built} of it building");
    }
    text.push('\n');
    let mut say = |sentence: &str| text.push_str(&folded(sentence, look, "", ""));
    say(&counts);
    if count(Word::Complete) > 0 {
        say("COMPLETE: every execution of the checker's model was run.");
    }
    if count(Word::Bounded) > 0 {
        say("BOUNDED: no failure found; the search was not exhaustive.");
    }
    if count(Word::Changed) > 0 {
        say("CHANGED: no execution failed, and there are not as many as are pinned.");
    }
    if rows
        .iter()
        .any(|row| row.checker == Checker::Shuttle.name())
    {
        say(
            "shuttle's executions are sequentially consistent: they say nothing about whether the barriers suffice.",
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

fn style(verdict: Word) -> Style {
    match verdict {
        Word::Complete => Style::new().green(),
        Word::Bounded => Style::new(),
        Word::Changed | Word::Failed => Style::new().red(),
        Word::NotRun => Style::new().yellow(),
    }
}

fn explain(text: &mut String, row: &Row, profile: Profile) {
    let Row {
        scenario,
        checker,
        size,
        ..
    } = row;
    let word = row.verdict.text();
    let _ = write!(
        text,
        "\n{word}: {scenario} {size} ({}) under {checker}",
        row.design
    );
    // A change breaks no obligation that is known.
    if row.verdict == Word::Failed {
        let _ = write!(text, ", for {}", row.obligations.join(" "));
    }
    text.push('\n');
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
