//! What one execution does, step by step, for the models to show.
//!
//! It exists under a checker alone and is off until a model asks for a log. Recording adds no
//! operation of the checker's, so an execution is the same with it and without.

use crate::site::Site;
pub use crate::slots::Purpose;
use crate::sync::{Ordering, current_thread, position};
use crate::wake::Wish;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};

/// Where an execution's records go.
pub type Log = Arc<Mutex<Vec<Record>>>;

/// One step of one thread.
#[derive(Clone, Debug)]
pub struct Record {
    /// The thread: 0 is the submitter, worker `w` is `w + 1`.
    pub thread: usize,
    /// Where the checker's own graph has the step, or for one that it does not have, the next one.
    pub position: Option<(u32, u32)>,
    /// What is done.
    pub what: What,
    /// Where in the source.
    pub at: &'static Location<'static>,
}

/// What a step does.
#[derive(Clone, Debug)]
pub enum What {
    /// An atomic load of a shared word.
    Read(Word),
    /// An atomic store to a shared word.
    Write(Word),
    /// An atomic read-modify-write of a shared word: as it was, and as it is now.
    Update {
        /// The value that was read, as a person reads it.
        old: String,
        /// The value that was written.
        new: Word,
    },
    /// A barrier, with the ordering that it has in this mutant: none, if it is left out.
    Fence(Site, Option<Ordering>),
    /// An access to what a cell holds, and what it is for.
    Cell(String, Purpose),
    /// The thread goes to sleep, unless it was woken already.
    Park,
    /// A thread is woken.
    Unpark(usize),
    /// A thread is started.
    Spawn(usize),
    /// A thread's end was waited for.
    Join(usize),
    /// What the model itself has to say.
    Note(String),
}

/// An access to a shared word.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word's name, as in `fill[0]`.
    pub name: String,
    /// The cache line that the word is on, in a normal build.
    pub line: String,
    /// The value as it is.
    pub value: u64,
    /// The value as a person reads it: bitmaps in binary.
    pub shown: String,
    /// The access's own ordering.
    pub order: Ordering,
    /// The site that asks for that ordering, if one does.
    pub site: Option<Site>,
}

/// How a word's value is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// A bit for each request, so many of them.
    Bits(usize),
    /// No or yes.
    Flag,
    /// Whether a thread sleeps, and what for.
    Bell,
    /// What a ring's slot holds.
    #[cfg(feature = "designs")]
    Slot,
    /// A number.
    #[cfg(feature = "designs")]
    Count,
}

impl Form {
    fn show(self, value: u64) -> String {
        match (self, value) {
            (Self::Bits(width), _) => format!("{value:0width$b}"),
            (Self::Flag, 0) => "no".to_owned(),
            (Self::Flag, _) => "yes".to_owned(),
            #[cfg(feature = "designs")]
            (Self::Slot, 0) => "empty".to_owned(),
            #[cfg(feature = "designs")]
            (Self::Slot, request) => format!("request {}", request - 1),
            #[cfg(feature = "designs")]
            (Self::Count, count) => count.to_string(),
            (Self::Bell, bell) => match Wish::decode(bell as usize) {
                None => "awake".to_owned(),
                Some(Wish::Any) => "sleeps".to_owned(),
                Some(Wish::Drained(worker)) => format!("sleeps until worker {worker} is done"),
            },
        }
    }
}

struct Recorder {
    log: Log,
    threads: HashMap<String, usize>,
    started: usize,
    places: HashMap<usize, Place>,
}

/// What stands at an address.
#[derive(Clone)]
struct Place {
    name: String,
    line: String,
    form: Form,
}

thread_local! {
    // The checkers run all threads of a model on one thread of the system.
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
    // Between a site's answer and the access that it is for nothing else runs.
    static SITE: Cell<Option<Site>> = const { Cell::new(None) };
}

/// The ordering of the next access is the one that this site asks for.
pub(crate) fn at_site(site: Site) {
    SITE.set(Some(site));
}

