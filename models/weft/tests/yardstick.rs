//! The striped fill/done protocol, bare.
use weft::cell::UnsafeCell;
use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering::*, fence};
use weft::{Builder, hint, thread};

struct Lane {
    fill: AtomicU32,
    done: AtomicU32,
    input: Vec<UnsafeCell<u32>>,
    output: Vec<UnsafeCell<u32>>,
}

// SAFETY: the protocol under test orders every access to the cells; the model checks that.
unsafe impl Sync for Lane {}

fn run(workers: usize, slots: usize, requests: usize) {
    let lanes: Vec<Arc<Lane>> = (0..workers)
        .map(|_| {
            Arc::new(Lane {
                fill: AtomicU32::new(0),
                done: AtomicU32::new(0),
                input: (0..slots).map(|_| UnsafeCell::new(0)).collect(),
                output: (0..slots).map(|_| UnsafeCell::new(0)).collect(),
            })
        })
        .collect();
    let handles: Vec<_> = lanes
        .iter()
        .enumerate()
        .map(|(w, lane)| {
            let lane = lane.clone();
            let quota = (0..requests).filter(|k| k % workers == w).count();
            thread::spawn(move || {
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
                    fence(Acquire);
                    let v = lane.input[i].with(|p| unsafe { *p });
                    lane.output[i].with_mut(|p| unsafe { *p = v + 100 });
                    fence(Release);
                    mine ^= 1 << i;
                    lane.done.store(mine, Relaxed);
                }
            })
        })
        .collect();
    let mut fill = vec![0u32; workers];
    let mut pending = vec![vec![None; slots]; workers];
    for k in 0..requests {
        let w = k % workers;
        let i = loop {
            let d = lanes[w].done.load(Relaxed);
            let free = !(fill[w] ^ d) & ((1 << slots) - 1);
            if free != 0 {
                break free.trailing_zeros() as usize;
            }
            hint::spin_loop();
        };
        fence(Acquire);
        if let Some(e) = pending[w][i].take() {
            assert_eq!(lanes[w].output[i].with(|p| unsafe { *p }), e);
        }
        lanes[w].input[i].with_mut(|p| unsafe { *p = k as u32 + 1 });
        fence(Release);
        fill[w] ^= 1 << i;
        lanes[w].fill.store(fill[w], Relaxed);
        pending[w][i] = Some(k as u32 + 101);
    }
    for w in 0..workers {
        while lanes[w].done.load(Relaxed) != fill[w] {
            hint::spin_loop();
        }
    }
    fence(Acquire);
    for w in 0..workers {
        for i in 0..slots {
            if let Some(e) = pending[w][i].take() {
                assert_eq!(lanes[w].output[i].with(|p| unsafe { *p }), e);
            }
        }
    }
    for h in handles {
        h.join().unwrap();
    }
}

#[test]
fn counts() {
    for (w, s, r, n) in [
        (1, 1, 2, 1),
        (1, 1, 5, 1),
        (1, 2, 2, 3),
        (1, 2, 3, 9),
        (1, 2, 4, 27),
        (2, 1, 4, 1),
        (3, 1, 4, 1),
        (2, 2, 3, 3),
        (2, 2, 4, 9),
        (2, 2, 6, 81),
        (3, 2, 6, 27),
        (1, 3, 6, 1782),
    ] {
        let report = Builder::default().check(move || run(w, s, r));
        println!("{w}x{s} {r}: {report}");
        assert!(report.is_complete());
        assert_eq!(report.complete, n);
    }
}
