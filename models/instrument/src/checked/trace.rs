//! What one execution does, step by step, for the models to show.
//!
//! It is off until a model asks for a log. Recording adds no operation of the checker's, so an
//! execution is the same with it and without.

use super::backend::position;
use super::barrier::Site;
use super::thread::current_thread;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::atomic::Ordering;
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
    Cell(String, &'static str),
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
    show: Rc<dyn Fn(u64) -> String>,
}

thread_local! {
    // The checkers run all threads of a model on one thread of the system.
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
    // Between a site's answer and the access that it is for nothing else runs.
    static SITE: Cell<Option<Site>> = const { Cell::new(None) };
}

/// The ordering of the next access is the one that this site asks for.
pub(super) fn at_site(site: Site) {
    SITE.set(Some(site));
}

/// Until the next call, what happens on this thread goes into that log, or nowhere. To be called by
/// the submitter's thread, at the start of an execution.
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
pub(super) struct Here {
    position: Option<(u32, u32)>,
    site: Option<Site>,
}

/// Called before each step; none while nothing is recorded.
pub(super) fn here() -> Option<Here> {
    let site = SITE.take();
    // Once a panic unwinds, the execution is over: what destructors do is no part of it.
    let on = RECORDER.with_borrow(Option::is_some) && !std::thread::panicking();
    on.then(|| Here {
        position: position(),
        site,
    })
}

pub(super) fn record(here: Here, at: &'static Location<'static>, what: What) {
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
pub(super) fn next_thread() -> usize {
    with(|recorder| {
        recorder.started += 1;
        recorder.started
    })
    .unwrap_or_default()
}

/// Said by a thread when it starts.
pub(super) fn begin(thread: usize) {
    let key = current_thread();
    with(|recorder| recorder.threads.insert(key, thread));
}

/// Gives the word or cell at this address a name, and its values a form; it has a cache line to
/// itself.
pub fn name<T>(place: &T, name: impl FnOnce() -> String, show: impl Fn(u64) -> String + 'static) {
    with(|recorder| {
        let name = name();
        recorder.name(place, name.clone(), name, Rc::new(show));
    });
}

/// Gives the word at this address a name, and its cache line one too.
pub fn name_on_line<T>(
    place: &T,
    name: impl FnOnce() -> String,
    line: String,
    show: impl Fn(u64) -> String + 'static,
) {
    with(|recorder| recorder.name(place, name(), line, Rc::new(show)));
}

impl Recorder {
    fn name<T>(&mut self, place: &T, name: String, line: String, show: Rc<dyn Fn(u64) -> String>) {
        let address = std::ptr::from_ref(place).addr();
        self.places.insert(address, Place { name, line, show });
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

/// What stands at this address.
fn place<T>(place: &T) -> Option<Place> {
    let address = std::ptr::from_ref(place).addr();
    with(|recorder| recorder.places.get(&address).cloned()).flatten()
}

/// An access to the word at this address.
pub(super) fn word<T>(word: &T, value: u64, order: Ordering, here: Here) -> Word {
    let place = place(word);
    let (name, line) = place.as_ref().map_or_else(
        || ("a word".to_owned(), "a line".to_owned()),
        |place| (place.name.clone(), place.line.clone()),
    );
    Word {
        name,
        line,
        value,
        shown: place.map_or_else(|| value.to_string(), |place| (place.show)(value)),
        order,
        site: here.site,
    }
}

/// A value as that of the word at this address is read.
pub(super) fn shown<T>(word: &T, value: u64) -> String {
    place(word).map_or_else(|| value.to_string(), |place| (place.show)(value))
}

/// The name of the cell at this address.
pub(super) fn cell<T>(cell: &T) -> String {
    place(cell).map_or_else(|| "a cell".to_owned(), |place| place.name)
}
