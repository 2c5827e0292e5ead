//! Plans on threads of the system: one that hangs must fail, too.

use crate::layer::LATE;
use flipside_models::checkers::quietly;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// Runs `f` on a thread of its own; its panic is an error, and so is that it does not end. Nothing
/// is printed: a plan that fails is run again and again while it is made smaller.
pub(crate) fn in_time<T: Send + 'static>(
    patience: Duration,
    f: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let (done, ended) = channel();
    std::thread::spawn(move || {
        let _ = done.send(quietly(f));
    });
    match ended.recv_timeout(patience) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => Err(LATE.to_owned()),
        Err(RecvTimeoutError::Disconnected) => Err("the thread ended without a word".to_owned()),
    }
}
