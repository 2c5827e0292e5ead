//! Panics of the program under test: which of them are failures, and which are printed.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::Once;

use crate::report::{FailureKind, Report, Verdict};
use crate::runtime::{Body, Outside, block_while, context};

thread_local! {
    /// The last panic's message and place.
    static PANIC: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// A thread from its first event to its last. A panic that escapes it is a failure of the model.
pub(crate) fn run_body(body: Body) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else {
        return;
    };
    let seen = PANIC.take();
    block_while(|exec| exec.may_fail());
    context(|cx| {
        let mut exec = cx.exec();
        let thread = exec.current;
        let (message, at) = seen.unwrap_or_else(|| (message_of(payload.as_ref()), String::new()));
        let kind = FailureKind::Panic {
            thread,
            message,
            at,
        };
        exec.fail(kind, None);
    });
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
            let outside_of = Outside::new();
            // weft's own panics are no part of the program, whose failures are told later.
            if context(|_| ()).is_none() || !outside_of.is_left_by_the_program() {
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

/// Panics with what a check has found.
#[track_caller]
pub(crate) fn raise(report: &Report) -> ! {
    let text = match &report.verdict {
        Verdict::Failed(failure) => format!(
            "{failure}\nafter {} graphs + {} blocked",
            report.complete, report.blocked
        ),
        _ => report.to_string(),
    };
    panic_plainly(text)
}

/// A panic that prints its message as std does, but never the stack: that of the checker tells nothing about the program.
#[track_caller]
fn panic_plainly(message: String) -> ! {
    let thread = std::thread::current();
    let (name, at) = (thread.name().unwrap_or("<unnamed>"), Location::caller());
    // Printing panics where nobody reads, and that is no reason to lose the message.
    let _ = catch_unwind(|| eprintln!("\nthread '{name}' panicked at {at}:\n{message}"));
    resume_unwind(Box::new(message))
}
