//! The command as its users see it.

use flipside_gallery::ALL;
use std::process::{Command, Output};

fn gallery(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_flipside-gallery"))
        .args(arguments)
        .output()
        .expect("the command runs")
}

#[test]
fn without_an_argument_it_lists_every_bug() {
    let output = gallery(&[]);
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout);
    for entry in ALL {
        assert!(text.contains(entry.id), "{text}");
    }
}

#[test]
fn a_bug_is_replayed_and_drawn() {
    let output = gallery(&["qemu-event"]);
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout);
    for part in [
        "deadlock",
        "U sc event 0 → 1",
        "replay: weft1:",
        "fn program",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn an_unknown_bug_and_contradicting_options_are_errors() {
    let output = gallery(&["heartbleed"]);
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("there is no \"heartbleed\""), "{text}");
    assert!(!gallery(&["--write", "--check"]).status.success());
}
