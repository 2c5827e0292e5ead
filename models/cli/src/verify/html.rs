//! A run as a page that needs nothing else: for a browser, a phone, and a printer.

use super::differential::{Differential, summary};
use super::json::Report;
use super::matrix::{Line, Matrix};
use super::rows::{Row, Word};
use crate::text::{grouped, seconds};
use flipside::Design;
use flipside_record::timeline::{Timeline, escape, head, section};
use flipside_scenarios::scenario::SCENARIOS;
use serde_json::Value;
use std::fmt::Write;

/// On a phone each row of a table becomes a block, whose cells say by `data-k` what they are.
const STYLE: &str = "\
h1{font:bold 1.5rem/1.3 system-ui,sans-serif}h2{margin:2.2rem 0 .5rem;font-size:1.2rem;border-bottom:1px solid var(--line)}\
h3{margin:1.6rem 0 .3rem;font:bold 1rem/1.4 ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;overflow-wrap:anywhere}\
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.25rem .8rem .25rem 0;\
border-bottom:1px solid var(--line)}th{color:var(--dim);font-weight:600}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
th.n{text-align:right}.sums{display:flex;flex-wrap:wrap;gap:.6rem;padding:0;margin:1rem 0}.sums b{font-size:1.5rem;display:block;line-height:1.2}\
.sums span{background:var(--box);border:1px solid var(--line);border-radius:6px;padding:.5rem .9rem;min-width:7rem}\
.COMPLETE,.killed{color:var(--rf)}.FAILED{color:var(--bad);font-weight:600}.NOT{color:var(--miss)}\
td small{color:var(--dim);display:block}details{margin:.6rem 0}summary{cursor:pointer;padding:.2rem 0}\
@media(max-width:700px){thead{display:none}tr{display:grid;grid-template-columns:1fr 1fr;gap:0 .8rem;padding:.4rem 0;border-bottom:1px solid var(--line)}\
td{border:0;padding:.05rem 0}td.n{text-align:left}td.w{grid-column:1/-1}td.o{color:var(--dim);font-size:.8rem}td[data-k]::before{content:attr(data-k) ' ';color:var(--dim)}.sums span{flex:1}}\
@media print{details::details-content{content-visibility:visible;block-size:auto}tr{break-inside:avoid}summary{list-style:none}}";

/// What is shown of what failed, besides what the report has.
#[derive(Debug, Default)]
pub(super) struct Failures {
    /// The interleavings of the counterexamples that were found.
    pub(super) timelines: Vec<Timeline>,
    /// The commands that run what failed again.
    pub(super) again: String,
}

/// The page.
pub(super) fn page(report: &Report<'_>, failed: &Failures, times: bool) -> String {
    let mut out = head("cargo verify", STYLE);
    // Writing to a String cannot fail.
    let _ = write!(out, "<h1>cargo verify</h1>\n{}", about(report));
    out += &sums(report.cases);
    failures(&mut out, report, failed);
    cases(&mut out, report.cases, times);
    if let Some(matrix) = report.mutants {
        mutants(&mut out, matrix);
    }
    if let Some(differential) = report.differential {
        compared(&mut out, differential);
    }
    out.push_str(MEANING);
    out.push_str("</body></html>\n");
    out
}

const MEANING: &str = "\
<h2>How to read it</h2>\n<p><b>COMPLETE</b>: every execution of the checker's model was run, and none failed. \
<b>BOUNDED</b>: no failure found; the search was not exhaustive. <b>FAILED</b>: one failed. <b>CHANGED</b>: none failed, and there are not as many as are pinned.</p>\n\
<p>shuttle's executions are sequentially consistent: they say nothing about whether the barriers suffice. The sizes in the table are what was \
checked: workers × requests of each, requests committed.</p>\n";

/// What was asked for, of what, and where.
fn about(report: &Report<'_>) -> String {
    let versions = report.versions.iter().map(|(name, version)| match version {
        Value::String(version) if version.starts_with(name) => version.clone(),
        Value::String(version) => format!("{name} {version}"),
        _ => format!("{name} of unknown version"),
    });
    let versions: Vec<_> = versions.collect();
    let part = match &report.shard {
        Some(shard) => format!(", part {shard}"),
        None => String::new(),
    };
    let host = &report.host;
    let cores = host
        .cores
        .map_or(String::new(), |cores| format!(", {cores} cores"));
    format!(
        "<p class=\"dim\">{} profile{part} · {} · {} {}{cores}</p>\n",
        report.profile,
        escape(&versions.join(", ")),
        host.os,
        host.arch
    )
}

