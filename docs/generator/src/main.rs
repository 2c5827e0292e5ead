//! `cargo proofs`.

use clap::Parser;
use flipside_proofs::{Options, run};
use std::process::ExitCode;

/// Writes the ordering proofs from what the checkers explore
#[derive(Debug, Parser)]
#[command(name = "proofs", version)]
struct Cli {
    #[command(flatten)]
    options: Options,
}

fn main() -> ExitCode {
    run(&Cli::parse().options)
}
