//! A seed for each case that failed.

use super::build::Workspace;
use super::children::Children;
use crate::case::Case;
use crate::checker::Checker;
use crate::replay::asked;
use crate::serve::Hunted;
use crate::verdict::{Findings, Verdict};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Hunts for a small counterexample of each failed case; the commands that replay what was found.
pub(super) fn write(
    cases: &[Case],
    outcomes: &[Option<Findings>],
    workspace: &Workspace,
    binaries: &BTreeMap<Checker, PathBuf>,
    children: &Children,
) -> String {
    let failed = cases.iter().zip(outcomes).filter(|(_, findings)| {
        let verdict = findings.as_ref().map(|findings| &findings.verdict);
        matches!(verdict, Some(Verdict::Failed(_)))
    });
    let mut text = String::new();
    for (case, _) in failed {
        let Some(binary) = binaries.get(&case.checker) else {
            continue;
        };
        let (name, size) = (case.scenario.name, case.size);
        let hunted = asked::<Hunted>(binary, children, &|command| {
            command.arg("hunt").arg("--into").arg(workspace.found());
            command.args(["--scenario", name, "--size", &size.to_string()]);
        });
        let found = hunted.map(|hunted| hunted.into_iter().find_map(|hunted| hunted.seed));
        match found {
            Ok(Some(seed)) => {
                let id = seed.file_stem().unwrap_or_default().to_string_lossy();
                let line = format!("cargo replay {id}\n");
                // Cases of several sizes often shrink to one seed.
                if !text.contains(&line) {
                    text.push_str(&line);
                }
            }
            // A count that is not the pinned one, or a failure that is rarer than the hunt is long.
            Ok(None) => {}
            Err(why) => text.push_str(&format!("no seed of {name} {size}: {why}\n")),
        }
    }
    if text.is_empty() {
        text
    } else {
        format!("\nTo see what happens:\n{text}")
    }
}
