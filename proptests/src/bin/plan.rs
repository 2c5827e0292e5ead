//! Runs plans: many at random, or one from a seed; and measures how soon faults are found.

use clap::{Args, Parser, Subcommand};
use flipside_record::channel::{answer, print};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Plans: what a caller does to a pool, as data
#[derive(Debug, Parser)]
#[command(after_help = "\
A seed that `check` writes is run again by `cargo replay FILE`.")]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the layers of this build: threads of the system, or under --cfg shuttle random
    /// schedules, or under --cfg weft every execution of the smallest plans
    Check(Check),
    /// Measures after how many plans each fault of the engine is found; prints the table
    Detect {
        /// Writes it to proptests/detection.md too
        #[arg(long)]
        write: bool,
        /// Searches for each fault and scheduler: the table gives their median
        #[arg(long, default_value_t = 11, value_parser = clap::value_parser!(u64).range(1..))]
        searches: u64,
    },
    /// Looks for a failure of a seed's plan anew, where the checker has become another
    Renew {
        /// The seed's file
        seed: PathBuf,
    },
    /// Questions of `cargo replay`
    #[command(hide = true, subcommand)]
    Ask(Ask),
}

#[derive(Args, Debug)]
struct Check {
    /// As long as it takes: 100,000 plans, or under weft those that take minutes
    #[arg(long)]
    deep: bool,
    /// So many plans, where they are random
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    plans: Option<u32>,
    /// On this mutant of the engine, to see it fail; under a checker
    #[arg(long, value_name = "NAME")]
    mutant: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Ask {
    /// Runs a seed's plan again; answers with the execution
    Rerun {
        /// The seed's file
        seed: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Options::parse().command {
        Command::Check(options) => check(&options),
        Command::Detect { write, searches } => detect(write, searches),
        Command::Renew { seed } => renew(&seed),
        Command::Ask(Ask::Rerun { seed }) => rerun(&seed),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn rerun(file: &Path) -> Result<(), String> {
    answer(&flipside_proptests::replay(&read(file)?)?)
}

fn renew(file: &Path) -> Result<(), String> {
    use flipside_proptests::seed::{renew, report};
    let renewed = read(file).and_then(|text| renew(&text));
    let renewed = renewed.map_err(|why| format!("{}: {why}", file.display()))?;
    print(&format!("{}\n", report(&renewed)))
}

fn read(file: &Path) -> Result<String, String> {
    std::fs::read_to_string(file).map_err(|why| why.to_string())
}

#[cfg(shuttle)]
fn check(options: &Check) -> Result<(), String> {
    let mutant = options.mutant.as_deref().map(str::parse).transpose()?;
    random::check(
        options,
        &[flipside_proptests::layer::Layer::schedules(mutant)],
    )
}

#[cfg(not(any(loom, shuttle, weft)))]
fn check(options: &Check) -> Result<(), String> {
    use flipside_proptests::layer::Layer;
    if options.mutant.is_some() {
        return Err("--mutant: a build without a checker has no mutants".to_owned());
    }
    random::check(options, &[Layer::sequential(), Layer::threads()])
}

#[cfg(not(any(loom, weft)))]
mod random {
    use flipside_proptests::layer::{DEEP, Layer, PLANS};
    use indicatif::{ProgressBar, ProgressStyle};
    use std::time::Instant;

    pub(crate) fn check(options: &super::Check, layers: &[Layer]) -> Result<(), String> {
        let usual = if options.deep { DEEP } else { PLANS };
        let plans = options.plans.unwrap_or(usual);
        for layer in layers {
            let bar = ProgressBar::new(plans.into());
            let template = "{bar:40} {percent:>3} %  {human_pos} plans  {eta} left";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            let start = Instant::now();
            let found = |said: &str| {
                bar.suspend(|| eprintln!("{said}\nmaking it smaller"));
            };
            let tally = layer.run(plans, |done| bar.set_position(done as u64), found);
            bar.finish_and_clear();
            let (tally, time) = (tally?, start.elapsed());
            super::print(&format!("layer {}: {tally}in {time:.1?}\n", layer.name))?;
        }
        Ok(())
    }
}

#[cfg(weft)]
fn check(options: &Check) -> Result<(), String> {
    use flipside_proptests::exhaustive::{families, seed};
    use flipside_proptests::seed::report;
    if options.plans.is_some() || options.mutant.is_some() {
        return Err("--plans and --mutant are of random plans".to_owned());
    }
    for family in families(options.deep) {
        let start = std::time::Instant::now();
        let explored = family
            .explore()
            .map_err(|failing| report(&seed(&failing, None)))?;
        print(&format!(
            "{family}: {} plans, {} executions, all of them, {:.1?}\n",
            explored.plans,
            explored.executions,
            start.elapsed()
        ))?;
    }
    Ok(())
}

#[cfg(loom)]
fn check(_options: &Check) -> Result<(), String> {
    Err("loom has no layer here".to_owned())
}

#[cfg(shuttle)]
fn detect(write: bool, searches: u64) -> Result<(), String> {
    use flipside_proptests::detection::{PATH, page, rows};
    let page = page(&rows(searches, |row| eprintln!("{row}")), searches);
    print(&page)?;
    if write {
        std::fs::write(PATH, page).map_err(|error| format!("{PATH}: {error}"))?;
    }
    Ok(())
}

#[cfg(not(shuttle))]
fn detect(_write: bool, _searches: u64) -> Result<(), String> {
    Err("needs RUSTFLAGS=\"--cfg shuttle\"".to_owned())
}
