//! The measurements, by criterion, and the table at their end.

use crate::contenders::{Build, Offload};
use crate::job::Work;
use criterion::{Criterion, SamplingMode, Throughput};
use std::cell::RefCell;
use std::fs::{self, OpenOptions};
use std::hint::black_box;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

const RING: usize = 64;
const SAMPLES: usize = 20;

/// How often the contenders are compared, one after the other each time: whatever the machine does
/// meanwhile, it does to all of them.
const ROUNDS: usize = 9;

/// How long one of them runs in a round.
const ROUND: Duration = Duration::from_millis(60);

/// A line of the table: what was measured, and for each contender nanoseconds per request, round by
/// round. None, if it was not asked for.
struct Line {
    name: String,
    times: Vec<Option<Vec<f64>>>,
}

/// Who is compared.
#[derive(Debug)]
pub struct Contest {
    /// The contenders. The first is what the others are compared with.
    pub contenders: &'static [(&'static str, Build)],
    /// Whether they are also measured in batches.
    pub batches: bool,
    /// The command that runs it again.
    pub again: &'static str,
}

impl Contest {
    /// Measures all of them, and prints the table.
    pub fn run(&self) {
        run(self);
    }
}

fn run(contest: &Contest) {
    let table = std::env::var_os("FLIPSIDE_TABLE").map(|file| {
        // cargo runs a benchmark in its package's directory.
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(file)
    });
    if let Some(file) = &table {
        // Now, rather than after minutes.
        held(
            file,
            OpenOptions::new().append(true).create(true).open(file),
        );
    }
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
            lines.push(measure(
                contest,
                &mut criterion,
                name,
                work,
                workers,
                stream,
            ));
            if contest.batches {
                let name = format!("{} x{workers} batch", work.name());
                let stream =
                    |contender: &mut dyn Offload, requests| contender.stream_in_batches(requests);
                lines.push(measure(
                    contest,
                    &mut criterion,
                    name,
                    work,
                    workers,
                    stream,
                ));
            }
        }
    }
    let name = "round trip x1".to_owned();
    let round_trips = |contender: &mut dyn Offload, requests| contender.round_trips(requests);
    lines.push(measure(
        contest,
        &mut criterion,
        name,
        Work::Touch,
        1,
        round_trips,
    ));
    criterion.final_summary();
    lines.retain(|line| line.times.iter().any(Option::is_some));
    if lines.is_empty() {
        return;
    }
    print(contest, &lines);
    if let Some(file) = &table {
        held(file, fs::write(file, markdown(contest, &lines)));
    }
}

/// Ends the run if a file cannot be written.
fn held<T>(file: &Path, outcome: io::Result<T>) {
    if let Err(why) = outcome {
        eprintln!("error: FLIPSIDE_TABLE: {}: {why}", file.display());
        std::process::exit(1);
    }
}

/// Measures all contenders at one thing.
fn measure(
    contest: &Contest,
    criterion: &mut Criterion,
    name: String,
    work: Work,
    workers: usize,
    run: impl Fn(&mut dyn Offload, u64) -> u64,
) -> Line {
    let mut group = criterion.benchmark_group(&name);
    group.throughput(Throughput::Elements(1));
    group.sampling_mode(SamplingMode::Flat);
    let mut contenders = Vec::new();
    for &(contender, build) in contest.contenders {
        let samples = RefCell::new(Vec::new());
        let mut pool = None;
        group.bench_function(contender, |bencher| {
            let pool = pool.get_or_insert_with(|| build(work, workers, RING));
            bencher.iter_custom(|requests| {
                let took = time(&mut **pool, requests, &run);
                samples.borrow_mut().push(each(took, requests));
                took
            });
        });
        let usual = last(samples.into_inner()).map(|samples| median(&samples));
        let contender = pool.zip(usual).map(|(pool, usual)| {
            let requests = (ROUND.as_nanos() as f64 / usual).max(1.0) as u64;
            (pool, requests, Vec::new())
        });
        contenders.push(contender);
    }
    group.finish();
    for _ in 0..ROUNDS {
        for (pool, requests, times) in contenders.iter_mut().flatten() {
            times.push(each(time(&mut **pool, *requests, &run), *requests));
        }
    }
    let times = contenders.into_iter();
    let times = times.map(|contender| contender.map(|(_, _, times)| times));
    Line {
        name,
        times: times.collect(),
    }
}

