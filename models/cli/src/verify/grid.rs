//! How tables look: aligned columns, as wide as the terminal, or a line a row in a pipe.

use super::options::Options;
use comfy_table::presets::NOTHING;
use comfy_table::{
    Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Table, Width,
};
use std::env;
use std::io::{IsTerminal, stdout};

/// How what is printed may look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Wrap at this width. In a pipe nothing is wrapped: one case, one line.
    pub(super) width: Option<u16>,
    pub(super) colour: bool,
    pub(super) times: bool,
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

    pub(super) fn cell(self, text: &str, colour: Option<Color>) -> Cell {
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
