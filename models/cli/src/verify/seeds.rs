//! A seed for each case that failed, and the commands that run what failed again.

use super::rows::Row;
use super::table::alone;
use crate::process::ask::ask;
use crate::process::children::Children;
use flipside_record::channel::Request;
use flipside_record::log::Execution;
use flipside_record::seed::Seed;
use flipside_record::timeline::{Headline, Timeline, lay_out};
use flipside_record::verdict::Findings;
use flipside_record::workspace::Workspace;
use flipside_scenarios::case::Profile;
use flipside_scenarios::checker::Checker;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

/// What stands at the very end: its last line is a command that runs a failed case again.
#[derive(Debug, Default)]
pub(super) struct Again {
    /// What else has to be said.
    notes: Vec<String>,
    /// Of those that have no seed.
    cases: Vec<String>,
    /// Of those that have one.
    replays: Vec<String>,
    /// These.
    seeds: Vec<PathBuf>,
}

/// Writes the seed of each failed case: of something smaller, where that is found, and else of the
/// very execution that failed.
pub(super) fn write(
    outcomes: &[Option<Findings>],
    rows: &[Row],
    profile: Profile,
    workspace: &Workspace,
    binaries: &BTreeMap<Checker, PathBuf>,
    children: &Children,
) -> Again {
    let mut again = Again::default();
    let failed = outcomes.iter().zip(rows);
    for (findings, row) in failed.filter(|(_, row)| row.verdict.is_told()) {
        // Where the count is not the pinned one, or the process died, there is no execution to show.
        let Some(seed) = findings.as_ref().and_then(|it| it.seed.as_ref()) else {
            again.cases.push(alone(row, profile));
            continue;
        };
        match seed.write(&workspace.found()) {
            Ok(path) => {
                let small = smaller(seed, binaries, children);
                let small = small.and_then(|small| again.replace(&path, &small));
                again.add(&seed.id(), path, small);
            }
            Err(why) => {
                again.notes.push(format!("a seed could not be kept: {why}"));
                again.cases.push(alone(row, profile));
            }
        }
    }
    again
}

/// Asks the checker for something smaller than what it found.
fn smaller(
    seed: &Seed,
    binaries: &BTreeMap<Checker, PathBuf>,
    children: &Children,
) -> Result<Seed, String> {
    let binary = binaries.get(&seed.checker).ok_or("it was not built")?;
    let answer = ask::<Seed>(
        binary,
        children,
        &Request::Shrink(Box::new(seed.clone())).arguments(),
    );
    let small = answer?.into_iter().next();
    small.ok_or_else(|| "its process said nothing".to_owned())
}

impl Again {
    /// Writes the smaller seed in the place of the one that is there.
    fn replace(&self, path: &Path, small: &Seed) -> Result<PathBuf, String> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let written = small.write(folder)?;
        if written != path && !self.seeds.iter().any(|shown| shown == path) {
            // If it stays there, it is one more that fails.
            let _ = fs::remove_file(path);
        }
        Ok(written)
    }

    /// What happens in each counterexample that was found. One that cannot be run again is left
    /// out: its command, which stands last, says why.
    pub(super) fn timelines(
        &self,
        binaries: &BTreeMap<Checker, PathBuf>,
        children: &Children,
    ) -> Vec<Timeline> {
        let timeline = |path: &PathBuf| {
            let seed: Seed = fs::read_to_string(path).ok()?.parse().ok()?;
            let binary = binaries.get(&seed.checker)?;
            let again = ask::<Execution>(
                binary,
                children,
                &Request::Rerun(Box::new(seed.clone())).arguments(),
            );
            let execution = again.ok()?.into_iter().next()?;
            Some(lay_out(Headline::of_scenario(&seed), &execution))
        };
        self.seeds.iter().filter_map(timeline).collect()
    }

    /// One more that can be run again: by what was made of it, or as it is.
    fn add(&mut self, id: &str, path: PathBuf, small: Result<PathBuf, String>) {
        let path = small.unwrap_or_else(|why| {
            self.notes
                .push(format!("{id} is as it was found, not made smaller: {why}"));
            path
        });
        let id = path.file_stem().unwrap_or_default().to_string_lossy();
        let replay = format!("cargo replay {id}");
        // Cases of several sizes often shrink to one seed.
        if !self.replays.contains(&replay) {
            self.replays.push(replay);
            self.seeds.push(path);
        }
    }
}

impl fmt::Display for Again {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.notes.is_empty() {
            writeln!(f)?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        if !self.cases.is_empty() || !self.replays.is_empty() {
            writeln!(f, "\nTo see what happens:")?;
        }
        for command in self.cases.iter().chain(&self.replays) {
            writeln!(f, "{command}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stands_last_and_a_replay_if_there_is_one() {
        let mut again = Again::default();
        assert_eq!(again.to_string(), "");
        let seed = |name: &str| PathBuf::from(format!("target/{name}.seed"));
        let small = || Ok(seed("flush-1x1-1.weft"));
        again.add("flush-1x1-2.weft", seed("flush-1x1-2.weft"), small());
        again.add("flush-1x1-3.weft", seed("flush-1x1-3.weft"), small());
        let one = "\nTo see what happens:\ncargo replay flush-1x1-1.weft\n";
        assert_eq!(again.to_string(), one);
        assert_eq!(again.seeds, [seed("flush-1x1-1.weft")]);
        again.cases.push("cargo verify 3".to_owned());
        let died = Err("it died".to_owned());
        again.add("stop-1x1-3.loom", seed("stop-1x1-3.loom"), died);
        let all = "\nstop-1x1-3.loom is as it was found, not made smaller: it died\n\nTo see what happens:\n\
                   cargo verify 3\ncargo replay flush-1x1-1.weft\ncargo replay stop-1x1-3.loom\n";
        assert_eq!(again.to_string(), all);
    }
}
