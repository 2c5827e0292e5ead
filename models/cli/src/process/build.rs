//! Building the models, or the properties, under a checker's cfg, in a target directory of its own.

use super::children::Children;
use super::say::line;
use flipside_record::workspace::{Workspace, cargo};
use flipside_scenarios::checker::Checker;
use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, IsTerminal};
use std::path::PathBuf;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

/// What answers questions.
#[derive(Clone, Copy, Debug)]
pub struct Binary {
    package: &'static str,
    name: &'static str,
    what: &'static str,
}

/// The one that runs scenarios.
pub const MODELS: Binary = Binary {
    package: "flipside-models",
    name: "runner",
    what: "models",
};

/// The command itself, for what shows how to use it.
pub const COMMAND: Binary = Binary {
    package: env!("CARGO_PKG_NAME"),
    name: "flipside",
    what: "command",
};

/// The one that runs plans. Known here by name alone: nothing here needs its package.
pub const PLANS: Binary = Binary {
    package: "flipside-proptests",
    name: "plan",
    what: "properties",
};

/// Why there is no binary.
#[derive(Debug)]
pub enum BuildError {
    /// By the user.
    Interrupted,
    /// In words.
    Failed(String),
}

impl BuildError {
    /// In words.
    pub fn into_text(self) -> String {
        match self {
            Self::Interrupted => "interrupted".to_owned(),
            Self::Failed(why) => why,
        }
    }
}

/// What a build is announced by.
#[must_use]
pub fn announcement(workspace: &Workspace, binary: Binary, checker: Checker) -> String {
    let (target, under) = place(workspace, checker);
    format!(
        "building the {}{under}, in {}",
        binary.what,
        target.display()
    )
}

/// Where a checker's binaries are built, and what is said of them.
fn place(workspace: &Workspace, checker: Checker) -> (PathBuf, String) {
    match checker {
        Checker::Native => (workspace.target().to_owned(), String::new()),
        _ => {
            let target = workspace.target().join("flipside").join(checker.name());
            (target, format!(" under {checker}"))
        }
    }
}

/// Announces and builds a binary under the checker's cfg. The compiler's messages go to stderr.
///
/// # Errors
///
/// An interruption, or how the build failed.
pub fn build(
    workspace: &Workspace,
    binary: Binary,
    checker: Checker,
    children: &Children,
) -> Result<PathBuf, BuildError> {
    line(&announcement(workspace, binary, checker));
    let terminal = io::stderr().is_terminal();
    compile(workspace, binary, checker, children, terminal)
}

/// Builds a binary. Warnings and errors are always shown; the list of what is compiled is, if `aloud`.
///
/// # Errors
///
/// An interruption, or how the build failed.
pub fn compile(
    workspace: &Workspace,
    binary: Binary,
    checker: Checker,
    children: &Children,
    aloud: bool,
) -> Result<PathBuf, BuildError> {
    let Binary {
        package,
        name,
        what,
    } = binary;
    let (target, under) = place(workspace, checker);
    let mut command = cargo();
    if checker != Checker::Native {
        command
            .env("CARGO_ENCODED_RUSTFLAGS", rustflags(checker))
            .env_remove("RUSTFLAGS");
    }
    command
        .current_dir(workspace.root())
        // What cargo built this very command with is in Cargo.lock by now.
        .args(["build", "--locked", "--release"])
        .args(["--package", package, "--bin", name])
        .arg("--message-format=json-render-diagnostics")
        .arg("--target-dir")
        .arg(&target)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    if !aloud {
        command.arg("--quiet");
    }
    let failed =
        |why: String| BuildError::Failed(format!("the build of the {what}{under} failed: {why}"));
    let started = children
        .spawn(&mut command)
        .map_err(|why| failed(format!("cargo could not be started: {why}")))?
        .ok_or(BuildError::Interrupted)?;
    let binary = started
        .stdout
        .and_then(|out| executable(BufReader::new(out), name));
    let status = children
        .wait(started.id)
        .map_err(|why| failed(why.to_string()))?;
    if status.code().is_none() {
        // Ctrl-C on a terminal reaches cargo too, perhaps before this process.
        sleep(Duration::from_millis(300));
    }
    if children.interrupted() {
        return Err(BuildError::Interrupted);
    }
    if !status.success() {
        return Err(failed(format!("cargo ended with {status}")));
    }
    binary.ok_or_else(|| failed("cargo names no executable".to_owned()))
}

