//! Where the seeds are.

use crate::grid::{Column, Grid};
use crate::screen::Screen;
use flipside_record::seed::{GallerySeed, PlanSeed, gallery::SHELF};
use flipside_record::seed::{Seed, file_name};
use flipside_record::workspace::Workspace;
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

/// A failure is told in no fewer columns.
const FAILURE: usize = 30;

/// The seeds, one a line.
pub(super) fn list(workspace: &Workspace) -> Result<String, String> {
    let mut lines =
        vec![["seed", "scenario", "size", "steps", "switches", "failure"].map(str::to_owned)];
    for path in paths(workspace) {
        let name = path.file_stem().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let read = fs::read_to_string(&path).map_err(|why| why.to_string());
        let unknown = || "-".to_owned();
        let [scenario, size, steps, switches, failure] = match read.and_then(|text| text.parse()) {
            Ok(AnySeed::Plan(seed)) => {
                let pool = seed.pool().to_owned();
                ["a plan".to_owned(), pool, unknown(), unknown(), seed.fails]
            }
            Ok(AnySeed::Gallery(seed)) => {
                let [size, steps, switches] = [unknown(), unknown(), unknown()];
                ["the gallery".to_owned(), size, steps, switches, seed.fails]
            }
            Ok(AnySeed::Scenario(seed)) => [
                seed.scenario.to_owned(),
                seed.size.to_string(),
                seed.minimal.steps.to_string(),
                seed.minimal.switches.to_string(),
                seed.failure,
            ],
            Err(why) => [unknown(), unknown(), unknown(), unknown(), why],
        };
        lines.push([name, scenario, size, steps, switches, failure]);
    }
    Ok(aligned(&lines, Screen::of_stdout()))
}

/// The lines as a table, the first its header.
fn aligned(lines: &[[String; 6]], screen: Screen) -> String {
    let kinds = [
        Column::Left,
        Column::Left,
        Column::Left,
        Column::Right,
        Column::Right,
        Column::Wrapping(FAILURE),
    ];
    let Some((header, rows)) = lines.split_first() else {
        return String::new();
    };
    let header: Vec<_> = header.iter().map(String::as_str).zip(kinds).collect();
    let mut grid = Grid::new(screen, &header);
    for row in rows {
        grid.row(row.iter().map(|cell| cell.as_str().into()));
    }
    grid.text()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_moves_the_columns_of_all() {
        let line = |cells: [&str; 6]| cells.map(str::to_owned);
        let lines = [
            line(["seed", "scenario", "size", "steps", "switches", "failure"]),
            line([
                "a-name-that-is-longer-than-thirty-columns",
                "stop",
                "1x1,1",
                "9",
                "2",
                "a race",
            ]),
            line(["b", "wake_submitter", "2x2,12", "120", "14", "a loss"]),
        ];
        let text = aligned(&lines, Screen::PIPE);
        let lines: Vec<_> = text.lines().collect();
        for (column, cells) in [
            ("scenario", ["stop", "wake_submitter"]),
            ("size", ["1x1,1", "2x2,12"]),
            ("failure", ["a race", "a loss"]),
        ] {
            let at = lines[0].find(column);
            assert_eq!(
                [lines[1].find(cells[0]), lines[2].find(cells[1])],
                [at, at],
                "{text}"
            );
        }
        let ends = |line: &str, cell: &str| line.find(cell).map(|at| at + cell.len());
        assert_eq!(ends(lines[1], " 9"), ends(lines[2], " 120"), "{text}");
    }
}
