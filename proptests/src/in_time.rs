//! Plans on threads of the system: one that hangs must fail, too.

use flipside_models::checker::quietly;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Far beyond what a plan takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs `f` on a thread of its own; its panic is an error, and so is that it does not end. Nothing
/// is printed: a plan that fails is run again and again while it is made smaller.
pub(crate) fn in_time<T: Send + 'static>(
    f: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let (done, ended) = channel();
    std::thread::spawn(move || {
        let _ = done.send(quietly(f));
    });
    match ended.recv_timeout(PATIENCE) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => Err(format!("no end after {PATIENCE:?}")),
        Err(RecvTimeoutError::Disconnected) => Err("the thread ended without a word".to_owned()),
    }
}
