//! `cargo replay`: runs one counterexample again and shows what happens in it. `cargo seeds`: finds
//! the counterexamples.

mod fields;
mod follow;
pub mod gallery;
mod plan;
mod shelf;

pub use fields::Versioned;
pub use gallery::GallerySeed;
pub use plan::PlanSeed;

use crate::checker::Checker;
use crate::log::Execution;
use crate::serve::Hunted;
use crate::timeline::{Headline, Look, Timeline, html, lay_out, svg, text};
use crate::verify::ask;
use crate::verify::build::{Binary, BuildError, MODELS, PLANS, Workspace};
use crate::verify::children::{Children, kill_on_ctrl_c};
use crate::verify::{complain, print};
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde::de::DeserializeOwned;
use shelf::{AnySeed, list, load};
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::{env, fs};

/// What `flipside replay` is asked for.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit status: 0 if the seed failed again as it says, 1 if it did not, 2 for a wrong command line or \
a file that is no seed.")]
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

/// What `flipside seeds` is asked for.
#[derive(Args, Debug)]
pub struct SeedsOptions {
    /// Look for the counterexamples anew and write their seeds
    #[arg(long)]
    renew: bool,

    /// Only of mutants whose name begins so
    #[arg(long, value_name = "NAME", requires = "renew")]
    mutant: Option<String>,

    /// Only of this checker
    #[arg(long, value_name = "NAME", requires = "renew",
          value_parser = PossibleValuesParser::new(Checker::ALL.map(Checker::name)))]
    checker: Option<String>,
}

/// The command line was wrong, or a file.
const USAGE: u8 = 2;

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
    let (path, seed) = match load(&workspace, name) {
        Ok(found) => found,
        Err(why) => return complain(USAGE, why),
    };
    if let Err(why) = seed.fits() {
        return complain(USAGE, format_args!("{}: {why}", path.display()));
    }
    let failed = |why: String| complain(1, format_args!("{}: {why}", path.display()));
    let rerun = |binary, checker| -> Result<Vec<Execution>, String> {
        let question = |command: &mut Command| {
            command.arg("rerun").arg(&path);
        };
        children().and_then(|children| ask(&workspace, &children, (binary, checker), &question))
    };
    let asked = match &seed {
        AnySeed::Scenario(seed) => rerun(MODELS, seed.checker),
        AnySeed::Plan(seed) => rerun(PLANS, seed.found_by.checker),
        AnySeed::Gallery(_) => gallery::rerun(&workspace, &path).map(|execution| vec![execution]),
    };
    let executions = match asked {
        Ok(answers) => answers,
        Err(why) => return failed(why),
    };
    let Some(execution) = executions.into_iter().next() else {
        return failed("its run said nothing".to_owned());
    };
    let headline = match &seed {
        AnySeed::Scenario(seed) => Headline::of_scenario(seed),
        AnySeed::Plan(seed) => Headline::of_plan(seed, &execution),
        AnySeed::Gallery(seed) => Headline::of_gallery(seed, &execution),
    };
    let timeline = lay_out(headline, &execution);
    match show(options, &timeline) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(1, why),
    }
}

fn show(options: &Options, timeline: &Timeline) -> Result<(), String> {
    for (file, picture) in [
        (&options.svg, svg as fn(&Timeline) -> String),
        (&options.html, html),
    ] {
        if let Some(file) = file {
            fs::write(file, picture(timeline))
                .map_err(|why| format!("{}: it cannot be written: {why}", file.display()))?;
        }
    }
    if options.follow {
        let anew = stdout().is_terminal() && !is_dumb();
        return follow::follow(timeline, look(), anew);
    }
    print(&text(timeline, look(), None))
}

fn look() -> Look {
    let terminal = stdout().is_terminal();
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) || is_dumb();
    let width = comfy_table::Table::new().width().map(usize::from);
    Look {
        width: width.filter(|_| terminal).unwrap_or(usize::MAX),
        colour: terminal && !refused,
    }
}

fn is_dumb() -> bool {
    env::var_os("TERM").is_some_and(|term| term == "dumb")
}

fn listed() -> ExitCode {
    let text = Workspace::find().and_then(|workspace| list(&workspace));
    match text.and_then(|text| print(&text)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(1, why),
    }
}

/// Runs `flipside seeds`.
#[must_use]
pub fn run_seeds(options: &SeedsOptions) -> ExitCode {
    if !options.renew {
        return listed();
    }
    let renewed = Workspace::find().and_then(|workspace| {
        let children = children()?;
        for checker in Checker::ALL {
            let asked = options.checker.as_deref();
            if asked.is_none_or(|name| name == checker.name()) {
                renew(&workspace, &children, checker, options.mutant.as_deref())?;
            }
        }
        Ok(())
    });
    match renewed {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => complain(1, why),
    }
}

fn renew(
    workspace: &Workspace,
    children: &Children,
    checker: Checker,
    mutant: Option<&str>,
) -> Result<(), String> {
    let hunted: Vec<Hunted> = ask(workspace, children, (MODELS, checker), &|command| {
        command
            .arg("hunt")
            .arg("--into")
            .arg(shelf::kept(workspace));
        if let Some(mutant) = mutant {
            command.args(["--mutant", mutant]);
        }
    })?;
    let mut text = String::new();
    for Hunted { what, seed } in hunted {
        let seed = seed.as_deref().and_then(Path::file_name);
        let came = seed.map_or_else(
            || "survives".into(),
            |name| name.to_string_lossy().into_owned(),
        );
        text.push_str(&format!("{checker:8} {what:46} {came}\n"));
    }
    print(&text)
}

/// Processes that end with this one. To be called once.
fn children() -> Result<Arc<Children>, String> {
    let children = Arc::new(Children::default());
    kill_on_ctrl_c(&children).map_err(|why| format!("Ctrl-C could not be provided for: {why}"))?;
    Ok(children)
}

/// Puts a question to a binary's build for a checker.
fn ask<T: DeserializeOwned>(
    workspace: &Workspace,
    children: &Children,
    (binary, checker): (Binary, Checker),
    question: &dyn Fn(&mut Command),
) -> Result<Vec<T>, String> {
    let binary = match workspace.build(binary, checker, children) {
        Ok(binary) => binary,
        Err(BuildError::Interrupted) => return Err("interrupted".to_owned()),
        Err(BuildError::Failed(why)) => return Err(why),
    };
    ask::ask(&binary, children, question)
}
