//! The measurements, by criterion, and the table at their end.

use crate::contenders::Offload;
#[cfg(feature = "designs")]
use crate::designs::ALL;
use crate::job::Work;
#[cfg(not(feature = "designs"))]
use crate::peers::ALL;
use criterion::{Criterion, SamplingMode, Throughput};
use std::cell::RefCell;
use std::hint::black_box;
use std::time::{Duration, Instant};

const RING: usize = 64;
const SAMPLES: usize = 20;

/// A line of the table: what was measured, and nanoseconds per request for each contender.
struct Line {
    name: String,
    times: Vec<Option<f64>>,
}

pub(crate) fn main() {
    let mut criterion = Criterion::default()
        .sample_size(SAMPLES)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1500))
        .configure_from_args();
    let mut lines = Vec::new();
    for work in Work::ALL {
        for workers in [1, 2] {
            let name = format!("{} x{workers}", work.name());
            let stream = |contender: &mut dyn Offload, requests| contender.stream(requests);
            lines.push(measure(&mut criterion, name, work, workers, stream));
            if cfg!(feature = "designs") {
                let name = format!("{} x{workers} batch", work.name());
                let stream =
                    |contender: &mut dyn Offload, requests| contender.stream_in_batches(requests);
                lines.push(measure(&mut criterion, name, work, workers, stream));
            }
        }
    }
    let name = "round trip x1".to_owned();
    let round_trips = |contender: &mut dyn Offload, requests| contender.round_trips(requests);
    lines.push(measure(&mut criterion, name, Work::Touch, 1, round_trips));
    criterion.final_summary();
    lines.retain(|line| line.times.iter().any(Option::is_some));
    if lines.is_empty() {
        return;
    }
    print(&lines);
    if let Some(file) = std::env::var_os("FLIPSIDE_TABLE") {
        let written = std::fs::write(&file, markdown(&lines));
        if let Err(why) = written {
            eprintln!("error: {}: {why}", file.display());
            std::process::exit(1);
        }
    }
}

/// Measures all contenders at one thing.
fn measure(
    criterion: &mut Criterion,
    name: String,
    work: Work,
    workers: usize,
    run: impl Fn(&mut dyn Offload, u64) -> u64,
) -> Line {
    let mut group = criterion.benchmark_group(&name);
    group.throughput(Throughput::Elements(1));
    group.sampling_mode(SamplingMode::Flat);
    let mut times = Vec::new();
    for &(contender, build) in ALL {
        let samples = RefCell::new(Vec::new());
        let mut pool = None;
        group.bench_function(contender, |bencher| {
            let pool = pool.get_or_insert_with(|| build(work, workers, RING));
            bencher.iter_custom(|requests| {
                let start = Instant::now();
                black_box(run(&mut **pool, requests));
                let took = start.elapsed();
                let each = took.as_nanos() as f64 / requests as f64;
                samples.borrow_mut().push(each);
                took
            });
        });
        times.push(median(samples.into_inner()));
    }
    group.finish();
    Line { name, times }
}

/// Of the last samples: those before warmed up. None if there are too few, as when only one was
/// asked for.
fn median(samples: Vec<f64>) -> Option<f64> {
    let mut last = samples.get(samples.len().checked_sub(SAMPLES)?..)?.to_vec();
    last.sort_by(f64::total_cmp);
    Some(last[SAMPLES / 2])
}

fn print(lines: &[Line]) {
    println!("\nNanoseconds per request (median), and how many times as long as the first:\n");
    print!("{:18}", "");
    for (contender, _) in ALL {
        print!("{contender:>20}");
    }
    println!();
    for line in lines {
        print!("{:18}", line.name);
        let first = line.times.first().copied().flatten();
        for &time in &line.times {
            let cell = match (time, first) {
                (Some(time), Some(first)) => format!("{time:.0}  {:5.2}", time / first),
                (Some(time), None) => format!("{time:.0}       "),
                (None, _) => "-       ".to_owned(),
            };
            print!("{cell:>20}");
        }
        println!();
    }
    let processors = std::thread::available_parallelism().map_or(1, |number| number.get());
    println!("\n{processors} processors, ring {RING}. Again: {AGAIN}");
}

const AGAIN: &str = if cfg!(feature = "designs") {
    "cargo bench -p flipside --features designs"
} else {
    "cargo bench -p flipside"
};

/// The ratios alone, for the book: the times are one machine's.
fn markdown(lines: &[Line]) -> String {
    let mut text = "| |".to_owned();
    for (contender, _) in ALL {
        text.push_str(&format!(" {contender} |"));
    }
    text.push_str(&format!("\n|---|{}\n", "---:|".repeat(ALL.len())));
    for line in lines {
        text.push_str(&format!("| {} |", line.name));
        let first = line.times.first().copied().flatten();
        for &time in &line.times {
            match time.zip(first) {
                Some((time, first)) => text.push_str(&format!(" {:.2} |", time / first)),
                None => text.push_str(" - |"),
            }
        }
        text.push('\n');
    }
    let processors = std::thread::available_parallelism().map_or(1, |number| number.get());
    text.push_str(&format!(
        "\nTime per request, as a multiple of the first column's; medians of one run on {processors} \
         processors, ring {RING}. Again: `{AGAIN}`\n"
    ));
    text
}
