//! One case in a process of its own: what the child does, what it says, and how that is heard.
//!
//! The child prints one JSON object a line: how many executions it has done, now and then, and its
//! findings once. A line that is none of these is the model's own output.

use crate::process::child;
use crate::process::children::{Children, Started};
use flipside_record::channel::{CaseName, Message, Request};
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::case::{Case, Profile};
use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::Instant;

/// How much of what a child prints besides its findings is kept: the last lines.
const KEPT_LINES: usize = 60;

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
    command.args(Request::Case(CaseName::of(case, profile)).arguments());
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
            Ok(message @ Message::Findings { executions, .. }) => {
                heard.twice |= heard.findings.is_some();
                heard.executions = executions;
                heard.findings = message.findings();
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
#[path = "case_process_tests.rs"]
mod tests;
