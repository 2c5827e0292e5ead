//! For a terminal.

use super::{Mark, Row, Timeline};
use std::fmt::Write;

/// What the terminal can do.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Its width in columns.
    pub width: usize,
    /// Whether colours are welcome.
    pub colour: bool,
}

impl Look {
    fn paint(self, text: &str, code: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    fn marked(self, text: &str, mark: Mark) -> String {
        match mark {
            Mark::Plain => text.to_owned(),
            Mark::Subject => self.paint(text, BOLD),
            Mark::Note => self.paint(text, "2"),
            Mark::Culprit => self.paint(text, "1;31"),
            Mark::Missing => self.paint(text, "1;33"),
        }
    }
}

const RED: &str = "1;31";
const BOLD: &str = "1";
const DIM: &str = "2";

/// The whole, of the first `shown` rows if not of all.
#[must_use]
pub fn text(timeline: &Timeline, look: Look, shown: Option<usize>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{}", look.paint(&timeline.title, BOLD));
    let _ = writeln!(out, "{}", look.paint(&timeline.failure, RED));
    for line in wrapped(&timeline.story, look.width) {
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
    for line in &timeline.given {
        let _ = writeln!(out, "  {line}");
    }
    if timeline.rows.is_empty() {
        return out;
    }
    if !timeline.given.is_empty() {
        out.push('\n');
    }
    let rows = &timeline.rows[..shown.unwrap_or(usize::MAX).min(timeline.rows.len())];
    let plan = Plan::new(timeline, look.width);
    plan.header(&mut out, timeline, look);
    for row in rows {
        plan.row(&mut out, timeline, row, look);
    }
    if rows.len() < timeline.rows.len() {
        return out;
    }
    if !timeline.missing.is_empty() {
        out.push('\n');
    }
    for line in &timeline.missing {
        for line in wrapped(line, look.width) {
            let _ = writeln!(out, "{line}");
        }
    }
    out.push('\n');
    for line in wrapped(&timeline.extent, look.width) {
        let _ = writeln!(out, "{}", look.paint(&line, DIM));
    }
    out
}

/// What stands in a row's cell.
fn cell(timeline: &Timeline, row: &Row) -> String {
    let mut text = row.text.clone();
    if let Some(from) = row.from {
        let number = timeline.rows[from].number.unwrap_or_default();
        let _ = write!(text, " ← #{number}");
    } else if row.initial {
        text.push_str(" ← start");
    }
    if let Some(newer) = row.newer {
        let number = timeline.rows[newer].number.unwrap_or_default();
        let _ = write!(text, ", not #{number}");
    }
    if row.number.is_none() {
        text.insert_str(0, "· ");
    }
    if row.mark == Mark::Culprit {
        text.push_str("  ◀");
    }
    text
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Where the columns stand: side by side, or one under the other where there is no room.
struct Plan {
    columns: Vec<usize>,
    order: usize,
    stacked: bool,
}

impl Plan {
    fn new(timeline: &Timeline, available: usize) -> Self {
        let widest = |column: usize| {
            let own = timeline.rows.iter().filter(|row| row.column == column);
            let cells = own.map(|row| width(&cell(timeline, row)));
            cells
                .max()
                .unwrap_or(0)
                .max(width(&timeline.columns[column]))
        };
        let columns: Vec<_> = (0..timeline.columns.len()).map(widest).collect();
        let order = timeline.rows.iter().map(|row| row.order.len()).max();
        let places = timeline.rows.iter().map(|row| width(&row.place)).max();
        let order = order.unwrap_or(0);
        let total = 5 + columns.iter().map(|w| w + 3).sum::<usize>();
        let whole = total + order + 1 + places.unwrap_or(0);
        Self {
            stacked: whole > available,
            columns,
            order,
        }
    }

    fn header(&self, out: &mut String, timeline: &Timeline, look: Look) {
        if self.stacked {
            return;
        }
        let mut names = "     ".to_owned();
        let mut rule = "─────".to_owned();
        for (name, &wide) in timeline.columns.iter().zip(&self.columns) {
            let _ = write!(names, "{name:wide$} │ ");
            let _ = write!(rule, "{}─┼─", "─".repeat(wide));
        }
        let _ = writeln!(out, "{}", look.paint(names.trim_end(), BOLD));
        let _ = writeln!(out, "{}", look.paint(&rule, DIM));
    }

    fn row(&self, out: &mut String, timeline: &Timeline, row: &Row, look: Look) {
        let number = row.number.map_or(String::new(), |n| format!("#{n}"));
        let text = cell(timeline, row);
        let (order, place) = (row.order, look.paint(&row.place, DIM));
        if self.stacked {
            let name = &timeline.columns[row.column];
            let longest = timeline.columns.iter().map(|name| width(name)).max();
            let name = format!("{name:wide$}", wide = longest.unwrap_or(0));
            let indent = width(&name) + 7;
            let name = look.paint(&name, if row.column == 0 { "36" } else { "35" });
            let _ = writeln!(out, "{number:>4} {name}  {}", look.marked(&text, row.mark));
            let details = [order, &row.place].join(" ");
            if !details.trim().is_empty() {
                let details = look.paint(details.trim(), DIM);
                let _ = writeln!(out, "{:indent$}{details}", "");
            }
            return;
        }
        let mut line = format!("{number:>4} ");
        for (column, &wide) in self.columns.iter().enumerate() {
            if column == row.column {
                let padding = " ".repeat(wide - width(&text));
                let _ = write!(line, "{}{padding} │ ", look.marked(&text, row.mark));
            } else {
                let _ = write!(line, "{:wide$} │ ", "");
            }
        }
        let _ = write!(line, "{order:wide$} {place}", wide = self.order);
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// The words of a text in lines of that width.
fn wrapped(text: &str, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if lines[last].is_empty() {
            lines[last].push_str(word);
        } else if width(&lines[last]) + 1 + width(word) > most {
            lines.push(word.to_owned());
        } else {
            lines[last].push(' ');
            lines[last].push_str(word);
        }
    }
    lines
}
