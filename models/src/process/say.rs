//! What a command says, and how it ends.

use super::children::Children;
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

/// The command line was wrong, or the work could not begin.
pub(crate) const USAGE: u8 = 2;
/// What a shell reports of a command that Ctrl-C ended.
pub(crate) const INTERRUPTED: u8 = 130;

/// Says something on stderr.
pub(crate) fn line(text: &str) {
    // Nobody reads it: no reason to stop.
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}

/// The exit status of a command that could not do its work: Ctrl-C is no failure.
pub(crate) fn gave_up(children: &Children, why: impl Display) -> ExitCode {
    if children.interrupted() {
        complain(INTERRUPTED, "interrupted")
    } else {
        complain(1, why)
    }
}

pub(crate) fn complain(code: u8, why: impl Display) -> ExitCode {
    // Where nobody can be told, the exit status says it.
    let _ = writeln!(io::stderr(), "error: {why}");
    ExitCode::from(code)
}

/// Prints to stdout. A reader who went away has seen enough.
pub(crate) fn print(text: &str) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("it could not be printed: {why}"))
        }
        _ => Ok(()),
    }
}
