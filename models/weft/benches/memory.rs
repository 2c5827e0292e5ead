//! Memory stays that of one graph (and its pending alternatives), however many graphs there are:
//! `cargo bench -p weft-checker --bench memory`.

use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering::*};
use weft::{Builder, thread};

/// Writers and readers of one word, as many graphs as wanted.
fn program(writers: usize, readers: usize) {
    let word = Arc::new(AtomicU32::new(0));
    let mut threads = Vec::new();
    for i in 0..writers + readers {
        let word = Arc::clone(&word);
        threads.push(thread::spawn(move || {
            if i < writers {
                word.store(i as u32, Relaxed);
                word.store(i as u32 + 100, Relaxed);
            } else {
                word.load(Relaxed);
                word.load(Relaxed);
            }
        }));
    }
    for t in threads {
        let _ = t.join();
    }
}

/// The most memory that the process has had, in KiB, as Linux tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn main() {
    println!(
        "{:>12}{:>12}{:>12}{:>14}",
        "graphs", "s", "graphs/s", "peak KiB"
    );
    for max in [1_000, 10_000, 100_000, 1_000_000] {
        let builder = Builder {
            max_graphs: Some(max),
            ..Builder::default()
        };
        let report = builder.check(|| program(3, 3));
        let graphs = report.complete + report.blocked;
        let seconds = report.time.as_secs_f64();
        let peak = peak().map_or("?".to_string(), |k| k.to_string());
        println!(
            "{graphs:>12}{seconds:>12.3}{:>12.0}{peak:>14}",
            graphs as f64 / seconds
        );
    }
}
