//! Running the program's threads as coroutines on one OS thread.
//!
//! A thread runs on without a switch until it blocks or must wait for another's replay. When a run is over
//! before its threads are, each is unwound from where it stands. Code that catches the unwinding is unwound
//! again at its next operation; code that runs *because* of it (destructors) gets a sequential memory of its
//! own, so that it comes to an end without being explored.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::{Location, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use corosensei::stack::DefaultStack;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use crate::event::{Event, Kind, LocationId};
use crate::exec::{Answer, Exec, Status};
use crate::panics::{install_hook, run_body};
use crate::report::FailureKind;

pub(crate) type Body = Box<dyn FnOnce()>;
type Yields = Yielder<(), ()>;
type Thread = Coroutine<(), (), (), DefaultStack>;

/// The payload that unwinds a thread whose run is over.
pub(crate) struct RunOver;

/// Operations that one thread may do while it is being unwound before it is given up.
const UNWINDING_LIMIT: u32 = 100_000;

/// What a yield, or catching the unwinding, counts for among those operations.
const UNWINDING_YIELD: u32 = 1_000;

/// The runs of the whole process are numbered, so that no object of one is taken for one of another.
static RUNS: AtomicU64 = AtomicU64::new(0);

/// Threads that may be given up so: each keeps its stack.
const LOST_LIMIT: u32 = 1_000;

/// What the operations of the program under test find through the thread-local pointer.
pub(crate) struct Context {
    pub(crate) exec: RefCell<Exec>,
    yielder: Cell<*const Yields>,
    spawned: RefCell<Vec<(u32, Body)>>,
    /// Memory as destructors see it after the run is over.
    aftermath: RefCell<HashMap<LocationId, u64>>,
    unwinding_steps: Cell<u32>,
    /// Tells objects of this run from those of earlier ones.
    pub(crate) serial: u64,
}

thread_local! {
    static CONTEXT: Cell<*const Context> = const { Cell::new(std::ptr::null()) };
}