/// The path of the binary, in cargo's messages: wherever a `build.target` may have put it.
fn executable(messages: impl BufRead, name: &str) -> Option<PathBuf> {
    messages
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| {
            let message: Value = serde_json::from_str(&line).ok()?;
            let artifact = message.get("reason")? == "compiler-artifact"
                && message.pointer("/target/name")? == name;
            let path = message.get("executable")?.as_str()?;
            artifact.then(|| PathBuf::from(path))
        })
        .last()
}

/// The user's own flags, less any checker's cfg, and this checker's: in cargo's own encoding.
///
/// cargo takes the flags from the first of `CARGO_ENCODED_RUSTFLAGS`, `RUSTFLAGS`,
/// `target.*.rustflags` and `build.rustflags` that is there, and never joins two of them. The cfg
/// has to arrive whatever the user's files say, so it comes first in that list, joined by hand
/// with what the environment says. `rustflags` in a configuration file do not reach the models;
/// other keys, such as `linker`, do.
fn rustflags(checker: Checker) -> OsString {
    let separator = |c: char| c == '\x1f';
    let flags: Vec<String> = if let Ok(encoded) = env::var("CARGO_ENCODED_RUSTFLAGS") {
        encoded.split(separator).map(str::to_owned).collect()
    } else {
        let plain = env::var("RUSTFLAGS").unwrap_or_default();
        plain.split_whitespace().map(str::to_owned).collect()
    };
    join(&flags, checker).join("\x1f").into()
}

fn join(flags: &[String], checker: Checker) -> Vec<String> {
    let is_checker = |name: &str| Checker::ALL.iter().any(|checker| checker.name() == name);
    let mut kept = Vec::new();
    let mut flags = flags.iter().filter(|flag| !flag.is_empty()).peekable();
    while let Some(flag) = flags.next() {
        if flag == "--cfg" && flags.next_if(|name| is_checker(name)).is_some() {
            continue;
        }
        if flag.strip_prefix("--cfg=").is_some_and(is_checker) {
            continue;
        }
        kept.push(flag.clone());
    }
    kept.extend(["--cfg".to_owned(), checker.name().to_owned()]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn joined(flags: &str, checker: Checker) -> String {
        let flags: Vec<_> = flags.split(' ').map(str::to_owned).collect();
        join(&flags, checker).join(" ")
    }

    #[test]
    fn the_users_flags_stay_and_checkers_do_not() {
        assert_eq!(joined("", Checker::Weft), "--cfg weft");
        assert_eq!(
            joined("-C target-cpu=native --cfg loom", Checker::Shuttle),
            "-C target-cpu=native --cfg shuttle"
        );
        assert_eq!(
            joined("--cfg=shuttle --cfg mine --cfg=weft -g", Checker::Loom),
            "--cfg mine -g --cfg loom"
        );
    }

    #[test]
    fn the_binary_is_the_one_that_cargo_names() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"loom"},"executable":null}"#,
            "\nnot a message\n",
            r#"{"reason":"compiler-artifact","target":{"name":"flipside"},"executable":null}"#,
            "\n",
            r#"{"reason":"compiler-artifact","target":{"name":"flipside"},"executable":"/t/flipside"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        let found = executable(messages.as_bytes(), "flipside");
        assert_eq!(found.as_deref(), Some(Path::new("/t/flipside")));
        assert_eq!(executable(&b"{}"[..], "flipside"), None);
        assert_eq!(executable(messages.as_bytes(), "plan"), None);
    }
}
