//! The `flipside` command in a workspace that is not there, with checkers that say what a test wants:
//! what the command makes of it shows in no time, and touches no seed of the real one.

use flipside::Design;
use flipside_record::seed::{Schedule, Seed};
use flipside_scenarios::checker::Checker;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// The workspace.
#[derive(Debug)]
pub(crate) struct Fake(TempDir);

impl Fake {
    pub(crate) fn new() -> io::Result<Self> {
        let fake = Self(tempfile::tempdir()?);
        for checker in Checker::ALL {
            symlink(stand_in("checker"), fake.path(checker.name()))?;
        }
        fs::create_dir_all(fake.kept())?;
        Ok(fake)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Where the committed seeds are.
    pub(crate) fn kept(&self) -> PathBuf {
        self.path("models/seeds")
    }

    /// Where those of failures on this machine are.
    pub(crate) fn found(&self) -> PathBuf {
        self.path("target/flipside/seeds")
    }

    /// What a checker says to a question: to `case`, or to one that is asked.
    pub(crate) fn answer(&self, checker: Checker, question: &str, says: &str) -> io::Result<()> {
        fs::write(self.path(&format!("{checker}.{question}")), says)
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_flipside"));
        command
            .args(args)
            .env("CARGO", stand_in("cargo"))
            .env("FAKE", self.0.path())
            // Nothing of these reaches a checker.
            .env("LOOM_MAX_PREEMPTIONS", "1")
            .env("SHUTTLE_RANDOM_SEED", "1")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command that has to end with that status: its stdout and its stderr.
    pub(crate) fn ends(&self, status: i32, args: &[&str]) -> io::Result<(String, String)> {
        let output = self.command(args).output()?;
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{args:?}\n{out}{err}");
        Ok((out, err))
    }

    /// Runs a command and sends it what Ctrl-C sends, once it has said that: its exit status.
    pub(crate) fn interrupted_at(&self, said: &str, args: &[&str]) -> io::Result<Option<i32>> {
        let (mut says, on_both) = io::pipe()?;
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(on_both.try_clone()?)
            .stderr(on_both);
        let mut child = command.spawn()?;
        // The only ends of the pipe are the child's then, so that reading ends if it does.
        drop(command);
        let stays_open = child.stdin.take();
        let mut heard = Vec::new();
        let mut byte = [0];
        while !String::from_utf8_lossy(&heard).contains(said) {
            assert_eq!(
                says.read(&mut byte)?,
                1,
                "{}",
                String::from_utf8_lossy(&heard)
            );
            heard.extend(byte);
        }
        let id = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status()?.success());
        let status = child.wait()?;
        drop(stays_open);
        Ok(status.code())
    }
}

fn stand_in(name: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command");
    tests.join("fake").join(name)
}

/// A seed of weft's; of the engine itself, if there is no mutant.
pub(crate) fn seed(mutant: Option<&str>, size: &str) -> Result<Seed, String> {
    let extent = format!("{size} in 21 steps, 3 switches").parse()?;
    Ok(Seed {
        mutant: mutant.map(str::to_owned),
        scenario: "handover",
        size: size.parse()?,
        design: Design::default(),
        checker: Checker::Weft,
        version: Checker::Weft.version().to_owned(),
        schedule: Schedule::Decisions("weft1: 0*4 1*3".to_owned()),
        failure: "data race: neither access happens before the other".to_owned(),
        found: extent,
        minimal: extent,
    })
}
