//! Seeds of the gallery, run again by its package.

use crate::process::say::line;
use flipside_record::log::Execution;
use flipside_record::workspace::{Workspace, cargo};
use std::fmt;
use std::io::{IsTerminal, stderr};
use std::path::{Path, absolute};
use std::process::Stdio;

/// Asks the gallery what happens in a seed's execution. Its package builds on this one, and has its
/// checkers in one binary, whatever this one is built for.
pub(super) fn rerun(workspace: &Workspace, seed: &Path) -> Result<Execution, String> {
    let cargo = |what: &str| {
        let mut command = cargo();
        command
            .args([
                what,
                "--locked",
                "--release",
                "--package",
                "flipside-gallery",
            ])
            .current_dir(workspace.root())
            .stdin(Stdio::null());
        command
    };
    let failed = |why: &dyn fmt::Display| format!("the build of the gallery failed: {why}");
    let target = workspace.target().display();
    line(&format!("building the gallery, in {target}"));
    let mut build = cargo("build");
    if !stderr().is_terminal() {
        build.arg("--quiet");
    }
    let built = build.stdout(Stdio::null()).status();
    let built = built.map_err(|why| failed(&format_args!("cargo could not be started: {why}")))?;
    if !built.success() {
        return Err(failed(&format_args!("cargo ended with {built}")));
    }
    let seed = absolute(seed).map_err(|why| why.to_string())?;
    let answer = cargo("run")
        .args(["--quiet", "--", "ask", "rerun"])
        .arg(seed)
        .output()
        .map_err(|why| failed(&why))?;
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr);
        let said = said.trim();
        let why = said.strip_prefix("error: ").unwrap_or(said);
        return Err(match why {
            "" => format!("its process died: {}", answer.status),
            why => why.to_owned(),
        });
    }
    serde_json::from_slice(&answer.stdout)
        .map_err(|why| format!("its answer could not be understood: {why}"))
}
