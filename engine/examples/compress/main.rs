//! Compresses a file in pages, each in a worker of the engine: the work that the design was made
//! for, on a real file.
//!
//! ```text
//! cargo run --release --example compress -- FILE [-o OUT] [--workers N] [--ring K] [--level L]
//! cargo run --release --example compress -- --decompress FILE.flip [-o OUT]
//! ```
//!
//! The engine runs only inside a model under a checker, so there this is an empty program.

#[cfg(not(any(loom, shuttle, weft)))]
mod app;

#[cfg(not(any(loom, shuttle, weft)))]
fn main() -> std::process::ExitCode {
    use clap::Parser;
    use std::io::Write;
    use std::process::ExitCode;
    use std::sync::atomic::Ordering;

    let arguments = app::cli::Arguments::parse();
    // Without the handler Ctrl-C still ends the program, but leaves the unfinished file behind.
    let handled = ctrlc::set_handler(|| app::stream::INTERRUPTED.store(true, Ordering::Relaxed));
    if let Err(error) = handled {
        eprintln!("compress: Ctrl-C will not clean up: {error}");
    }
    match app::cli::main(&arguments) {
        Ok(summary) => {
            // The work is done, whether or not anyone listens.
            let _ = writeln!(std::io::stdout(), "{summary}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("compress: {error}");
            match error {
                // As the shell says it of a command that Ctrl-C ended.
                app::error::Error::Interrupted => ExitCode::from(130),
                _ => ExitCode::FAILURE,
            }
        }
    }
}

#[cfg(any(loom, shuttle, weft))]
fn main() {}
