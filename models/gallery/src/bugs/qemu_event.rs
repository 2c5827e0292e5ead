//! A QEMU thread resets an event, looks whether there is work, and if not, waits; another one posts work and sets
//! the event, unless it finds it set. The reset was a sequentially consistent read-modify-write, and everybody took that
//! for a full barrier. It is none: it does not order a *relaxed* load that comes later, so both threads could see
//! the other's old state, and threads slept for ever. A full barrier is a fence; an operation marked SeqCst is an
//! operation in the order of all such operations, no more.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

const SET: u64 = 0;
const FREE: u64 = 1;

struct Event<C: Checker> {
    event: C::Word,
    work: C::Word,
}

fn program<C: Checker>(form: Form) {
    let shared = Arc::new(Event::<C> {
        event: C::word("event"),
        work: C::word("work"),
    });
    let waiter = C::spawn("waiter", &shared, move |shared| {
        shared.event.fetch_or(FREE, SeqCst); // qemu_event_reset
        if form.fixed() {
            C::fence(SeqCst); // smp_mb()
        }
        if shared.work.load(Relaxed) == 0 {
            while shared.event.load(Acquire) != SET {
                C::park(); // qemu_event_wait
            }
        }
    });

    shared.work.store(1, Relaxed);
    C::fence(SeqCst);
    if shared.event.load(Relaxed) != SET {
        shared.event.store(SET, Release); // qemu_event_set
        waiter.unpark();
    }
    waiter.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "qemu-event",
    title: "A SeqCst operation is not a full barrier",
    shape: Shape::Sb,
    origins: &[Origin::of("QEMU QemuEvent").commit("9586a1329f").year(2023)],
    main: "poster",
    seen: "Each side reads the other's word as it was at first. The waiter's SeqCst change of event comes before its load of work in its program, but only a fence would keep that load behind it. Nobody is left to unpark the waiter.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "deadlock",
        loom: "deadlock",
        shuttle: Shuttle::Blind,
        graphs: (4, 1),
    },
    file: file!(),
    text: include_str!("qemu_event.rs"),
};
