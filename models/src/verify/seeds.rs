//! A seed for each case that failed, and the commands that run what failed again.

use super::ask::ask;
use super::build::Workspace;
use super::children::Children;
use super::rows::{Row, Word};
use super::table::alone;
use crate::case::{Case, Profile};
use crate::checker::Checker;
use crate::log::Execution;
use crate::seed::Seed;
use crate::serve::Hunted;
use crate::timeline::{Headline, Timeline, lay_out};
use std::collections::BTreeMap;
use std::path::PathBuf;
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

/// Hunts for a small counterexample of each failed case.
pub(super) fn write(
    cases: &[Case],
    rows: &[Row],
    profile: Profile,
    workspace: &Workspace,
    binaries: &BTreeMap<Checker, PathBuf>,
    children: &Children,
) -> Again {
    let mut again = Again::default();
    let failed = cases.iter().zip(rows);
    for (case, row) in failed.filter(|(_, row)| row.verdict == Word::Failed) {
        let Some(binary) = binaries.get(&case.checker) else {
            continue;
        };
        let (name, size) = (case.scenario.name, case.size);
        let hunted = ask::<Hunted>(binary, children, &|command| {
            command.arg("hunt").arg("--into").arg(workspace.found());
            command.args(["--scenario", name, "--size", &size.to_string()]);
            command.args(["--design", case.design.name()]);
        });
        let found = hunted.map(|hunted| hunted.into_iter().find_map(|hunted| hunted.seed));
        let alone = alone(row, profile);
        again.add(&case.program().to_string(), found, alone);
    }
    again
}

impl Again {
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
            let again = ask::<Execution>(binary, children, &|command| {
                command.arg("rerun").arg(path);
            });
            let execution = again.ok()?.into_iter().next()?;
            Some(lay_out(Headline::of_scenario(&seed), &execution))
        };
        self.seeds.iter().filter_map(timeline).collect()
    }

    fn add(&mut self, what: &str, found: Result<Option<PathBuf>, String>, alone: String) {
        match found {
            Ok(Some(seed)) => {
                let id = seed.file_stem().unwrap_or_default().to_string_lossy();
                let replay = format!("cargo replay {id}");
                // Cases of several sizes often shrink to one seed.
                if !self.replays.contains(&replay) {
                    self.replays.push(replay);
                    self.seeds.push(seed);
                }
            }
            // A count that is not the pinned one, or a failure that is rarer than the hunt is long.
            Ok(None) => self.cases.push(alone),
            Err(why) => {
                self.notes.push(format!("no seed of {what}: {why}"));
                self.cases.push(alone);
            }
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
        let seed = |name: &str| Ok(Some(PathBuf::from(format!("target/{name}.seed"))));
        again.add(
            "flush 1x1,2",
            seed("flush-1x1-1.weft"),
            "cargo verify 1".to_owned(),
        );
        again.add(
            "flush 1x1,3",
            seed("flush-1x1-1.weft"),
            "cargo verify 2".to_owned(),
        );
        let one = "\nTo see what happens:\ncargo replay flush-1x1-1.weft\n";
        assert_eq!(again.to_string(), one);
        again.add("stop 1x1,2", Ok(None), "cargo verify 3".to_owned());
        again.add(
            "stop 1x1,3",
            Err("it died".to_owned()),
            "cargo verify 4".to_owned(),
        );
        let all = "\nno seed of stop 1x1,3: it died\n\nTo see what happens:\n\
                   cargo verify 3\ncargo verify 4\ncargo replay flush-1x1-1.weft\n";
        assert_eq!(again.to_string(), all);
    }
}
