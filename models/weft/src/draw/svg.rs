//! A graph as a picture that needs nothing else: light or dark as the reader's page is.

use std::fmt::Write as _;

use crate::event::EventId;
use crate::graph::Graph;
use crate::query::HbStep;
use crate::report::Failure;

const BOX_HEIGHT: i64 = 26;
const ROW: i64 = 40;
const GAP: i64 = 90;
const MARGIN: i64 = 24;
const TOP: i64 = 84;
/// Of a monospaced letter at the font's size.
const LETTER: f64 = 7.9;

const STYLE: &str = "\
:root{--bg:#fff;--fg:#1c2024;--dim:#80868c;--box:#f4f6f8;--line:#c3c9cf;--rf:#1a7f37;--co:#b35900;--sw:#7d3fc4;--bad:#d1242f}\
@media (prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e4e8ec;--dim:#8b939b;--box:#20252b;--line:#454d56;--rf:#4ac26b;--co:#e69a4b;--sw:#b98aef;--bad:#ff6b70}}\
text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:var(--fg)}\
.back{fill:var(--bg)}.box{fill:var(--box);stroke:var(--line)}.bad{stroke:var(--bad);stroke-width:2.5}\
.name{font-weight:bold;text-anchor:middle}.step{text-anchor:middle}.dim{fill:var(--dim);font-size:11px;paint-order:stroke;stroke:var(--bg);stroke-width:4px}\
.po{stroke:var(--line);stroke-width:1.5}path{fill:none;stroke-width:1.8}\
.rf{stroke:var(--rf)}.co{stroke:var(--co);stroke-dasharray:5 4}.sw{stroke:var(--sw);stroke-width:3.2;opacity:.75}.th{stroke:var(--dim);stroke-dasharray:2 3}\
.hrf{fill:var(--rf)}.hco{fill:var(--co)}.hsw{fill:var(--sw)}.hth{fill:var(--dim)}";

/// Where a step's box is.
#[derive(Clone, Copy)]
struct Place {
    left: i64,
    right: i64,
    y: i64,
    column: usize,
}

impl Graph {
    /// The graph as SVG: a column for each thread, every step below those that happen before it, and arrows for
    /// reads-from, coherence and synchronises-with. What reads a location's beginning has no arrow.
    pub fn to_svg(&self) -> String {
        self.svg(&[], false)
    }

