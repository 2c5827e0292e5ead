//! What `flipside verify` answers without building anything.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn flipside(args: &[&str]) -> io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_flipside"))
        .args(args)
        .stdin(Stdio::null())
        .output()
}

/// Runs a command line that is wrong; what it says on stderr.
fn refused(args: &[&str]) -> io::Result<String> {
    let output = flipside(args)?;
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    assert!(output.stdout.is_empty(), "{args:?}");
    assert!(message.starts_with("error: "), "{args:?}: {message}");
    Ok(message)
}

fn listed(args: &[&str]) -> io::Result<Vec<String>> {
    let output = flipside(&[&["verify", "--list"], args].concat())?;
    assert!(output.status.success());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
    let lines = text.lines().skip(1).take_while(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}

#[test]
fn the_list_shows_the_cases_and_shards_split_it() -> io::Result<()> {
    let all = listed(&[])?;
    assert!(all.len() > 20, "{all:?}");
    let mut parts = Vec::new();
    for shard in ["1/3", "2/3", "3/3"] {
        let part = listed(&["--shard", shard])?;
        assert!(!part.is_empty());
        parts.extend(part);
    }
    assert_eq!(parts.len(), all.len());
    for line in &all {
        let cells = |line: &String| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert!(
            parts.iter().any(|part| cells(part) == cells(line)),
            "{line}"
        );
    }
    let some = listed(&["--checker", "shuttle", "--scenario", "stop"])?;
    assert!(!some.is_empty() && some.iter().all(|line| line.contains("shuttle")));
    assert!(listed(&["--deep"])?.len() > all.len());
    Ok(())
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() -> io::Result<()> {
    let message = refused(&["verify", "--checker", "spin"])?;
    assert!(message.contains("loom, shuttle, weft"), "{message}");
    let message = refused(&["verify", "--scenario", "handovr"])?;
    assert!(message.contains("handover, flush"), "{message}");
    Ok(())
}

#[test]
fn wrong_values_say_how_to_write_them() -> io::Result<()> {
    let message = refused(&["verify", "--shard", "3/2"])?;
    assert!(message.contains("K/N"), "{message}");
    let message = refused(&["verify", "--shard", "1/1000"])?;
    assert!(message.contains("pieces"), "{message}");
    let message = refused(&["verify", "--size", "2x2"])?;
    assert!(message.contains("WORKERSxRING,REQUESTS"), "{message}");
    let message = refused(&["verify", "--size", "99x1,1"])?;
    assert!(message.contains("--list"), "{message}");
    refused(&["verify", "--quick", "--deep"])?;
    refused(&["verify", "--jobs", "0"])?;
    Ok(())
}

#[test]
fn an_unwritable_report_is_noticed_before_anything_is_built() -> io::Result<()> {
    let message = refused(&["verify", "--json", "/no/such/directory/report.json"])?;
    assert!(
        message.contains("/no/such/directory/report.json"),
        "{message}"
    );
    let message = refused(&["verify", "--html", "/no/such/directory/report.html"])?;
    assert!(message.contains("--html /no/such/directory"), "{message}");
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).display().to_string();
    let message = refused(&["verify", "--json", &here])?;
    assert!(message.contains("directory"), "{message}");
    Ok(())
}

/// A reader that has seen enough, as in `cargo verify --list | head -0`.
#[test]
fn a_closed_pipe_is_no_crash() -> io::Result<()> {
    let mut child = Command::new(env!("CARGO_BIN_EXE_flipside"))
        .args(["verify", "--list"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    drop(child.stdout.take());
    let output = child.wait_with_output()?;
    assert!(output.status.success());
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// It would not fail again, and that would say nothing.
#[test]
fn a_plan_that_another_version_found_is_not_run() -> io::Result<()> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("a.seed");
    let text = "flipside plan seed 1\nlayer shuttle\nchecker shuttle 0.0.1\nwalk pct 9\nschedule 0*1\n\
                fails all at once\nplan\npool 1x1 round-robin spin 0\n";
    fs::write(&file, text)?;
    let message = refused(&["replay", &file.display().to_string()])?;
    assert!(message.contains("shuttle 0.0.1"), "{message}");
    assert!(message.contains("keep it"), "{message}");
    fs::write(&file, text.replace("seed 1", "seed"))?;
    let message = refused(&["replay", &file.display().to_string()])?;
    assert!(message.contains("the version that wrote it"), "{message}");
    Ok(())
}
