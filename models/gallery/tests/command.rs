//! The command as its users see it.

use flipside_gallery::{ALL, seed};
use flipside_record::log::Execution;
use std::process::{Command, Output, Stdio};

fn gallery(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flipside-gallery"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn said(arguments: &[&str]) -> Output {
    gallery(arguments).output().expect("the command runs")
}

fn seed() -> String {
    seed::path(&ALL[0]).display().to_string()
}

#[test]
fn a_question_is_answered_with_an_execution() {
    let output = said(&["ask", "rerun", &seed()]);
    assert!(output.status.success());
    let execution: Execution = serde_json::from_slice(&output.stdout).expect("a line of JSON");
    assert_eq!(execution.threads, ["consumer", "producer"]);
    assert!(execution.failure.starts_with("data race"));
}

#[test]
fn what_is_no_seed_is_an_error() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let output = said(&["ask", "rerun", file]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        text.contains("begins with `flipside gallery seed 1`"),
        "{text}"
    );
}

#[test]
fn it_says_where_its_bugs_are_listed_and_shown() {
    for arguments in [&[][..], &["ptr-ring"], &["--write", "--check"]] {
        let output = said(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
    }
    let text = said(&["--help"]).stdout;
    let text = String::from_utf8_lossy(&text);
    for part in ["cargo replay --list", "cargo replay ptr-ring", "--check"] {
        assert!(text.contains(part), "{text}");
    }
}

/// A reader that has seen enough.
#[test]
fn a_closed_pipe_is_no_crash() {
    let mut child = gallery(&["ask", "rerun", &seed()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    assert!(output.stderr.is_empty(), "{output:?}");
}
