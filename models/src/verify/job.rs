//! One case in a process of its own: what the child does, what it says, and how that is heard.
//!
//! The child prints one JSON object a line: how many executions it has done, now and then, and its
//! findings once. A line that is none of these is the model's own output.

use super::options::{checker_names, find, scenario_names};
use crate::case::{self, Case, Profile};
use crate::checker::Checker;
use crate::process::child;
use crate::process::children::{Children, Started};
use crate::process::say::complain;
use crate::scenario::Size;
use crate::seed::Seed;
use crate::verdict::{Findings, Verdict};
use clap::Args;
use flipside::Design;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

/// How often a child says how far it is.
const PACE: Duration = Duration::from_millis(100);

/// How much of what a child prints besides its findings is kept: the last lines.
const KEPT_LINES: usize = 60;

/// Which case `flipside case` runs.
#[derive(Args, Debug)]
pub struct CaseOptions {
    #[arg(long, value_parser = checker_names())]
    checker: Checker,
    #[arg(long)]
    design: Design,
    #[arg(long, value_parser = scenario_names())]
    scenario: String,
    #[arg(long)]
    size: Size,
    #[arg(long)]
    profile: Profile,
}

/// What a child says.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "event")]
enum Message {
    Progress {
        executions: u64,
    },
    Findings {
        executions: u64,
        seconds: f64,
        #[serde(flatten)]
        verdict: Verdict,
        #[serde(default)]
        cut_off: bool,
        #[serde(default)]
        seed: Option<Box<Seed>>,
    },
}

/// The child: runs one case and says what came out of it.
#[must_use]
pub fn serve(options: &CaseOptions) -> ExitCode {
    if options.checker != Checker::COMPILED {
        let compiled = Checker::COMPILED;
        return complain(
            2,
            format_args!(
                "this is the build for {compiled}, not for {}",
                options.checker
            ),
        );
    }
    let case = find(
        options.checker,
        options.design,
        &options.scenario,
        options.size,
        options.profile,
    );
    let case = match case {
        Ok(case) => case,
        Err(why) => return complain(2, why),
    };
    child::end_with_parent();
    let mut said = Instant::now();
    let findings = case::run(&case, move |executions| {
        if said.elapsed() >= PACE {
            said = Instant::now();
            // If nobody listens any more, the end of standard input says so too.
            let _ = say(&Message::Progress { executions });
        }
    });
    let said = say(&Message::Findings {
        executions: findings.executions,
        seconds: findings.time.as_secs_f64(),
        verdict: findings.verdict,
        cut_off: findings.cut_off,
        seed: findings.seed.map(Box::new),
    });
    match said {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(1, why),
    }
}

fn say(message: &Message) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}

/// The parent: runs the case in a child. None, if an interruption came before its findings.
pub(super) fn run(
    case: &Case,
    profile: Profile,
    binary: &Path,
    children: &Children,
    progress: impl FnMut(u64),
) -> Option<Findings> {
    let start = Instant::now();
    let failed = |why: String, executions| Findings {
        verdict: Verdict::Failed(why),
        executions,
        time: start.elapsed(),
        cut_off: false,
        // A process that dies does not say in which execution.
        seed: None,
    };
    let started = match children.spawn(&mut command(case, profile, binary)) {
        Ok(started) => started?,
        Err(why) => {
            return Some(failed(
                format!("its process could not be started: {why}"),
                0,
            ));
        }
    };
    let Started { id, stdout, stderr } = started;
    let errors = thread::spawn(move || stderr.map(|stderr| last_lines(BufReader::new(stderr))));
    let heard = stdout.map(|out| listen(BufReader::new(out), progress));
    let status = children.wait(id);
    let errors = errors.join().ok().flatten().unwrap_or_default();
    let heard = heard.unwrap_or_default();
    let executions = heard.executions;
    match judge(heard, status, &errors) {
        Ok(findings) => Some(findings),
        Err(_) if children.interrupted() => None,
        Err(why) => Some(failed(why, executions)),
    }
}

fn command(case: &Case, profile: Profile, binary: &Path) -> Command {
    let mut command = child::command(binary);
    command
        .arg("case")
        .args(["--checker", case.checker.name()])
        .args(["--design", case.design.name()])
        .args(["--scenario", case.scenario.name])
        .args(["--size", &case.size.to_string()])
        .args(["--profile", profile.name()]);
    command
}

/// What a child said before its stdout ended.
#[derive(Debug, Default)]
struct Heard {
    executions: u64,
    findings: Option<Findings>,
    /// Findings came twice: no telling which are meant.
    twice: bool,
    other: String,
}

fn listen(mut out: impl BufRead, mut progress: impl FnMut(u64)) -> Heard {
    let mut heard = Heard::default();
    let mut other = Tail::default();
    let mut line = Vec::new();
    while out.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        match serde_json::from_slice(&line) {
            Ok(Message::Progress { executions }) => {
                heard.executions = executions;
                progress(executions);
            }
            Ok(Message::Findings {
                executions,
                seconds,
                verdict,
                cut_off,
                seed,
            }) => {
                heard.twice |= heard.findings.is_some();
                heard.executions = executions;
                heard.findings = Duration::try_from_secs_f64(seconds)
                    .ok()
                    .map(|time| Findings {
                        verdict,
                        executions,
                        time,
                        cut_off,
                        seed: seed.map(|seed| *seed),
                    });
            }
            Err(_) => other.push(&line),
        }
        line.clear();
    }
    heard.other = other.text();
    heard
}

/// The findings of a child that ended well, or what to say of one that did not.
fn judge(heard: Heard, status: io::Result<ExitStatus>, errors: &str) -> Result<Findings, String> {
    let mut why = match (status, heard.findings) {
        (Ok(status), Some(findings)) if status.success() && !heard.twice => return Ok(findings),
        (Ok(status), Some(_)) if status.success() => {
            "its process reported findings twice".to_owned()
        }
        (Ok(status), _) if status.success() => {
            "its process ended without reporting findings".to_owned()
        }
        (Ok(status), _) => format!("its process died: {status}"),
        (Err(why), _) => format!("its process could not be waited for: {why}"),
    };
    for (name, text) in [("stderr", errors), ("stdout", &heard.other)] {
        if !text.is_empty() {
            why.push_str(&format!("\n{name}:\n{}", text.trim_end()));
        }
    }
    Err(why)
}

/// The last lines of something that may be long.
#[derive(Debug, Default)]
struct Tail {
    lines: VecDeque<String>,
    dropped: usize,
}

impl Tail {
    fn push(&mut self, line: &[u8]) {
        if self.lines.len() == KEPT_LINES {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines
            .push_back(String::from_utf8_lossy(line).trim_end().to_owned());
    }

    fn text(self) -> String {
        let mut text = String::new();
        if self.dropped > 0 {
            text.push_str(&format!("({} earlier lines)\n", self.dropped));
        }
        for line in self.lines {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

fn last_lines(mut from: BufReader<impl Read>) -> String {
    let mut tail = Tail::default();
    let mut line = Vec::new();
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        tail.push(&line);
        line.clear();
    }
    tail.text()
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