/// Whether the run goes on for the calling thread.
pub(crate) enum Phase<'a> {
    Running(&'a Context),
    /// The thread is being unwound, and this is one of its destructors.
    Aftermath(&'a Context),
}

/// The context of the running model.
///
/// # Panics
/// Panics outside a model. Unwinds a thread whose run is over.
pub(crate) fn enter<'a>() -> Phase<'a> {
    let ptr = CONTEXT.get();
    assert!(
        !ptr.is_null(),
        "weft's types work only inside weft::model or Builder::check: create them in the closure"
    );
    // SAFETY: `Pool::run` sets the pointer to a context that outlives the run and clears it afterwards; the
    // program cannot keep the reference beyond the operation that asked for it.
    let cx = unsafe { &*ptr };
    let aborting = cx.exec.borrow_mut().me().aborting;
    if !aborting {
        return Phase::Running(cx);
    }
    if !std::thread::panicking() {
        // Whoever catches this in a loop is given up like a destructor that waits in one.
        unwinding_step(cx, UNWINDING_YIELD);
        resume_unwind(Box::new(RunOver));
    }
    unwinding_step(cx, 1);
    Phase::Aftermath(cx)
}

/// Counts an operation of a destructor after the run. One that waits for what will not come is never resumed.
fn unwinding_step(cx: &Context, weight: u32) {
    let steps = cx.unwinding_steps.get() + weight;
    cx.unwinding_steps.set(steps);
    if steps > UNWINDING_LIMIT {
        suspend(cx);
    }
}

/// Whether the run is over and the caller is a destructor.
pub(crate) fn over() -> bool {
    matches!(enter(), Phase::Aftermath(_))
}

fn suspend(cx: &Context) {
    // SAFETY: the yielder is that of the coroutine that is running now: `resume` and `start` keep it so.
    unsafe { &*cx.yielder.get() }.suspend(());
}

/// Does one operation of the program: adds its event, or replays it. Answers the value and whether a
/// read-modify-write took effect.
pub(crate) fn perform(request: &Event) -> (u64, bool) {
    loop {
        let cx = match enter() {
            Phase::Running(cx) => cx,
            Phase::Aftermath(cx) => return aftermath(cx, request),
        };
        let answer = cx.exec.borrow_mut().step(request);
        if let Some(done) = settle(cx, answer) {
            return done;
        }
    }
}

/// The current thread yields at `site`.
pub(crate) fn yielded(site: &'static Location<'static>) {
    if let Phase::Aftermath(cx) = enter() {
        return unwinding_step(cx, UNWINDING_YIELD);
    }
    block_while(|exec| exec.yielded(site));
}

/// The thread's last event is a read that has to read something else before the operation can go on.
pub(crate) fn wait_for_last_read() {
    block_while(|exec| {
        let executed = exec.me().executed;
        exec.wait(executed - 1)
    });
}

/// The thread's panic is about to end the run.
pub(crate) fn wait_to_fail() {
    block_while(|exec| exec.may_fail());
}

fn block_while(mut ask: impl FnMut(&mut Exec) -> Answer) {
    loop {
        // A thread that is blocked for good is resumed only to be unwound, which `enter` does.
        let Phase::Running(cx) = enter() else { return };
        let answer = ask(&mut cx.exec.borrow_mut());
        if settle(cx, answer).is_some() {
            return;
        }
    }
}

fn settle(cx: &Context, answer: Answer) -> Option<(u64, bool)> {
    match answer {
        Answer::Done(value, took) => return Some((value, took)),
        Answer::Wait(status) => {
            cx.exec.borrow_mut().me().status = status;
            suspend(cx);
        }
        Answer::Stop => cx.exec.borrow_mut().me().aborting = true,
    }
    None
}

/// Plain sequential semantics for the destructors of a run that is over, so that a destructor that walks a
/// list sees its own stores.
fn aftermath(cx: &Context, request: &Event) -> (u64, bool) {
    let mut memory = cx.aftermath.borrow_mut();
    let newest = || {
        let exec = cx.exec.borrow();
        let loc = exec.graph.locs.get(request.loc.0 as usize);
        let newest = loc.and_then(|l| l.co.iter().rev().find(|&&w| exec.happened(w)));
        newest.map_or(0, |&w| exec.graph.ev(w).value)
    };
    match request.kind {
        Kind::Read => {
            let value = *memory.entry(request.loc).or_insert_with(newest);
            (
                value,
                request.compare.map_or(request.rmw, |c| c.expected == value),
            )
        }
        Kind::Write | Kind::Init => {
            memory.insert(request.loc, request.value);
            (request.value, request.rmw)
        }
        _ => (request.value, false),
    }
}

/// Registers `body` as the current thread's next child; it starts once the spawn event has happened.
pub(crate) fn register(cx: &Context, child: u32, body: Body) {
    cx.spawned.borrow_mut().push((child, body));
}

/// The coroutines of one OS thread, and the stacks that they leave behind.
pub(crate) struct Pool {
    stacks: Vec<DefaultStack>,
    stack_size: usize,
    /// Threads given up in a destructor that does not end.
    lost: u32,
    pub(crate) lost_one: bool,
}

struct Slot {
    coroutine: Thread,
    yielder: *const Yields,
    begun: bool,
    /// Suspended in a destructor that a panic of the program's own runs.
    panicking: bool,
}

impl Pool {
    pub(crate) fn new(stack_size: usize) -> Pool {
        install_hook();
        Pool {
            stacks: Vec::new(),
            stack_size,
            lost: 0,
            lost_one: false,
        }
    }

    /// Runs the program once over `exec`'s graph. Afterwards every thread has ended, blocked or been unwound.
    pub(crate) fn run(&mut self, mut exec: Exec, program: &(dyn Fn() + Sync)) -> Exec {
        let site = Location::caller();
        let token = exec.next_location(Some("park token of main"), false, site);
        exec.me().token = token;
        // SAFETY: the coroutine that runs the closure ends, or is given up, before this function returns, and
        // `program` outlives the call.
        let program: &'static (dyn Fn() + Sync) = unsafe { std::mem::transmute(program) };
        let main = Box::new(move || crate::thread::run(program, &Arc::default(), token, site));
        let cx = Context {
            exec: RefCell::new(exec),
            yielder: Cell::new(std::ptr::null()),
            spawned: RefCell::new(vec![(0, main as Body)]),
            aftermath: RefCell::new(HashMap::new()),
            unwinding_steps: Cell::new(0),
            serial: RUNS.fetch_add(1, Ordering::Relaxed),
        };
        let mut slots: Vec<Option<Slot>> = Vec::new();
        let previous = CONTEXT.replace(&raw const cx);
        self.schedule(&cx, &mut slots);
        self.unwind(&cx, &mut slots);
        CONTEXT.set(previous);
        // Values that the program left to no thread (bodies that never started) go last.
        drop(cx.spawned.into_inner());
        cx.exec.into_inner()
    }

    fn schedule(&mut self, cx: &Context, slots: &mut Vec<Option<Slot>>) {
        // The thread of the event that was changed goes first once the replay is over: a read-modify-write's
        // read must get its write before anybody else's.
        let urgent = cx.exec.borrow().urgent;
        loop {
            self.start_spawned(cx, slots);
            let next = {
                let mut exec = cx.exec.borrow_mut();
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
                let mut exec = cx.exec.borrow_mut();
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
            let stack = self.stacks.pop().unwrap_or_else(|| {
                // A stack that the system refuses leaves nothing to fall back on.
                #[expect(clippy::expect_used, reason = "documented in Builder::stack_size")]
                DefaultStack::new(self.stack_size).expect("out of memory for a thread's stack")
            });
            let coroutine = Coroutine::with_stack(stack, move |yielder: &Yields, ()| {
                if let Some(cx) = context() {
                    cx.yielder.set(yielder);
                }
                run_body(body);
            });
            while slots.len() <= thread as usize {
                slots.push(None);
            }
            slots[thread as usize] = Some(Slot {
                coroutine,
                yielder: std::ptr::null(),
                begun: false,
                panicking: false,
            });
        }
    }

    fn resume(&mut self, cx: &Context, slots: &mut [Option<Slot>], thread: u32) {
        let Some(slot) = slots.get_mut(thread as usize).and_then(Option::as_mut) else {
            return;
        };
        {
            let mut exec = cx.exec.borrow_mut();
            exec.current = thread;
            // Unwinding leaves the status as it was: it says how the run ended.
            if !exec.me().aborting {
                exec.me().status = Status::Ready;
            }
        }
        cx.yielder.set(slot.yielder);
        slot.begun = true;
        let result = slot.coroutine.resume(());
        slot.yielder = cx.yielder.get();
        slot.panicking = std::thread::panicking();
        if let CoroutineResult::Return(()) = result {
            let mut exec = cx.exec.borrow_mut();
            if !exec.me().aborting {
                exec.me().status = Status::Ended;
            }
            if let Some(slot) = slots[thread as usize].take() {
                self.stacks.push(slot.coroutine.into_stack());
            }
        }
    }

    /// Unwinds what has not ended. Threads that stand in a destructor of a panic of their own go first: while one
    /// of them is left, the others could not tell their own unwinding from its.
    fn unwind(&mut self, cx: &Context, slots: &mut [Option<Slot>]) {
        for panicking in [true, false] {
            // Children before the parents that wait for them.
            for thread in (0..slots.len()).rev() {
                let due = slots[thread]
                    .as_ref()
                    .is_some_and(|s| s.panicking == panicking);
                if !due {
                    continue;
                }
                cx.unwinding_steps.set(0);
                cx.exec.borrow_mut().threads[thread].aborting = true;
                self.resume(cx, slots, thread as u32);
                if let Some(slot) = slots[thread].take() {
                    // It waits in a destructor for what cannot come. Its stack is lost, and what it owns.
                    std::mem::forget(slot.coroutine);
                    self.lost_one = true;
                    self.lost += 1;
                    if self.lost > LOST_LIMIT {
                        let thread = thread as u32;
                        cx.exec
                            .borrow_mut()
                            .fail(FailureKind::StuckDestructor { thread }, None);
                    }
                }
            }
        }
    }
}

/// The context of the running model, if there is one.
pub(crate) fn context<'a>() -> Option<&'a Context> {
    // SAFETY: as in `enter`.
    unsafe { CONTEXT.get().as_ref() }
}
