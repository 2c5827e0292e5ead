//! The same patches keep one bit per request in one word, 64 of them, and check a limit: that of the *threads*. More
//! than 64 requests pass the check and overflow the word. Here request 64 flips the bit that request 0 has just flipped, as
//! a shift does on x86, and the worker finds equal bits: nothing to do, both requests are lost. Check the
//! quantity that the representation limits, or have as many words as it takes.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

const THREADS: usize = 1;
const REQUESTS: usize = 65;

struct Bitmap<C: Checker> {
    fill: Vec<C::Word>,
    submitted: C::Word,
}

fn program<C: Checker>(form: Form) {
    let words = form.pick(THREADS, REQUESTS).div_ceil(64);
    let bitmap = Arc::new(Bitmap::<C> {
        fill: (0..words).map(|_| C::word("fill")).collect(),
        submitted: C::word("submitted"),
    });
    let worker = C::spawn("worker", &bitmap, |bitmap| {
        while bitmap.submitted.load(Acquire) != 2 {
            C::spin();
        }
        let found = |word: &C::Word| word.load(Relaxed).count_ones();
        let found: u32 = bitmap.fill.iter().map(found).sum();
        assert!(found == 2, "2 requests submitted, {found} found");
    });

    for (count, request) in [(1, 0), (2, 64)] {
        let word = &bitmap.fill[request / 64 % words];
        word.store(word.load(Relaxed) ^ 1 << (request % 64), Relaxed);
        bitmap.submitted.store(count, Release);
    }
    worker.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "overflow",
    title: "The sixty-fifth request",
    shape: Shape::Logic,
    origins: &[Origin::of("QEMU threaded-workqueue, version 3")],
    main: "submitter",
    seen: "Request 0 flips bit 0 of the only word, and request 64 flips it back.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "2 requests submitted",
        loom: "2 requests submitted",
        shuttle: Shuttle::Fails,
        graphs: (1, 2),
    },
    file: file!(),
    text: include_str!("overflow.rs"),
};
