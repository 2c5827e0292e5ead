//! Linux's `ptr_ring` passes pointers from a producer to a consumer: the producer fills an object and stores its
//! address in the ring; a slot that is not null belongs to the consumer. The producer had no write barrier between the
//! two, so the address could become visible before the object did, and crashes were seen. An owner flag that is
//! stored after the payload in program order is not stored after it in memory: that has to be asked for.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Cell, Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

struct Ring<C: Checker> {
    object: C::Cell,
    slot: C::Word, // null, or the object's address
}

fn program<C: Checker>(form: Form) {
    let ring = Arc::new(Ring::<C> {
        object: C::cell("object"),
        slot: C::word("slot"),
    });
    let producer = C::spawn("producer", &ring, move |ring| {
        ring.object.set(7);
        if form.fixed() {
            C::fence(Release); // smp_wmb()
        }
        ring.slot.store(0x1000, Relaxed);
    });

    while ring.slot.load(Relaxed) == 0 {
        C::spin();
    }
    C::fence(Acquire);
    assert_eq!(ring.object.get(), 7);
    producer.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "ptr-ring",
    title: "The pointer arrives before the object",
    shape: Shape::MpWriter,
    origins: &[Origin::of("Linux ptr_ring")
        .commit("a8ceb5dbfde1")
        .year(2017)],
    main: "consumer",
    seen: "The consumer has the address and acquires, but the producer released nothing: its write to the object does not happen before the consumer's read of it. On hardware the read may return what was there before.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "data race",
        loom: "Causality violation",
        shuttle: Shuttle::Blind,
        graphs: (1, 1),
    },
    file: file!(),
    text: include_str!("ptr_ring.rs"),
};
