//! A graph as text: a column for each thread, a line for each step. Where the columns do not fit beside each other, a
//! block for each run of steps of one thread.

use std::fmt;

use crate::draw::width::{WIDTH, columns, wrap};
use crate::draw::{Drawing, Row};
use crate::graph::Graph;

/// No column of steps is made narrower than this.
const NARROWEST: usize = 24;

/// How far the second line of a step is indented.
const INDENT: usize = 4;

impl fmt::Display for Graph {
    /// Every step stands below those that happen before it and the write that it reads. `<- 1.4` is the event that a read
    /// reads from; `<- init` the location's beginning. If the execution is an interleaving of its threads, so are the
    /// lines, and the end says so. If it is none, as few reads as was easily had are `(stale)`: they do not read the newest
    /// write above them; writes that coherence orders otherwise than the lines are listed at the end.
    ///
    /// No line is wider than 80 columns, unless a single name is. Threads that do not fit beside each other follow each
    /// other in blocks; the order of the lines stays the same.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_text(f, false)
    }
}

/// The steps of a graph as they are to be printed.
struct Steps<'a> {
    rows: &'a [Row],
    /// What each row says, without its place.
    texts: Vec<String>,
    threads: Vec<(u32, String)>,
    /// The widest place.
    places: usize,
}

impl Graph {
    /// As [`Display`](fmt::Display), of a graph in which two accesses race, or do not.
    pub(crate) fn write_text(&self, f: &mut fmt::Formatter<'_>, race: bool) -> fmt::Result {
        let drawing = self.drawing(race);
        let steps = Steps {
            rows: &drawing.rows,
            texts: drawing.rows.iter().map(|row| self.text_of(row)).collect(),
            threads: (0..self.thread_count() as u32)
                .filter(|&t| !self.events(t).is_empty())
                .map(|t| (t, self.thread_name(t)))
                .collect(),
            places: drawing
                .rows
                .iter()
                .map(|r| columns(&r.site))
                .max()
                .unwrap_or(0),
        };
        match steps.widths() {
            Some(widths) => steps.write_table(f, &widths)?,
            None => steps.write_blocks(f)?,
        }
        write_footer(f, &drawing)
    }

    fn text_of(&self, row: &Row) -> String {
        let e = self.ev(row.first);
        let mut text = format!("{} {}", row.first, row.text);
        match (e.rf, self.source(row.first)) {
            _ if self.is_torn(row.first) => {}
            (_, Some(w)) if w.thread != row.first.thread => {
                // A read-modify-write goes by its first half.
                let w = if self.ev(w).rmw { w.previous() } else { w };
                text.push_str(&format!(" <- {w}"));
            }
            (Some(_), None) => text.push_str(" <- init"),
            _ => {}
        }
        if row.stale {
            text.push_str(" (stale)");
        }
        if e.spurious {
            text.push_str(" (spurious)");
        }
        if !row.note.is_empty() {
            text.push_str(&format!(" [{}]", row.note));
        }
        text
    }
}

impl Steps<'_> {
    fn of(&self, thread: u32) -> impl Iterator<Item = &str> {
        let rows = self.rows.iter().zip(&self.texts);
        rows.filter(move |(r, _)| r.first.thread == thread)
            .map(|(_, text)| text.as_str())
    }

    /// How wide each thread's column is; none if they are too many.
    fn widths(&self) -> Option<Vec<usize>> {
        let room = WIDTH.checked_sub(3 * self.threads.len() + self.places)?;
        let bounds: Vec<(usize, usize)> = self
            .threads
            .iter()
            .map(|(thread, name)| {
                let widest = self.of(*thread).map(columns).max().unwrap_or(0);
                let words = self.of(*thread).flat_map(|text| text.split(' '));
                let word = words.map(columns).max().unwrap_or(0);
                let name = columns(name);
                let least = widest.min(NARROWEST.max(word + INDENT));
                (least.max(name), widest.max(name))
            })
            .collect();
        let widths = |most: usize| {
            let each = bounds
                .iter()
                .map(|&(least, widest)| widest.min(most).max(least));
            each.collect::<Vec<_>>()
        };
        let mut fits = (0..=WIDTH).rev().map(widths);
        fits.find(|widths| widths.iter().sum::<usize>() <= room)
    }

    fn write_table(&self, f: &mut fmt::Formatter<'_>, widths: &[usize]) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, cell: &dyn Fn(usize) -> String, place: &str| {
            let mut line = String::new();
            for (i, width) in widths.iter().enumerate() {
                line.push_str(&format!("{:<width$} │ ", cell(i)));
            }
            writeln!(f, "{}", (line + place).trim_end())
        };
        line(f, &|i| self.threads[i].1.clone(), "")?;
        for width in widths {
            write!(f, "{}─┼─", "─".repeat(*width))?;
        }
        writeln!(f)?;
        for (row, text) in self.rows.iter().zip(&self.texts) {
            let own = self
                .threads
                .iter()
                .position(|(t, _)| *t == row.first.thread);
            let Some(own) = own else { continue };
            for (n, part) in wrap(text, widths[own], INDENT).iter().enumerate() {
                let cell = |i: usize| {
                    if i == own {
                        part.clone()
                    } else {
                        String::new()
                    }
                };
                line(f, &cell, if n == 0 { &row.site } else { "" })?;
            }
        }
        Ok(())
    }

    fn write_blocks(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self
            .texts
            .iter()
            .map(|text| columns(text))
            .max()
            .unwrap_or(0);
        // Two blanks before a step, two before its place.
        let width = widest
            .min(WIDTH.saturating_sub(self.places + 4))
            .max(NARROWEST);
        let mut current = None;
        for (row, text) in self.rows.iter().zip(&self.texts) {
            let thread = row.first.thread;
            if current != Some(thread) {
                let name = self.threads.iter().find(|(t, _)| *t == thread);
                writeln!(f, "{}", name.map_or("", |(_, name)| name))?;
                current = Some(thread);
            }
            for (n, part) in wrap(text, width, INDENT).iter().enumerate() {
                let place = if n == 0 { &row.site } else { "" };
                let line = format!("  {part:<width$}  {place}");
                writeln!(f, "{}", line.trim_end())?;
            }
        }
        Ok(())
    }
}

fn write_footer(f: &mut fmt::Formatter<'_>, drawing: &Drawing) -> fmt::Result {
    let swapped = drawing.swapped.iter().map(|&(a, b)| {
        let (a, b) = (&drawing.rows[a], &drawing.rows[b]);
        format!(
            "coherence: {} {} before {} {}",
            a.first, a.text, b.first, b.text
        )
    });
    let verdict = std::iter::once(drawing.verdict.to_string());
    for line in swapped
        .chain(verdict)
        .flat_map(|text| wrap(&text, WIDTH, 2))
    {
        writeln!(f, "{line}")?;
    }
    Ok(())
}
