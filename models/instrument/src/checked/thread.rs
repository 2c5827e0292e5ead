//! The checker's threads, with a record of who starts, sleeps and wakes.

use super::backend;
use super::trace::{What, begin, here, next_thread, record};
use std::cell::{Cell, RefCell};
use std::io;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::time::Duration;

/// Whether this thread is being torn down with a model that has failed: then no other thread of the
/// model runs any more, and waiting for one would never end.
#[must_use]
pub fn is_torn_down() -> bool {
    std::thread::panicking()
}

/// The calling thread of the model, told from the others.
pub(super) fn current_thread() -> String {
    format!("{:?}", backend::current().id())
}

/// The turns of a waiting loop. The checkers take one as "nothing can change before another thread
/// has run", so they stand only where the loop goes on until something does change.
#[derive(Debug)]
pub struct Turns {
    taken: u128,
    budget: Option<Duration>,
}

impl Turns {
    /// Of a loop with so much time; without end, if there is none. A model has no clock: a turn takes a
    /// nanosecond.
    #[must_use]
    pub const fn of(budget: Option<Duration>) -> Self {
        Self { taken: 0, budget }
    }

    /// Takes a turn; whether there is time for another look.
    pub fn take(&mut self) -> bool {
        backend::yield_now();
        self.taken = self.taken.saturating_add(1);
        self.budget
            .is_none_or(|budget| self.taken < budget.as_nanos())
    }
}

/// A time that a wait ends at. A model has no clock: it comes after one sleep.
#[derive(Debug)]
pub struct Deadline(Cell<Option<Duration>>);

impl Deadline {
    /// In that time from now.
    #[must_use]
    pub const fn after(time: Duration) -> Self {
        Self(Cell::new(Some(time)))
    }

    /// How long it is till then: none once it has come.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        self.0.take().filter(|time| *time > Duration::ZERO)
    }
}

/// Whether it is the calling thread.
#[must_use]
pub fn is_current(thread: &Thread) -> bool {
    thread.0.id() == backend::current().id()
}

/// Blocks the calling thread until it is unparked.
#[track_caller]
pub fn park() {
    say(What::Park);
    backend::park();
}

thread_local! {
    // The checkers run all threads of a model on one thread of the system, and one of them submits.
    static PARKER: RefCell<Option<(String, backend::Parker)>> = const { RefCell::new(None) };
}

/// Sleeps where the calling thread does: the submitter in its parking place.
#[track_caller]
pub(super) fn sleep_at_once() {
    let thread = current_thread();
    // Not borrowed while it sleeps: others run meanwhile.
    let place = PARKER.with_borrow(Option::clone);
    match place.filter(|(owner, _)| *owner == thread) {
        Some((_, parker)) => {
            say(What::Park);
            parker.park();
        }
        None => park(),
    }
}

/// The submitter's parking place.
pub struct Parker(backend::Parker, Unparker);

impl Parker {
    /// A place for the calling thread.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it is the calling thread's")]
    pub fn new() -> Self {
        let parker = backend::Parker::new();
        PARKER.set(Some((current_thread(), parker.clone())));
        let unparker = Unparker(parker.unparker().clone());
        Self(parker, unparker)
    }

    /// Blocks the thread until it is unparked.
    #[track_caller]
    pub fn park(&self) {
        say(What::Park);
        self.0.park();
    }

    /// Sleeps until it is unparked or the time is over, which it is at once: others take a turn.
    pub fn park_timeout(&self, _time: Duration) {
        backend::yield_now();
    }

    /// What wakes the thread.
    #[must_use]
    pub const fn unparker(&self) -> &Unparker {
        &self.1
    }
}

/// Wakes the submitter.
#[derive(Clone)]
pub struct Unparker(backend::Unparker);

impl Unparker {
    /// Ends the thread's sleep, or the next one.
    #[track_caller]
    pub fn unpark(&self) {
        say(What::Unpark(0));
        self.0.unpark();
    }
}

/// A thread, to be woken.
#[derive(Clone)]
pub struct Thread(backend::Thread, usize);

impl Thread {
    /// Ends the thread's sleep, or the next one.
    #[track_caller]
    pub fn unpark(&self) {
        say(What::Unpark(self.1));
        self.0.unpark();
    }
}

/// A thread, to be waited for.
pub struct JoinHandle<T>(backend::JoinHandle<T>, Thread);

impl<T> JoinHandle<T> {
    /// The thread.
    #[must_use]
    pub const fn thread(&self) -> &Thread {
        &self.1
    }

    /// Waits for the thread's end.
    ///
    /// # Errors
    ///
    /// The panic that ended it.
    #[track_caller]
    pub fn join(self) -> std::thread::Result<T> {
        say(What::Join(self.1.1));
        self.0.join()
    }
}

/// Starts a thread.
///
/// # Errors
///
/// What the checker says; none does.
#[track_caller]
pub fn spawn_named(name: String, f: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    let number = next_thread();
    say(What::Spawn(number));
    let run = move || {
        begin(number);
        if let Err(payload) = catch_unwind(AssertUnwindSafe(f))
            && !payload.is::<Ended>()
        {
            resume_unwind(payload);
        }
    };
    let handle = backend::thread_builder().name(name).spawn(run)?;
    let thread = Thread(handle.thread().clone(), number);
    Ok(JoinHandle(handle, thread))
}

/// What unwinds a thread that is to end.
struct Ended;

/// Ends the calling thread, which [`spawn_named`] started, as if its function had returned.
pub fn end_thread() -> ! {
    resume_unwind(Box::new(Ended));
}

#[track_caller]
fn say(what: What) {
    if let Some(here) = here() {
        record(here, Location::caller(), what);
    }
}

macro_rules! opaque {
    ($($name:ident $(<$parameter:ident>)?),+) => { $(
        impl$(<$parameter>)? std::fmt::Debug for $name$(<$parameter>)? {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )+ };
}

opaque!(Parker, Unparker, Thread, JoinHandle<T>);
