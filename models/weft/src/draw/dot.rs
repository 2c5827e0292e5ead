//! A graph in Graphviz's language.

use std::fmt::Write as _;

use crate::graph::Graph;
use crate::query::HbStep;

impl Graph {
    /// The graph for Graphviz: a cluster for each thread; edges for program order, reads-from, coherence and
    /// synchronises-with.
    pub fn to_dot(&self) -> String {
        let drawing = self.drawing(false);
        let rows = &drawing.rows;
        let name = |id| drawing.row_of(id);
        let mut dot =
            String::from("digraph execution {\n  node [shape=box, fontname=monospace];\n");
        // Writing to a String cannot fail.
        let _ = writeln!(dot, "  label=\"{}\";", escape(drawing.verdict));
        for t in 0..self.thread_count() as u32 {
            let own: Vec<usize> = (0..rows.len())
                .filter(|&i| rows[i].first.thread == t)
                .collect();
            if own.is_empty() {
                continue;
            }
            let _ = writeln!(
                dot,
                "  subgraph cluster_{t} {{ label=\"{}\";",
                escape(&self.thread_name(t))
            );
            for &i in &own {
                let r = &rows[i];
                let mut note = if r.note.is_empty() {
                    String::new()
                } else {
                    format!("\\n{}", escape(&r.note))
                };
                if r.stale {
                    note.push_str("\\n(stale)");
                }
                let _ = writeln!(
                    dot,
                    "    e{i} [label=\"{}{note}\", tooltip=\"{}\"];",
                    escape(&r.text),
                    escape(&r.site)
                );
            }
            for pair in own.windows(2) {
                let _ = writeln!(dot, "    e{} -> e{} [color=gray];", pair[0], pair[1]);
            }
            dot.push_str("  }\n");
        }
        let mut edge = |a, b, style: &str| {
            if let (Some(a), Some(b)) = (name(a), name(b)) {
                let _ = writeln!(dot, "  e{a} -> e{b} [{style}, constraint=false];");
            }
        };
        for r in rows {
            if let Some(w) = self.source(r.first) {
                edge(w, r.first, "label=rf, color=forestgreen");
            }
        }
        for (a, b) in self.co_neighbours() {
            edge(a, b, "label=co, color=orange, style=dashed");
        }
        for s in self.syncs() {
            match s {
                HbStep::Spawn { spawn, begin } => {
                    // Beginnings are not drawn: the edge leads to the thread's first step.
                    let first = rows.iter().find(|r| r.first.thread == begin.thread);
                    if let Some(first) = first {
                        edge(spawn, first.first, "label=spawn, color=gray");
                    }
                }
                HbStep::Join { end, join } => {
                    let last = rows.iter().rev().find(|r| r.first.thread == end.thread);
                    if let Some(last) = last {
                        edge(last.last, join, "label=join, color=gray");
                    }
                }
                HbStep::Sync(s) => {
                    edge(s.release, s.acquire, "label=sw, color=purple, penwidth=2");
                }
                HbStep::Po { .. } => {}
            }
        }
        dot.push_str("}\n");
        dot
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
