//! The `flipside` command: what `cargo verify`, `cargo replay` and `cargo seeds` run.

use clap::{Parser, Subcommand};
use flipside_cli::{replay, verify};
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
    /// Runs a seed's execution again and shows its interleaving
    Replay(replay::Options),
    /// Lists the seeds, or looks for them anew
    Seeds(replay::SeedsOptions),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Verify(options) => verify::run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Seeds(options) => replay::run_seeds(&options),
    }
}
