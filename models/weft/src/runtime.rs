//! Running the program's threads as coroutines on one OS thread.
//!
//! A thread runs on without a switch until it blocks or must wait for another's replay. When a run is over before its
//! threads are, they are dropped as they stand: no execution would run their destructors there, so nothing of the program
//! runs either. What they hold on the heap is the [arena's](crate::memory::arena) to take back.

use std::alloc::Layout;
use std::cell::{Cell, RefCell, RefMut};
use std::ops::{Deref, DerefMut, Range};
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use corosensei::stack::{DefaultStack, Stack};
use corosensei::{Coroutine, CoroutineResult, Yielder};

use crate::event::{Event, LocationId};
use crate::exec::{Answer, Exec, Status, Stop, Update};
use crate::memory::arena::Arena;
use crate::memory::reuse::reused;
use crate::object::objects_of;
use crate::panics::{install_hook, run_body};
use crate::pulse::Pulse;
use crate::report::Bound;

pub(crate) type Body = Box<dyn FnOnce()>;
type Yields = Yielder<(), ()>;
type Thread = Coroutine<(), (), (), DefaultStack>;

/// The runs of the whole process are numbered, so that no object of one is taken for one of another.
static RUNS: AtomicU64 = AtomicU64::new(0x7E57_0000_0000_0000);

/// What the operations of the program under test find through the thread-local pointer.
pub(crate) struct Context {
    exec: RefCell<Exec>,
    arena: RefCell<Arena>,
    yielder: Cell<*const Yields>,
    spawned: RefCell<Vec<(u32, Body)>>,
    pub(crate) pulse: Arc<Pulse>,
    /// Tells objects of this run from those of earlier ones.
    pub(crate) serial: u64,
}

thread_local! {
    static CONTEXT: Cell<*const Context> = const { Cell::new(std::ptr::null()) };
    /// Whether the program's own code runs, and allocates from the run's arena.
    static PROGRAM: Cell<bool> = const { Cell::new(false) };
}

/// While it lives, the calling OS thread allocates outside of the model.
pub(crate) struct Outside {
    before: bool,
}

impl Outside {
    pub(crate) fn new() -> Outside {
        Outside {
            before: PROGRAM.replace(false),
        }
    }
}

impl Outside {
    /// Whether the program's own code ran before.
    pub(crate) fn is_left_by_the_program(&self) -> bool {
        self.before
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        PROGRAM.set(self.before);
    }
}

/// The run's state, borrowed by weft itself.
pub(crate) struct ExecRef<'a> {
    exec: RefMut<'a, Exec>,
    _outside: Outside,
}

impl Deref for ExecRef<'_> {
    type Target = Exec;
    fn deref(&self) -> &Exec {
        &self.exec
    }
}

impl DerefMut for ExecRef<'_> {
    fn deref_mut(&mut self) -> &mut Exec {
        &mut self.exec
    }
}

impl Context {
    pub(crate) fn exec(&self) -> ExecRef<'_> {
        let outside = Outside::new();
        ExecRef {
            exec: self.exec.borrow_mut(),
            _outside: outside,
        }
    }

    /// Calls `f` with the run's state and says yes, unless weft is at work on it.
    pub(crate) fn unless_in_use(&self, f: impl FnOnce(&mut Exec)) -> bool {
        let exec = self.exec.try_borrow_mut();
        exec.map(|mut exec| f(&mut exec)).is_ok()
    }

    pub(crate) fn arena(&self) -> RefMut<'_, Arena> {
        self.arena.borrow_mut()
    }

    /// A value that the program stores, as graphs hold it.
    pub(crate) fn stored(&self, value: u64) -> u64 {
        let mut arena = self.arena();
        if arena.covers(value as usize) {
            let mut exec = self.exec();
            arena.publish(value, (exec.current, exec.me().executed));
        }
        arena.in_graph(value)
    }

    /// Calls `f` as the program would.
    pub(crate) fn program<R>(&self, f: impl FnOnce() -> R) -> R {
        let before = PROGRAM.replace(true);
        let answer = f();
        PROGRAM.set(before);
        answer
    }
}

/// What `f` makes of the running model, if there is one.
pub(crate) fn context<R>(f: impl FnOnce(&Context) -> R) -> Option<R> {
    // SAFETY: `Pool::run` sets the pointer to a context that outlives the run and clears it afterwards; the reference
    // does not outlive `f`.
    unsafe { CONTEXT.get().as_ref() }.map(f)
}

/// What `f` makes of the running model.
///
/// # Panics
/// Panics outside a model.
pub(crate) fn in_model<R>(f: impl FnOnce(&Context) -> R) -> R {
    #[expect(clippy::expect_used, reason = "documented wherever a model is needed")]
    context(f).expect(
        "weft's types work only inside weft::model or Builder::check: create them in the closure",
    )
}

