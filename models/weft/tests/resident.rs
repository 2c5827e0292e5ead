//! Memory stays that of one execution, though threads are given up with all that they hold. A process of its own, since
//! it is the process's memory that is measured.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use weft::Builder;
use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering::*};
use weft::thread::{self, yield_now};

/// The most memory that the process has had, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

/// Threads that hold much and wait, in far more executions than there is room for what they hold.
fn blocked(workers: usize, graphs: u64) {
    let builder = Builder {
        max_graphs: Some(graphs),
        workers,
        ..Builder::default()
    };
    let report = builder.check(|| {
        let words = Arc::new([0; 3].map(AtomicU32::new));
        let threads: Vec<_> = (0..3u32)
            .map(|me| {
                let words = Arc::clone(&words);
                thread::spawn(move || {
                    let text = format!("thread {me} of many");
                    let list = vec![me; 5000];
                    let boxed: Box<dyn Fn() -> usize> = Box::new(move || text.len() + list.len());
                    for turn in 1..4 {
                        words[me as usize].store(turn, Release);
                        while words[(me as usize + 1) % 3].load(Acquire) < turn {
                            yield_now();
                        }
                        words[(me as usize + 2) % 3].load(Relaxed);
                    }
                    assert!(boxed() > 5000);
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
    });
    assert!(report.failure().is_none(), "{report}");
    assert!(report.blocked > graphs / 3, "{report}");
    println!("{report}, {} KiB", peak());
}

#[test]
fn memory_stays_that_of_one_execution() {
    for workers in [1, 4] {
        blocked(workers, 6_000);
        let before = peak();
        blocked(workers, 30_000);
        let grown = peak() - before;
        // Each execution leaves some 60 KB: more than 1 GB in all.
        assert!(grown < 200 << 10, "{grown} KiB");
    }
}