fn sums(rows: &[Row]) -> String {
    let mut text = String::from("<div class=\"sums\">");
    for word in Word::ALL {
        let count = rows.iter().filter(|row| row.verdict == word).count();
        if count > 0 || word == Word::Failed {
            let class = if count > 0 { class(word) } else { "" };
            let _ = write!(
                text,
                "<span class=\"{class}\"><b>{count}</b>{}</span>",
                word.text()
            );
        }
    }
    let executions: u64 = rows.iter().filter_map(|row| row.executions).sum();
    let _ = writeln!(
        text,
        "<span><b>{}</b>executions</span></div>",
        grouped(executions)
    );
    text
}

const fn class(word: Word) -> &'static str {
    match word {
        Word::Complete => "COMPLETE",
        Word::Bounded => "BOUNDED",
        // Stands out as a failure does.
        Word::Changed | Word::Failed => "FAILED",
        Word::NotRun => "NOT",
    }
}

/// Whatever is not as it should be, and first.
fn failures(out: &mut String, report: &Report<'_>, shown: &Failures) {
    let failed: Vec<_> = report
        .cases
        .iter()
        .filter(|row| row.verdict.is_told())
        .collect();
    let others = report
        .mutants
        .map_or(&[][..], |matrix| &matrix.failures)
        .iter();
    let others = others.chain(report.differential.map_or(&[][..], |found| &found.failures));
    let others: Vec<_> = others.collect();
    if failed.is_empty() && others.is_empty() {
        return;
    }
    out.push_str("<h2 class=\"FAILED\">What failed</h2>\n");
    for row in failed {
        let _ = writeln!(
            out,
            "<h3>{} {} · {} · {}</h3>\n<pre>{}</pre>",
            row.scenario,
            row.size,
            row.design,
            row.checker,
            escape(row.why.as_deref().unwrap_or_default())
        );
    }
    for other in others {
        let _ = writeln!(out, "<p class=\"FAILED\">{}</p>", escape(other));
    }
    if !shown.again.is_empty() {
        let _ = writeln!(out, "<pre>{}</pre>", escape(shown.again.trim()));
    }
    for (index, timeline) in shown.timelines.iter().enumerate() {
        let at = format!("t{index}s");
        let _ = writeln!(
            out,
            "<h3>{}</h3>\n{}",
            escape(&timeline.title),
            section(timeline, &at)
        );
    }
}

/// The default design's cases, or those of the only one there is, and then each other's.
fn cases(out: &mut String, rows: &[Row], times: bool) {
    out.push_str("<h2>Cases</h2>\n");
    for design in Design::ALL {
        let own: Vec<_> = rows
            .iter()
            .filter(|row| row.design == design.name())
            .collect();
        if own.is_empty() {
            continue;
        }
        let counted = Word::ALL.map(|word| {
            let count = own.iter().filter(|row| row.verdict == word).count();
            (count > 0).then(|| format!("{count} {}", word.text()))
        });
        let counted: Vec<_> = counted.into_iter().flatten().collect();
        let open = if *design == Design::default() || own.len() == rows.len() {
            " open"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "<details{open}><summary><b>{design}</b>: {}</summary>\n{}</details>",
            counted.join(", "),
            table(&own, times)
        );
    }
}

