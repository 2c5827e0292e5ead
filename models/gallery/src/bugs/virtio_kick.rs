//! A virtio driver publishes a buffer and then looks whether the device wants to be notified. The device says that it does
//! and then looks once more for buffers. The driver had a write barrier between its store and its load, and a write
//! barrier orders stores with stores. For "my store before my load" only the full barrier will do, on both sides.
//! Without it the device sleeps on a full queue.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, Release, SeqCst};

struct Queue<C: Checker> {
    available: C::Word,
    notify: C::Word,
}

fn program<C: Checker>(form: Form) {
    let queue = Arc::new(Queue::<C> {
        available: C::word("available"),
        notify: C::word("notify"),
    });
    let device = C::spawn("device", &queue, |queue| {
        queue.notify.store(1, Relaxed);
        C::fence(SeqCst);
        if queue.available.load(Relaxed) == 0 {
            C::park();
        }
    });

    queue.available.store(1, Relaxed);
    C::fence(form.pick(Release, SeqCst)); // virtio_wmb(), virtio_mb()
    if queue.notify.load(Relaxed) == 1 {
        device.unpark(); // the kick
    }
    device.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "virtio-kick",
    title: "A write barrier where a full one was needed",
    shape: Shape::Sb,
    origins: &[Origin::of("Linux virtio").commit("a72caae21803").year(2012)],
    main: "driver",
    seen: "The driver finds that nobody wants a kick, the device finds that no buffer is there, and parks. A release fence lets the driver's load of notify go before its store to available.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "deadlock",
        loom: "deadlock",
        shuttle: Shuttle::Blind,
        graphs: (3, 1),
    },
    file: file!(),
    text: include_str!("virtio_kick.rs"),
};
