//! Destroying the workqueue told the workers to stop, and they stopped, with requests still pending: committed,
//! accepted, never handled. Here the stop flag is looked at before the bits, and obeyed. A queue that is being closed
//! owes an answer for everything that it accepted: either it drains, or it hands back what it did not do.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Cell, Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Release};

struct Worker<C: Checker> {
    fill: C::Word,
    stop: C::Word,
    handled: C::Cell,
}

fn program<C: Checker>(form: Form) {
    let shared = Arc::new(Worker::<C> {
        fill: C::word("fill"),
        stop: C::word("stop"),
        handled: C::cell("handled"),
    });
    let worker = C::spawn("worker", &shared, move |shared| {
        let mut done = 0;
        loop {
            let stop = shared.stop.load(Acquire) == 1;
            if stop && !form.fixed() {
                return;
            }
            if shared.fill.load(Acquire) != done {
                done ^= 1;
                shared.handled.set(shared.handled.get() + 1);
            } else if stop {
                return;
            } else {
                C::spin();
            }
        }
    });

    shared.fill.store(1, Release); // commit
    shared.stop.store(1, Release); // destroy
    worker.join();
    assert_eq!(shared.handled.get(), 1, "a request was dropped");
}

pub(super) const ENTRY: Entry = Entry {
    id: "destroy",
    title: "Destroy drops what is pending",
    shape: Shape::Logic,
    origins: &[Origin::of("QEMU threaded-workqueue, version 3")],
    main: "submitter",
    seen: "The worker's first look is at the stop flag, and its last. The request was committed before that.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "a request was dropped",
        loom: "a request was dropped",
        shuttle: Shuttle::Fails,
        graphs: (2, 2),
    },
    file: file!(),
    text: include_str!("destroy.rs"),
};
