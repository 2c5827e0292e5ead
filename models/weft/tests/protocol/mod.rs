//! One submitter, some workers, each worker with a `fill` and a `done` word of its own.

use weft::cell::UnsafeCell;
use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering, Ordering::*, fence};
use weft::{hint, thread, trace};

/// How large the program is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) workers: usize,
    pub(crate) slots: usize,
    pub(crate) requests: usize,
}

/// Which fence is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(dead_code, reason = "the benchmark leaves none out")]
pub(crate) enum Weaken {
    Nothing,
    Fill,
    Take,
    Complete,
    Reap,
    Flush,
}

struct Lane {
    fill: AtomicU32,
    done: AtomicU32,
    input: Vec<UnsafeCell<u32>>,
    output: Vec<UnsafeCell<u32>>,
}

// SAFETY: the protocol under test orders every access to the cells, and the checker ends an execution before one that
// it does not.
unsafe impl Sync for Lane {}

fn get(cell: &UnsafeCell<u32>) -> u32 {
    // SAFETY: as above.
    cell.with(|p| unsafe { *p })
}

fn set(cell: &UnsafeCell<u32>, value: u32) {
    // SAFETY: as above.
    cell.with_mut(|p| unsafe { *p = value });
}

fn barrier(site: &'static str, order: Ordering, here: Weaken, weaken: Weaken) {
    if here != weaken {
        trace::label(site);
        fence(order);
    }
}

fn worker(lane: &Lane, quota: usize, weaken: Weaken) {
    let mut mine = 0;
    for _ in 0..quota {
        let x = loop {
            let x = lane.fill.load(Relaxed) ^ mine;
            if x != 0 {
                break x;
            }
            hint::spin_loop();
        };
        let i = x.trailing_zeros() as usize;
        barrier("take", Acquire, Weaken::Take, weaken);
        let value = get(&lane.input[i]);
        set(&lane.output[i], value + 100);
        barrier("complete", Release, Weaken::Complete, weaken);
        mine ^= 1 << i;
        lane.done.store(mine, Relaxed);
    }
}

/// The whole program.
pub(crate) fn run(size: Size, weaken: Weaken) {
    let Size {
        workers,
        slots,
        requests,
    } = size;
    let cells = || (0..slots).map(|_| UnsafeCell::new(0)).collect();
    let lanes: Vec<Arc<Lane>> = (0..workers)
        .map(|_| {
            Arc::new(Lane {
                fill: AtomicU32::new(0).named("fill"),
                done: AtomicU32::new(0).named("done"),
                input: cells(),
                output: cells(),
            })
        })
        .collect();
    let threads: Vec<_> = (0..workers)
        .map(|w| {
            let lane = Arc::clone(&lanes[w]);
            let quota = (0..requests).filter(|k| k % workers == w).count();
            thread::spawn(move || worker(&lane, quota, weaken))
        })
        .collect();
    let mut fill = vec![0u32; workers];
    let mut pending = vec![vec![None; slots]; workers];
    for k in 0..requests {
        let w = k % workers;
        let lane = &lanes[w];
        let i = loop {
            let free = !(fill[w] ^ lane.done.load(Relaxed)) & ((1 << slots) - 1);
            if free != 0 {
                break free.trailing_zeros() as usize;
            }
            hint::spin_loop();
        };
        barrier("reap", Acquire, Weaken::Reap, weaken);
        if let Some(expected) = pending[w][i].take() {
            assert_eq!(get(&lane.output[i]), expected);
        }
        let value = k as u32 + 1;
        set(&lane.input[i], value);
        barrier("fill", Release, Weaken::Fill, weaken);
        fill[w] ^= 1 << i;
        lane.fill.store(fill[w], Relaxed);
        pending[w][i] = Some(value + 100);
    }
    for (lane, fill) in lanes.iter().zip(&fill) {
        while lane.done.load(Relaxed) != *fill {
            hint::spin_loop();
        }
    }
    barrier("flush", Acquire, Weaken::Flush, weaken);
    for (lane, pending) in lanes.iter().zip(&mut pending) {
        for (i, expected) in pending.iter_mut().enumerate() {
            if let Some(expected) = expected.take() {
                assert_eq!(get(&lane.output[i]), expected);
            }
        }
    }
    for t in threads {
        t.join().unwrap();
    }
}
