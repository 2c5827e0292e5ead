//! How a checker's binary is started.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

/// How a checker's build is started. Nothing of the environment says what is explored: no seed, bound
/// or checkpoint.
pub fn command(binary: &Path) -> Command {
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
