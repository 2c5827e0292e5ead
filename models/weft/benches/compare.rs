//! weft against loom on the same programs, in the same run: `cargo bench -p weft-checker --bench compare`.
//!
//! loom gets 20 seconds for each program; where it does not finish, that is what the table says.

#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const LOOM_LIMIT: Duration = Duration::from_secs(20);

/// The programs, once for each checker.
macro_rules! programs {
    ($name:ident, $checker:ident) => {
        mod $name {
            use $checker::sync::Arc;
            use $checker::sync::atomic::{AtomicUsize, Ordering::*, fence};
            use $checker::{cell::UnsafeCell, thread};

            struct Lane {
                fill: AtomicUsize,
                done: AtomicUsize,
                input: Vec<UnsafeCell<usize>>,
                output: Vec<UnsafeCell<usize>>,
            }

            // SAFETY: the protocol orders every access to the cells; the checkers watch that it does.
            unsafe impl Sync for Lane {}
            // SAFETY: as above.
            unsafe impl Send for Lane {}

            fn get(cell: &UnsafeCell<usize>) -> usize {
                // SAFETY: as above.
                cell.with(|p| unsafe { *p })
            }

            fn set(cell: &UnsafeCell<usize>, value: usize) {
                // SAFETY: as above.
                cell.with_mut(|p| unsafe { *p = value });
            }

            /// The yardstick: requests through slots that a fill and a done word hand to and fro.
            pub(super) fn lanes(workers: usize, slots: usize, requests: usize) {
                let cells = || (0..slots).map(|_| UnsafeCell::new(0)).collect();
                let lanes: Vec<Arc<Lane>> = (0..workers)
                    .map(|_| {
                        Arc::new(Lane {
                            fill: AtomicUsize::new(0),
                            done: AtomicUsize::new(0),
                            input: cells(),
                            output: cells(),
                        })
                    })
                    .collect();
                let threads: Vec<_> = (0..workers)
                    .map(|w| {
                        let lane = lanes[w].clone();
                        let quota = (0..requests).filter(|k| k % workers == w).count();
                        thread::spawn(move || {
                            let mut mine = 0;
                            for _ in 0..quota {
                                let x = loop {
                                    let x = lane.fill.load(Relaxed) ^ mine;
                                    if x != 0 {
                                        break x;
                                    }
                                    thread::yield_now();
                                };
                                let i = x.trailing_zeros() as usize;
                                fence(Acquire);
                                set(&lane.output[i], get(&lane.input[i]) + 100);
                                fence(Release);
                                mine ^= 1 << i;
                                lane.done.store(mine, Relaxed);
                            }
                        })
                    })
                    .collect();
                let mut fill = vec![0; workers];
                for k in 0..requests {
                    let w = k % workers;
                    let i = loop {
                        let free: usize =
                            !(fill[w] ^ lanes[w].done.load(Relaxed)) & ((1 << slots) - 1);
                        if free != 0 {
                            break free.trailing_zeros() as usize;
                        }
                        thread::yield_now();
                    };
                    fence(Acquire);
                    set(&lanes[w].input[i], k + 1);
                    fence(Release);
                    fill[w] ^= 1 << i;
                    lanes[w].fill.store(fill[w], Relaxed);
                }
                for w in 0..workers {
                    while lanes[w].done.load(Relaxed) != fill[w] {
                        thread::yield_now();
                    }
                }
                fence(Acquire);
                for t in threads {
                    t.join().unwrap();
                }
            }

            const NONE: usize = usize::MAX;

            struct Stack {
                head: AtomicUsize,
                next: Vec<AtomicUsize>,
            }

            impl Stack {
                fn push(&self, node: usize) {
                    let mut head = self.head.load(Relaxed);
                    loop {
                        self.next[node].store(head, Relaxed);
                        match self.head.compare_exchange(head, node, Release, Relaxed) {
                            Ok(_) => return,
                            Err(now) => head = now,
                        }
                    }
                }

                fn pop(&self) -> Option<usize> {
                    let mut head = self.head.load(Acquire);
                    while head != NONE {
                        let next = self.next[head].load(Relaxed);
                        match self.head.compare_exchange(head, next, Acquire, Acquire) {
                            Ok(_) => return Some(head),
                            Err(now) => head = now,
                        }
                    }
                    None
                }
            }

            /// Treiber's stack over an array of nodes: some push one each, one pops twice.
            pub(super) fn treiber(pushers: usize) {
                let stack = Arc::new(Stack {
                    head: AtomicUsize::new(NONE),
                    next: (0..pushers).map(|_| AtomicUsize::new(NONE)).collect(),
                });
                let threads: Vec<_> = (0..pushers)
                    .map(|i| {
                        let stack = stack.clone();
                        thread::spawn(move || stack.push(i))
                    })
                    .collect();
                let (a, b) = (stack.pop(), stack.pop());
                assert!(a.is_none() || a != b);
                for t in threads {
                    t.join().unwrap();
                }
            }

            struct Queue {
                head: AtomicUsize,
                tail: AtomicUsize,
                next: Vec<AtomicUsize>,
            }

            impl Queue {
                fn enqueue(&self, node: usize) {
                    loop {
                        let tail = self.tail.load(Acquire);
                        let next = self.next[tail].load(Acquire);
                        if next != NONE {
                            let _ = self.tail.compare_exchange(tail, next, Release, Relaxed);
                        } else if self.next[tail]
                            .compare_exchange(NONE, node, Release, Relaxed)
                            .is_ok()
                        {
                            let _ = self.tail.compare_exchange(tail, node, Release, Relaxed);
                            return;
                        }
                    }
                }

                fn dequeue(&self) -> Option<usize> {
                    loop {
                        let head = self.head.load(Acquire);
                        let next = self.next[head].load(Acquire);
                        if next == NONE {
                            return None;
                        }
                        if self
                            .head
                            .compare_exchange(head, next, Release, Relaxed)
                            .is_ok()
                        {
                            return Some(next);
                        }
                    }
                }
            }

            /// Michael and Scott's queue over an array of nodes, node 0 the first dummy.
            pub(super) fn ms_queue(enqueuers: usize) {
                let queue = Arc::new(Queue {
                    head: AtomicUsize::new(0),
                    tail: AtomicUsize::new(0),
                    next: (0..=enqueuers).map(|_| AtomicUsize::new(NONE)).collect(),
                });
                let threads: Vec<_> = (1..=enqueuers)
                    .map(|i| {
                        let queue = queue.clone();
                        thread::spawn(move || queue.enqueue(i))
                    })
                    .collect();
                let first = queue.dequeue();
                assert!(first.is_none_or(|n| n != 0));
                for t in threads {
                    t.join().unwrap();
                }
            }
        }
    };
}

