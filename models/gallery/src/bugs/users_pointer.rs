//! QEMU's threaded workqueue moves on to the next worker after each request. Where "the next" is was computed from the
//! pointer that the user had passed, which is not the pointer into the array of requests that the arithmetic assumed. So
//! the cursor pointed anywhere. Nothing crashes here: the search wraps around, and hides the mistake whenever the worker
//! that it wrongly starts from is still busy. It shows only as workers that idle.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

const REQUESTS: u64 = 0x1000; // one of 16 bytes for each worker
const USERS: u64 = 0x9010; // the user's memory

struct Workers<C: Checker> {
    fill: [C::Word; 2],
    done: [C::Word; 2],
}

fn program<C: Checker>(form: Form) {
    let workers = Arc::new(Workers::<C> {
        fill: [C::word("fill 0"), C::word("fill 1")],
        done: [C::word("done 0"), C::word("done 1")],
    });
    let worker = C::spawn("worker 0", &workers, |workers| {
        if workers.fill[0].load(Acquire) == 1 {
            workers.done[0].store(1, Release);
        }
    });

    let (mut cursor, mut chosen) = (0, [0; 2]);
    for chosen in &mut chosen {
        let free = |w: &usize| workers.done[*w].load(Acquire) == workers.fill[*w].load(Relaxed);
        let mut from_cursor = (0..2).map(|i| (cursor + i) % 2);
        let worker = from_cursor.find(free).expect("one is free");
        let fill = workers.fill[worker].load(Relaxed);
        workers.fill[worker].store(fill ^ 1, Release);
        let request = form.pick(USERS, REQUESTS + 16 * worker as u64);
        cursor = (request - REQUESTS) as usize / 16 + 1;
        *chosen = worker;
    }
    assert!(chosen == [0, 1], "worker 1 idles: both went to worker 0");
    worker.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "users-pointer",
    title: "A cursor from the user's pointer",
    shape: Shape::Logic,
    origins: &[Origin::of("QEMU threaded-workqueue, version 3")],
    main: "submitter",
    seen: "Worker 0 is quick: its request is done when the second one is handed out. The search should start at worker 1, starts at worker 0 and finds it free.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "worker 1 idles",
        loom: "worker 1 idles",
        shuttle: Shuttle::Fails,
        graphs: (2, 0),
    },
    file: file!(),
    text: include_str!("users_pointer.rs"),
};