    fn svg(&self, bad: &[EventId], race: bool) -> String {
        let drawing = self.drawing(race);
        let rows = &drawing.rows;
        let threads: Vec<u32> = (0..self.thread_count() as u32)
            .filter(|&t| !self.events(t).is_empty())
            .collect();
        let text_width = |text: &str| (text.chars().count() as f64 * LETTER) as i64;
        let box_width = |text: &str| text_width(text) + 20;
        let mut columns = Vec::new();
        let mut x = MARGIN;
        for &t in &threads {
            let own = rows.iter().filter(|r| r.first.thread == t);
            let boxes = own.clone().map(|r| box_width(&r.text)).max();
            let notes = own.map(|r| text_width(&note(r)) * 11 / 13).max();
            let width = boxes
                .max(notes)
                .unwrap_or(0)
                .max(text_width(&self.thread_name(t)) + 10)
                .max(80);
            columns.push((x, width));
            x += width + GAP;
        }
        let width = (x - GAP + MARGIN)
            .max(560)
            .max(2 * MARGIN + text_width(drawing.verdict));
        let height = TOP + ROW * rows.len() as i64 + MARGIN;
        let places: Vec<Place> = rows
            .iter()
            .enumerate()
            .map(|(i, r)| {
                let column = threads
                    .iter()
                    .position(|&t| t == r.first.thread)
                    .unwrap_or(0);
                let (left, wide) = columns[column];
                let middle = left + wide / 2;
                let half = box_width(&r.text) / 2;
                Place {
                    left: middle - half,
                    right: middle + half,
                    y: TOP + ROW * i as i64,
                    column,
                }
            })
            .collect();
        let find = |id: EventId| Some(places[drawing.row_of(id)?]);

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" role=\"img\"><title>An execution graph</title><style>{STYLE}</style><defs>"
        );
        // Writing to a String cannot fail.
        for kind in ["rf", "co", "sw", "th"] {
            let _ = write!(
                svg,
                "<marker id=\"{kind}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" \
                 markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"h{kind}\" d=\"M0 0L10 5L0 10z\"/></marker>"
            );
        }
        let _ = write!(
            svg,
            "</defs><rect class=\"back\" width=\"{width}\" height=\"{height}\"/>"
        );
        legend(&mut svg);
        for (c, &t) in threads.iter().enumerate() {
            let (left, wide) = columns[c];
            let middle = left + wide / 2;
            let name = escape(&self.thread_name(t));
            let _ = write!(
                svg,
                "<text class=\"name\" x=\"{middle}\" y=\"{}\">{name}</text>",
                TOP - 22
            );
            let own: Vec<i64> = places
                .iter()
                .filter(|p| p.column == c)
                .map(|p| p.y)
                .collect();
            if let (Some(first), Some(last)) = (own.first(), own.last()) {
                let _ = write!(
                    svg,
                    "<line class=\"po\" x1=\"{middle}\" y1=\"{first}\" x2=\"{middle}\" y2=\"{last}\"/>"
                );
            }
        }
        let mut arrows = String::new();
        let mut arrow = |kind: &str, a: Option<Place>, b: Option<Place>| {
            if let (Some(a), Some(b)) = (a, b) {
                let _ = write!(
                    arrows,
                    "<path class=\"{kind}\" marker-end=\"url(#{kind})\" d=\"{}\"/>",
                    curve(kind, a, b)
                );
            }
        };
        for s in self.syncs() {
            match s {
                HbStep::Sync(s) => arrow("sw", find(s.release), find(s.acquire)),
                HbStep::Spawn { spawn, begin } => {
                    let first = rows.iter().find(|r| r.first.thread == begin.thread);
                    arrow("th", find(spawn), first.and_then(|r| find(r.first)));
                }
                HbStep::Join { end, join } => {
                    let last = rows.iter().rev().find(|r| r.first.thread == end.thread);
                    arrow("th", last.and_then(|r| find(r.first)), find(join));
                }
                HbStep::Po { .. } => {}
            }
        }
        for r in rows {
            // Within a thread the text says enough.
            if let Some(w) = self.source(r.first).filter(|w| w.thread != r.first.thread) {
                arrow("rf", find(w), find(r.first));
            }
        }
        for (a, b) in self.co_neighbours() {
            if a.thread != b.thread {
                arrow("co", find(a), find(b));
            }
        }
        for (r, p) in rows.iter().zip(&places) {
            let class = if bad.contains(&r.first) || bad.contains(&r.last) {
                "box bad"
            } else {
                "box"
            };
            let (middle, note) = ((p.left + p.right) / 2, escape(&note(r)));
            let _ = write!(
                svg,
                "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{BOX_HEIGHT}\" rx=\"5\"><title>{} {}</title></rect>\
                 <text class=\"step\" x=\"{middle}\" y=\"{}\">{}</text>\
                 <text class=\"step dim\" x=\"{middle}\" y=\"{}\">{note}</text>",
                p.left,
                p.y - BOX_HEIGHT / 2,
                p.right - p.left,
                r.first,
                escape(&r.site),
                p.y + 4,
                escape(&r.text),
                p.y + BOX_HEIGHT / 2 + 11,
            );
        }
        // Arrows last: they end at the boxes' edges, and cross boxes only between far columns.
        svg.push_str(&arrows);
        let _ = writeln!(
            svg,
            "<text class=\"dim\" x=\"{MARGIN}\" y=\"{}\">{}</text></svg>",
            height - 8,
            escape(drawing.verdict)
        );
        svg
    }
}

impl Failure {
    /// The failing graph as SVG, with the events that the failure names framed.
    pub fn to_svg(&self) -> String {
        self.graph.svg(&self.events(), self.is_race())
    }
}

fn note(row: &super::Row) -> String {
    let mut parts = vec![row.site.as_str()];
    if !row.note.is_empty() {
        parts.insert(0, &row.note);
    }
    if row.stale {
        parts.insert(0, "stale");
    }
    parts.join(" · ")
}

fn legend(svg: &mut String) {
    let mut x = MARGIN;
    for (kind, text) in [
        ("rf", "reads from"),
        ("co", "coherence"),
        ("sw", "synchronises with"),
        ("th", "spawn, join"),
    ] {
        let _ = write!(
            svg,
            "<path class=\"{kind}\" marker-end=\"url(#{kind})\" d=\"M{x} 26h30\"/><text class=\"dim\" x=\"{}\" y=\"30\">{text}</text>",
            x + 37
        );
        x += 37 + (text.len() as f64 * 6.8) as i64 + 22;
    }
}

/// An arrow between two boxes, by their facing sides; within one column, around the side.
fn curve(kind: &str, a: Place, b: Place) -> String {
    // Different kinds between the same boxes must not hide each other.
    let shift = match kind {
        "rf" => -4,
        "sw" => 4,
        _ => 0,
    };
    let (ya, yb) = (a.y + shift, b.y + shift);
    if a.column == b.column {
        let out = a.right.max(b.right) + 36;
        return format!("M{} {ya}C{out} {ya} {out} {yb} {} {yb}", a.right, b.right);
    }
    let (xa, xb) = if a.column < b.column {
        (a.right, b.left)
    } else {
        (a.left, b.right)
    };
    let bend = (xb - xa) / 2;
    format!("M{xa} {ya}C{} {ya} {} {yb} {xb} {yb}", xa + bend, xb - bend)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
