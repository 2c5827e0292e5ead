//! The checkers' types with a record of each step, while a model asks for one.

use super::backend::{self, Ordering};
use crate::slots::Purpose;
use crate::trace::{What, begin, cell, here, next_thread, record, shown, word};
use std::io;
use std::panic::Location;
use std::sync::atomic::AtomicU8;

/// How a word has been written so far. A word is written by plain stores or by read-modify-writes,
/// never by both (O8): between the load and the store of the one side, the other's update is lost.
struct Written(AtomicU8);

#[derive(Clone, Copy)]
enum By {
    Store = 1,
    Update = 2,
}

impl Written {
    const fn never() -> Self {
        Self(AtomicU8::new(0))
    }

    #[track_caller]
    fn check(&self, by: By) {
        // Not the checker's atomic: it watches the program and is no part of it.
        let all = self.0.fetch_or(by as u8, Ordering::Relaxed) | by as u8;
        assert_ne!(
            all,
            By::Store as u8 | By::Update as u8,
            "a word is written both by plain stores and by read-modify-writes"
        );
    }
}

macro_rules! atomics {
    ($($name:ident, $value:ty, [$($update:ident),*];)+) => { $(
        pub(crate) struct $name(backend::$name, Written);

        #[allow(dead_code, reason = "each design uses some of them")]
        impl $name {
            #[track_caller]
            pub(crate) fn new(value: $value) -> Self {
                Self(backend::$name::new(value), Written::never())
            }

            #[track_caller]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                let here = here();
                let value = self.0.load(order);
                if let Some(here) = here {
                    let what = What::Read(word(self, value as u64, order, here));
                    record(here, Location::caller(), what);
                }
                value
            }

            #[track_caller]
            pub(crate) fn store(&self, value: $value, order: Ordering) {
                let here = here();
                self.1.check(By::Store);
                self.0.store(value, order);
                if let Some(here) = here {
                    let what = What::Write(word(self, value as u64, order, here));
                    record(here, Location::caller(), what);
                }
            }

            $(
                #[track_caller]
                pub(crate) fn $update(&self, operand: $value, order: Ordering) -> $value {
                    let here = here();
                    self.1.check(By::Update);
                    let old = self.0.$update(operand, order);
                    if let Some(here) = here {
                        // The operation's own arithmetic, on a copy.
                        let new = std::sync::atomic::$name::new(old);
                        new.$update(operand, Ordering::Relaxed);
                        let what = What::Update {
                            old: shown(self, old as u64),
                            new: word(self, new.into_inner() as u64, order, here),
                        };
                        record(here, Location::caller(), what);
                    }
                    old
                }
            )*
        }
    )+ };
}

atomics! {
    AtomicBool, bool, [];
    AtomicU64, u64, [fetch_xor, fetch_or, fetch_and, fetch_add];
    AtomicUsize, usize, [];
}

pub(crate) struct UnsafeCell<T>(backend::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    #[track_caller]
    pub(crate) fn new(value: T) -> Self {
        Self(backend::UnsafeCell::new(value))
    }

    #[track_caller]
    pub(crate) fn with_mut<O>(&self, purpose: Purpose, f: impl FnOnce(*mut T) -> O) -> O {
        let at = Location::caller();
        let here = here();
        // Said as soon as the access begins, since one that races never comes to its end.
        backend::with_mut(
            &self.0,
            || {
                if let Some(here) = here {
                    record(here, at, What::Cell(cell(self), purpose));
                }
            },
            f,
        )
    }
}

#[track_caller]
pub(crate) fn park() {
    say(What::Park);
    backend::park();
}

pub(crate) struct Parker(backend::Parker, Unparker);

impl Parker {
    pub(crate) fn new() -> Self {
        let parker = backend::Parker::new();
        let unparker = Unparker(parker.unparker().clone());
        Self(parker, unparker)
    }

    #[track_caller]
    pub(crate) fn park(&self) {
        say(What::Park);
        self.0.park();
    }

    pub(crate) fn unparker(&self) -> &Unparker {
        &self.1
    }
}

/// Wakes the submitter.
#[derive(Clone)]
pub(crate) struct Unparker(backend::Unparker);

impl Unparker {
    #[track_caller]
    pub(crate) fn unpark(&self) {
        say(What::Unpark(0));
        self.0.unpark();
    }
}

#[derive(Clone)]
pub(crate) struct Thread(backend::Thread, usize);

impl Thread {
    #[track_caller]
    pub(crate) fn unpark(&self) {
        say(What::Unpark(self.1));
        self.0.unpark();
    }
}

pub(crate) struct JoinHandle<T>(backend::JoinHandle<T>, Thread);

impl<T> JoinHandle<T> {
    pub(crate) fn thread(&self) -> &Thread {
        &self.1
    }

    #[track_caller]
    pub(crate) fn join(self) -> std::thread::Result<T> {
        say(What::Join(self.1.1));
        self.0.join()
    }
}

#[track_caller]
pub(crate) fn spawn_named(
    name: String,
    f: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let number = next_thread();
    say(What::Spawn(number));
    let handle = backend::spawn_named(name, move || {
        begin(number);
        f();
    })?;
    let thread = Thread(handle.thread().clone(), number);
    Ok(JoinHandle(handle, thread))
}

#[track_caller]
fn say(what: What) {
    if let Some(here) = here() {
        record(here, Location::caller(), what);
    }
}
