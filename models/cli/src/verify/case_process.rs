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
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

/// A child that says nothing for so long hangs: it says how far it is ten times a second.
const PATIENCE: Duration = Duration::from_secs(120);

/// How much of what a child prints besides its findings is kept: the last lines.
const KEPT_LINES: usize = 60;

/// The parent: runs the case in a child. None, if an interruption came before its findings.
pub(super) fn run(
    case: &Case,
    profile: Profile,
    binary: &Path,
    children: &Children,
    hear: impl FnMut(&Message),
) -> Option<Findings> {
    patiently(case, profile, binary, children, PATIENCE, hear)
}

fn patiently(
    case: &Case,
    profile: Profile,
    binary: &Path,
    children: &Children,
    patience: Duration,
    mut hear: impl FnMut(&Message),
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
    let (speaks, silence) = mpsc::channel();
    let (heard, silenced) = thread::scope(|scope| {
        let watchdog = scope.spawn(move || {
            loop {
                match silence.recv_timeout(patience) {
                    Ok(()) => {}
                    // Its stdout has ended, so that it can say no more.
                    Err(RecvTimeoutError::Disconnected) => return false,
                    Err(RecvTimeoutError::Timeout) => {
                        children.kill(id);
                        return true;
                    }
                }
            }
        });
        let heard = stdout.map(|out| {
            listen(BufReader::new(out), |message| {
                let _ = speaks.send(());
                hear(message);
            })
        });
        drop(speaks);
        (heard, watchdog.join().unwrap_or_default())
    });
    let status = children.wait(id);
    let errors = errors.join().ok().flatten().unwrap_or_default();
    let heard = heard.unwrap_or_default();
    let (executions, known) = (heard.executions, heard.failed.clone());
    let why = match judge(heard, status, &errors) {
        Ok(findings) => return Some(findings),
        Err(_) if children.interrupted() => return None,
        Err(_) if silenced => format!(
            "its process said nothing for {patience:?} and was stopped: an execution does not end, as where a loop \
             has no operation that the checker sees"
        ),
        Err(why) => why,
    };
    Some(match known {
        Some(known) => failed(format!("{known}\nIt has no seed: {why}"), executions),
        None => failed(why, executions),
    })
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
    /// How an execution failed, if one did.
    failed: Option<String>,
    /// Findings came twice: no telling which are meant.
    twice: bool,
    other: String,
}

fn listen(mut out: impl BufRead, mut hear: impl FnMut(&Message)) -> Heard {
    let mut heard = Heard::default();
    let mut other = Tail::default();
    let mut line = Vec::new();
    while out.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        match serde_json::from_slice(&line) {
            Ok(message) => {
                hear(&message);
                heard.add(message);
            }
            Err(_) => other.push(&line),
        }
        line.clear();
    }
    heard.other = other.text();
    heard
}

impl Heard {
    fn add(&mut self, message: Message) {
        match message {
            Message::Progress { executions } => self.executions = executions,
            Message::Failed { executions, why } => {
                self.executions = executions;
                self.failed = Some(why);
            }
            Message::Findings { executions, .. } => {
                self.twice |= self.findings.is_some();
                self.executions = executions;
                self.findings = message.findings();
            }
        }
    }
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
