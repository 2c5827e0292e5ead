//! Questions to the builds of the checkers: each is a process, each answer a line of JSON.

use super::child;
use super::children::Children;
use flipside_scenarios::checker::Checker;
use serde::de::DeserializeOwned;
use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::thread;

/// Puts the question to one build.
pub fn ask<T: DeserializeOwned>(
    binary: &Path,
    children: &Children,
    arguments: &[impl AsRef<OsStr>],
) -> Answer<T> {
    let mut command = child::command(binary);
    command.args(arguments);
    let started = children
        .spawn(&mut command)
        .map_err(|why| format!("its process could not be started: {why}"))?
        .ok_or("interrupted")?;
    let errors = thread::spawn(move || {
        let mut said = String::new();
        // What cannot be read is not shown.
        let _ = started
            .stderr
            .map(|mut from| from.read_to_string(&mut said));
        said
    });
    let mut answers = String::new();
    if let Some(mut out) = started.stdout {
        out.read_to_string(&mut answers)
            .map_err(|why| format!("its answer could not be read: {why}"))?;
    }
    let status = children.wait(started.id).map_err(|why| why.to_string())?;
    if !status.success() {
        let said = errors.join().unwrap_or_default();
        let said = said.trim();
        let why = said.strip_prefix("error: ").unwrap_or(said);
        return Err(if why.is_empty() {
            format!("its process died: {status}")
        } else {
            why.to_owned()
        });
    }
    let lines = answers.lines().map(serde_json::from_str);
    lines
        .collect::<Result<_, _>>()
        .map_err(|why| format!("its answer could not be understood: {why}"))
}

/// What a checker's build says to a question, or why it says nothing.
pub type Answer<T> = Result<Vec<T>, String>;

/// What each of them says.
pub type Answers<T> = Vec<(Checker, Answer<T>)>;
