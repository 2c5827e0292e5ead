//! Where the seeds are.

use super::gallery::{GallerySeed, SHELF};
use super::plan::PlanSeed;
use crate::seed::{Seed, file_name};
use crate::verify::build::Workspace;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Of any kind.
#[derive(Debug)]
pub(super) enum AnySeed {
    /// Of a scenario.
    Scenario(Seed),
    /// Of a plan.
    Plan(PlanSeed),
    /// Of a bug in the gallery.
    Gallery(GallerySeed),
}

impl FromStr for AnySeed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if PlanSeed::is_one(text) {
            text.parse().map(Self::Plan)
        } else if GallerySeed::is_one(text) {
            text.parse().map(Self::Gallery)
        } else {
            text.parse().map(Self::Scenario)
        }
    }
}

impl AnySeed {
    /// Whether the checker here is of the version that the seed was found with; if not, what to do.
    pub(super) fn fits(&self) -> Result<(), String> {
        match self {
            Self::Scenario(seed) => seed.fits(),
            Self::Plan(seed) => seed.fits(),
            Self::Gallery(seed) => seed.fits(),
        }
    }
}

/// The directory of the committed ones.
pub(super) fn kept(workspace: &Workspace) -> PathBuf {
    workspace.root().join("models").join("seeds")
}

/// The directories: two of committed ones, and that of failures on this machine.
fn directories(workspace: &Workspace) -> [PathBuf; 3] {
    let gallery = workspace.root().join(SHELF);
    [kept(workspace), gallery, workspace.found()]
}

/// The seed of that name, or in that file.
pub(super) fn load(workspace: &Workspace, name: &str) -> Result<(PathBuf, AnySeed), String> {
    let file = Path::new(name);
    let path = if file.is_file() {
        file.to_owned()
    } else {
        let id = name.strip_suffix(".seed").unwrap_or(name);
        let there = directories(workspace)
            .map(|directory| directory.join(file_name(id) + ".seed"))
            .into_iter()
            .find(|path| path.is_file());
        there.ok_or_else(|| unknown(workspace, &file_name(id)))?
    };
    let text = fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
    match text.parse() {
        Ok(seed) => Ok((path, seed)),
        Err(why) => Err(format!("{}: {why}", path.display())),
    }
}

/// There is no such seed: which are there that begin so?
fn unknown(workspace: &Workspace, id: &str) -> String {
    let alike: Vec<String> = paths(workspace)
        .iter()
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .filter(|name| name.starts_with(id.split(['.', '-']).next().unwrap_or_default()))
        .collect();
    if alike.is_empty() {
        format!("there is no seed `{id}`; `cargo replay --list` shows those that there are")
    } else {
        format!("there is no seed `{id}`; there are: {}", alike.join(", "))
    }
}

fn paths(workspace: &Workspace) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for directory in directories(workspace) {
        // A directory that is not there has no seeds.
        let entries = fs::read_dir(directory).into_iter().flatten().flatten();
        let files = entries.map(|entry| entry.path());
        let mut seeds: Vec<_> = files
            .filter(|path| path.extension().is_some_and(|ending| ending == "seed"))
            .collect();
        seeds.sort();
        paths.extend(seeds);
    }
    paths
}

/// The seeds, one a line.
pub(super) fn list(workspace: &Workspace) -> Result<String, String> {
    let mut text = format!(
        "{:30} {:15} {:6} {:>5} {:>8}  failure\n",
        "seed", "scenario", "size", "steps", "switches"
    );
    for path in paths(workspace) {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let read = fs::read_to_string(&path).map_err(|why| why.to_string());
        let line = match read.and_then(|text| text.parse()) {
            Ok(AnySeed::Plan(seed)) => format!(
                "{name:30} {:15} {:6} {:>5} {:>8}  {}",
                "a plan",
                seed.pool(),
                "-",
                "-",
                seed.fails
            ),
            Ok(AnySeed::Gallery(seed)) => format!(
                "{name:30} {:15} {:6} {:>5} {:>8}  {}",
                "the gallery", "-", "-", "-", seed.fails
            ),
            Ok(AnySeed::Scenario(seed)) => format!(
                "{name:30} {:15} {:6} {:>5} {:>8}  {}",
                seed.scenario, seed.size, seed.minimal.steps, seed.minimal.switches, seed.failure
            ),
            Err(why) => format!("{name:30} {why}"),
        };
        text.push_str(&line);
        text.push('\n');
    }
    Ok(text)
}
