//! What all processes have in common that run a checker's build: how they are started, from here,
//! and how they end, from there.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, io, thread};

/// How a checker's build is started. Nothing of the environment says what is explored: no seed, bound
/// or checkpoint.
pub(super) fn command(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for name in env::vars_os().map(|(name, _)| name).filter(is_of_a_checker) {
        command.env_remove(name);
    }
    // Ctrl-C on a terminal goes to a whole process group. The children get their end from here,
    // so that one that dies by itself is told from one that was stopped.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

fn is_of_a_checker(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("LOOM_") || name.starts_with("SHUTTLE_")
}

/// Ends this process when its standard input does, which is when the process that started it ends,
/// in whatever way.
pub(crate) fn end_with_parent() {
    thread::spawn(|| {
        // Nothing is ever sent.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        std::process::exit(1);
    });
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_checker_hears_nothing_of_the_environment() {
        for (name, is) in [
            ("LOOM_MAX_PREEMPTIONS", true),
            ("SHUTTLE_SEED", true),
            ("PATH", false),
        ] {
            assert_eq!(is_of_a_checker(&name.into()), is, "{name}");
        }
    }
}
