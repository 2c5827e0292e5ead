//! Tables: aligned columns where they fit, a block of lines for each row where they do not. No word is
//! ever broken.

use crate::screen::Screen;
use console::{Style, measure_text_width};
use textwrap::{Options, WordSplitter, wrap};

/// Between two columns.
const GAP: usize = 2;

/// Before each line of a row but its first, where rows are blocks.
const INDENT: &str = "    ";

/// How a column is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// As wide as what stands in it.
    Left,
    /// The same, and what stands in it ends where the column does: numbers.
    Right,
    /// It may be narrowed to this width, and wraps then.
    Wrapping(usize),
}

/// What stands in a row's column.
#[derive(Clone, Debug)]
pub struct Cell {
    text: String,
    style: Style,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            style: Style::new(),
        }
    }
}

impl Cell {
    /// A cell in some colour.
    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
        }
    }

    /// Of the cell's text, a line in its style.
    fn show(&self, line: &str, screen: Screen) -> String {
        // The screen has decided, not the environment.
        let style = self.style.clone().force_styling(screen.colour);
        style.apply_to(line).to_string()
    }
}

/// A table.
#[derive(Debug)]
pub struct Grid {
    screen: Screen,
    columns: Vec<Column>,
    /// The first is the header.
    rows: Vec<Vec<Cell>>,
}

impl Grid {
    /// A table with this header and no rows.
    #[must_use]
    pub fn new(screen: Screen, header: &[(&str, Column)]) -> Self {
        let cell = |&(name, _): &(&str, Column)| Cell::styled(name, Style::new().bold());
        Self {
            screen,
            columns: header.iter().map(|&(_, column)| column).collect(),
            rows: vec![header.iter().map(cell).collect()],
        }
    }

    /// One more row, with a cell for each column.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// The table as it is printed, a line end after each line.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let lines = match self.widths() {
                Some(widths) => self.aligned(row, &widths),
                None => self.block(row),
            };
            for line in lines {
                text.push_str(line.trim_end());
                text.push('\n');
            }
        }
        text
    }

    /// The widths of the columns; none, if the screen does not hold them.
    fn widths(&self) -> Option<Vec<usize>> {
        let widest = |column: usize, measure: fn(&str) -> usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| measure(&cell.text)).max().unwrap_or(0)
        };
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|column| widest(column, measure_text_width))
            .collect();
        let Some(screen) = self.screen.width else {
            return Some(widths);
        };
        let gaps = GAP * widths.len().saturating_sub(1);
        for (column, kind) in self.columns.iter().enumerate() {
            let excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(screen);
            if let Column::Wrapping(least) = *kind {
                let least = least.max(widest(column, longest_word));
                let narrowed = widths[column].saturating_sub(excess).max(least);
                widths[column] = widths[column].min(narrowed);
            }
        }
        (widths.iter().sum::<usize>() + gaps <= screen).then_some(widths)
    }

    fn aligned(&self, row: &[Cell], widths: &[usize]) -> Vec<String> {
        let cells: Vec<Vec<String>> = row
            .iter()
            .zip(widths)
            .map(|(cell, &width)| fold(&cell.text, width, "", ""))
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        let line = |index: usize| {
            let mut line = String::new();
            for (column, (cell, lines)) in row.iter().zip(&cells).enumerate() {
                let part = lines.get(index).map_or("", String::as_str);
                let space = " ".repeat(widths[column].saturating_sub(measure_text_width(part)));
                let part = if part.is_empty() {
                    String::new()
                } else {
                    cell.show(part, self.screen)
                };
                match self.columns[column] {
                    Column::Right => line.extend([space, part]),
                    Column::Left | Column::Wrapping(_) => line.extend([part, space]),
                }
                line.push_str(&" ".repeat(GAP));
            }
            line
        };
        (0..height).map(line).collect()
    }

    /// The cells one after the other, as many on a line as it holds.
    fn block(&self, row: &[Cell]) -> Vec<String> {
        let width = self.screen.width.unwrap_or(usize::MAX);
        let mut lines = vec![String::new()];
        let mut used = 0;
        for cell in row.iter().filter(|cell| !cell.text.is_empty()) {
            let gap = if used == 0 { 0 } else { GAP };
            if used > 0 && used + gap + measure_text_width(&cell.text) > width {
                lines.push(String::new());
                used = 0;
            }
            let is_first = lines.len() == 1;
            let indent = if is_first { "" } else { INDENT };
            let start = if used == 0 { indent } else { "  " };
            for (index, part) in fold(&cell.text, width.saturating_sub(INDENT.len()), "", "")
                .iter()
                .enumerate()
            {
                if index > 0 {
                    lines.push(INDENT.to_owned());
                    used = INDENT.len();
                }
                let start = if index == 0 { start } else { "" };
                used += start.len() + measure_text_width(part);
                if let Some(line) = lines.last_mut() {
                    line.push_str(start);
                    line.push_str(&cell.show(part, self.screen));
                }
            }
        }
        lines
    }
}

fn longest_word(text: &str) -> usize {
    let words = text.split_whitespace().map(measure_text_width);
    words.max().unwrap_or(0)
}

/// The text in lines of at most this width, unless a word is longer; the first line begins with the one
/// indent, the others with the other.
#[must_use]
pub fn fold(text: &str, width: usize, first: &str, others: &str) -> Vec<String> {
    let options = Options::new(width)
        .break_words(false)
        .word_splitter(WordSplitter::NoHyphenation)
        .initial_indent(first)
        .subsequent_indent(others);
    let lines = wrap(text, options);
    lines.into_iter().map(|line| line.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(width: Option<usize>) -> String {
        let screen = Screen {
            width,
            ..Screen::PIPE
        };
        let header = [
            ("case", Column::Left),
            ("obligations", Column::Wrapping(5)),
            ("executions", Column::Right),
        ];
        let mut grid = Grid::new(screen, &header);
        grid.row(["handover".into(), "O1 O2 O3 O4".into(), "7".into()]);
        grid.row(["a-name-of-some-length".into(), "O5".into(), "1,234".into()]);
        grid.text()
    }

    #[test]
    fn columns_are_aligned_where_they_fit() {
        let text = "\
case                   obligations  executions
handover               O1 O2 O3 O4           7
a-name-of-some-length  O5                1,234
";
        assert_eq!(printed(None), text);
        assert_eq!(printed(Some(46)), text);
    }

    #[test]
    fn rows_are_blocks_where_columns_do_not_fit_and_no_word_is_broken() {
        let text = "\
case  obligations  executions
handover  O1 O2 O3 O4  7
a-name-of-some-length  O5  1,234
";
        assert_eq!(printed(Some(45)), text);
        let text = "\
case
    obligations
    executions
handover
    O1 O2 O3 O4
    7
a-name-of-some-length
    O5  1,234
";
        assert_eq!(printed(Some(16)), text);
        for width in 1..60 {
            let text = printed(Some(width));
            for word in [
                "a-name-of-some-length",
                "obligations",
                "executions",
                "1,234",
            ] {
                assert!(text.contains(word), "{width}: {text}");
            }
        }
    }
}