/// A block of the running model, if it is the program that asks and there is room.
pub(crate) fn allocate(layout: Layout) -> Option<usize> {
    if !PROGRAM.get() {
        return None;
    }
    let _outside = Outside::new();
    context(|cx| reused(cx, layout).or_else(|| cx.arena().allocate(layout))).flatten()
}

/// The program gives the block at `address` back, which lies in some model's memory.
pub(crate) fn free(address: usize) {
    // A block of an earlier run, or one that is freed outside of the model: who refers to it is found out later.
    if !PROGRAM.get() {
        return;
    }
    context(|cx| {
        if !cx.arena().covers(address) {
            return;
        }
        obey(cx, || cx.exec().free(address, &mut cx.arena(), cx.serial));
    });
}

fn suspend(cx: &Context) {
    {
        let mut exec = cx.exec();
        let panicking = exec.panicking();
        exec.me().panics.suspended = panicking;
    }
    // SAFETY: the yielder is that of the coroutine that is running now: `resume` and `start` keep it so.
    unsafe { &*cx.yielder.get() }.suspend(());
}

/// Does one operation of the program: adds its event, or replays it. Answers the value and whether a
/// read-modify-write took effect.
pub(crate) fn perform(request: &Event) -> (u64, bool) {
    perform_update(request, None)
}

/// The same of the read half of a read-modify-write.
pub(crate) fn perform_update(request: &Event, update: Option<Update<'_>>) -> (u64, bool) {
    in_model(|cx| {
        obey(cx, || {
            cx.pulse.note(request);
            cx.exec().step(request, update)
        })
    })
}

/// The current thread yields at `site`.
pub(crate) fn yielded(site: &'static Location<'static>) {
    block_while(|exec| exec.yielded(site));
}

/// The thread's last event is a read that has to read something else before the operation can go on.
pub(crate) fn wait_for_last_read() {
    block_while(|exec| {
        let executed = exec.me().executed;
        exec.wait(executed - 1)
    });
}

/// Asks until the answer is no reason to wait.
pub(crate) fn block_while(mut ask: impl FnMut(&mut Exec) -> Answer) {
    in_model(|cx| _ = obey(cx, || ask(&mut cx.exec())));
}

/// Asks until the answer is no reason to wait.
pub(crate) fn obey(cx: &Context, mut ask: impl FnMut() -> Answer) -> (u64, bool) {
    loop {
        cx.pulse.tick();
        let answer = ask();
        if let Some(done) = settle(cx, answer) {
            return done;
        }
    }
}

fn settle(cx: &Context, answer: Answer) -> Option<(u64, bool)> {
    match answer {
        Answer::Done(value, took) => Some((value, took)),
        Answer::Wait(status) => {
            cx.exec().me().status = status;
            suspend(cx);
            None
        }
        // The run is over, and the thread with it.
        Answer::Stop => loop {
            suspend(cx);
        },
    }
}

/// Registers `body` as the current thread's next child; it starts once the spawn event has happened.
pub(crate) fn register(cx: &Context, child: u32, body: Body) {
    let _outside = Outside::new();
    cx.spawned.borrow_mut().push((child, body));
}

/// The coroutines of one OS thread, the stacks that they leave behind, and the memory that they allocate from.
pub(crate) struct Pool {
    stacks: Vec<DefaultStack>,
    arena: Arena,
    stack_size: usize,
    pulse: Arc<Pulse>,
    /// A thread was given up in the middle of a panic, which this OS thread still counts.
    pub(crate) panicking: bool,
    /// The last run's.
    serial: u64,
}

struct Slot {
    coroutine: Thread,
    yielder: *const Yields,
    /// Suspended in the middle of a panic.
    panicking: bool,
}

/// Takes the context away again, whatever happens.
struct Entered {
    previous: *const Context,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CONTEXT.set(self.previous);
    }
}

impl Pool {
    pub(crate) fn new(stack_size: usize, pulse: Arc<Pulse>) -> Pool {
        install_hook();
        Pool {
            stacks: Vec::new(),
            arena: Arena::default(),
            stack_size,
            pulse,
            panicking: false,
            serial: 0,
        }
    }

    /// Runs the program once over `exec`'s graph. Afterwards every thread has ended, or stands where it was given up.
    pub(crate) fn run(&mut self, mut exec: Exec, program: &(dyn Fn() + Sync)) -> Exec {
        let site = Location::caller();
        let token = exec.next_location(Some("park token of main"), false, site);
        exec.me().token = token;
        exec.stale_panics = self.panicking;
        // SAFETY: the coroutine that runs the closure ends, or is given up, before this function returns, and
        // `program` outlives the call.
        let program: &'static (dyn Fn() + Sync) = unsafe { std::mem::transmute(program) };
        let main = Box::new(move || crate::thread::run_main(program, token, site));
        let stacks: Vec<Range<usize>> = self.stacks.iter().map(extent).collect();
        self.arena.begin(&stacks);
        self.serial = RUNS.fetch_add(1, Ordering::Relaxed);
        let cx = Context {
            exec: RefCell::new(exec),
            arena: RefCell::new(std::mem::take(&mut self.arena)),
            yielder: Cell::new(std::ptr::null()),
            spawned: RefCell::new(vec![(0, main as Body)]),
            pulse: Arc::clone(&self.pulse),
            serial: self.serial,
        };
        let mut slots: Vec<Option<Slot>> = Vec::new();
        let entered = Entered {
            previous: CONTEXT.replace(&raw const cx),
        };
        self.pulse.begin();
        self.schedule(&cx, &mut slots);
        self.pulse.end();
        drop(entered);
        for slot in slots.into_iter().flatten() {
            self.give_up(slot);
        }
        // Bodies that never started: the program's, and part of what is given up.
        cx.spawned
            .into_inner()
            .into_iter()
            .for_each(std::mem::forget);
        self.arena = cx.arena.into_inner();
        cx.exec.into_inner()
    }

