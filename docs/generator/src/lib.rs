//! `cargo proofs`: the pages that derive each obligation's order from what the checkers explored.
//!
//! ```text
//! runs → evidence → parts (a page, a picture, a table) → generated files → written, or held
//! against what is there
//! ```
//!
//! Whatever else is to be generated from runs is one more function in `PARTS`.

mod barriers;
mod broken_copy;
mod designs;
mod evidence;
mod generated;
mod index;
mod json;
mod life;
mod limits;
mod litmus;
mod markdown;
mod obligation;
mod page;
mod per_design;
mod readme;
mod search;
mod sources;
mod template;
mod tutorial;

pub use broken_copy::Told;
pub use evidence::Evidence;
pub use generated::{Generated, Stale};
pub use limits::NOT_COVERED;
pub use obligation::{OBLIGATIONS, Obligation};
pub use search::Searched;
pub use sources::Sources;

use clap::Args;
use evidence::Builds;
use flipside_cli::process::children::{Children, stoppable};
use flipside_cli::process::say::{complain, print};
use flipside_record::workspace::Workspace;
use std::process::ExitCode;

/// What `flipside proofs` is asked for.
#[derive(Args, Debug)]
#[command(after_help = "\
Exit status: 0 if everything holds and is written, or with --check is as it was written; 1 if not, \
130 after Ctrl-C.")]
pub struct Options {
    /// Write nothing: fail if a page is not what would be written
    #[arg(long)]
    check: bool,
}

/// Everything that is generated. Each function adds its files.
type Part = fn(&Evidence, &Sources, &mut Generated) -> Result<(), String>;

const PARTS: &[Part] = &[
    page::add,
    index::add,
    litmus::add,
    barriers::add,
    per_design::add,
    json::add,
    designs::add,
    readme::add,
    template::add,
    tutorial::add,
];

/// Runs `flipside proofs`.
#[must_use]
pub fn run(options: &Options) -> ExitCode {
    let children = match stoppable() {
        Ok(children) => children,
        Err(why) => return complain(1, why),
    };
    match proofs(options, &children) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => children.gave_up(why),
    }
}

/// Whether all is as it should be.
fn proofs(options: &Options, children: &Children) -> Result<bool, String> {
    let workspace = Workspace::find()?;
    let evidence = Builds::new(&workspace, children)?.evidence()?;
    let root = workspace.root();
    let generated = generate(&evidence, &Sources::of(root))?;
    let stale = generated.stale(root)?;
    for file in &stale {
        if options.check {
            print(&format!("stale: {}: {}\n", file.path, file.why))?;
        } else {
            file.renew(root)?;
            print(&format!("{}\n", file.path))?;
        }
    }
    let told = match (stale.len(), options.check) {
        (0, _) => "every page is what the checkers' runs say\n".to_owned(),
        (count, false) => format!("{count} files written\n"),
        (count, true) => {
            format!(
                "{count} files are stale: run `cargo proofs`, look at what has changed, and commit it\n"
            )
        }
    };
    print(&told)?;
    Ok(stale.is_empty() || !options.check)
}

fn generate(evidence: &Evidence, sources: &Sources) -> Result<Generated, String> {
    let mut generated = Generated::default();
    for part in PARTS {
        part(evidence, sources, &mut generated)?;
    }
    Ok(generated)
}
