//! As a picture that needs nothing else.

use super::{Mark, Timeline};
use std::fmt::Write;

const ROW: usize = 26;
const TOP: usize = 40;
/// Of a monospaced letter, in tenths.
const LETTER: usize = 78;
const GAP: usize = 56;
const LEFT: usize = 44;

/// The style of both schemes: light, and dark for those who ask for it.
pub const COLOURS: &str = "\
:root{--bg:#fff;--fg:#1c2024;--dim:#626a72;--box:#f4f6f8;--line:#c3c9cf;--rf:#1a7f37;--bad:#c5221f;--miss:#8f5a00;--hb:#6f3fb5}\
@media (prefers-color-scheme:dark){:root{--bg:#15181c;--fg:#e4e8ec;--dim:#9aa3ab;--box:#20252b;--line:#454d56;--rf:#4ac26b;--bad:#ff7b78;--miss:#f0b45a;--hb:#c39bff}}\
@media print{:root{--bg:#fff;--fg:#000;--dim:#444;--box:#fff;--line:#999;--rf:#060;--bad:#a00;--miss:#740;--hb:#426}}";

const STYLE: &str = "\
text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:var(--fg)}\
.back{fill:var(--bg)}.box{fill:var(--box);stroke:var(--line)}.culprit{fill:var(--box);stroke:var(--bad);stroke-width:2.2}\
.missing{fill:none;stroke:var(--miss);stroke-width:2;stroke-dasharray:5 4}.name{font-weight:bold}\
.dim,.note{fill:var(--dim)}.tm{fill:var(--miss)}.tc{fill:var(--bad)}.po{stroke:var(--line)}\
.rf{fill:none;stroke:var(--rf);stroke-width:1.7}.head{fill:var(--rf)}\
.old{fill:none;stroke:var(--miss);stroke-width:1.3;stroke-dasharray:2 4}.oldhead{fill:var(--miss)}\
.subject{fill:var(--box);stroke:var(--hb);stroke-width:2.2}.hb{fill:none;stroke:var(--hb);stroke-width:3}.hbhead{fill:var(--hb)}\
.gap{fill:none;stroke:var(--bad);stroke-width:2;stroke-dasharray:3 4}.gaphead{fill:var(--bad)}";

