//! Threads with std's interface.

use std::any::Any;
use std::collections::BTreeSet;
use std::fmt;
use std::io;
use std::panic::Location;
use std::sync::{Mutex, PoisonError};

use crate::event::{Compare, Event, Kind, LocationId, Order};
use crate::exec::Answer;
use crate::object::Object;
use crate::panics::catch;
use crate::report::internal_error;
use crate::runtime::{in_model, obey, perform, register, wait_for_last_read, yielded};
use crate::sync::Arc;

/// Who drops a result that nobody joins, the thread or its handle, is explored where it matters.
type Packet<T> = Arc<Mutex<Option<Result<T>>>>;

/// As std's: what [`JoinHandle::join`] answers.
pub type Result<T> = std::result::Result<T, Box<dyn Any + Send + 'static>>;

/// Tells threads apart: by as the how-manieth the thread and each of its ancestors was spawned, so that a thread has the same
/// one in every execution that has the thread.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ThreadId(&'static [u32]);

/// The path of the thread that is spawned as the `nth` by that of the path `parent`. It is kept for good, once.
pub(crate) fn interned(parent: &[u32], nth: u32) -> &'static [u32] {
    static PATHS: Mutex<BTreeSet<&'static [u32]>> = Mutex::new(BTreeSet::new());
    let path = [parent, &[nth]].concat();
    let mut paths = PATHS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = paths.get(path.as_slice()) {
        return path;
    }
    let path: &'static [u32] = Box::leak(path.into_boxed_slice());
    paths.insert(path);
    path
}

/// A handle to a thread, to unpark it.
#[derive(Clone)]
pub struct Thread {
    id: ThreadId,
    token: LocationId,
    serial: u64,
    name: Option<String>,
}

impl Thread {
    /// Makes the thread's park token available: its current or next [`park`] returns, and what this thread did
    /// before happens before that.
    #[track_caller]
    pub fn unpark(&self) {
        let token = Object::existing(self.token, self.serial);
        token.update(Order::Release, "unpark", Location::caller(), |_| 1);
    }

    /// What tells the thread from others.
    pub fn id(&self) -> ThreadId {
        self.id
    }

    /// The name that [`Builder::name`] gave it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A thread that can be joined.
pub struct JoinHandle<T> {
    thread: Thread,
    number: u32,
    packet: Packet<T>,
}

impl<T> JoinHandle<T> {
    /// Waits for the thread to end, and answers its result. What the thread did happens before the return.
    ///
    /// # Errors
    /// The payload of the thread's panic, if it ends with one. If nobody joins such a thread, the execution fails.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        perform(&Event::new(
            Kind::Join(self.number),
            Order::NonAtomic,
            Location::caller(),
        ));
        let result = self.packet.lock().ok().and_then(|mut slot| slot.take());
        let Some(result) = result else {
            internal_error("a thread that ended without a result");
        };
        if result.is_err() {
            in_model(|cx| cx.exec().take_panic(self.number));
        }
        result
    }

    /// The thread's handle.
    pub fn thread(&self) -> &Thread {
        &self.thread
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("thread", &self.thread)
            .finish_non_exhaustive()
    }
}

/// As std's thread builder, as far as a model needs it.
#[derive(Debug, Default)]
pub struct Builder {
    name: Option<String>,
}

impl Builder {
    /// A builder for a thread without a name.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// The name that the graphs show.
    pub fn name(mut self, name: String) -> Builder {
        self.name = Some(name);
        self
    }

    /// Ignored: every thread of a model has the stack that [`crate::Builder`] says.
    pub fn stack_size(self, _size: usize) -> Builder {
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    /// Never; the signature is std's.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Ok(start(self.name, f, Location::caller()))
    }
}

/// As std's `spawn`. Every thread must end, joined or not: one that waits for ever is a failure, also after main has
/// ended.
///
/// # Panics
/// Panics outside a model.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    start(None, f, Location::caller())
}

