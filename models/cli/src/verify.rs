//! `cargo verify`: builds the models under each checker's cfg, runs every case in a process of its
//! own, and prints one table.
//!
//! ```text
//! options → cases → build (one a checker) → schedule → job (one process a case) → rows → table, JSON
//! ```

mod designs;
mod differential;
mod estimate;
mod grid;
mod html;
mod job;
mod json;
pub mod matrix;
mod options;
mod progress;
mod rows;
mod schedule;
mod seeds;
mod shard;
mod table;

pub use options::Options;

use crate::process::build::{BuildError, MODELS, build};
use crate::process::children::{Children, stoppable};
use crate::process::file::{OutFile, prepare};
use crate::process::say::{INTERRUPTED, USAGE, complain, print};
use flipside_record::verdict::Findings;
use flipside_record::workspace::Workspace;
use flipside_scenarios::case::Case;
use flipside_scenarios::checker::Checker;
use grid::Look;
use json::Report;
use progress::Progress;
use rows::{Row, Summary};
use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Runs `flipside verify`.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let cases = match options.select() {
        Ok(cases) => cases,
        Err(why) => return complain(USAGE, why),
    };
    if options.list {
        return match print(&table::list(&cases, Look::of_stdout(options))) {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => complain(1, why),
        };
    }
    let files = prepare([("--json", &options.json), ("--html", &options.html)]);
    let [json, html] = match files {
        Ok(files) => files,
        Err(why) => return complain(USAGE, why),
    };
    let children = match stoppable() {
        Ok(children) => children,
        Err(why) => return complain(1, why),
    };

    let workspace = match Workspace::find() {
        Ok(workspace) => workspace,
        Err(why) => return complain(1, why),
    };
    let start = Instant::now();
    let mut binaries = BTreeMap::new();
    // A part of the cases may lack a checker that the others are held against.
    let needed = match options.compares_checkers() {
        true => Checker::ALL.to_vec(),
        false => checkers(&cases),
    };
    for checker in needed {
        match build(&workspace, MODELS, checker, &children) {
            Ok(binary) => drop(binaries.insert(checker, binary)),
            Err(BuildError::Interrupted) => break,
            Err(BuildError::Failed(why)) => return complain(1, why),
        }
    }

    let built = start.elapsed();

    let outcomes = explore(&cases, options, &binaries, &children);
    let differential = options
        .compares_checkers()
        .then(|| differential::run(&binaries, &children))
        .flatten();
    let matrix = options
        .compares_checkers()
        .then(|| matrix::run(&binaries, &children))
        .flatten();
    let found = outcomes.iter().map(Option::as_ref);
    let rows: Vec<_> = cases.iter().zip(found).map(Row::new).collect();
    let ran = start.elapsed() - built;
    let profile = options.profile();
    let again = seeds::write(&outcomes, &rows, profile, &workspace, &binaries, &children);

    let sections = (differential.as_ref(), matrix.as_ref());
    let report = Report::new(&workspace, options, &checkers(&cases), &rows, sections);
    let write_json = |file: OutFile| file.write(&report.json()?);
    let write_html = |file: OutFile| {
        let failed = html::Failures {
            timelines: again.timelines(&binaries, &children),
            again: again.to_string(),
        };
        file.write(&html::page(&report, &failed, !options.no_time))
    };
    let written = json.map_or(Ok(()), write_json);
    let written = written.and(html.map_or(Ok(()), write_html));
    let summary = Summary::new(&rows, built, ran);
    let mut text = table::verdicts(&rows, &summary, profile, Look::of_stdout(options));
    text.extend(differential.iter().map(ToString::to_string));
    text.extend(matrix.iter().map(ToString::to_string));
    text.push_str(&again.to_string());
    let agreed =
        differential.is_none_or(|it| it.is_clean()) && matrix.is_none_or(|it| it.is_clean());
    // The last line is a command that runs what failed again, so complaints come before it. The
    // table is printed whether there are some or not.
    let complained = written.err().map(|why| complain(1, why));
    if let Err(why) = print(&text) {
        return complain(1, why);
    }
    if let Some(code) = complained {
        return code;
    }
    if children.interrupted() {
        ExitCode::from(INTERRUPTED)
    } else if summary.is_clean() && agreed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Runs the cases; the findings of each, in their order, and none of one that did not run.
pub fn explore(
    cases: &[Case],
    options: &Options,
    binaries: &BTreeMap<Checker, PathBuf>,
    children: &Children,
) -> Vec<Option<Findings>> {
    let progress = Progress::new(cases, io::stderr().is_terminal());
    let outcomes = schedule::run(cases, options, binaries, children, &progress);
    progress.close();
    outcomes
}

/// The checkers of the cases, in the order of the table.
fn checkers(cases: &[Case]) -> Vec<Checker> {
    let used = |checker: &Checker| cases.iter().any(|case| case.checker == *checker);
    Checker::ALL.into_iter().filter(used).collect()
}
