//! A graph as text: a column for each thread, a line for each step.

use std::fmt;

use crate::graph::Graph;

impl fmt::Display for Graph {
    /// Every step stands below those that happen before it. `<- 1.4` is the event that a read reads from; `<- init` the
    /// location's beginning. Writes that coherence orders otherwise than the lines say are listed at the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows();
        let cells: Vec<(u32, String)> = rows
            .iter()
            .map(|r| {
                let from = match (self.ev(r.first).rf, self.source(r.first)) {
                    (_, Some(w)) if w.thread != r.first.thread => {
                        // A read-modify-write goes by its first half.
                        let w = if self.ev(w).rmw { w.previous() } else { w };
                        format!(" <- {w}")
                    }
                    (Some(_), None) => " <- init".to_string(),
                    _ => String::new(),
                };
                let spurious = if self.ev(r.first).spurious {
                    " (spurious)"
                } else {
                    ""
                };
                let note = if r.note.is_empty() {
                    String::new()
                } else {
                    format!(" [{}]", r.note)
                };
                (
                    r.first.thread,
                    format!("{} {}{from}{spurious}{note}", r.first, r.text),
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
        let place = |id| rows.iter().position(|r| r.first == id || r.last == id);
        for (a, b) in self.co_neighbours() {
            if place(a) > place(b) {
                writeln!(f, "coherence: {a} {} before {b}", self.event_text(a))?;
            }
        }
        Ok(())
    }
}