programs!(under_weft, weft);
programs!(under_loom, loom);

type Program = Box<dyn Fn() + Send + Sync>;

/// Executions and time; `None` if it did not finish.
fn loom(program: Program) -> Option<(u64, Duration)> {
    let count = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut builder = loom::model::Builder::new();
    builder.max_branches = 100_000;
    builder.max_duration = Some(LOOM_LIMIT);
    builder.checkpoint_interval = 1_000;
    let counter = Arc::clone(&count);
    builder.check(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        program();
    });
    let time = start.elapsed();
    (time < LOOM_LIMIT).then(|| (count.load(Ordering::Relaxed), time))
}

fn main() {
    let programs: Vec<(&str, Program, Program)> = vec![
        (
            "yardstick 1×1, 2",
            Box::new(|| under_weft::lanes(1, 1, 2)),
            Box::new(|| under_loom::lanes(1, 1, 2)),
        ),
        (
            "yardstick 2×1, 2",
            Box::new(|| under_weft::lanes(2, 1, 2)),
            Box::new(|| under_loom::lanes(2, 1, 2)),
        ),
        (
            "yardstick 2×2, 6",
            Box::new(|| under_weft::lanes(2, 2, 6)),
            Box::new(|| under_loom::lanes(2, 2, 6)),
        ),
        (
            "yardstick 3×2, 6",
            Box::new(|| under_weft::lanes(3, 2, 6)),
            Box::new(|| under_loom::lanes(3, 2, 6)),
        ),
        (
            "yardstick 1×3, 6",
            Box::new(|| under_weft::lanes(1, 3, 6)),
            Box::new(|| under_loom::lanes(1, 3, 6)),
        ),
        (
            "Treiber stack, 2 push",
            Box::new(|| under_weft::treiber(2)),
            Box::new(|| under_loom::treiber(2)),
        ),
        (
            "Treiber stack, 3 push",
            Box::new(|| under_weft::treiber(3)),
            Box::new(|| under_loom::treiber(3)),
        ),
        (
            "MS queue, 2 enqueue",
            Box::new(|| under_weft::ms_queue(2)),
            Box::new(|| under_loom::ms_queue(2)),
        ),
        (
            "MS queue, 3 enqueue",
            Box::new(|| under_weft::ms_queue(3)),
            Box::new(|| under_loom::ms_queue(3)),
        ),
    ];
    println!(
        "{:<24}{:>20}{:>10}{:>12}{:>14}{:>10}{:>10}",
        "program", "weft graphs", "s", "graphs/s", "loom runs", "s", "ratio"
    );
    let skip_loom = std::env::args().any(|a| a == "--weft-only");
    for (name, on_weft, on_loom) in programs {
        let builder = weft::Builder {
            awaits: true,
            ..weft::Builder::default()
        };
        let report = builder.check(on_weft);
        assert!(report.is_complete(), "{name}: {report}");
        let seconds = report.time.as_secs_f64();
        let graphs = report.complete + report.blocked;
        print!(
            "{name:<24}{:>20}{seconds:>10.3}{:>12.0}",
            format!("{} + {}", report.complete, report.blocked),
            graphs as f64 / seconds
        );
        if skip_loom {
            println!();
            continue;
        }
        match loom(on_loom) {
            Some((runs, time)) => {
                let ratio = time.as_secs_f64() / seconds;
                println!("{runs:>14}{:>10.3}{ratio:>9.0}×", time.as_secs_f64());
            }
            None => println!(
                "{:>14}{:>10}",
                "unfinished",
                format!("> {}", LOOM_LIMIT.as_secs())
            ),
        }
    }
}
