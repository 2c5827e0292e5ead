//! `cargo replay`: runs one counterexample again and shows what happens in it. `cargo seeds`: finds
//! the counterexamples of the mutants.

mod follow;
mod gallery;
mod renew;
mod shelf;

pub use renew::{SeedsOptions, run_seeds};

use crate::process::ask::ask;
use crate::process::build::{BuildError, MODELS, PLANS, build};
use crate::process::children::{Children, stoppable};
use crate::process::file::{OutFile, prepare};
use crate::process::say::{USAGE, complain, print};
use crate::screen::{Screen, is_dumb};
use clap::Args;
use flipside_record::channel::Request;
use flipside_record::log::Execution;
use flipside_record::timeline::{Headline, Look, Timeline, html, lay_out, svg, text};
use flipside_record::workspace::Workspace;
use shelf::{AnySeed, list, load};
use std::ffi::OsString;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What `flipside replay` is asked for.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit status: 0 if the seed failed again as it says, 1 if it did not or a file could not be written, \
2 for a wrong command line or a file that is no seed, 130 after Ctrl-C.")]
pub struct Options {
    /// A seed's file, or its name in the list
    #[arg(required_unless_present = "list")]
    seed: Option<String>,

    /// Print the seeds that there are, one a line, and run none
    #[arg(long)]
    list: bool,

    /// Also draw the interleaving into this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Also write a page that shows it into this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// Show it step by step: Enter goes on, b goes back, q ends
    #[arg(long)]
    follow: bool,
}

/// Runs `flipside replay`.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    if options.list {
        return listed();
    }
    let name = options.seed.as_deref().unwrap_or_default();
    let workspace = match Workspace::find() {
        Ok(workspace) => workspace,
        Err(why) => return complain(1, why),
    };
    let (path, seed) = match load(&workspace, name).and_then(fitting) {
        Ok(found) => found,
        Err(why) => return complain(USAGE, why),
    };
    let files = match prepare([("--svg", &options.svg), ("--html", &options.html)]) {
        Ok(files) => files,
        Err(why) => return complain(USAGE, why),
    };
    let children = match stoppable() {
        Ok(children) => children,
        Err(why) => return complain(1, why),
    };
    let execution = match rerun(&workspace, &children, &path, &seed) {
        Ok(execution) => execution,
        Err(why) => return children.gave_up(format_args!("{}: {why}", path.display())),
    };
    // A reader at a prompt ends this with Ctrl-C at once.
    children.finish();
    let headline = match &seed {
        AnySeed::Scenario(seed) => Headline::of_scenario(seed),
        AnySeed::Plan(seed) => Headline::of_plan(seed, &execution),
        AnySeed::Gallery(seed) => Headline::of_gallery(seed, &execution),
    };
    let timeline = lay_out(headline, &execution);
    // Whatever becomes of the files, what was run is shown.
    let drawn = draw(files, &timeline);
    match show(options, &timeline).and(drawn) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(1, why),
    }
}

/// The seed, if the checker here has its executions.
fn fitting((path, seed): (PathBuf, AnySeed)) -> Result<(PathBuf, AnySeed), String> {
    match seed.fits() {
        Ok(()) => Ok((path, seed)),
        Err(why) => Err(format!("{}: {why}", path.display())),
    }
}

fn rerun(
    workspace: &Workspace,
    children: &Children,
    path: &Path,
    seed: &AnySeed,
) -> Result<Execution, String> {
    let (binary, checker, arguments) = match seed {
        AnySeed::Scenario(seed) => {
            let request = Request::Rerun(Box::new(seed.clone()));
            let arguments = request.arguments().into_iter().map(OsString::from);
            (MODELS, seed.checker, arguments.collect())
        }
        AnySeed::Plan(seed) => {
            let arguments = vec!["ask".into(), "rerun".into(), path.into()];
            (PLANS, seed.found_by.checker, arguments)
        }
        AnySeed::Gallery(_) => return gallery::rerun(workspace, path),
    };
    let binary = build(workspace, binary, checker, children).map_err(BuildError::into_text)?;
    let answers = ask::<Execution>(&binary, children, &arguments);
    let execution = answers?.into_iter().next();
    execution.ok_or_else(|| "its run said nothing".to_owned())
}

/// Writes what is asked for of an SVG picture and a page.
fn draw([picture, page]: [Option<OutFile>; 2], timeline: &Timeline) -> Result<(), String> {
    let picture = picture.map_or(Ok(()), |file| file.write(&svg(timeline)));
    picture.and(page.map_or(Ok(()), |file| file.write(&html(timeline))))
}

fn show(options: &Options, timeline: &Timeline) -> Result<(), String> {
    if options.follow {
        let anew = stdout().is_terminal() && !is_dumb();
        return follow::follow(timeline, look(), anew);
    }
    print(&text(timeline, look(), None))
}

fn look() -> Look {
    let screen = Screen::of_stdout();
    Look {
        width: screen.width.unwrap_or(usize::MAX),
        colour: screen.colour,
    }
}

fn listed() -> ExitCode {
    let text = Workspace::find().and_then(|workspace| list(&workspace));
    match text.and_then(|text| print(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(1, why),
    }
}
