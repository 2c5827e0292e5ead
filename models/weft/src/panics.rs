//! Panics of the program under test: which of them are failures, and which are printed.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::Once;

use crate::event::EventId;
use crate::exec::{Exec, Running};
use crate::report::{FailureKind, Report, Verdict};
use crate::runtime::{Body, Outside, block_while, context};

thread_local! {
    /// The last panic that was met while the run's state was in use: one of weft's own.
    static PANIC: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

/// What the panic hook sees of a panic.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    message: String,
    at: String,
}

/// A panic that has escaped a thread.
#[derive(Clone, Debug)]
pub(crate) struct Escaped {
    /// Where it began: in another thread if this one only passed on what joining that one answered.
    root: u32,
    seen: Seen,
    /// The address of the payload.
    payload: usize,
    /// Somebody has joined the thread, and was answered.
    taken: bool,
}

impl Escaped {
    pub(crate) fn kind(&self) -> FailureKind {
        FailureKind::Panic {
            thread: self.root,
            message: self.seen.message.clone(),
            at: self.seen.at.clone(),
        }
    }
}

/// What a thread, or all of them, knows of panics in this run.
#[derive(Debug, Default)]
pub(crate) struct Panics {
    /// The last panic, caught or not.
    seen: Option<Seen>,
    /// There was one since it was last known that there is none.
    some: bool,
    /// The thread is suspended in the middle of one.
    pub(crate) suspended: bool,
    /// What it was answered by threads that it joined, whose panics these are.
    joined: Vec<u32>,
    escaped: Option<Escaped>,
}

type Payload = dyn Any + Send;

impl Exec {
    /// The panic that escapes the current thread.
    fn escaped(&mut self, payload: &Payload) -> Escaped {
        let text = message_of(payload);
        let address = std::ptr::from_ref(payload).cast::<()>().addr();
        let joined = &self.threads[self.current as usize].panics.joined;
        let theirs = joined.iter().rev();
        let theirs = theirs.filter_map(|&t| self.threads[t as usize].panics.escaped.as_ref());
        // Unwrapped, or resumed.
        let passes_on = |e: &&Escaped| text.ends_with("Any { .. }") || e.payload == address;
        let root = theirs.into_iter().find(passes_on).cloned();
        if let Some(root) = root {
            return Escaped {
                payload: address,
                taken: false,
                ..root
            };
        }
        let seen = self.me().panics.seen.take().or_else(|| PANIC.take());
        // A panic that is resumed calls no hook.
        let seen = seen.filter(|seen| seen.message == text);
        Escaped {
            root: self.current,
            seen: seen.unwrap_or(Seen {
                message: text,
                at: String::new(),
            }),
            payload: address,
            taken: false,
        }
    }

    /// The current thread is answered by one that it has joined, and whose panic this is.
    pub(crate) fn take_panic(&mut self, child: u32) {
        if let Some(escaped) = &mut self.threads[child as usize].panics.escaped {
            escaped.taken = true;
        }
        self.me().panics.joined.push(child);
    }

    /// Of the threads that have panicked and were joined by nobody, the one that was spawned first.
    pub(crate) fn untaken_panic(&self) -> Option<&Escaped> {
        let threads = self.threads.iter().zip(&self.graph.threads);
        let untaken = threads.filter_map(|(t, known)| {
            let escaped = t.panics.escaped.as_ref()?;
            (!escaped.taken).then_some((known.path, escaped))
        });
        let first = untaken.min_by_key(|(path, _)| *path);
        first.map(|(_, escaped)| escaped)
    }

    /// Whether the current thread is in the middle of a panic. std counts the panics of an OS thread.
    pub(crate) fn panicking(&mut self) -> bool {
        let any = std::thread::panicking();
        let current = self.current as usize;
        let other = |(t, r): (usize, &Running)| t != current && r.panics.suspended;
        let others = any && (self.stale_panics || self.threads.iter().enumerate().any(other));
        let me = &mut self.me().panics;
        me.some &= any;
        any && (!others || me.some)
    }
}

/// Whether the calling thread of the model is in the middle of a panic; outside of models as std's.
pub(crate) fn panicking() -> bool {
    context(|cx| cx.exec().panicking()).unwrap_or_else(std::thread::panicking)
}

/// A spawned thread's body. A panic that escapes it is what joining the thread answers.
pub(crate) fn catch<T>(body: impl FnOnce() -> T) -> std::thread::Result<T> {
    catch_unwind(AssertUnwindSafe(body)).inspect_err(|payload| {
        context(|cx| {
            let mut exec = cx.exec();
            let escaped = exec.escaped(payload.as_ref());
            exec.me().panics.escaped = Some(escaped);
        });
    })
}

/// A thread from its first event to its last. A panic that escapes main is a failure of the model.
pub(crate) fn run_body(body: Body) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else {
        return;
    };
    context(|cx| {
        let escaped = cx.exec().escaped(payload.as_ref());
        block_while(|exec| exec.may_fail());
        let mut exec = cx.exec();
        let (thread, executed) = (exec.current, exec.me().executed);
        let last = executed.checked_sub(1);
        let last = last.map(|index| EventId { thread, index });
        exec.fail(escaped.kind(), last);
    });
}

fn message_of(payload: &Payload) -> String {
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
            if !outside_of.is_left_by_the_program() {
                // It is no part of the program, whose failures are told later.
                outside(info);
            }
            let at = info
                .location()
                .map_or(String::new(), |l| format!("{}:{}", l.file(), l.line()));
            let seen = Seen {
                message: message_of(info.payload()),
                at,
            };
            let noted = context(|cx| {
                cx.unless_in_use(|exec| {
                    let panics = &mut exec.me().panics;
                    (panics.seen, panics.some) = (Some(seen.clone()), true);
                })
            });
            if noted == Some(false) {
                PANIC.set(Some(seen));
            }
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
