//! What all processes have in common that run a checker's build: how they are started, from here,
//! and how they end, from there.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, io, thread};

/// How a checker's build is started. Nothing of the environment says what is explored: no seed, bound
/// or checkpoint.
pub(crate) fn command(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("LOOM_") || text.starts_with("SHUTTLE_") {
            command.env_remove(&name);
        }
    }
    // Ctrl-C on a terminal goes to a whole process group. The children get their end from here,
    // so that one that dies by itself is told from one that was stopped.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
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
