//! Panics that are expected: caught, not printed.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    static PANICS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Runs `f`; if it panics, the error is the message of the first panic on this thread, which is
/// the cause where a later one is only its consequence. Nothing is printed.
///
/// The checkers run a model's threads on the thread that calls them, so theirs are caught too.
///
/// # Errors
///
/// The message of the panic.
pub fn quietly<T>(f: impl FnOnce() -> T) -> Result<T, String> {
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
    let panics = PANICS.take().unwrap_or_default();
    outcome.map_err(|payload| match panics.into_iter().next() {
        Some(first) => first,
        None => message(&*payload),
    })
}

/// shuttle's own hook prints: once it is there, ours can go in front of it.
#[cfg(shuttle)]
fn before_hook() {
    let mut config = shuttle::Config::new();
    config.silence_warnings = true;
    shuttle::Runner::new(shuttle::scheduler::RandomScheduler::new(1), config).run(|| ());
}

#[cfg(not(shuttle))]
const fn before_hook() {}

fn message(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&'static str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic whose payload is not text")
        .to_owned()
}
