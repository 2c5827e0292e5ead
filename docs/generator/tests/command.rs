//! `cargo proofs` from outside.

#![cfg(unix)]

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// In a workspace that is not there, whose builds never end: see the tests of the `flipside` command.
#[test]
fn ctrl_c_is_no_failure() -> io::Result<()> {
    let workspace = tempfile::tempdir()?;
    fs::write(workspace.path().join("slow"), "")?;
    let cargo = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cargo = cargo.join("../../models/cli/tests/command/fake/cargo");
    let mut child = Command::new(env!("CARGO_BIN_EXE_proofs"))
        .arg("--check")
        .env("CARGO", cargo)
        .env("FAKE", workspace.path())
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut said = String::new();
    let mut stderr = BufReader::new(child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?);
    while !said.contains("building") {
        assert_ne!(stderr.read_line(&mut said)?, 0, "{said}");
    }
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status()?.success());
    assert_eq!(child.wait()?.code(), Some(130));
    Ok(())
}
