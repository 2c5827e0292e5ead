//! Hyper-V's VMBus carries packets from host to guest in a ring; the guest compares its read index with the host's write
//! index and takes what lies between. On Arm it took stale bytes, reproducibly: the packet was read before
//! the write index that covers it. Here the repair is in the load itself: whoever looks at an index in order to
//! read what it guards must acquire.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Cell, Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

struct Ring<C: Checker> {
    packets: [C::Cell; 2],
    write_index: C::Word,
}

fn program<C: Checker>(form: Form) {
    let ring = Arc::new(Ring::<C> {
        packets: [C::cell("packet 0"), C::cell("packet 1")],
        write_index: C::word("write_index"),
    });
    let host = C::spawn("host", &ring, |ring| {
        for (index, packet) in (1..).zip(&ring.packets) {
            packet.set(100 + index);
            ring.write_index.store(index, Release);
        }
    });

    let mut read_index = 0;
    while read_index < 2 {
        if ring.write_index.load(form.pick(Relaxed, Acquire)) > read_index {
            let packet = ring.packets[read_index as usize].get();
            read_index += 1;
            assert_eq!(packet, 100 + read_index);
        } else {
            C::spin();
        }
    }
    host.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "vmbus-ring",
    title: "Stale packets on Arm",
    shape: Shape::MpReader,
    origins: &[Origin::of("Linux hv vmbus")
        .commit("b6cae15b5710")
        .year(2022)],
    main: "guest",
    seen: "The guest reads the first packet's index from the host's release, without acquiring: the packet may be older than its index.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "data race",
        loom: "Causality violation",
        shuttle: Shuttle::Blind,
        graphs: (2, 2),
    },
    file: file!(),
    text: include_str!("vmbus_ring.rs"),
};
