//! A copy of the workspace is broken as the tutorial says, and its commands are run there.

use flipside_cli::process::build::{BuildError, COMMAND, build};
use flipside_cli::process::children::Children;
use flipside_cli::process::say::line;
use flipside_record::workspace::Workspace;
use flipside_scenarios::checker::Checker;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is broken: a line of a file, and what it becomes.
pub(super) const BROKEN: &str = "engine/src/handoff/striped.rs";
pub(super) const RIGHT: &str =
    "        self.done[place.word()].store(*done, O::store(Site::CompleteWmb));\n";
pub(super) const WRONG: &str =
    "        self.done[place.word()].store(*done, std::sync::atomic::Ordering::Relaxed);\n";

/// What is run, before and after the repair.
pub(super) const VERIFY: &str =
    "verify --checker weft --checker shuttle --scenario handover --design flip-striped --no-time";

/// What the commands print.
#[derive(Debug)]
pub struct Told {
    pub(super) verify: String,
    pub(super) replay: String,
    pub(super) command: String,
    pub(super) picture: String,
    pub(super) fixed: String,
}

/// Breaks a copy, verifies it, replays what that finds, and verifies the workspace itself.
pub(super) fn told(workspace: &Workspace, children: &Children) -> Result<Told, String> {
    line("following the tutorial");
    let place = workspace.target().join("flipside").join("tutorial");
    let copy = place.join("copy");
    mirror(workspace.root(), &copy, workspace.target())
        .map_err(|why| format!("{}: it cannot be copied: {why}", copy.display()))?;
    let binary = build(workspace, COMMAND, Checker::Native, children);
    let binary = &binary.map_err(BuildError::into_text)?;
    let run = |root: &Path, target: &Path, arguments: &str, more: &[&OsStr], code| {
        let mut command = Command::new(binary);
        command
            .args(arguments.split(' '))
            .args(more)
            .env("CARGO_MANIFEST_DIR", root.join("models/cli"))
            .env("CARGO_TARGET_DIR", target);
        let (ended, output) = output(children, &mut command)?;
        match ended {
            Some(ended) if ended == code => Ok(output),
            ended => Err(format!(
                "the tutorial's `cargo {arguments}` ended with {ended:?}, not with {code}:\n{output}"
            )),
        }
    };
    let broken = place.join("target");
    let verify = run(&copy, &broken, VERIFY, &[], 1)?;
    let last = verify.lines().last().unwrap_or_default();
    let command = last
        .strip_prefix("cargo ")
        .filter(|command| command.starts_with("replay "))
        .ok_or_else(|| format!("the tutorial's `cargo {VERIFY}` ends with no replay:\n{verify}"))?
        .to_owned();
    let picture = place.join("picture.svg");
    let replay = run(
        &copy,
        &broken,
        &command,
        &["--svg".as_ref(), picture.as_ref()],
        0,
    )?;
    let fixed = run(workspace.root(), workspace.target(), VERIFY, &[], 0)?;
    let read = fs::read_to_string(&picture);
    Ok(Told {
        picture: read.map_err(|why| format!("{}: {why}", picture.display()))?,
        verify,
        replay,
        command,
        fixed,
    })
}

/// Runs a command: its exit status and what it printed.
fn output(children: &Children, command: &mut Command) -> Result<(Option<i32>, String), String> {
    let failed = |why: io::Error| format!("the tutorial's command could not be run: {why}");
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped());
    let started = children.spawn(command).map_err(failed)?;
    let started = started.ok_or("interrupted")?;
    let mut output = String::new();
    if let Some(mut stdout) = started.stdout {
        stdout.read_to_string(&mut output).map_err(failed)?;
    }
    let status = children.wait(started.id).map_err(failed)?;
    Ok((status.code(), output))
}

/// Makes the copy what the workspace is, but for the line that is broken. What is equal stays as it
/// is, so that cargo need not build it again.
fn mirror(root: &Path, copy: &Path, target: &Path) -> io::Result<()> {
    let mut kept = BTreeSet::new();
    for name in files(root, Some(target))? {
        let mut text = fs::read(root.join(&name))?;
        if name == Path::new(BROKEN) {
            let right = String::from_utf8_lossy(&text).replace("\r\n", "\n");
            if right.matches(RIGHT).count() != 1 {
                let why = format!("{BROKEN} has the line that is to be broken not once:\n{RIGHT}");
                return Err(io::Error::other(why));
            }
            text = right.replace(RIGHT, WRONG).into_bytes();
        }
        let file = copy.join(&name);
        if fs::read(&file).ok().as_ref() != Some(&text) {
            file.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::write(&file, text)?;
        }
        kept.insert(name);
    }
    for name in files(copy, None)? {
        if !kept.contains(&name) {
            fs::remove_file(copy.join(name))?;
        }
    }
    Ok(())
}

/// The files below a directory that make up the workspace, relative to it: not what git or cargo
/// keep there.
fn files(root: &Path, target: Option<&Path>) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut directories = vec![PathBuf::new()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(root.join(&directory))? {
            let entry = entry?;
            let name = entry.file_name();
            let hidden = name.to_string_lossy().starts_with('.') && name != ".cargo";
            if hidden || name == "target" || Some(&*entry.path()) == target {
                continue;
            }
            let path = directory.join(name);
            if entry.file_type()?.is_dir() {
                directories.push(path);
            } else {
                found.push(path);
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_is_broken_and_nothing_else() {
        let place = tempfile::tempdir().expect("a directory");
        let (root, copy) = (place.path().join("root"), place.path().join("copy"));
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().expect("it is in a directory")).expect("a directory");
            fs::write(path, text).expect("a file");
        };
        write(root.join(BROKEN), &format!("a\n{RIGHT}b\n"));
        write(root.join("Cargo.toml"), "1");
        write(root.join(".git/config"), "1");
        write(root.join("target/x"), "1");
        write(copy.join("old.rs"), "1");
        mirror(&root, &copy, &root.join("target")).expect("it is copied");
        let mut there = files(&copy, None).expect("it is there");
        there.sort();
        assert_eq!(there, [Path::new("Cargo.toml"), Path::new(BROKEN)]);
        let broken = fs::read_to_string(copy.join(BROKEN)).expect("it is there");
        assert_eq!(broken, format!("a\n{WRONG}b\n"));
        write(root.join(BROKEN), "a\n");
        let why = mirror(&root, &copy, &root.join("target")).expect_err("there is no such line");
        assert!(why.to_string().contains("not once"), "{why}");
    }
}