/// The interleaving with its read-from arrows and the edge that is missing.
#[must_use]
pub fn svg(timeline: &Timeline) -> String {
    let wide = |text: &str| text.chars().count() * LETTER / 10;
    let (rows, columns) = (&timeline.rows, &timeline.columns);
    let mut edges = Vec::new();
    let mut x = LEFT;
    for (column, name) in columns.iter().enumerate() {
        let own = rows.iter().filter(|row| row.column == column);
        let widest = own.map(|row| wide(&row.text) + 20).max().unwrap_or(0);
        let width = widest.max(wide(name) + 20);
        edges.push((x, x + width));
        x += width + GAP;
    }
    let notes = x - GAP + 40;
    let places = rows
        .iter()
        .map(|row| wide(row.order) + wide(&row.place) + 16);
    let width = notes + places.max().unwrap_or(0) + 16;
    let height = TOP + ROW * rows.len() + 16;
    let y = |row: usize| TOP + ROW * row + ROW / 2;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\"><title>{}</title><style>{COLOURS}{STYLE}</style><defs>\
         <marker id=\"rf\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 0L10 5L0 10z\"/></marker>\
         <marker id=\"old\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"oldhead\" d=\"M0 0L10 5L0 10z\"/></marker>\
         <marker id=\"hb\" viewBox=\"0 0 10 10\" refX=\"8\" refY=\"5\" markerWidth=\"11\" markerHeight=\"11\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"hbhead\" d=\"M0 0L10 5L0 10z\"/></marker>\
         <marker id=\"gap\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"9\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"gaphead\" d=\"M0 0L10 5L0 10z\"/></marker></defs>\
         <rect class=\"back\" width=\"{width}\" height=\"{height}\"/>",
        escape(&timeline.title)
    );
    // Writing to a String cannot fail.
    for (name, (left, right)) in columns.iter().zip(&edges) {
        let (middle, name) = ((left + right) / 2, escape(name));
        let bottom = height - 12;
        let _ = write!(
            out,
            "<text class=\"name\" text-anchor=\"middle\" x=\"{middle}\" y=\"24\">{name}</text>\
             <line class=\"po\" x1=\"{middle}\" y1=\"{TOP}\" x2=\"{middle}\" y2=\"{bottom}\"/>"
        );
    }
    // Program order on the way from one access to the other, behind the steps.
    for pair in timeline.chain.windows(2) {
        if rows[pair[0]].column == rows[pair[1]].column {
            let (left, right) = edges[rows[pair[0]].column];
            let (middle, from, to) = ((left + right) / 2, y(pair[0]), y(pair[1]));
            let _ = write!(out, "<path class=\"hb\" d=\"M{middle} {from}V{to}\"/>");
        }
    }
    for (index, row) in rows.iter().enumerate() {
        let (left, right) = edges[row.column];
        let (middle, base) = ((left + right) / 2, y(index) + 5);
        let (class, letters) = match row.mark {
            Mark::Plain => ("box", ""),
            Mark::Note => ("back", "note"),
            Mark::Culprit => ("culprit", "tc"),
            Mark::Subject => ("subject", ""),
            Mark::Missing => ("missing", "tm"),
        };
        let half = wide(&row.text) / 2 + 8;
        let (box_x, box_y, box_width) = (middle - half, y(index) - 10, 2 * half);
        if row.mark == Mark::Missing {
            let _ = write!(
                out,
                "<rect class=\"back\" x=\"{box_x}\" y=\"{box_y}\" width=\"{box_width}\" height=\"21\" rx=\"4\"/>"
            );
        }
        let _ = write!(
            out,
            "<rect class=\"{class}\" x=\"{box_x}\" y=\"{box_y}\" width=\"{box_width}\" height=\"21\" rx=\"4\"/>\
             <text class=\"{letters}\" text-anchor=\"middle\" x=\"{middle}\" y=\"{base}\">{}</text>",
            escape(&row.text)
        );
        if let Some(number) = row.number {
            let _ = write!(
                out,
                "<text class=\"dim\" text-anchor=\"end\" x=\"{}\" y=\"{base}\">{number}</text>\
                 <text class=\"dim\" x=\"{notes}\" y=\"{base}\">{} {}<title>{}</title></text>",
                LEFT - 14,
                row.order,
                escape(&row.place),
                escape(&row.source)
            );
        }
    }
    let side = |row: usize, to: usize| {
        let half = wide(&rows[row].text) / 2 + 8;
        let (left, right) = edges[rows[row].column];
        let middle = (left + right) / 2;
        if rows[row].column <= rows[to].column {
            middle + half
        } else {
            middle - half
        }
    };
    let mut arrow = |class: &str, from: usize, to: usize| {
        let (a, b) = (side(from, to), side(to, from));
        let bend = a.abs_diff(b) / 2;
        let (a2, b2) = if rows[from].column == rows[to].column {
            // Around what stands between, in the gap beside the column.
            let (_, right) = edges[rows[from].column];
            (right + GAP * 3 / 4, right + GAP * 3 / 4)
        } else if a < b {
            (a + bend, b - bend)
        } else {
            (a - bend, b + bend)
        };
        let _ = write!(
            out,
            "<path class=\"{class}\" marker-end=\"url(#{class})\" d=\"M{a} {ya}C{a2} {ya} {b2} {yb} {b} {yb}\"/>",
            ya = y(from),
            yb = y(to)
        );
    };
    for (index, row) in rows.iter().enumerate() {
        // Within a thread the rows' order says enough.
        let chained = |from: usize| timeline.chain.windows(2).any(|pair| pair == [from, index]);
        let from = row.from.filter(|&from| rows[from].column != row.column);
        if let Some(from) = from.filter(|&from| !chained(from)) {
            arrow("rf", from, index);
        }
    }
    for (index, row) in rows.iter().enumerate() {
        if let Some(newer) = row.newer.filter(|&newer| rows[newer].column != row.column) {
            arrow("old", newer, index);
        }
    }
    for pair in timeline.chain.windows(2) {
        if rows[pair[0]].column != rows[pair[1]].column {
            arrow("hb", pair[0], pair[1]);
        }
    }
    if let Some((from, to)) = timeline.gap {
        arrow("gap", from, to);
    }
    out.push_str("</svg>\n");
    out
}

/// The text as HTML and SVG have it.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
