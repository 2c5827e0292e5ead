//! Panics of the program under test: which of them are failures, and which are printed.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use crate::report::FailureKind;
use crate::runtime::{Body, RunOver, context, wait_to_fail};

thread_local! {
    /// The last panic's message and place.
    static PANIC: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// A thread from its first event to its last. A panic that escapes it is a failure of the model.
pub(crate) fn run_body(body: Body) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else {
        return;
    };
    if payload.is::<RunOver>() {
        return;
    }
    let Some(cx) = context() else { return };
    if cx.exec.borrow_mut().me().aborting {
        return;
    }
    let seen = PANIC.take();
    if catch_unwind(wait_to_fail).is_err() {
        return;
    }
    let mut exec = cx.exec.borrow_mut();
    if exec.me().aborting {
        return;
    }
    let thread = exec.current;
    let (message, at) = seen.unwrap_or_else(|| (message_of(payload.as_ref()), String::new()));
    exec.fail(
        FailureKind::Panic {
            thread,
            message,
            at,
        },
        None,
    );
    exec.me().aborting = true;
}

fn message_of(payload: &(dyn Any + Send)) -> String {
    if let Some(s) = payload.downcast_ref::<&str>() {
        (*s).to_string()
    } else if let Some(s) = payload.downcast_ref::<String>() {
        s.clone()
    } else {
        "a panic whose payload is no text".to_string()
    }
}

/// Panics inside a running model are reported with the graph, not printed when they happen: most of them happen again
/// in many graphs, and the program may well catch them.
pub(crate) fn install_hook() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let outside = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            // A destructor that panics while it is unwound ends the process: that must not happen in silence.
            let fatal = context().is_none_or(|cx| {
                cx.exec
                    .try_borrow_mut()
                    .is_ok_and(|mut exec| exec.me().aborting)
            });
            if fatal {
                outside(info);
                return;
            }
            let at = info
                .location()
                .map_or(String::new(), |l| format!("{}:{}", l.file(), l.line()));
            PANIC.set(Some((message_of(info.payload()), at)));
        }));
    });
}
