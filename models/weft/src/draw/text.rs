//! A graph as text: a column for each thread, a line for each step.

use std::fmt;

use crate::draw::width::{WIDTH, wrap};
use crate::graph::Graph;

impl fmt::Display for Graph {
    /// Every step stands below those that happen before it and the write that it reads. `<- 1.4` is the event that a read
    /// reads from; `<- init` the location's beginning. If the execution is an interleaving of its threads, so are the
    /// lines, and the end says so. If it is none, as few reads as was easily had are `(stale)`: they do not read the newest
    /// write above them; writes that coherence orders otherwise than the lines are listed at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_text(f, false)
    }
}

impl Graph {
    /// As [`Display`](fmt::Display), of a graph in which two accesses race, or do not.
    pub(crate) fn write_text(&self, f: &mut fmt::Formatter<'_>, race: bool) -> fmt::Result {
        let drawing = self.drawing(race);
        let rows = &drawing.rows;
        let cells: Vec<(u32, String)> = rows
            .iter()
            .map(|r| {
                let e = self.ev(r.first);
                let from = match (e.rf, self.source(r.first)) {
                    _ if self.is_torn(r.first) => String::new(),
                    (_, Some(w)) if w.thread != r.first.thread => {
                        // A read-modify-write goes by its first half.
                        let w = if self.ev(w).rmw { w.previous() } else { w };
                        format!(" <- {w}")
                    }
                    (Some(_), None) => " <- init".to_string(),
                    _ => String::new(),
                };
                let spurious = if e.spurious { " (spurious)" } else { "" };
                let stale = if r.stale { " (stale)" } else { "" };
                let note = if r.note.is_empty() {
                    String::new()
                } else {
                    format!(" [{}]", r.note)
                };
                (
                    r.first.thread,
                    format!("{} {}{from}{stale}{spurious}{note}", r.first, r.text),
                )
            })
            .collect();
        let threads: Vec<u32> = (0..self.thread_count() as u32)
            .filter(|&t| !self.events(t).is_empty())
            .collect();
        let width = |t: u32| {
            let own = cells.iter().filter(|(thread, _)| *thread == t);
            let widest = own.map(|(_, text)| text.chars().count()).max().unwrap_or(0);
            widest.max(self.thread_name(t).chars().count())
        };
        let widths: Vec<usize> = threads.iter().map(|&t| width(t)).collect();
        let line = |f: &mut fmt::Formatter<'_>, cell: &dyn Fn(u32) -> String| {
            for (&t, &w) in threads.iter().zip(&widths) {
                write!(f, "{:<w$} │ ", cell(t))?;
            }
            Ok(())
        };
        line(f, &|t| self.thread_name(t))?;
        writeln!(f)?;
        for w in &widths {
            write!(f, "{}─┼─", "─".repeat(*w))?;
        }
        writeln!(f)?;
        for (row, (thread, text)) in rows.iter().zip(&cells) {
            line(f, &|t| {
                if t == *thread {
                    text.clone()
                } else {
                    String::new()
                }
            })?;
            writeln!(f, "{}", row.site)?;
        }
        let mut below: Vec<String> = Vec::new();
        for &(a, b) in &drawing.swapped {
            let (a, b) = (&rows[a], &rows[b]);
            below.push(format!(
                "coherence: {} {} before {} {}",
                a.first, a.text, b.first, b.text
            ));
        }
        below.push(drawing.verdict.to_string());
        for line in below.iter().flat_map(|text| wrap(text, WIDTH, 2)) {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
