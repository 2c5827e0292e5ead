//! The table as a file for other programs.

use super::differential::Differential;
use super::matrix::Matrix;
use super::options::Options;
use super::rows::Row;
use flipside_record::workspace::Workspace;
use flipside_scenarios::checker::Checker;
use serde::Serialize;
use serde_json::{Map, Value};
use std::env::consts::{ARCH, OS};
use std::path::Path;
use std::process::Command;
use std::{env, thread};

/// Which keys there are, and what they mean. A key that goes or changes its meaning makes another
/// number; one that is added does not.
const SCHEMA: u32 = 1;

/// What the file holds: docs/src/checking.md tells.
#[derive(Debug, Serialize)]
pub(super) struct Report<'rows> {
    schema: u32,
    pub(super) versions: Map<String, Value>,
    pub(super) host: Host,
    pub(super) profile: &'static str,
    pub(super) shard: Option<String>,
    pub(super) cases: &'rows [Row],
    /// Null where only some of the cases were asked for.
    pub(super) differential: Option<&'rows Differential>,
    pub(super) mutants: Option<&'rows Matrix>,
}

#[derive(Debug, Serialize)]
pub(super) struct Host {
    pub(super) os: &'static str,
    pub(super) arch: &'static str,
    pub(super) cores: Option<usize>,
}

impl<'rows> Report<'rows> {
    pub(super) fn new(
        workspace: &Workspace,
        options: &Options,
        checkers: &[Checker],
        rows: &'rows [Row],
        (differential, mutants): (Option<&'rows Differential>, Option<&'rows Matrix>),
    ) -> Self {
        Self {
            schema: SCHEMA,
            versions: versions(workspace, checkers),
            host: Host {
                os: OS,
                arch: ARCH,
                cores: thread::available_parallelism().ok().map(Into::into),
            },
            profile: options.profile().name(),
            shard: options.shard().map(|shard| shard.to_string()),
            cases: rows,
            differential,
            mutants,
        }
    }

    /// As if of a machine that nobody knows.
    #[cfg(test)]
    pub(super) fn of(rows: &'rows [Row], mutants: Option<&'rows Matrix>) -> Self {
        Self {
            schema: SCHEMA,
            versions: Map::from_iter([("loom".to_owned(), "0.7.3".into())]),
            host: Host {
                os: "linux",
                arch: "x86_64",
                cores: Some(2),
            },
            profile: "quick",
            shard: None,
            cases: rows,
            differential: None,
            mutants,
        }
    }

    /// The whole file.
    pub(super) fn json(&self) -> Result<String, String> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n").map_err(|why| why.to_string())
    }
}

/// Of this command, of the checkers that were asked for, and of the compiler.
fn versions(workspace: &Workspace, checkers: &[Checker]) -> Map<String, Value> {
    let mut versions = Map::new();
    versions.insert("flipside".to_owned(), env!("CARGO_PKG_VERSION").into());
    for checker in checkers {
        versions.insert(checker.name().to_owned(), checker.version().into());
    }
    versions.insert("rustc".to_owned(), rustc(workspace.root()).into());
    versions
}

fn rustc(root: &Path) -> Option<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc)
        .arg("--version")
        .current_dir(root)
        .output()
        .ok()?;
    let version = String::from_utf8(output.stdout).ok()?;
    Some(version.trim().to_owned()).filter(|version| !version.is_empty())
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
