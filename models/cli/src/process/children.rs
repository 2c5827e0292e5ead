//! The processes that are running, and their end when the user has had enough.

use super::say::{INTERRUPTED, complain};
use std::fmt::Display;
use std::io;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitCode, ExitStatus};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

/// Every child that runs. After an interruption none is started any more.
#[derive(Debug, Default)]
pub struct Children(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    interrupted: bool,
    over: bool,
    running: Vec<Child>,
}

/// A started child: its id, and those of its ends that were asked to be pipes. The end of its
/// standard input stays with it, open as long as it lives.
#[derive(Debug)]
pub struct Started {
    /// Its process.
    pub id: u32,
    /// What it prints.
    pub stdout: Option<ChildStdout>,
    /// What it complains of.
    pub stderr: Option<ChildStderr>,
}

impl Children {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a child; none, if there was an interruption.
    pub fn spawn(&self, command: &mut Command) -> io::Result<Option<Started>> {
        // Under the lock, so that no child starts behind the back of an interruption.
        let mut state = self.state();
        if state.interrupted {
            return Ok(None);
        }
        let mut child = command.spawn()?;
        let started = Started {
            id: child.id(),
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
        };
        state.running.push(child);
        Ok(Some(started))
    }

    /// Waits for a child to end. It can still be killed meanwhile.
    pub fn wait(&self, id: u32) -> io::Result<ExitStatus> {
        loop {
            let mut state = self.state();
            let place = state.running.iter().position(|child| child.id() == id);
            let Some(place) = place else {
                return Err(io::Error::other("the process was not started here"));
            };
            if state.running[place].try_wait()?.is_some() {
                // Ended and reaped: this only returns the status again.
                return state.running.swap_remove(place).wait();
            }
            drop(state);
            sleep(Duration::from_millis(2));
        }
    }

    /// Kills one child; whoever waits for it reaps it.
    pub fn kill(&self, id: u32) {
        let mut state = self.state();
        for child in state.running.iter_mut().filter(|child| child.id() == id) {
            // It may have ended by itself, which is as good.
            let _ = child.kill();
        }
    }

    /// Kills what runs; whoever waits for it reaps it.
    pub fn interrupt(&self) {
        let mut state = self.state();
        state.interrupted = true;
        for child in &mut state.running {
            // It may have ended by itself, which is as good.
            let _ = child.kill();
        }
    }

    /// Whether the user has had enough.
    pub fn interrupted(&self) -> bool {
        self.state().interrupted
    }

    /// The exit status of a command that could not do its work: Ctrl-C is no failure.
    pub fn gave_up(&self, why: impl Display) -> ExitCode {
        if self.interrupted() {
            complain(INTERRUPTED, "interrupted")
        } else {
            complain(1, why)
        }
    }

    /// Says that no more are coming: from now on Ctrl-C has only this process to end.
    pub fn finish(&self) {
        self.state().over = true;
    }

    fn over(&self) -> bool {
        self.state().over
    }
}

/// Children that Ctrl-C kills, and what else asks a process to end. A second time, or when no more
/// are coming, it ends this process. To be called once.
pub fn stoppable() -> Result<Arc<Children>, String> {
    let children = Arc::new(Children::default());
    let killed = Arc::clone(&children);
    let handler = move || {
        if killed.interrupted() || killed.over() {
            std::process::exit(INTERRUPTED.into());
        }
        killed.interrupt();
    };
    match ctrlc::set_handler(handler) {
        Ok(()) => Ok(children),
        Err(why) => Err(format!("Ctrl-C could not be provided for: {why}")),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::time::Instant;

    fn sleeper() -> Command {
        let mut command = Command::new("sleep");
        command.arg("60");
        command
    }

    #[test]
    fn an_interruption_ends_what_runs_and_lets_nothing_start() -> io::Result<()> {
        let start = Instant::now();
        let children = Children::default();
        let started = children.spawn(&mut sleeper())?;
        let id = started.map_or(0, |started| started.id);
        children.interrupt();
        let status = children.wait(id)?;
        assert_eq!(status.code(), None, "it was killed");
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(children.spawn(&mut sleeper())?.is_none());
        Ok(())
    }
}
