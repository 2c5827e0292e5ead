//! An optimal exhaustive model checker for concurrent Rust, under the C11 memory model as repaired (RC11).
//!
//! Write the program as a closure over weft's types, which have std's names; [`model`] runs it once for every
//! behaviour that the memory model allows, and panics with the one that fails.
//!
//! ```
//! use weft::sync::Arc;
//! use weft::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
//! use weft::thread;
//!
//! weft::model(|| {
//!     let mail = Arc::new((AtomicU32::new(0), AtomicBool::new(false)));
//!     let sender = Arc::clone(&mail);
//!     let t = thread::spawn(move || {
//!         sender.0.store(7, Relaxed);
//!         sender.1.store(true, Release); // Relaxed would fail the assertion below
//!     });
//!     if mail.1.load(Acquire) {
//!         assert_eq!(mail.0.load(Relaxed), 7);
//!     }
//!     t.join().unwrap();
//! });
//! ```
//!
//! # What is explored: execution graphs
//!
//! Most interleavings of a program differ only in the order of steps that do not concern each other. So the unit here is
//! not the interleaving but the **execution graph**: the events of each thread in *program order* (po), for each read the
//! write that it *reads from* (rf), and for each location the *coherence order* (co) of its writes. From these follow
//! *synchronises-with* (sw: a release with the acquire that reads from it) and *happens-before* (hb: po and sw, in
//! any number). A memory model is a set of rules about graphs; RC11's are coherence, atomicity of
//! read-modify-writes, the SC axiom, and no cycle of po and rf.
//!
//! The search builds graphs event by event. A read is tried with every write that the rules let it read; a write is tried
//! at every place in coherence order, and is offered to the reads that are there already. The algorithm is TruSt
//! (Kokologiannakis, Marmanis, Gladstein, Vafeiadis: "Truly stateless, optimal dynamic partial order reduction", POPL
//! 2022): it visits every graph exactly once, and remembers no set of visited ones, so memory is that of one graph
//! and its untried alternatives. That is why the numbers are small. Message passing with release and acquire is
//! 3 graphs: the flag is unset, or set; and if unset, the data is old or new. Store buffering is 4, one of them
//! forbidden when all accesses are `SeqCst`.
//!
//! # What counts as a failure
//!
//! - A **panic** that escapes main, a failed assertion for one, or that escapes a thread which nobody joins. As in std, joining a thread
//!   answers its panic, and what the program does with that is its own affair; a panic that it passes on (`join().unwrap()`)
//!   is reported as that of the thread in which it began.
//! - A **data race**: two accesses to one location, one at least a write and one at least not atomic, neither of which
//!   happens before the other. [`cell::UnsafeCell`] accesses are not atomic and last as long as their closure, and neither
//!   is the *creation* of an atomic.
//! - A read of an **uninitialised** [`cell::MaybeUninitCell`].
//! - An **error of memory**: an access of an atomic, a cell or a lock in memory that was freed, or that may be freed while the access
//!   goes on, or through a pointer to nothing; a block that is freed twice, or that was never allocated (the middle of one, a stack, a
//!   static); and, with [`Builder::leaks`], one that is never freed.
//!   Dropping an atomic or a cell counts as a write that is not atomic. With [`Builder::reuse`] a new block may get a freed one's address,
//!   which is how ABA is found.
//! - A **hang**: an execution that ends with threads in spin loops although they have read the newest value of everything that
//!   they look at; a **deadlock**: the same with locks, tokens and joins. A lost wake-up shows as one of these.
//! - Behaviour that is **not a function of what was read**.
//! - A program that is **stuck** where weft does not see it, in a lock of std's for one ([`Builder::stuck_after`]).
//!
//! Whatever is reported is an error of an execution that satisfies every axiom of RC11, and that its `replay` line leads to again.
//!
//! A thread that does not come to an end within [`Builder::max_events_per_thread`] operations (a loop that does not say that
//! it waits, for one) ends the check as [`Verdict::Bounded`]: no failure, and no proof.
//!
//! # Reading an error
//!
//! ```text
//! data race: neither access happens before the other
//!   1.1: W na data at src/slot.rs:24
//!   0.5: R na data at src/slot.rs:34
//!   advice: main read full = 1 from 1.2 at 0.4 with Relaxed: Acquire there, and
//!     Release at 1.2, would order the two
//!
//! main                      │ filler             │
//! ──────────────────────────┼────────────────────┼─
//! 0.1 new full = 0          │                    │ slot.rs:18
//! 0.2 new data              │                    │ slot.rs:19
//! 0.3 spawn filler          │                    │ slot.rs:22
//!                           │ 1.1 W na data      │ slot.rs:24
//!                           │ 1.2 W rlx full = 1 │ slot.rs:27
//! 0.4 R rlx full = 1 <- 1.2 │                    │ slot.rs:30
//! 0.5 R na data             │                    │ slot.rs:34
//! this is an interleaving, but nothing orders the two that race
//!
//! replay: weft1: 0*4 1*3 0*2 #cbeca5de
//! ```
//!
//! Each line is a step: its thread and index, what it does (`R`ead, `W`rite, `U`pdate, `F`ence), how it is ordered
//! (`na` not atomic, `rlx`, `acq`, `rel`, `acqrel`, `sc`), and where a read reads from. A read that races shows no value: nothing
//! is known of it. The lines are an interleaving of the threads if the execution is one; then every read reads the newest
//! write above it. Where weak memory shows, no order of the lines is one: they extend happens-before and reads-from, and the reads
//! that do not read the newest write above them are marked as `(stale)`.
//!
//! A location has the name that it was given by its `named`, or what it is and the line that created it: `cell@24`, and
//! `cell@24[2]` if the line created several. Locks and condition variables show their states in words. What a destructor does (an
//! unlock, the end of a cell's access, an owner's drop of an [`sync::Arc`], a free) stands at the line where the destructor runs; for
//! that a failing execution is run once more. Where the program is compiled without lines (cargo's release profile, unless
//! it says `debug = "line-tables-only"`) it shows where that began instead, as in `slot.rs:17 (lock taken)`.
//!
//! The last line, given to [`Builder::replay`] with the same program, runs just this execution, in any process: see [`Decisions`]. A line
//! that leads elsewhere is refused, and says at which step.
//! [`Failure::to_svg`] draws it.
//!
//! # Waiting
//!
//! A loop that waits must say so with [`hint::spin_loop`] or [`thread::yield_now`] in every turn. A turn that sees nothing
//! new is then not explored further: the thread sleeps until a value arrives that the turn before it has not seen. Executions
//! in which it sleeps to the end are counted as *blocked*, not as complete. `park`, locks and `join` wait in the
//! same way.
//!
//! What a turn did see may matter to the next, so every sequence of turns is explored in which each sees something new:
//! a flag that is waited for costs two graphs, or more. Where no local state survives a turn, [`Builder::awaits`] says
//! so, and it costs one. That is a promise, and weft believes it.
//!
//! A turn that does change something is no waiting: a loop that locks a [`sync::Mutex`] in every turn to look at what is
//! in it has infinitely many executions, and ends as [`Verdict::Bounded`]. Wait with a [`sync::Condvar`], or look
//! at an atomic.
//!
//! # Porting a loom test
//!
//! Change `loom` to `weft` in the imports. What differs:
//!
//! - `SeqCst` accesses really are; loom treats them as `AcqRel` and reports store buffering that cannot happen.
//!   Load buffering is absent from both (see below).
//! - Every behaviour is explored: there is no preemption bound, and a cap ends as [`Verdict::Bounded`], never as success.
//! - Threads are unlimited, and so are the stores that a location remembers.
//! - `compare_exchange_weak` fails spuriously; `Builder::spurious_park` lets `park` and `Condvar::wait` return early.
//! - `Condvar::notify_one` wakes any waiter; each choice is explored.
//! - Hangs are failures. A loom test that relied on `loom::thread::yield_now` in a loop that *writes* goes on as
//!   before; one whose loop cannot end is now found out.
//! - No `lazy_static`, `thread_local` or `const` constructors: every object belongs to one run of the closure.
//!
//! # Limits
//!
//! - **Load buffering.** RC11 forbids cycles of po and rf, and so does this checker: of `r1 = x; y = 1 ‖ r2 = y; x = 1` it
//!   never shows `r1 = r2 = 1`. The C++ standard and some hardware (Arm, POWER) allow that for relaxed accesses
//!   without dependencies. No proof here covers it.
//! - Release sequences are C++20's: a release write and the read-modify-writes that follow it; not later plain stores of its
//!   thread.
//! - An access of memory is seen if it is one of weft's types that is accessed; see [`alloc`]. A plain field that is read through a
//!   raw pointer is not.
//! - [`sync::Arc`] is weft's; std's own counts are not seen. Whatever depends on who lets go of a std `Arc` last, or reads its counts, is
//!   decided by the order in which the checker happens to run the threads, and no verdict says anything about it.
//! - What the program keeps outside of the model (a result that it pushes to a list) lives on. It is told from the memory of threads that
//!   were given up by a look for references ([`alloc::Checked`]), on Linux; elsewhere such memory is not taken back. A reference is an
//!   aligned word that holds an address in the block: one that is packed or encoded keeps nothing. Where so many executions have left
//!   something that no place is left for another's heap, the check ends as [`Verdict::Bounded`].
//! - What a compiler leaves out, weft does not see: a block that is allocated, never used, and leaked or wrongly freed.
//! - A waiting loop that gives up by itself after more than 256 turns without news is taken for one that never does, and how
//!   many such turns one makes before it sees something new is taken not to matter.
//! - A [`sync::Condvar`] tells 56 waits of one execution apart; the next one panics.
//! - std's `panicking()` may be true in one thread while another one, in the middle of a panic, waits; [`thread::panicking`] is not, and
//!   locks go by that. Where both panic at a time, it may go on being true in a thread that has caught its own.
//! - An execution that is given up (it waits for a value that another one gives, or it failed) runs no more of the program's code, destructors
//!   included. A lock of std's that such a thread holds is never given back.

mod add;
mod advice;
mod awaits;
mod builder;
mod clock;
mod decisions;
mod draw;
mod event;
mod exec;
mod explore;
mod graph;
mod guide;
mod memory;
mod object;
mod order;
mod panics;
mod place;
mod pulse;
mod query;
mod rc11;
mod report;
mod runtime;
mod workers;

pub mod alloc;
pub mod cell;
pub mod hint;
pub mod sync;
pub mod thread;
pub mod trace;

pub use builder::Builder;
pub use decisions::{Decisions, ParseDecisionsError};
pub use event::{Event, EventId, Kind, LocationId, Order};
pub use graph::Graph;
pub use guide::Misfit;
pub use query::{HbStep, Synchronisation};
pub use report::{Bound, Failure, FailureKind, Free, Report, Verdict};

/// Explores every execution of `f`.
///
/// # Panics
/// Panics, with the failing graph, unless every execution was explored and none failed. No panic hook is called for it, so
/// that it is printed once, and the same whatever `RUST_BACKTRACE` says.
#[track_caller]
pub fn model<F>(f: F)
where
    F: Fn() + Sync + Send + 'static,
{
    let report = Builder::default().check(f);
    if !report.is_complete() {
        panics::raise(&report);
    }
}
