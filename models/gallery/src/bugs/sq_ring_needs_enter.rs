//! With a polling thread in the kernel, an io_uring application submits by a store to the tail alone, unless the thread
//! has gone to sleep and says so in a flag: then the application must wake it with a system call. liburing lacked
//! the full barrier between its store and its look at the flag. The look could come first and find nothing, and the
//! polling thread went to sleep on work that nobody would tell it of. A release store says what comes before it; it
//! says nothing of what comes after.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

const NEED_WAKEUP: u64 = 1;

struct Submission<C: Checker> {
    tail: C::Word,
    flags: C::Word,
}

fn program<C: Checker>(form: Form) {
    let queue = Arc::new(Submission::<C> {
        tail: C::word("tail"),
        flags: C::word("flags"),
    });
    let poller = C::spawn("poller", &queue, |queue| {
        queue.flags.fetch_or(NEED_WAKEUP, Relaxed);
        C::fence(SeqCst);
        if queue.tail.load(Acquire) == 0 {
            C::park();
        }
    });

    queue.tail.store(1, Release);
    if form.fixed() {
        C::fence(SeqCst); // io_uring_smp_mb()
    }
    if queue.flags.load(Relaxed) & NEED_WAKEUP != 0 {
        poller.unpark(); // io_uring_enter
    }
    poller.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "sq-ring-needs-enter",
    title: "The polling thread sleeps",
    shape: Shape::Sb,
    origins: &[Origin::of("liburing, sq_ring_needs_enter")
        .commit("744f4156")
        .year(2022)],
    main: "application",
    seen: "The application's store releases, and its load of the flags goes first all the same: it sees no request to be woken, the poller sees no work.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "deadlock",
        loom: "deadlock",
        shuttle: Shuttle::Blind,
        graphs: (3, 1),
    },
    file: file!(),
    text: include_str!("sq_ring_needs_enter.rs"),
};
