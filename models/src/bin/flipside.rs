//! The `flipside` command: what `cargo verify` runs.

use clap::{Parser, Subcommand};
use flipside_models::verify;
use std::process::ExitCode;

/// Checks the engine's obligations
#[derive(Debug, Parser)]
#[command(name = "flipside", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds the models under each checker, runs them, and prints one table
    Verify(verify::Options),
    /// One case, in the process of its checker: `verify` starts these
    #[command(hide = true)]
    Case(verify::CaseOptions),
    /// What this build's checker shows of every program: `verify --deep` compares them
    #[command(hide = true)]
    Outcomes,
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Verify(options) => verify::run(&options),
        Command::Case(options) => verify::serve(&options),
        Command::Outcomes => verify::serve_outcomes(),
    }
}
