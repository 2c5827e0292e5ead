//! Panics as values: a plan that fails is run again and again while it is made smaller, and each
//! of its panics would be printed.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static PANICS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Runs `f`. If it panics, the error is the message of the first panic on this thread, of which
/// later ones are consequences. Nothing is printed.
///
/// A checker runs all threads of a plan on the thread that calls it, so theirs are caught too.
pub(crate) fn quietly<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        before_hook();
        let default = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let kept = PANICS.with_borrow_mut(|panics| match panics {
                Some(panics) => {
                    panics.push(message(info.payload()));
                    true
                }
                None => false,
            });
            if !kept {
                default(info);
            }
        }));
    });
    PANICS.set(Some(Vec::new()));
    let outcome = catch_unwind(AssertUnwindSafe(f));
    let first = PANICS.take().and_then(|panics| panics.into_iter().next());
    outcome.map_err(|payload| first.unwrap_or_else(|| message(&*payload)))
}

/// shuttle's own hook prints: once it is there, ours can go in front of it.
#[cfg(shuttle)]
fn before_hook() {
    let mut config = shuttle::Config::new();
    config.silence_warnings = true;
    shuttle::Runner::new(shuttle::scheduler::RandomScheduler::new(1), config).run(|| ());
}

#[cfg(not(shuttle))]
fn before_hook() {}

pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&'static str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic whose payload is not text")
        .to_owned()
}

/// For threads of the system.
#[cfg(not(shuttle))]
pub(crate) use threads::in_time;

#[cfg(not(shuttle))]
mod threads {
    use super::quietly;
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::Duration;

    /// Far beyond what a plan takes on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Runs `f` on a thread of its own; its panic is an error, and so is that it does not end.
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
            Err(RecvTimeoutError::Disconnected) => {
                Err("the thread ended without a word".to_owned())
            }
        }
    }
}
