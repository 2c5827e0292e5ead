//! The checkers held against each other.

use super::children::Children;
use crate::checker::Checker;
use crate::differential::{Comparison, Shows, compare, shows};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::thread;

/// The child: says what its checker shows of every program.
#[must_use]
pub fn serve() -> ExitCode {
    match shows() {
        Ok(shows) => match serde_json::to_writer(io::stdout().lock(), &shows) {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => super::complain(1, why),
        },
        Err(why) => super::complain(1, why),
    }
}

/// What came out, to be printed, and whether nothing is wrong with it.
pub(super) struct Section {
    pub(super) text: String,
    pub(super) clean: bool,
}

/// Asks each checker's binary what it shows, and compares.
pub(super) fn run(binaries: &BTreeMap<Checker, PathBuf>, children: &Children) -> Option<Section> {
    let asked: BTreeMap<_, _> = thread::scope(|scope| {
        let asking: Vec<_> = binaries
            .iter()
            .map(|(&checker, binary)| (checker, scope.spawn(|| ask(binary, children))))
            .collect();
        asking
            .into_iter()
            .map(|(checker, asked)| {
                let answer = asked.join();
                (
                    checker,
                    answer.unwrap_or_else(|_| Err("its thread panicked".to_owned())),
                )
            })
            .collect()
    });
    (!children.interrupted()).then(|| section(&asked))
}

fn ask(binary: &Path, children: &Children) -> Result<Shows, String> {
    let mut command = Command::new(binary);
    command
        .arg("outcomes")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    let started = children
        .spawn(&mut command)
        .map_err(|why| why.to_string())?;
    let mut started = started.ok_or("it was interrupted")?;
    let mut said = Vec::new();
    if let Some(out) = &mut started.stdout {
        out.read_to_end(&mut said).map_err(|why| why.to_string())?;
    }
    let status = children.wait(started.id).map_err(|why| why.to_string())?;
    if !status.success() {
        return Err(format!("its process ended with {status}"));
    }
    serde_json::from_slice(&said).map_err(|why| format!("it said what is no answer: {why}"))
}

fn section(asked: &BTreeMap<Checker, Result<Shows, String>>) -> Section {
    let mut text =
        String::from("what one checker shows, held against weft, which claims the most\n");
    let mut clean = true;
    let mut say = |line: String| {
        text.push_str("  ");
        text.push_str(&line);
        text.push('\n');
    };
    let answers = |checker| match asked.get(&checker) {
        Some(answer) => answer.as_ref().map_err(Clone::clone),
        None => Err("it was not asked".to_owned()),
    };
    for checker in [Checker::Loom, Checker::Shuttle] {
        let both = answers(checker).and_then(|shows| Ok((shows, answers(Checker::Weft)?)));
        match both.and_then(|(shows, weft)| compare(checker, shows, weft)) {
            Ok(compared) => {
                say(summary(checker, &compared));
                for comparison in &compared {
                    if let Some(line) = remark(comparison) {
                        say(line);
                    }
                    clean &= !comparison.is_finding();
                }
            }
            Err(why) => {
                say(format!("{checker}: could not be compared: {why}"));
                clean = false;
            }
        }
    }
    Section { text, clean }
}

fn summary(checker: Checker, compared: &[Comparison]) -> String {
    let contained = compared.iter().filter(|c| c.beyond.is_empty()).count();
    let (shown, all) = compared.iter().fold((0, 0), |(shown, all), comparison| {
        (shown + comparison.counts.0, all + comparison.counts.1)
    });
    format!(
        "{checker}: contained in {contained} of {} programs, {shown} outcomes of weft's {all}",
        compared.len()
    )
}

fn remark(comparison: &Comparison) -> Option<String> {
    let Comparison {
        program,
        checker,
        beyond,
        false_alarm,
        ..
    } = comparison;
    let mut line = match (beyond.is_empty(), false_alarm) {
        (true, None) => return None,
        (true, Some(why)) => {
            format!("FINDING: {program}: {checker} no longer shows its false alarm ({why})")
        }
        (false, Some(why)) => format!("known false alarm: {program}: {why}:"),
        (false, None) => format!("FINDING: {program}: {checker} shows what weft does not:"),
    };
    for outcome in beyond {
        let _ = write!(line, " {outcome};");
    }
    Some(line)
}