fn time(
    pool: &mut dyn Offload,
    requests: u64,
    run: impl Fn(&mut dyn Offload, u64) -> u64,
) -> Duration {
    let start = Instant::now();
    black_box(run(pool, requests));
    start.elapsed()
}

/// Nanoseconds per request.
fn each(took: Duration, requests: u64) -> f64 {
    took.as_nanos() as f64 / requests as f64
}

/// The last samples: those before warmed up. None if there are too few, as when only one was asked
/// for.
fn last(samples: Vec<f64>) -> Option<Vec<f64>> {
    Some(samples.get(samples.len().checked_sub(SAMPLES)?..)?.to_vec())
}

fn median(samples: &[f64]) -> f64 {
    sorted(samples)[samples.len() / 2]
}

fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut samples = samples.to_vec();
    samples.sort_by(f64::total_cmp);
    samples
}

/// Times as multiples of the first contender's in the same round: the median, the second lowest and
/// the second highest.
struct Ratio {
    median: f64,
    low: f64,
    high: f64,
}

impl Ratio {
    fn of(times: &[f64], first: &[f64]) -> Self {
        let ratios: Vec<_> = times.iter().zip(first).map(|(own, of)| own / of).collect();
        let sorted = sorted(&ratios);
        Self {
            median: median(&ratios),
            low: sorted[1],
            high: sorted[sorted.len() - 2],
        }
    }

    /// The median, and the two others with that between them.
    fn shown(&self, between: &str) -> (String, String) {
        let short = |ratio: f64| match ratio {
            ..10.0 => format!("{ratio:.2}"),
            _ => format!("{ratio:.0}"),
        };
        let Self { median, low, high } = *self;
        let spread = format!("({}{between}{})", short(low), short(high));
        (short(median), spread)
    }
}

fn print(contest: &Contest, lines: &[Line]) {
    println!(
        "\nNanoseconds per request, and how many times as long as the first: median of {ROUNDS} rounds, \
         and in brackets the second lowest and the second highest\n"
    );
    for line in lines {
        println!("{}", line.name);
        let first = line.times.first().and_then(Option::as_ref);
        for (&(contender, _), times) in contest.contenders.iter().zip(&line.times) {
            let Some(times) = times else { continue };
            let others = first.filter(|&first| first != times);
            let ratio = others.map(|first| Ratio::of(times, first).shown(" to "));
            let (ratio, spread) = ratio.unwrap_or_default();
            let cells = format!("{:8.0}{ratio:>8}  {spread}", median(times));
            println!("  {contender:20}{}", cells.trim_end());
        }
    }
    println!("\n{}", made(contest));
}

/// How the figures were made.
fn made(contest: &Contest) -> String {
    let processors = std::thread::available_parallelism().map_or(1, |number| number.get());
    format!(
        "{processors} processors, ring {RING}. Again: `{}`",
        contest.again
    )
}

/// The ratios alone, for the book: the times are one machine's.
fn markdown(contest: &Contest, lines: &[Line]) -> String {
    let mut text = "| |".to_owned();
    for (contender, _) in &contest.contenders[1..] {
        text.push_str(&format!(" {contender} |"));
    }
    text.push_str(&format!(
        "\n|---|{}\n",
        "---:|".repeat(contest.contenders.len() - 1)
    ));
    for line in lines {
        text.push_str(&format!("| {} |", line.name));
        let first = line.times.first().and_then(Option::as_ref);
        for times in &line.times[1..] {
            match times.as_ref().zip(first) {
                Some((times, first)) => {
                    let (ratio, spread) = Ratio::of(times, first).shown("–");
                    text.push_str(&format!(" {ratio}<br>{spread} |"));
                }
                None => text.push_str(" - |"),
            }
        }
        text.push('\n');
    }
    let (first, _) = contest.contenders[0];
    text.push_str(&format!(
        "\nTime per request, as a multiple of that of `{first}` in the same round: median of {ROUNDS} rounds in one run, \
         and in brackets the second lowest and the second highest. {}\n",
        made(contest)
    ));
    text
}
