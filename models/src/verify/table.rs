//! The table on stdout, and what stands under it.

use super::designs::{in_full, others};
use super::options::Options;
use super::rows::{Row, Summary, Word};
use crate::case::{Case, Profile};
use crate::checker::Checker;
use crate::scenario::SCENARIOS;
use crate::text::{grouped, seconds};
use comfy_table::presets::NOTHING;
use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width,
};
use std::env;
use std::fmt::Write;
use std::io::{IsTerminal, stdout};

/// How what is printed may look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Wrap at this width. In a pipe nothing is wrapped: one case, one line.
    width: Option<u16>,
    colour: bool,
    times: bool,
}

impl Look {
    pub(super) fn of_stdout(options: &Options) -> Self {
        let terminal = stdout().is_terminal();
        let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            width: if terminal { Table::new().width() } else { None },
            colour: terminal && !refused,
            times: !options.no_time,
        }
    }

    /// As in a pipe.
    #[cfg(test)]
    pub(super) fn plain() -> Self {
        Self {
            width: None,
            colour: false,
            times: false,
        }
    }

    fn cell(self, text: &str, colour: Option<Color>) -> Cell {
        let cell = Cell::new(text);
        match colour {
            Some(colour) if self.colour => cell.fg(colour),
            _ => cell,
        }
    }
}

/// Obligations wrap beyond this many columns, so that the verdict has room.
const OBLIGATIONS: u16 = 14;

pub(super) fn table(look: Look, header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    match look.width {
        Some(width) => table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    if look.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(header.iter().map(|name| {
        let cell = Cell::new(name);
        if look.colour {
            cell.add_attribute(Attribute::Bold)
        } else {
            cell
        }
    }));
    let wrapping = ["obligations", "verdict", "what happens"];
    for (index, name) in header.iter().enumerate() {
        if let Some(column) = table.column_mut(index) {
            column.set_padding((0, 2));
            if *name == "obligations" && look.width.is_some() {
                column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(
                    OBLIGATIONS + 2,
                )));
            } else if !wrapping.contains(name) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
            if ["executions", "time"].contains(name) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    table
}

pub(super) fn finish(table: &Table) -> String {
    let mut text = String::new();
    for line in table.lines() {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

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
        let _ = write!(text, "; {ran}, after {built} of building");
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