    /// The atomics and cells that lie in memory which the last run has not given back.
    pub(crate) fn leaked(&self) -> Vec<LocationId> {
        let Some(base) = self.arena.base() else {
            return Vec::new();
        };
        self.arena
            .live()
            .flat_map(|block| objects_of(block, base + block.start as usize, self.serial))
            .map(|(loc, _)| loc)
            .collect()
    }

    fn schedule(&mut self, cx: &Context, slots: &mut Vec<Option<Slot>>) {
        // The thread of the event that was changed goes first once the replay is over: a read-modify-write's
        // read must get its write before anybody else's.
        let urgent = cx.exec().urgent;
        loop {
            self.start_spawned(cx, slots);
            let next = {
                let mut exec = cx.exec();
                if exec.probe.is_some() {
                    // The probing thread did not come back.
                    exec.refute();
                }
                if exec.stop.is_some() {
                    return;
                }
                let threads = exec.threads.len() as u32;
                let first = urgent.filter(|&t| exec.left == 0 && t < threads);
                first
                    .into_iter()
                    .chain(0..threads)
                    .find(|&t| exec.runnable(t))
            };
            let Some(next) = next else {
                let mut exec = cx.exec();
                if exec.left > 0 {
                    let kind = exec.unfinished();
                    exec.fail(kind, None);
                }
                return;
            };
            self.resume(cx, slots, next);
        }
    }

    fn start_spawned(&mut self, cx: &Context, slots: &mut Vec<Option<Slot>>) {
        loop {
            let Some((thread, body)) = cx.spawned.borrow_mut().pop() else {
                return;
            };
            let Some(stack) = self.stack() else {
                // The program's, and part of what is given up.
                std::mem::forget(body);
                let bytes = self.stack_size;
                cx.exec().stopped(Stop::Limit(Bound::Stack { bytes }));
                return;
            };
            let coroutine = Coroutine::with_stack(stack, move |yielder: &Yields, ()| {
                context(|cx| cx.yielder.set(yielder));
                run_body(body);
            });
            while slots.len() <= thread as usize {
                slots.push(None);
            }
            slots[thread as usize] = Some(Slot {
                coroutine,
                yielder: std::ptr::null(),
                panicking: false,
            });
        }
    }

    /// A stack for a thread, unless the system refuses one.
    fn stack(&mut self) -> Option<DefaultStack> {
        // No system has as much as that, and the sum of the sizes must not overflow.
        let bytes = self.stack_size.min(isize::MAX as usize);
        self.stacks.pop().or_else(|| DefaultStack::new(bytes).ok())
    }

    fn resume(&mut self, cx: &Context, slots: &mut [Option<Slot>], thread: u32) {
        let Some(slot) = slots.get_mut(thread as usize).and_then(Option::as_mut) else {
            return;
        };
        {
            let mut exec = cx.exec();
            exec.current = thread;
            exec.me().status = Status::Ready;
            exec.me().panics.suspended = false;
        }
        cx.arena().thread = thread;
        cx.pulse.resume(thread);
        cx.yielder.set(slot.yielder);
        PROGRAM.set(true);
        let result = slot.coroutine.resume(());
        PROGRAM.set(false);
        slot.yielder = cx.yielder.get();
        slot.panicking = std::thread::panicking();
        if let CoroutineResult::Return(()) = result {
            cx.exec().me().status = Status::Ended;
            if let Some(slot) = slots[thread as usize].take() {
                self.stacks.push(slot.coroutine.into_stack());
            }
        }
    }

    /// Drops a thread where it stands, without running anything of it.
    fn give_up(&mut self, mut slot: Slot) {
        self.panicking |= slot.panicking;
        // SAFETY: what is on the stack is forgotten, never used again: weft holds no borrow where a thread is
        // suspended, and the program's memory goes with the run.
        unsafe { slot.coroutine.force_reset() };
        self.stacks.push(slot.coroutine.into_stack());
    }
}

/// The addresses of a stack.
fn extent(stack: &DefaultStack) -> Range<usize> {
    stack.limit().get()..stack.base().get()
}
