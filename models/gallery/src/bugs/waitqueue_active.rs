//! `waitqueue_active()` lets a waker skip the wake-up when nobody waits, which saves a lock. It is a plain look at the
//! queue, and belongs behind a full barrier: the condition was stored just before, and the sleeper has queued itself and
//! looks at the condition. The omission has been repaired so often, in btrfs and in printk among others, that the
//! kernel's patch checker warns at every use of the function.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

struct WaitQueue<C: Checker> {
    waiters: C::Word,
    condition: C::Word,
}

fn program<C: Checker>(form: Form) {
    let queue = Arc::new(WaitQueue::<C> {
        waiters: C::word("waiters"),
        condition: C::word("condition"),
    });
    let sleeper = C::spawn("sleeper", &queue, |queue| {
        queue.waiters.fetch_add(1, Relaxed); // prepare_to_wait
        C::fence(SeqCst); // set_current_state has one
        if queue.condition.load(Relaxed) == 0 {
            C::park(); // schedule
        }
    });

    queue.condition.store(1, Relaxed);
    if form.fixed() {
        C::fence(SeqCst); // smp_mb()
    }
    if queue.waiters.load(Relaxed) != 0 {
        sleeper.unpark(); // wake_up
    }
    sleeper.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "waitqueue-active",
    title: "So common that the patch checker warns",
    shape: Shape::Sb,
    origins: &[
        Origin::of("Linux btrfs").commit("66657b318e0e"),
        Origin::of("printk").commit("1f5d783094cf"),
    ],
    main: "waker",
    seen: "The waker finds the queue empty, the sleeper finds the condition unset: each looked before the other's store could be seen. The sleeper had its barrier; one side's is not enough.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "deadlock",
        loom: "deadlock",
        shuttle: Shuttle::Blind,
        graphs: (3, 1),
    },
    file: file!(),
    text: include_str!("waitqueue_active.rs"),
};
