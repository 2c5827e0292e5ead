//! The index: every obligation and every mutant at a glance.

use super::evidence::Evidence;
use super::generated::Generated;
use super::limits::NOT_COVERED;
use super::markdown::{DO_NOT_EDIT, PAGES, file, head, row};
use super::obligation::OBLIGATIONS;
use super::page::obligation_of;
use super::sources::Sources;
use flipside::Design;
use flipside_cli::text::grouped;
use flipside_record::verdict::Verdict;
use flipside_scenarios::checker::Checker;
use std::fmt::Write as _;

/// Adds the index.
pub(super) fn add(
    evidence: &Evidence,
    sources: &Sources,
    generated: &mut Generated,
) -> Result<(), String> {
    let mut text = format!("{DO_NOT_EDIT}\n\n# Ordering proofs\n\n{ABOUT}\n## The obligations\n\n");
    text += &obligations(evidence, sources)?;
    text += "## The mutants\n\n";
    text += &mutants(evidence);
    text += "## Versions\n\n";
    text += &versions();
    let _ = write!(text, "## What the proofs do not cover\n\n{NOT_COVERED}");
    generated.file(format!("{PAGES}/README.md"), text);
    Ok(())
}

const ABOUT: &str = "\
Each obligation of [the protocol](../protocol.md) has a page: what it says, which lines of code discharge it, why it \
holds in every execution graph that the memory model allows, what each checker says of it, and how the engine fails \
without it. All of it is generated from runs by `cargo proofs`; `cargo proofs --check` fails when a page is not what the \
runs say.

A proof here has three parts. The **derivation** asks every execution graph of weft's (RC11) why two accesses are ordered, \
and finds the way from the one to the other. **Sufficiency** is the search itself: no execution fails. **Necessity** takes \
each ordering away: a checker must then find a counterexample, and its seed runs that again.

Beside the pages of the obligations there are [the proofs in each design](designs.md), [what the barriers \
promise](barriers.md) in the kernel, in QEMU and in C11, and [litmus tests](litmus.md) for herd7. `docs/proofs.json` has \
everything for programs.
";

fn obligations(evidence: &Evidence, sources: &Sources) -> Result<String, String> {
    let checkers = Checker::ALL.map(Checker::name);
    let mut text = head(
        &[
            &["obligation", "statement"],
            &checkers[..],
            &["graphs derived from"],
        ]
        .concat(),
    );
    for obligation in OBLIGATIONS {
        let id = obligation.id;
        let statement = sources.statement(id)?;
        let mut cells = vec![
            format!("[{id} {}]({})", obligation.name, file(id)),
            statement,
        ];
        cells.extend(Checker::ALL.map(|checker| verdicts(evidence, id, checker)));
        let graphs = super::page::derivations(evidence, id, Design::default());
        cells.push(grouped(graphs.iter().map(|own| own.graphs).sum()));
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        text += &row(&cells);
    }
    let executions: u64 = evidence
        .cases
        .iter()
        .map(|(_, findings)| findings.executions)
        .sum();
    let graphs: u64 = evidence.derivations.iter().map(|own| own.graphs).sum();
    let _ = writeln!(
        text,
        "\nIn all, with the other designs: {} cases, {} executions, none of which fails; {} execution graphs asked.\n",
        evidence.cases.len(),
        grouped(executions),
        grouped(graphs)
    );
    Ok(text)
}

/// How a checker's cases of an obligation ended.
fn verdicts(evidence: &Evidence, id: &str, checker: Checker) -> String {
    let own = evidence.cases.iter().filter(|(case, _)| {
        case.design == Design::default()
            && case.checker == checker
            && case.scenario.obligations.contains(&id)
    });
    let (mut complete, mut bounded, mut executions) = (0, 0, 0);
    for (_, findings) in own {
        match findings.verdict {
            Verdict::Complete => complete += 1,
            _ => bounded += 1,
        }
        executions += findings.executions;
    }
    let mut parts = Vec::new();
    if complete > 0 {
        parts.push(format!("{complete} COMPLETE"));
    }
    if bounded > 0 {
        parts.push(format!("{bounded} BOUNDED"));
    }
    format!("{}; {}", parts.join(", "), grouped(executions))
}

fn mutants(evidence: &Evidence) -> String {
    let mut text = String::from(
        "Each is the engine with one ordering weakened or one step wrong, in the default design; those of the other \
         designs are on [the page that compares them](../designs.md), and what their graphs rest on [beside each other](designs.md). shuttle has to let pass those that lack an order only.\n\n",
    );
    text += &head(&[&["mutant", "breaks"], &Checker::ALL.map(Checker::name)[..]].concat());
    let of_weft = evidence.attacks.iter().filter(|(checker, attacked)| {
        *checker == Checker::Weft && attacked.design == Design::default()
    });
    let (mut count, mut killed) = (0, 0);
    for (_, attacked) in of_weft {
        let by = |checker: Checker| {
            let mut all = evidence.attacks.iter();
            let own = all.find(|(by, other)| {
                *by == checker && other.mutant == attacked.mutant && other.design == attacked.design
            });
            own.map_or_else(|| "not run".to_owned(), |(_, own)| super::page::cell(own))
        };
        let breaks = obligation_of(evidence, &attacked.mutant).unwrap_or("?");
        let mut cells = vec![
            format!("`{}`", attacked.mutant),
            format!("[{breaks}]({})", file(breaks)),
        ];
        cells.extend(Checker::ALL.map(by));
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        text += &row(&cells);
        count += 1;
        killed += usize::from(matches!(attacked.verdict, Verdict::Failed(_)));
    }
    let _ = writeln!(text, "\nweft kills {killed} of {count}.\n");
    text
}

fn versions() -> String {
    let mut text = head(&["", "version"]);
    text += &row(&["flipside", env!("CARGO_PKG_VERSION")]);
    for checker in Checker::ALL {
        text += &row(&[checker.name(), checker.version()]);
    }
    text + "\n"
}
