//! The same bug again, in four network drivers, each found and repaired on its own: a descriptor has a valid
//! bit, the driver tests it and goes on to the other fields, and these may have been read before the bit. Here the
//! fields are atomic words, so that no race ends the execution and the stale value itself comes to light. What
//! it taught: the pattern is the bug. Where one driver has it, look at the others.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

struct Descriptor<C: Checker> {
    length: C::Word,
    valid: C::Word,
}

fn program<C: Checker>(form: Form) {
    let descriptor = Arc::new(Descriptor::<C> {
        length: C::word("length"),
        valid: C::word("valid"),
    });
    let device = C::spawn("device", &descriptor, |descriptor| {
        descriptor.length.store(64, Relaxed);
        descriptor.valid.store(1, Release);
    });

    if descriptor.valid.load(Relaxed) == 1 {
        if form.fixed() {
            C::fence(Acquire); // dma_rmb()
        }
        let length = descriptor.length.load(Relaxed);
        assert_eq!(length, 64, "a valid descriptor, and an old length");
    }
    device.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "valid-bit",
    title: "One bug, four drivers",
    shape: Shape::MpReader,
    origins: &[
        Origin::of("Linux bnxt_en").commit("67a95e2022c7"),
        Origin::of("cxgb4").commit("def4771f4bf4"),
        Origin::of("irdma").commit("4984eb5"),
        Origin::of("pds_core").commit("dd6b1cc"),
    ],
    main: "driver",
    seen: "The driver reads the new valid bit and, a line later, the length from before the device wrote it: the read went first.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "an old length",
        loom: "an old length",
        shuttle: Shuttle::Blind,
        graphs: (2, 0),
    },
    file: file!(),
    text: include_str!("valid_bit.rs"),
};
