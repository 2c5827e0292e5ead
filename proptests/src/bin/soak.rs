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
fn main() {
    use flipside_proptests::soak::soak;
    use indicatif::{ProgressBar, ProgressStyle};
    use std::time::{Duration, Instant};

    let Options {
        requests,
        deep,
        seed,
    } = Options::parse();
    let usual = if deep { 1_000_000_000 } else { 100_000_000 };
    let requests = requests.unwrap_or(usual);
    println!("soak: {requests} requests, seed {seed}");
    let bar = ProgressBar::new(requests);
    if let Ok(style) = ProgressStyle::with_template(
        "{bar:40} {percent:>3} %  {human_pos} requests  {per_sec}  {eta} left",
    ) {
        bar.set_style(style);
    }
    let start = Instant::now();
    // Where there is no terminal for the bar, a line every ten seconds.
    let mut next = Duration::from_secs(10);
    let totals = soak(requests, seed, |totals| {
        bar.set_position(totals.committed);
        if bar.is_hidden() && start.elapsed() > next {
            next += Duration::from_secs(10);
            let percent = totals.committed * 100 / requests;
            println!(
                "{percent:>3} %  {} requests, {} pools",
                totals.committed, totals.pools
            );
        }
    });
    bar.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    print!("{totals}");
    println!(
        "{:.1} s, {:.0} requests a second; the books balance",
        seconds,
        requests as f64 / seconds
    );
}