fn table(rows: &[&Row], times: bool) -> String {
    let time = if times {
        "<th class=\"n\">time</th>"
    } else {
        ""
    };
    let mut text = format!(
        "<table><thead><tr><th>scenario</th><th>obligations</th><th>checker</th><th>size</th><th>verdict</th>\
         <th class=\"n\">executions</th>{time}</tr></thead>\n<tbody>\n"
    );
    for row in rows {
        let why = row.why.as_deref().filter(|_| row.verdict == Word::Bounded);
        let why = why.map_or(String::new(), |why| {
            format!("<small>{}</small>", escape(why))
        });
        let what = SCENARIOS
            .iter()
            .find(|scenario| scenario.name == row.scenario);
        let time = row.time.filter(|_| times);
        let time = time.map_or(String::new(), |time| {
            format!("<td class=\"n w\">{}</td>", seconds(time))
        });
        let _ = writeln!(
            text,
            "<tr><td class=\"w\"><b title=\"{}\">{}</b></td><td class=\"w o\">{}</td><td>{}</td><td>{}</td>\
             <td><span class=\"{}\">{}</span>{why}</td><td class=\"n\" data-k=\"executions\">{}</td>{time}</tr>",
            what.map_or(String::new(), |scenario| escape(scenario.summary)),
            row.scenario,
            row.obligations.join(" "),
            row.checker,
            row.size,
            class(row.verdict),
            row.verdict.text(),
            row.executions.map_or_else(|| "–".to_owned(), grouped)
        );
    }
    text + "</tbody></table>\n"
}

/// The matrix, a table a design.
fn mutants(out: &mut String, matrix: &Matrix) {
    let _ = writeln!(
        out,
        "<h2>Mutants</h2>\n<p>{}. A mutant is the engine with one order or one step taken away; one that \
         a checker does not kill fails the run, and shuttle must not kill those that lack an order alone.</p>",
        matrix.summary()
    );
    for excused in &matrix.excused {
        let _ = writeln!(out, "<p>{}</p>", escape(excused));
    }
    let columns = matrix.columns();
    let heads: String = columns
        .iter()
        .map(|checker| format!("<th>{checker}</th>"))
        .collect();
    for design in Design::ALL {
        let own: Vec<&Line> = matrix
            .mutants
            .iter()
            .filter(|line| line.design == *design)
            .collect();
        if own.is_empty() {
            continue;
        }
        let open = if *design == Design::default() {
            " open"
        } else {
            ""
        };
        let _ = writeln!(
            out,
            "<details{open}><summary><b>{design}</b>: {} mutants</summary>\n\
             <table><thead><tr><th>mutant</th>{heads}</tr></thead>\n<tbody>",
            own.len()
        );
        for line in own {
            let _ = write!(
                out,
                "<tr><td class=\"w\"><b>{}</b></td>",
                escape(&line.mutant)
            );
            for &checker in &columns {
                let cell = line.by(checker);
                let class = if cell.is_some_and(super::matrix::Cell::kills) {
                    "killed"
                } else {
                    ""
                };
                let text = cell.map_or_else(|| "not run".to_owned(), super::matrix::Cell::text);
                let _ = write!(
                    out,
                    "<td class=\"{class}\" data-k=\"{checker}\">{text}</td>"
                );
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody></table></details>\n");
    }
}

/// The checkers against each other.
fn compared(out: &mut String, differential: &Differential) {
    out.push_str(
        "<h2>The checkers against each other</h2>\n\
         <p>What one checker shows, held against weft, which claims the most.</p>\n",
    );
    for of_one in differential
        .comparisons
        .chunk_by(|a, b| a.checker == b.checker)
    {
        let _ = writeln!(
            out,
            "<details><summary>{}</summary>\n<table><thead><tr><th>program</th><th class=\"n\">outcomes</th>\
             <th class=\"n\">of weft's</th><th>beyond</th></tr></thead>\n<tbody>",
            escape(&summary(of_one))
        );
        for comparison in of_one {
            let cut_off = if comparison.cut_off {
                "<small>its search was cut off</small>"
            } else {
                ""
            };
            let beyond: Vec<_> = comparison
                .beyond
                .iter()
                .map(|outcome| escape(outcome))
                .collect();
            let alarm = comparison.false_alarm.map_or(String::new(), |why| {
                format!("<small>known false alarm: {}</small>", escape(why))
            });
            let _ = writeln!(
                out,
                "<tr><td class=\"w\"><b>{}</b></td><td class=\"n\" data-k=\"outcomes\">{}</td>\
                 <td class=\"n\" data-k=\"of weft's\">{}</td><td class=\"w\">{}{alarm}{cut_off}</td></tr>",
                escape(&comparison.program),
                comparison.outcomes,
                comparison.weft,
                beyond.join("; ")
            );
        }
        out.push_str("</tbody></table></details>\n");
    }
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
