//! What `cargo verify` starts once for each case and for each question, in the build for a checker.

use flipside_models::serve::serve;
use std::env::args;
use std::process::ExitCode;

fn main() -> ExitCode {
    serve(&args().skip(1).collect::<Vec<_>>())
}
