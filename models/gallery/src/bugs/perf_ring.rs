//! The kernel writes samples into perf's ring, user space reads one and moves the tail to give its slot back. On that way
//! back there was no barrier between the *reads* of the sample and the *store* to the tail: the kernel could see the slot
//! as free, and overwrite what was still being read. Publishing is the half of the protocol that everybody gets
//! right; recycling needs the same care, and a load before a store rather than a store before a store.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Cell, Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

struct Ring<C: Checker> {
    sample: C::Cell, // a ring of one slot
    head: C::Word,
    tail: C::Word,
}

fn program<C: Checker>(form: Form) {
    let ring = Arc::new(Ring::<C> {
        sample: C::cell("sample"),
        head: C::word("head"),
        tail: C::word("tail"),
    });
    let kernel = C::spawn("kernel", &ring, |ring| {
        ring.sample.set(1);
        ring.head.store(1, Release);
        if ring.tail.load(Acquire) == 1 {
            ring.sample.set(2); // the slot is free again
            ring.head.store(2, Release);
        }
    });

    if ring.head.load(Acquire) == 1 {
        assert_eq!(ring.sample.get(), 1);
        if form.fixed() {
            C::fence(Release); // smp_mb()
        }
        ring.tail.store(1, Relaxed);
    }
    kernel.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "perf-ring",
    title: "Given back while it is being read",
    shape: Shape::Rc,
    origins: &[
        Origin::of("Linux perf").commit("bf378d3").year(2013),
        Origin::of("libbpf").commit("a64af0ef1c1d"),
    ],
    main: "reader",
    seen: "The reader gives the slot back with a relaxed store. The kernel acquires it, and still its second sample does not come after the read of the first.",
    note: Some(
        "A write barrier as Linux documents it, stores before stores, would not repair this one: what must come first here is a load. C11 has no such fence, its release fence orders earlier loads as well, so none of the three checkers can show the difference. And since C11 as repaired forbids cycles of program order and reads-from, the load that comes too late shows as the data race that it is, not as a wrong sample.",
    ),
    programs: programs!(program),
    expect: Expect {
        weft: "data race",
        loom: "Causality violation",
        shuttle: Shuttle::Blind,
        graphs: (3, 0),
    },
    file: file!(),
    text: include_str!("perf_ring.rs"),
};
