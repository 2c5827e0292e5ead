//! What the README and weft's page show of runs, and the pictures that the README shares with the
//! book.

use super::evidence::Evidence;
use super::generated::Generated;
use super::life::life;
use super::markdown::{head, row};
use super::sources::Sources;
use flipside::Design;
use flipside_cli::text::grouped;
use flipside_record::timeline::{Headline, lay_out, svg};
use flipside_record::verdict::Verdict;
use flipside_scenarios::checker::Checker;
use flipside_scenarios::scenario::{SCENARIOS, Scenario, Size};
use std::fmt::Write as _;

/// Where the pictures are that are not of one page.
pub(super) const PICTURES: &str = "docs/src/pictures";

/// The mutant whose counterexample is shown.
const SHOWN: &str = "complete.wmb:dropped";

/// Adds the README's table and both pictures.
pub(super) fn add(
    evidence: &Evidence,
    _sources: &Sources,
    generated: &mut Generated,
) -> Result<(), String> {
    generated.file(format!("{PICTURES}/life.svg"), life(&evidence.sites)?);
    let (seed, execution) = evidence
        .replays
        .get(SHOWN)
        .ok_or_else(|| format!("no counterexample of {SHOWN} was run again"))?;
    let picture = svg(&lay_out(Headline::of_scenario(seed), execution));
    generated.file(format!("{PICTURES}/replay.svg"), picture);
    generated.part("README.md", "verdicts", verdicts(evidence));
    generated.part("docs/src/weft.md", "graphs", graphs(evidence));
    Ok(())
}

/// The scenario whose graphs are counted on weft's page.
const COUNTED: &str = "handover";

/// How few graphs there are.
fn graphs(evidence: &Evidence) -> String {
    let own = evidence.cases.iter().filter(|(case, findings)| {
        case.design == Design::default()
            && case.checker == Checker::Weft
            && case.scenario.name == COUNTED
            && findings.verdict == Verdict::Complete
    });
    let mut text = head(&[
        "workers",
        "requests of each",
        "committed in all",
        "execution graphs",
    ]);
    for (case, findings) in own {
        let Size {
            workers,
            ring,
            requests,
        } = case.size;
        let sizes = [workers, ring, requests].map(|size| size.to_string());
        let [workers, ring, requests] = sizes.each_ref().map(String::as_str);
        text += &row(&[workers, ring, requests, &grouped(findings.executions)]);
    }
    text
}

/// A line a scenario, a column a checker, of the default design.
fn verdicts(evidence: &Evidence) -> String {
    let checkers = Checker::ALL.map(Checker::name);
    let mut text = head(&[&["scenario"], &checkers[..]].concat());
    for scenario in SCENARIOS {
        let mut cells = vec![format!("`{}`", scenario.name)];
        cells.extend(Checker::ALL.map(|checker| cell(evidence, scenario, checker)));
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        text += &row(&cells);
    }
    let executions = evidence
        .cases
        .iter()
        .map(|(_, findings)| findings.executions);
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "\n{} cases with [the other designs](docs/src/designs.md), {} executions, none of which fails. What happens in \
         each scenario: `cargo verify --list`. What it shows: [the proofs](docs/src/proofs/README.md).",
        evidence.cases.len(),
        grouped(executions.sum())
    );
    text
}

/// How the checker's runs of a scenario ended, and in how many executions.
fn cell(evidence: &Evidence, scenario: &Scenario, checker: Checker) -> String {
    let own = evidence.cases.iter().filter(|(case, _)| {
        case.design == Design::default()
            && case.checker == checker
            && case.scenario.name == scenario.name
    });
    let (mut complete, mut bounded) = (0, 0);
    for (_, findings) in own {
        match findings.verdict {
            Verdict::Complete => complete += findings.executions,
            _ => bounded += findings.executions,
        }
    }
    let parts = [("COMPLETE", complete), ("BOUNDED", bounded)].into_iter();
    let parts = parts.filter(|(_, executions)| *executions > 0);
    let parts: Vec<_> = parts
        // A word and its number stay on one line.
        .map(|(word, executions)| format!("{word}\u{a0}{}", grouped(executions)))
        .collect();
    parts.join(", ")
}
