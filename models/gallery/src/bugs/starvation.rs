//! A worker that always takes the lowest set bit serves the low slots first, and if the submitter refills them fast
//! enough, it serves nothing else: the request in a high slot waits for ever, while the throughput looks perfect. Searching
//! from where the last search ended costs one rotation and bounds how often a request is overtaken.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};

struct Worker<C: Checker> {
    fill: C::Word,
    done: C::Word,
}

fn program<C: Checker>(form: Form) {
    let shared = Arc::new(Worker::<C> {
        fill: C::word("fill"),
        done: C::word("done"),
    });
    let worker = C::spawn("worker", &shared, move |shared| {
        let (mut done, mut last, mut overtaken) = (0, 1, 0);
        for _ in 0..3 {
            let busy = loop {
                match shared.fill.load(Acquire) ^ done {
                    0 => C::spin(),
                    busy => break busy,
                }
            };
            let next = form.pick(0, 1 - last);
            last = if busy & 1 << next != 0 {
                next
            } else {
                1 - next
            };
            overtaken += u32::from(busy == 0b11 && last == 0);
            assert!(overtaken < 2, "request 1 was overtaken twice");
            done ^= 1 << last;
            shared.done.store(done, Release);
        }
    });

    shared.fill.store(0b11, Release);
    while shared.done.load(Acquire) & 1 == 0 {
        C::spin();
    }
    shared.fill.store(0b10, Release); // slot 0 again, at once
    worker.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "starvation",
    title: "The lowest index first",
    shape: Shape::Logic,
    origins: &[Origin::of("QEMU threaded-workqueue, version 3")],
    main: "submitter",
    seen: "Slot 0 is refilled as soon as it is done, before the worker looks again; the worker finds both slots busy and takes the lower one once more. With enough refills there is no bound.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "request 1 was overtaken twice",
        loom: "request 1 was overtaken twice",
        shuttle: Shuttle::Fails,
        graphs: (3, 4),
    },
    file: file!(),
    text: include_str!("starvation.rs"),
};
