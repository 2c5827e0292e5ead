//! The `flipside` command: what `cargo verify`, `cargo replay` and `cargo seeds` run.

use clap::{Parser, Subcommand};
#[cfg(not(any(loom, shuttle, weft)))]
use flipside_models::proofs;
use flipside_models::{replay, serve, verify};
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
    /// Writes the ordering proofs from what the checkers explore
    #[cfg(not(any(loom, shuttle, weft)))]
    Proofs(proofs::Options),
    /// Questions to the build of one checker
    #[command(hide = true, subcommand)]
    Ask(serve::Request),
    /// One case, in the process of its checker: `verify` starts these
    #[command(hide = true)]
    Case(verify::CaseOptions),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Verify(options) => verify::run(&options),
        Command::Replay(options) => replay::run(&options),
        Command::Seeds(options) => replay::run_seeds(&options),
        #[cfg(not(any(loom, shuttle, weft)))]
        Command::Proofs(options) => proofs::run(&options),
        Command::Ask(request) => serve::serve(&request),
        Command::Case(options) => verify::serve(&options),
    }
}
