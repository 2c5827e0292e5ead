//! An NVMe controller writes a completion entry whose phase bit says that it is new. The driver looked at the bit and
//! then read the rest of the entry, without a barrier: "the branch orders it". A branch orders the *stores* behind it;
//! the processor is free to have read the rest of the entry before it knew the bit. A control dependency does
//! not order loads, and the repair was a read barrier after the phase bit.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Cell, Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

struct Completion<C: Checker> {
    result: C::Cell,
    phase: C::Word,
}

fn program<C: Checker>(form: Form) {
    let entry = Arc::new(Completion::<C> {
        result: C::cell("result"),
        phase: C::word("phase"),
    });
    let device = C::spawn("device", &entry, |entry| {
        entry.result.set(42);
        entry.phase.store(1, Release);
    });

    while entry.phase.load(Relaxed) != 1 {
        C::spin();
    }
    if form.fixed() {
        C::fence(Acquire); // dma_rmb()
    }
    assert_eq!(entry.result.get(), 42);
    device.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "nvme-phase",
    title: "A branch does not order loads",
    shape: Shape::MpReader,
    origins: &[Origin::of("Linux nvme-pci").commit("b69e2ef24b7b")],
    main: "driver",
    seen: "The device released; the driver saw the phase bit and acquired nothing. Half of a pair orders nothing.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "data race",
        loom: "Causality violation",
        shuttle: Shuttle::Blind,
        graphs: (1, 1),
    },
    file: file!(),
    text: include_str!("nvme_phase.rs"),
};
