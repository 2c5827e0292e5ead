//! Replays a plan that failed, and measures how soon faults of the engine are found.

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Plans: what a caller does to a pool, as data.
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the plan of a seed file again. Fails if it does not fail as it did.
    Replay {
        /// The seed file.
        file: PathBuf,
    },
    /// Measures after how many plans each fault of the engine is found; prints the table.
    Detect {
        /// Writes it to proptests/detection.md too.
        #[arg(long)]
        write: bool,
        /// Searches for each fault and scheduler: the table gives their median.
        #[arg(long, default_value_t = 11, value_parser = clap::value_parser!(u64).range(1..))]
        searches: u64,
    },
}

fn main() -> ExitCode {
    let done = match Options::parse().command {
        Command::Replay { file } => replay(&file),
        Command::Detect { write, searches } => detect(write, searches),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("plan: {why}");
            ExitCode::FAILURE
        }
    }
}

fn replay(file: &std::path::Path) -> Result<(), String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let replayed = flipside_proptests::replay(&text)?;
    print!("{}", replayed.seed.plan);
    if let Some(schedule) = &replayed.schedule {
        println!("schedule {schedule}");
    }
    match &replayed.fails {
        Some(fails) => println!("fails {fails}"),
        None => println!("passes"),
    }
    if replayed.is_same() {
        return Ok(());
    }
    Err(format!("the seed says: {}", replayed.seed.fails))
}

#[cfg(shuttle)]
fn detect(write: bool, searches: u64) -> Result<(), String> {
    use flipside_proptests::detection::{PATH, page, rows};
    let page = page(&rows(searches, |row| eprintln!("{row}")), searches);
    print!("{page}");
    if write {
        std::fs::write(PATH, page).map_err(|error| format!("{PATH}: {error}"))?;
    }
    Ok(())
}

#[cfg(not(shuttle))]
fn detect(_write: bool, _searches: u64) -> Result<(), String> {
    Err("needs RUSTFLAGS=\"--cfg shuttle\"".to_owned())
}