fn start<F, T>(name: Option<String>, f: F, site: &'static Location<'static>) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let packet: Packet<T> = Arc::internal(Mutex::default(), site);
    let (number, id, token, serial) = in_model(|cx| {
        let mut exec = cx.exec();
        let number = exec.next_child(name.clone());
        name.iter().for_each(|name| cx.pulse.call(number, name));
        let token = exec.next_location(None, false, site);
        exec.threads[number as usize].token = token;
        let id = ThreadId(exec.graph.threads[number as usize].path);
        (number, id, token, cx.serial)
    });
    let own = Arc::clone(&packet);
    let body = Box::new(move || run(f, own, site));
    in_model(|cx| register(cx, number, body));
    let mut request = Event::new(Kind::Spawn(number), Order::NonAtomic, site);
    request.loc = token;
    perform(&request);
    JoinHandle {
        thread: Thread {
            id,
            token,
            serial,
            name,
        },
        number,
        packet,
    }
}

/// Main's whole life: its first event, its body, its last event.
pub(crate) fn run_main(f: impl FnOnce(), token: LocationId, site: &'static Location<'static>) {
    begin(token, site);
    f();
    perform(&Event::new(Kind::End, Order::NonAtomic, site));
}

/// A spawned thread's whole life.
fn run<F, T>(f: F, packet: Packet<T>, site: &'static Location<'static>)
where
    F: FnOnce() -> T,
{
    begin(LocationId::NONE, site);
    let result = catch(f);
    if let Ok(mut slot) = packet.lock() {
        *slot = Some(result);
    }
    // A result that nobody joins any more is dropped here, before the thread ends.
    drop(packet);
    perform(&Event::new(Kind::End, Order::NonAtomic, site));
}

fn begin(token: LocationId, site: &'static Location<'static>) {
    let mut request = Event::new(Kind::Begin, Order::NonAtomic, site);
    request.loc = token;
    perform(&request);
}

/// As std's `panicking`, of the calling thread of the model. (std's own is true in all of them while one that waits is in the
/// middle of a panic.)
pub fn panicking() -> bool {
    crate::panics::panicking()
}

/// The calling thread's handle.
///
/// # Panics
/// Panics outside a model.
pub fn current() -> Thread {
    in_model(|cx| {
        // Which thread drops a shared value matters to a destructor that asks.
        obey(cx, || {
            let asked = cx.exec().seen_in_destructor();
            asked.unwrap_or(Answer::Done(0, false))
        });
        let exec = cx.exec();
        let number = exec.current as usize;
        let thread = &exec.graph.threads[number];
        Thread {
            id: ThreadId(thread.path),
            token: exec.threads[number].token,
            serial: cx.serial,
            name: thread.name.clone(),
        }
    })
}

/// Waits for the thread's park token and takes it. Acquires what every unparker released.
///
/// It returns without a token only if the model's [`Builder`](crate::Builder) allows spurious wake-ups, and then not
/// twice in a row.
///
/// # Panics
/// Panics outside a model.
#[track_caller]
pub fn park() {
    let site = Location::caller();
    let me = current();
    if wakes_by_itself("park", site) {
        return;
    }
    let token = Object::existing(me.token, me.serial);
    let take = Compare {
        expected: 1,
        success: Order::Acquire,
        failure: Order::Relaxed,
        weak: false,
    };
    loop {
        let (_, took) = token.exchange(take, 0, "park", site);
        if took {
            return woken();
        }
        wait_for_last_read();
    }
}

/// Whether the calling thread, which is about to wait, is woken by nothing at all.
pub(crate) fn wakes_by_itself(role: &'static str, site: &'static Location<'static>) -> bool {
    let may = in_model(|cx| {
        let mut exec = cx.exec();
        exec.rules.spurious_park && !exec.me().spurious_park
    });
    let mut request = Event::new(Kind::Choice(0), Order::NonAtomic, site);
    (request.role, request.way) = (role, 1);
    may && perform(&request).0 != 0
}

/// The calling thread was woken by another: it may wake by itself again.
pub(crate) fn woken() {
    in_model(|cx| cx.exec().me().spurious_park = false);
}

/// The end of a waiting loop's turn; the same as [`hint::spin_loop`](crate::hint::spin_loop).
#[track_caller]
pub fn yield_now() {
    yielded(Location::caller());
}
