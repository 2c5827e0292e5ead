//! The table as a file for other programs.

use super::build::Workspace;
use super::differential::Differential;
use super::matrix::Matrix;
use super::options::Options;
use super::rows::Row;
use crate::checker::Checker;
use serde::Serialize;
use serde_json::{Map, Value};
use std::env::consts::{ARCH, OS};
use std::ffi::OsString;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, io, process, thread};

/// Where the report will go, known to be writable.
#[derive(Debug)]
pub(super) struct JsonFile {
    shown: PathBuf,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Written beside its place and moved there: nobody ever sees half of it.
    File { path: PathBuf, beside: PathBuf },
    /// A pipe or a device, which cannot be replaced and must not be.
    Stream(PathBuf),
}

impl JsonFile {
    /// Tries the place out before hours of work go into what it cannot take.
    pub(super) fn prepare(shown: &Path) -> Result<Self, String> {
        let target = Target::of(shown).map_err(|why| unwritable(shown, &why))?;
        Ok(Self {
            shown: shown.to_owned(),
            target,
        })
    }

    pub(super) fn write(&self, report: &Report<'_>) -> Result<(), String> {
        self.try_write(report)
            .map_err(|why| unwritable(&self.shown, &why))
    }

    fn try_write(&self, report: &Report<'_>) -> io::Result<()> {
        let mut text = serde_json::to_vec_pretty(report)?;
        text.push(b'\n');
        match &self.target {
            Target::Stream(path) => OpenOptions::new().write(true).open(path)?.write_all(&text),
            Target::File { path, beside } => {
                let mut file = fs::File::create(beside)?;
                let written = file
                    .write_all(&text)
                    .and_then(|()| file.sync_all())
                    .and_then(|()| fs::rename(beside, path));
                if written.is_err() {
                    let _ = fs::remove_file(beside);
                }
                written
            }
        }
    }
}

impl Target {
    fn of(shown: &Path) -> io::Result<Self> {
        // Behind a link, the file that it leads to is replaced and the link stays.
        let path = match fs::canonicalize(shown) {
            Ok(path) => path,
            Err(why) if why.kind() == io::ErrorKind::NotFound => shown.to_owned(),
            Err(why) => return Err(why),
        };
        if let Ok(there) = fs::metadata(&path) {
            if there.is_dir() {
                return Err(io::Error::other("it is a directory"));
            }
            if !there.is_file() {
                return Ok(Self::Stream(path));
            }
            OpenOptions::new().write(true).open(&path)?;
        }
        let Some(name) = path.file_name() else {
            return Err(io::Error::other("it names no file"));
        };
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.tmp", process::id()));
        let beside = path.with_file_name(hidden);
        fs::File::create(&beside)?;
        fs::remove_file(&beside)?;
        Ok(Self::File { path, beside })
    }
}

fn unwritable(path: &Path, why: &io::Error) -> String {
    format!("--json {}: it cannot be written: {why}", path.display())
}

/// Which keys there are, and what they mean. A key that goes or changes its meaning makes another
/// number; one that is added does not.
const SCHEMA: u32 = 1;

/// What the file holds: docs/src/checking.md tells.
#[derive(Debug, Serialize)]
pub(super) struct Report<'rows> {
    schema: u32,
    versions: Map<String, Value>,
    host: Host,
    profile: &'static str,
    shard: Option<String>,
    cases: &'rows [Row],
    /// Null where only some of the cases were asked for.
    differential: Option<&'rows Differential>,
    mutants: Option<&'rows Matrix>,
}

#[derive(Debug, Serialize)]
struct Host {
    os: &'static str,
    arch: &'static str,
    cores: Option<usize>,
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
}

/// Of this command, of the checkers that were asked for, and of the compiler.
fn versions(workspace: &Workspace, checkers: &[Checker]) -> Map<String, Value> {
    let lock = fs::read_to_string(workspace.root().join("Cargo.lock")).unwrap_or_default();
    let mut versions = Map::new();
    versions.insert("flipside".to_owned(), env!("CARGO_PKG_VERSION").into());
    for &checker in checkers {
        let version = locked(&lock, package(checker));
        versions.insert(checker.name().to_owned(), version.into());
    }
    versions.insert("rustc".to_owned(), rustc(workspace.root()).into());
    versions
}

/// The package that a checker comes in.
const fn package(checker: Checker) -> &'static str {
    match checker {
        Checker::Weft => "weft-checker",
        Checker::Loom | Checker::Shuttle | Checker::Native => checker.name(),
    }
}

/// The version of a package in Cargo.lock, where `version` follows `name`.
fn locked<'lock>(lock: &'lock str, package: &str) -> Option<&'lock str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?;
    version.strip_suffix('"')
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
