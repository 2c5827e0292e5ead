//! Runs very many requests through pools of random sizes, and prints the books at the end.

use clap::Parser;

/// Very many requests on threads of the system: random pools, random panics, random ends.
#[derive(Debug, Parser)]
#[cfg_attr(
    any(loom, shuttle, weft),
    allow(dead_code, reason = "soaks without a checker")
)]
struct Options {
    /// How many requests, if not a hundred million.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    requests: Option<u64>,
    /// Ten times as many.
    #[arg(long, conflicts_with = "requests")]
    deep: bool,
    /// What the sizes, panics and ends are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[cfg(any(loom, shuttle, weft))]
fn main() -> std::process::ExitCode {
    Options::parse();
    eprintln!("soak: runs on threads of the system: build it without --cfg");
    std::process::ExitCode::from(2)
}

#[cfg(not(any(loom, shuttle, weft)))]
fn main() -> std::process::ExitCode {
    use flipside_proptests::soak::soak;
    use flipside_record::channel::print;
    use indicatif::{ProgressBar, ProgressStyle};
    use std::process::ExitCode;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::{Duration, Instant};

    let Options {
        requests,
        deep,
        seed,
    } = Options::parse();
    let usual = if deep { 1_000_000_000 } else { 100_000_000 };
    let requests = requests.unwrap_or(usual);
    // What cannot be printed is of no use to a reader who is gone, and the books are kept all the same.
    let say = |text: String| drop(print(&text));
    say(format!("soak: {requests} requests, seed {seed}\n"));
    let bar = ProgressBar::new(requests);
    if let Ok(style) = ProgressStyle::with_template(
        "{bar:40} {percent:>3} %  {human_pos} requests  {per_sec}  {eta} left",
    ) {
        bar.set_style(style);
    }
    let start = Instant::now();
    let committed = Arc::new(AtomicU64::new(0));
    std::thread::spawn({
        let committed = Arc::clone(&committed);
        move || end_a_hang(&committed)
    });
    // Where there is no terminal for the bar, a line every ten seconds.
    let mut next = Duration::from_secs(10);
    let totals = soak(requests, seed, |totals| {
        committed.store(totals.committed, Ordering::Relaxed);
        bar.set_position(totals.committed);
        if bar.is_hidden() && start.elapsed() > next {
            next += Duration::from_secs(10);
            let percent = totals.committed * 100 / requests;
            say(format!(
                "{percent:>3} %  {} requests, {} pools\n",
                totals.committed, totals.pools
            ));
        }
    });
    bar.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    say(format!(
        "{totals}{:.1} s, {:.0} requests a second; the books balance\n",
        seconds,
        requests as f64 / seconds
    ));
    ExitCode::SUCCESS
}

/// Ends the process when no pool has come to its end for far longer than one takes: a lost wake-up
/// must not look like a long run.
#[cfg(not(any(loom, shuttle, weft)))]
fn end_a_hang(committed: &std::sync::atomic::AtomicU64) {
    use std::sync::atomic::Ordering;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(300);
    let mut before = None;
    loop {
        let now = committed.load(Ordering::Relaxed);
        if before == Some(now) {
            let seconds = PATIENCE.as_secs();
            eprintln!(
                "error: nothing has moved for {seconds} s after {now} requests: a thread hangs"
            );
            std::process::exit(1);
        }
        before = Some(now);
        std::thread::sleep(PATIENCE);
    }
}
