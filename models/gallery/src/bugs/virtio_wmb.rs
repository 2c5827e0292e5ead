//! The macro `virtio_wmb` stood where a write barrier belongs, and expanded to a *read* barrier. Its callers look correct,
//! and on x86 they are: neither barrier emits an instruction there. It is the ideal mutation to try on a test suite: not
//! a barrier that is missing, which a reader may notice, but one of the wrong kind under the right name.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Cell, Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

struct Queue<C: Checker> {
    descriptor: C::Cell,
    index: C::Word,
}

fn virtio_wmb<C: Checker>(form: Form) {
    C::fence(form.pick(Acquire, Release));
}

fn program<C: Checker>(form: Form) {
    let queue = Arc::new(Queue::<C> {
        descriptor: C::cell("descriptor"),
        index: C::word("index"),
    });
    let driver = C::spawn("driver", &queue, move |queue| {
        queue.descriptor.set(9);
        virtio_wmb::<C>(form);
        queue.index.store(1, Relaxed);
    });

    if queue.index.load(Acquire) == 1 {
        assert_eq!(queue.descriptor.get(), 9);
    }
    driver.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "virtio-wmb",
    title: "A write barrier that was a read barrier",
    shape: Shape::Macro,
    origins: &[Origin::of("Linux virtio").year(2012)],
    main: "device",
    seen: "The barrier is there, between the two writes, and it is an acquire fence. Only a release fence would make the write of the descriptor happen before what the device acquires.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "data race",
        loom: "Causality violation",
        shuttle: Shuttle::Blind,
        graphs: (2, 0),
    },
    file: file!(),
    text: include_str!("virtio_wmb.rs"),
};
