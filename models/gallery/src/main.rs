//! Writes or checks the gallery's page and seeds, and runs its bugs for `cargo replay`.

use clap::{Parser, Subcommand};
use flipside_gallery::page::Exhibit;
use flipside_gallery::{ALL, Entry, Shuttle, renew, seed};
use flipside_record::channel::{answer, print};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Historical ordering bugs as tiny programs.
#[derive(Debug, Parser)]
#[command(name = "flipside-gallery", version, arg_required_else_help = true)]
#[command(after_help = "\
The bugs are listed by `cargo replay --list`, and `cargo replay ptr-ring` shows how one fails.")]
struct Options {
    /// Run everything, and write the page and the seeds
    #[arg(long, conflicts_with = "check")]
    write: bool,
    /// Run everything, and fail if the page or a seed is not what it should be
    #[arg(long)]
    check: bool,
    #[command(subcommand)]
    question: Option<Question>,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Questions of `cargo replay`
    #[command(hide = true, subcommand)]
    Ask(Ask),
}

#[derive(Debug, Subcommand)]
enum Ask {
    /// Runs a seed's execution again; answers with it
    Rerun {
        /// The seed's file
        seed: PathBuf,
    },
}

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match &options.question {
        Some(Question::Ask(Ask::Rerun { seed })) => rerun(seed),
        None if options.write => write(),
        None => renew::check(&renew::files(&exhibits())),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say(&format!("error: {why}"));
            ExitCode::FAILURE
        }
    }
}

fn rerun(file: &Path) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|why| why.to_string())?;
    answer(&seed::rerun(&text)?)
}

fn write() -> Result<(), String> {
    let written = renew::write(renew::files(&exhibits())).map_err(|why| why.to_string())?;
    let names = written.iter().map(|path| renew::name(path) + "\n");
    print(&names.collect::<String>())
}

fn exhibits() -> Vec<Exhibit> {
    let fails = |entry: &&Entry| entry.expect.shuttle == Shuttle::Fails;
    let expected = ALL.iter().filter(fails).count();
    say(&format!(
        "shuttle announces each failure that it finds; {expected} are expected:"
    ));
    Exhibit::all()
}

fn say(what: &str) {
    // Where nobody can be told, the exit status says it.
    let _ = writeln!(io::stderr(), "{what}");
}
