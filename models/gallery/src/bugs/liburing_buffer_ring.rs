//! An application hands buffers to the kernel through a ring: it writes the entries, then moves the tail, and what
//! lies below the tail is the kernel's. liburing published the tail with a store that ordered nothing, so the kernel
//! could see the new tail and old entries. One store that publishes a whole batch needs what a store for
//! each entry would: to be a release.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Cell, Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

struct BufferRing<C: Checker> {
    entries: [C::Cell; 2],
    tail: C::Word,
}

fn program<C: Checker>(form: Form) {
    let ring = Arc::new(BufferRing::<C> {
        entries: [C::cell("entry 0"), C::cell("entry 1")],
        tail: C::word("tail"),
    });
    let application = C::spawn("application", &ring, move |ring| {
        for (buffer, entry) in (10..).zip(&ring.entries) {
            entry.set(buffer);
        }
        ring.tail.store(2, form.pick(Relaxed, Release));
    });

    let tail = ring.tail.load(Acquire) as usize;
    for (buffer, entry) in (10..).zip(&ring.entries[..tail]) {
        assert_eq!(entry.get(), buffer);
    }
    application.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "liburing-buffer-ring",
    title: "The tail moves before the entries are there",
    shape: Shape::MpWriter,
    origins: &[Origin::of("liburing, provided-buffer ring")
        .commit("c44319a6")
        .year(2024)],
    main: "kernel",
    seen: "The kernel acquires the new tail from a store that releases nothing, so neither entry need be there yet.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "data race",
        loom: "Causality violation",
        shuttle: Shuttle::Blind,
        graphs: (2, 0),
    },
    file: file!(),
    text: include_str!("liburing_buffer_ring.rs"),
};
