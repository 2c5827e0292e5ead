//! `cargo verify`: builds the models under each checker's cfg, runs every case in a process of its
//! own, and prints one table.
//!
//! ```text
//! options → cases and questions → schedule (builds each checker, runs a process each) → rows → table, JSON
//! ```

mod case_process;
mod designs;
mod differential;
mod html;
mod json;
pub mod matrix;
mod options;
mod progress;
mod rows;
mod schedule;
mod seeds;
mod shard;
mod table;
mod task;

pub use options::Options;

use crate::process::ask::{Answer, Answers};
use crate::process::build::{BuildError, MODELS, announcement, compile};
use crate::process::children::{Children, stoppable};
use crate::process::file::{OutFile, prepare};
use crate::process::say::{INTERRUPTED, USAGE, complain, print};
use crate::screen::Screen;
use differential::Differential;
use flipside_record::attacked::Attacked;
use flipside_record::verdict::Findings;
use flipside_record::workspace::Workspace;
use flipside_scenarios::case::Case;
use flipside_scenarios::checker::Checker;
use flipside_scenarios::expected::EXCUSES;
use json::Report;
use matrix::Matrix;
use progress::Progress;
use rows::{Row, Summary};
use schedule::Ran;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use table::Look;
use task::{BUILT, Done, Task};

/// Runs `flipside verify`.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let cases = match options.select() {
        Ok(cases) => cases,
        Err(why) => return complain(USAGE, why),
    };
    let look = Look {
        screen: Screen::of_stdout(),
        times: !options.no_time,
    };
    if options.list {
        return match print(&table::list(&cases, look)) {
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
    let mut tasks: Vec<_> = cases.iter().copied().map(Task::Case).collect();
    if options.compares_checkers() {
        tasks.extend(Task::questions());
    }
    let terminal = io::stderr().is_terminal();
    let progress = Progress::new(&tasks, terminal);
    let build = |checker| {
        progress.say(&announcement(&workspace, MODELS, checker));
        // The compiler and the bars would write over each other.
        let alone = checker == BUILT[0];
        compile(&workspace, MODELS, checker, &children, terminal && alone)
    };
    let (profile, jobs) = (options.profile(), options.jobs());
    let ran = schedule::run(&tasks, profile, jobs, &children, &progress, build);
    progress.close();
    let Ran {
        done,
        binaries,
        built,
    } = match ran {
        Ok(ran) => ran,
        Err(why) => return complain(1, why),
    };
    let outcomes = findings(&done[..cases.len()]);
    let answers = &done[cases.len()..];
    let all_answered = !answers.is_empty() && answers.iter().all(Option::is_some);
    let differential =
        all_answered.then(|| Differential::new(answered(&tasks, &done, Done::outcomes)));
    let matrix =
        all_answered.then(|| Matrix::new(answered(&tasks, &done, Done::attacks), &EXCUSES));
    let found = outcomes.iter().map(Option::as_ref);
    let rows: Vec<_> = cases.iter().zip(found).map(Row::new).collect();
    let all = start.elapsed();
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
    let summary = Summary::new(&rows, built, all);
    let mut text = table::verdicts(&rows, &summary, profile, look);
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

/// Runs the cases with binaries that are built; the findings of each, in their order, and none of one
/// that did not run.
#[must_use]
pub fn explore(
    cases: &[Case],
    binaries: &BTreeMap<Checker, PathBuf>,
    children: &Children,
) -> Vec<Option<Findings>> {
    let tasks: Vec<_> = cases.iter().copied().map(Task::Case).collect();
    findings(&run_built(&tasks, binaries, children))
}

/// The same with the mutants of every design. None after an interruption.
#[must_use]
pub fn attack(
    binaries: &BTreeMap<Checker, PathBuf>,
    children: &Children,
) -> Option<Answers<Attacked>> {
    let tasks: Vec<_> = Task::attacks().collect();
    let done = run_built(&tasks, binaries, children);
    let all = done.iter().all(Option::is_some);
    all.then(|| answered(&tasks, &done, Done::attacks))
}

fn run_built(
    tasks: &[Task],
    binaries: &BTreeMap<Checker, PathBuf>,
    children: &Children,
) -> Vec<Option<Done>> {
    let options = Options::default();
    let progress = Progress::new(tasks, io::stderr().is_terminal());
    let build = |checker| match binaries.get(&checker) {
        Some(binary) => Ok(binary.clone()),
        None => Err(BuildError::Failed(format!("{checker} was not built"))),
    };
    let (profile, jobs) = (options.profile(), options.jobs());
    let ran = schedule::run(tasks, profile, jobs, children, &progress, build);
    progress.close();
    ran.map_or_else(|_| vec![None; tasks.len()], |ran| ran.done)
}

fn findings(done: &[Option<Done>]) -> Vec<Option<Findings>> {
    let findings = |done: &Option<Done>| match done {
        Some(Done::Case(findings)) => Some(Findings::clone(findings)),
        _ => None,
    };
    done.iter().map(findings).collect()
}

/// What each checker answered to questions of one kind, joined in the order of the tasks.
fn answered<T: Clone>(
    tasks: &[Task],
    done: &[Option<Done>],
    kind: fn(&Done) -> Option<&Answer<T>>,
) -> Answers<T> {
    let of_one = |checker| {
        let own = tasks.iter().zip(done);
        let own = own.filter(|(task, _)| task.checker() == checker);
        let answers = own.filter_map(|(_, done)| kind(done.as_ref()?));
        let answers: Result<Vec<_>, _> = answers.cloned().collect();
        (checker, answers.map(|answers| answers.concat()))
    };
    Checker::ALL.map(of_one).into()
}

/// The checkers of the cases, in the order of the table.
fn checkers(cases: &[Case]) -> Vec<Checker> {
    let used = |checker: &Checker| cases.iter().any(|case| case.checker == *checker);
    Checker::ALL.into_iter().filter(used).collect()
}
