//! A virtio guest puts the number of a descriptor chain into a ring and moves the ring's index; the host reads the index,
//! then the number. Without a read barrier between them the host reads a number that nobody put there, and
//! the message in the log is "id N is not a head!". virtio had lacked such a barrier in 2009; vhost lacked one until 2024,
//! when machines with Grace-Hopper processors showed it. For fifteen years the others had hidden it.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

struct Available<C: Checker> {
    ring: [C::Word; 2],
    index: C::Word,
}

fn program<C: Checker>(form: Form) {
    let available = Arc::new(Available::<C> {
        ring: [C::word("ring[0]"), C::word("ring[1]")],
        index: C::word("index"),
    });
    let guest = C::spawn("guest", &available, |available| {
        for (index, head) in [(0, 3), (1, 5)] {
            available.ring[index].store(head, Relaxed);
            available.index.store(index as u64 + 1, Release);
        }
    });

    let index = available.index.load(Relaxed);
    if form.fixed() {
        C::fence(Acquire); // smp_rmb()
    }
    for (slot, head) in available.ring[..index as usize].iter().zip([3, 5]) {
        let id = slot.load(Relaxed);
        assert!(id == head, "id {id} is not a head!");
    }
    guest.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "vhost-head",
    title: "\"id N is not a head!\"",
    shape: Shape::MpReader,
    origins: &[
        Origin::of("Linux vhost").commit("22e1992cf7b0").year(2024),
        Origin::of("vhost").commit("df9ace7647d4").year(2024),
        Origin::of("virtio").commit("2d61ba95034f").year(2009),
    ],
    main: "host",
    seen: "The host reads index 2, which covers both entries, and finds the second still as it was made: 0, which is the head of nothing.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "is not a head!",
        loom: "is not a head!",
        shuttle: Shuttle::Blind,
        graphs: (3, 0),
    },
    file: file!(),
    text: include_str!("vhost_head.rs"),
};
