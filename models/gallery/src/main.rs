//! Lists the gallery, replays one of its bugs, writes or checks its page and seeds.

use clap::Parser;
use flipside_gallery::page::Exhibit;
use flipside_gallery::{ALL, Entry, Seed, Shuttle, renew};
use std::error::Error;
use std::process::ExitCode;

/// Historical ordering bugs as tiny programs.
#[derive(Debug, Parser)]
#[command(name = "flipside-gallery", version)]
struct Options {
    /// The bug whose failing execution is replayed and drawn; without it, the list of all
    id: Option<String>,
    /// Run everything, and write the page and the seeds
    #[arg(long, conflicts_with_all = ["id", "check"])]
    write: bool,
    /// Run everything, and fail if the page or a seed is not what it should be
    #[arg(long, conflicts_with = "id")]
    check: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let outcome = match &options.id {
        _ if options.write => write(),
        _ if options.check => renew::check(&renew::files(&exhibits())).map_err(Into::into),
        Some(id) => replay(id),
        None => {
            list();
            Ok(())
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn list() {
    let width = ALL.iter().map(|entry| entry.id.len()).max().unwrap_or(0);
    for entry in ALL {
        println!("{:width$}  {:13}  {}", entry.id, entry.shape, entry.title);
    }
    println!(
        "\nReplay one: cargo run -p flipside-gallery -- {}",
        ALL[0].id
    );
}

fn replay(id: &str) -> Result<(), Box<dyn Error>> {
    let entry = ALL.iter().find(|entry| entry.id == id);
    let entry =
        entry.ok_or_else(|| format!("there is no {id:?}; without an argument all are listed"))?;
    let failure = Seed::load(entry)?.replay(entry)?;
    println!("{}\n{}\n\n{}\n", entry.title, entry.file, entry.story());
    for (line, code) in entry.listing() {
        println!("{line:4}  {code}");
    }
    println!("\n{failure}\n\n{}", entry.seen);
    Ok(())
}

fn write() -> Result<(), Box<dyn Error>> {
    for path in renew::write(renew::files(&exhibits()))? {
        println!("{}", renew::name(&path));
    }
    Ok(())
}

fn exhibits() -> Vec<Exhibit> {
    let fails = |entry: &&Entry| entry.expect.shuttle == Shuttle::Fails;
    let expected = ALL.iter().filter(fails).count();
    eprintln!("shuttle announces each failure that it finds; {expected} are expected:");
    Exhibit::all()
}
