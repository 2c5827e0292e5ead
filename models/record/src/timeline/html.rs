//! As a page of its own: the picture where there is room, and the same steps as a list on a phone.

use super::svg::{COLOURS, escape, svg};
use super::{Mark, Row, Timeline};
use std::fmt::Write;

const STYLE: &str = "\
*{box-sizing:border-box}body{margin:0 auto;max-width:75rem;padding:1.2rem;background:var(--bg);color:var(--fg);\
font:16px/1.5 system-ui,sans-serif}h1{font:bold 1.15rem/1.4 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;\
margin:0 0 .6rem;overflow-wrap:anywhere}p{margin:.4rem 0;max-width:46rem}.story{font-size:1.15rem}.failure{color:var(--bad);font-weight:600}\
.dim{color:var(--dim)}.key span{white-space:nowrap;margin-right:1.2rem}.rf{color:var(--rf)}.gap{color:var(--bad)}.miss,.old{color:var(--miss)}\
pre{margin:.6rem 0;padding:.5rem .7rem;background:var(--box);border-radius:4px;font:.85rem/1.45 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;\
white-space:pre-wrap}figure{margin:1.2rem 0;overflow-x:auto}figure svg{max-width:100%;height:auto}ol{display:none;list-style:none;margin:1rem 0;padding:0}\
li{border-left:4px solid var(--line);margin:.25rem 0;padding:.3rem .6rem;background:var(--box);border-radius:0 4px 4px 0;\
font:.85rem/1.45 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}li.other{margin-left:1.6rem}\
li.note{background:none;color:var(--dim)}li.culprit{border-color:var(--bad)}li.missing{border-left-style:dashed;border-color:var(--miss);color:var(--miss)}\
li:target{outline:2px solid var(--rf)}li small{display:block;color:var(--dim)}li b{font-weight:600}a{color:var(--rf)}\
@media(max-width:700px){figure{display:none}ol{display:block}body{padding:.9rem}}\
@media print{body{max-width:none;padding:0}figure{display:block;break-inside:auto}figure svg{max-height:24cm}ol{display:none}}";

/// The page.
#[must_use]
pub fn html(timeline: &Timeline) -> String {
    let title = escape(&timeline.title);
    let mut out = head(&title, "");
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<h1>{title}</h1>\n{}</body></html>",
        section(timeline, "s")
    );
    out
}

/// The beginning of a page, with more style than that of the timelines.
#[must_use]
pub fn head(title: &str, style: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>\
         <style>{COLOURS}{STYLE}{style}</style></head><body>\n"
    )
}

/// The timeline as a part of a page, in which its steps are known by `at` and their index.
#[must_use]
pub fn section(timeline: &Timeline, at: &str) -> String {
    let mut out = format!(
        "<p class=\"story\">{}</p>\n<p class=\"failure\">{}</p>\n",
        escape(&timeline.story),
        escape(&timeline.failure)
    );
    // Writing to a String cannot fail.
    if !timeline.given.is_empty() {
        let _ = writeln!(out, "<pre>{}</pre>", escape(&timeline.given.join("\n")));
    }
    for line in &timeline.missing {
        let _ = writeln!(out, "<p>{}</p>", escape(line));
    }
    let mut key = String::new();
    // Within a thread no arrow is drawn.
    let comes_from_another = |row: &Row, other: Option<usize>| {
        other.is_some_and(|other| timeline.rows[other].column != row.column)
    };
    let mut rows = timeline.rows.iter();
    if rows.any(|row| comes_from_another(row, row.from)) {
        key.push_str("<span class=\"rf\">→ is read by</span> ");
    }
    let mut rows = timeline.rows.iter();
    if rows.any(|row| comes_from_another(row, row.newer)) {
        key.push_str("<span class=\"old\">⇢ is newer, and not read</span> ");
    }
    if timeline.gap.is_some() {
        key.push_str("<span class=\"gap\">⇢ should come first, and need not</span> ");
    }
    if timeline.rows.iter().any(|row| row.mark == Mark::Missing) {
        key.push_str("<span class=\"miss\">┄ the barrier that the mutant changes</span>");
    }
    let _ = writeln!(
        out,
        "<p class=\"key\">{key}</p>\n<figure>{}</figure>\n<ol>",
        svg(timeline)
    );
    for (index, row) in timeline.rows.iter().enumerate() {
        let class = match row.mark {
            Mark::Plain | Mark::Subject => "plain",
            Mark::Note => "note",
            Mark::Culprit => "culprit",
            Mark::Missing => "missing",
        };
        let other = if row.column > 0 { " other" } else { "" };
        let number = row.number.map_or(String::new(), |n| format!("#{n} "));
        let from = match row.from {
            Some(from) => {
                let number = timeline.rows[from].number.unwrap_or_default();
                format!(" <a href=\"#{at}{from}\">← #{number}</a>")
            }
            None if row.initial => " ← start".to_owned(),
            None => String::new(),
        };
        let newer = row.newer.map_or(String::new(), |newer| {
            let number = timeline.rows[newer].number.unwrap_or_default();
            format!(", <a href=\"#{at}{newer}\">not #{number}</a>")
        });
        let gap = timeline.gap.map_or(String::new(), |(from, to)| {
            let link = |other: usize| {
                let number = timeline.rows[other].number.unwrap_or_default();
                format!("<a class=\"gap\" href=\"#{at}{other}\">#{number}</a>")
            };
            match index {
                _ if index == from => format!(", <span class=\"gap\">⇢</span> {}", link(to)),
                _ if index == to => format!(", <span class=\"gap\">⇠</span> {}", link(from)),
                _ => String::new(),
            }
        });
        let details = format!("{} {}", row.order, row.place);
        let _ = writeln!(
            out,
            "<li class=\"{class}{other}\" id=\"{at}{index}\">{number}<b>{}</b> {}{from}{newer}{gap}<small>{}</small></li>",
            escape(&timeline.columns[row.column]),
            escape(&row.text),
            escape(details.trim())
        );
    }
    let _ = writeln!(
        out,
        "</ol>\n<p class=\"dim\">{}</p>",
        escape(&timeline.extent)
    );
    out
}