/// Until the next call, what the engine does on this thread goes into that log, or nowhere. To be
/// called by the submitter's thread, at the start of an execution.
pub fn record_into(log: Option<Log>) {
    let recorder = log.map(|log| Recorder {
        log,
        threads: HashMap::from([(current_thread(), 0)]),
        started: 0,
        places: HashMap::new(),
    });
    RECORDER.set(recorder);
}

/// Puts a remark of the model's into the log.
#[track_caller]
pub fn note(text: impl FnOnce() -> String) {
    let at = Location::caller();
    if let Some(here) = here() {
        record(here, at, What::Note(text()));
    }
}

/// Where a step will stand in the checker's graph, and the site that its ordering is for.
#[derive(Clone, Copy)]
pub(crate) struct Here {
    position: Option<(u32, u32)>,
    site: Option<Site>,
}

/// Called before each step; none while nothing is recorded.
pub(crate) fn here() -> Option<Here> {
    let site = SITE.take();
    // Once a panic unwinds, the execution is over: what destructors do is no part of it.
    let on = RECORDER.with_borrow(Option::is_some) && !std::thread::panicking();
    on.then(|| Here {
        position: position(),
        site,
    })
}

pub(crate) fn record(here: Here, at: &'static Location<'static>, what: What) {
    let thread = current_thread();
    with(|recorder| {
        let thread = recorder.threads.get(&thread).copied().unwrap_or_default();
        let mut log = recorder.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push(Record {
            thread,
            position: here.position,
            what,
            at,
        });
    });
}

fn with<T>(f: impl FnOnce(&mut Recorder) -> T) -> Option<T> {
    RECORDER.with_borrow_mut(|recorder| recorder.as_mut().map(f))
}

/// The number of a thread that is about to start.
pub(crate) fn next_thread() -> usize {
    with(|recorder| {
        recorder.started += 1;
        recorder.started
    })
    .unwrap_or_default()
}

/// Said by a thread when it starts.
pub(crate) fn begin(thread: usize) {
    let key = current_thread();
    with(|recorder| recorder.threads.insert(key, thread));
}

/// Gives the word or cell at this address a name; it has a cache line to itself.
pub(crate) fn name<T>(place: &T, name: impl FnOnce() -> String, form: Form) {
    with(|recorder| {
        let name = name();
        recorder.name(place, name.clone(), name, form);
    });
}

/// Gives the word at this address a name, and its cache line one too.
#[cfg(feature = "designs")]
pub(crate) fn name_on_line<T>(place: &T, name: impl FnOnce() -> String, form: Form, line: String) {
    with(|recorder| recorder.name(place, name(), line, form));
}

impl Recorder {
    fn name<T>(&mut self, place: &T, name: String, line: String, form: Form) {
        let address = std::ptr::from_ref(place).addr();
        self.places.insert(address, Place { name, line, form });
    }
}

/// What stands at this address.
fn place<T>(place: &T) -> Option<Place> {
    let address = std::ptr::from_ref(place).addr();
    with(|recorder| recorder.places.get(&address).cloned()).flatten()
}

/// An access to the word at this address.
pub(crate) fn word<T>(word: &T, value: u64, order: Ordering, here: Here) -> Word {
    let place = place(word);
    let (name, line) = place.as_ref().map_or_else(
        || ("a word".to_owned(), "a line".to_owned()),
        |place| (place.name.clone(), place.line.clone()),
    );
    Word {
        name,
        line,
        value,
        shown: place.map_or_else(|| value.to_string(), |place| place.form.show(value)),
        order,
        site: here.site,
    }
}

/// A value as that of the word at this address is read.
pub(crate) fn shown<T>(word: &T, value: u64) -> String {
    place(word).map_or_else(|| value.to_string(), |place| place.form.show(value))
}

/// The name of the cell at this address.
pub(crate) fn cell<T>(cell: &T) -> String {
    place(cell).map_or_else(|| "a cell".to_owned(), |place| place.name)
}
