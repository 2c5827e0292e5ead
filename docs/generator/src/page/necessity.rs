//! That each site is needed: the engine without it fails, and here is how.

use super::super::evidence::Evidence;
use super::super::generated::Generated;
use super::super::markdown::{PAGES, head, row};
use flipside::Design;
use flipside_cli::text::grouped;
use flipside_record::attacked::Attacked;
use flipside_record::seed::file_name;
use flipside_record::timeline::{Headline, Look, lay_out, svg, text as timeline};
use flipside_record::verdict::Verdict;
use flipside_scenarios::checker::Checker;
use std::fmt::Write as _;

/// The obligation that a mutant breaks first: the story of its counterexample ends with it.
pub(in super::super) fn obligation_of<'e>(evidence: &'e Evidence, mutant: &str) -> Option<&'e str> {
    let (_, execution) = evidence.replays.get(mutant)?;
    execution.story.rsplit(' ').next()
}

/// The default design's mutants that are about an obligation: of its sites, and those faults that
/// break it.
fn mutants<'e>(evidence: &'e Evidence, id: &str) -> Vec<&'e Attacked> {
    let is_site = |attacked: &Attacked| {
        let site = attacked.mutant.split(':').next();
        let mut sites = evidence
            .sites
            .iter()
            .filter(|own| Some(own.name.as_str()) == site);
        sites.any(|own| own.obligations.iter().any(|own| own == id))
    };
    let wefts = evidence.attacks.iter().filter(|(checker, attacked)| {
        *checker == Checker::Weft && attacked.design == Design::default()
    });
    let all = wefts.map(|(_, attacked)| attacked);
    let own = all.filter(|attacked| match attacked.weakened {
        true => is_site(attacked),
        false => obligation_of(evidence, &attacked.mutant) == Some(id),
    });
    own.collect()
}

/// What a checker says of a mutant.
pub(in super::super) fn cell(attacked: &Attacked) -> String {
    let executions = grouped(attacked.executions);
    match &attacked.verdict {
        Verdict::Failed(_) => format!("**killed** after {executions}"),
        Verdict::Complete => format!("survives all {executions}"),
        Verdict::Bounded(_) | Verdict::Changed(_) => format!("survives {executions}, bounded"),
    }
}

pub(super) fn text(
    evidence: &Evidence,
    id: &str,
    generated: &mut Generated,
) -> Result<String, String> {
    let mutants = mutants(evidence, id);
    if mutants.is_empty() {
        let others = "What breaks it breaks one of the others first; see the matrix on the [index](README.md).\n\n";
        return Ok(others.to_owned());
    }
    let mut text = String::from(
        "Each mutant is the engine with one ordering weakened or one step wrong. shuttle knows no weak memory, so it \
         must let pass those that lack an order only. A checker stops at the first failure that it meets, which may be one \
         of another obligation that rests on the same site.\n\n",
    );
    text += &head(&[
        "mutant",
        "loom",
        "shuttle",
        "weft",
        "breaks first",
        "run it again",
    ]);
    for attacked in &mutants {
        let by = |checker: Checker| {
            let mut all = evidence.attacks.iter();
            let own = all.find(|(by, other)| {
                *by == checker && other.mutant == attacked.mutant && other.design == attacked.design
            });
            own.map_or_else(|| "not run".to_owned(), |(_, own)| cell(own))
        };
        if !matches!(attacked.verdict, Verdict::Failed(_)) {
            return Err(format!(
                "{} survives weft: nothing shows that it is needed",
                attacked.mutant
            ));
        }
        text += &row(&[
            &format!("`{}`", attacked.mutant),
            &by(Checker::Loom),
            &by(Checker::Shuttle),
            &by(Checker::Weft),
            obligation_of(evidence, &attacked.mutant).unwrap_or("?"),
            &format!("`cargo replay {}.weft`", attacked.mutant),
        ]);
    }
    text.push('\n');
    for attacked in mutants {
        // A full barrier that is a half fails as one that is not there; its seed shows it.
        if attacked.mutant.contains(":to-") {
            continue;
        }
        text += &counterexample(evidence, &attacked.mutant, generated)?;
    }
    Ok(text)
}

fn counterexample(
    evidence: &Evidence,
    mutant: &str,
    generated: &mut Generated,
) -> Result<String, String> {
    let (seed, execution) = evidence
        .replays
        .get(mutant)
        .ok_or_else(|| format!("{mutant} has no seed of weft's"))?;
    let laid = lay_out(Headline::of_scenario(seed), execution);
    let name = format!("pictures/{}.svg", file_name(mutant));
    generated.file(format!("{PAGES}/{name}"), svg(&laid));
    let look = Look {
        width: usize::MAX,
        colour: false,
    };
    let red = match laid.gap {
        Some(_) => "The red dotted arrow is the order that is missing.",
        None => "Framed in red: where it ends.",
    };
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "### `{mutant}`\n\n{} {red} Run it again with `cargo replay {mutant}.weft`.\n\n![{}]({name})\n\n\
         <details><summary>The same as text</summary>\n\n```text\n{}```\n\n</details>\n\n",
        laid.story,
        laid.title,
        trimmed(&timeline(&laid, look, None))
    );
    Ok(text)
}

/// Without the blanks at the ends of lines.
fn trimmed(text: &str) -> String {
    let lines = text.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}
