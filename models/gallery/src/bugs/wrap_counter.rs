//! In virtio's packed ring a descriptor is available when its flag equals the driver's wrap counter, which flips
//! each time the ring's end is passed. The driver here finds that out by comparing positions: the next one is lower than
//! the first, so we have wrapped. A chain exactly as long as the ring ends where it began, which is not lower: no flip,
//! and the device does not recognise what comes next. The same mistake was made again in Rust, which does not help
//! against it. Test a ring with the request that just fits.

use crate::entry::{Entry, Expect, Form, Origin, Shape, Shuttle, programs};
use crate::shim::{Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

const RING: usize = 2;

struct Queue<C: Checker> {
    flags: [C::Word; RING],
    kicks: C::Word,
    used: C::Word,
}

fn program<C: Checker>(form: Form) {
    let queue = Arc::new(Queue::<C> {
        flags: [C::word("flag 0"), C::word("flag 1")],
        kicks: C::word("kicks"),
        used: C::word("used"),
    });
    let driver = C::spawn("driver", &queue, move |queue| {
        let (mut first, mut wrap) = (0, 1);
        for (chain, length) in [RING, 1].into_iter().enumerate() {
            while queue.used.load(Acquire) != chain as u64 {
                C::spin();
            }
            queue.flags[first].store(wrap, Relaxed);
            let next = (first + length) % RING;
            if next < first || form.fixed() && first + length == RING {
                wrap ^= 1;
            }
            first = next;
            queue.kicks.store(chain as u64 + 1, Release);
        }
    });

    for (chain, wrap) in [(1, 1), (2, 0)] {
        while queue.kicks.load(Acquire) != chain {
            C::spin();
        }
        let flag = queue.flags[0].load(Relaxed);
        assert_eq!(flag, wrap, "kicked, and no descriptor is there");
        queue.used.store(chain, Release);
    }
    driver.join();
}

pub(super) const ENTRY: Entry = Entry {
    id: "wrap-counter",
    title: "A chain as long as the ring",
    shape: Shape::Wc,
    origins: &[
        Origin::of("Linux virtio_ring, avail_wrap_counter")
            .commit("1acfe2c")
            .unconfirmed(),
        Origin::of("openvmm").commit("#3990").year(2026),
    ],
    main: "device",
    seen: "The first chain fills the ring and the position is 0 again, as it was; the second chain's flag is still 1, in a lap where available is 0.",
    note: None,
    programs: programs!(program),
    expect: Expect {
        weft: "no descriptor is there",
        loom: "no descriptor is there",
        shuttle: Shuttle::Fails,
        graphs: (1, 3),
    },
    file: file!(),
    text: include_str!("wrap_counter.rs"),
};
