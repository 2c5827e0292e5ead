//! The page that holds the designs' derivations side by side.

use super::evidence::Evidence;
use super::generated::Generated;
use super::limits::NOT_COVERED;
use super::markdown::{DO_NOT_EDIT, PAGES, file, head, row};
use super::obligation::OBLIGATIONS;
use super::page::{derivations, drawn};
use super::sources::Sources;
use flipside::Design;
use flipside_cli::text::grouped;
use flipside_record::facts::{Chain, Derivation};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Adds the page.
pub(super) fn add(
    evidence: &Evidence,
    _: &Sources,
    generated: &mut Generated,
) -> Result<(), String> {
    let mut text = format!("{DO_NOT_EDIT}\n\n{ABOUT}");
    text += &graphs(evidence);
    for obligation in OBLIGATIONS {
        text += &ways(evidence, obligation.id, obligation.name);
    }
    text += &writers(evidence)?;
    let _ = write!(text, "## What this does not cover\n\n{NOT_COVERED}");
    generated.file(format!("{PAGES}/designs.md"), text);
    Ok(())
}

const ABOUT: &str = "\
# The proofs in each design

The obligations are the same for every way in which requests can change hands; what discharges them is not. Here the \
execution graphs of all designs are asked what those of the default design are asked on the pages of the obligations. \
What the designs cost, and which of their mutants die, is on [the page that compares them](../designs.md).

";

fn graphs(evidence: &Evidence) -> String {
    let mut text = String::from(
        "## Execution graphs asked\n\nAll complete graphs of weft's cases that are about the obligation, in none of which \
         it is broken.\n\n",
    );
    let ids: Vec<String> = OBLIGATIONS
        .iter()
        .map(|obligation| format!("[{0}]({1})", obligation.id, file(obligation.id)))
        .collect();
    let mut cells = vec!["design"];
    cells.extend(ids.iter().map(String::as_str));
    text += &head(&cells);
    for &design in Design::ALL {
        let mut cells = vec![format!("`{design}`")];
        cells.extend(OBLIGATIONS.iter().map(|obligation| {
            let own = derivations(evidence, obligation.id, design);
            grouped(own.iter().map(|derivation| derivation.graphs).sum())
        }));
        text += &row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    text + "\n"
}

/// The ways by which the accesses of an obligation are ordered, and in which designs.
fn ways(evidence: &Evidence, id: &str, name: &str) -> String {
    let mut kinds: BTreeMap<String, BTreeMap<Design, (u64, u64)>> = BTreeMap::new();
    for &design in Design::ALL {
        for derivation in derivations(evidence, id, design) {
            let own = |chain: &&Chain| chain.obligation == id;
            for chain in derivation.chains.iter().filter(own) {
                let of_kind = kinds.entry(drawn(chain)).or_default();
                let (pairs, needed) = of_kind.entry(design).or_default();
                *pairs += chain.pairs;
                *needed += chain.needed;
            }
        }
    }
    if kinds.is_empty() {
        return String::new();
    }
    let mut text = format!("## {id}: {name}\n\n");
    for (drawn, designs) in kinds {
        let _ = write!(text, "```text\n{drawn}```\n\n");
        text += &head(&["design", "pairs ordered so", "that nothing else orders"]);
        for (design, (pairs, needed)) in designs {
            text += &row(&[&format!("`{design}`"), &grouped(pairs), &grouped(needed)]);
        }
        text.push('\n');
    }
    text
}

/// Who writes which words, with digits left out of their names.
fn writers(evidence: &Evidence) -> Result<String, String> {
    let mut text = String::from(
        "## Who writes what\n\nWhere several threads write one word by read-modify-writes, each is made from the value \
         just before it in coherence order, and so is each store to a word with one writer: no flip is lost (O8). A \
         word that several threads *store* to is handed over like a request, or guarded by the lock; those stores are \
         not made from the value before, and need not be.\n\n",
    );
    text += &head(&[
        "design",
        "words",
        "written by",
        "stores",
        "read-modify-writes",
        "made from the value before",
    ]);
    for &design in Design::ALL {
        let mut families: BTreeMap<String, (BTreeSet<&str>, [u64; 3])> = BTreeMap::new();
        let own = evidence
            .derivations
            .iter()
            .filter(|own| own.design == design);
        for (name, word) in own.flat_map(|derivation: &Derivation| &derivation.words) {
            let family = name.split('[').next().unwrap_or_default();
            let named = family
                .split(' ')
                .filter(|part| part.parse::<usize>().is_err());
            let (writers, counts) = families
                .entry(named.collect::<Vec<_>>().join(" "))
                .or_default();
            let side = |writer: &str| {
                if writer == "submitter" {
                    "the submitter"
                } else {
                    "workers"
                }
            };
            writers.extend(word.writers.iter().map(|writer| side(writer)));
            if word
                .writers
                .iter()
                .filter(|writer| *writer != "submitter")
                .count()
                > 1
            {
                writers.insert("several at once");
            }
            for (count, more) in counts
                .iter_mut()
                .zip([word.stores, word.updates, word.lossless])
            {
                *count += more;
            }
        }
        if families.is_empty() {
            return Err(format!("no execution graph of {design} was asked"));
        }
        for (family, (writers, [stores, updates, lossless])) in families {
            text += &row(&[
                &format!("`{design}`"),
                &format!("`{family}`"),
                &writers.into_iter().collect::<Vec<_>>().join(", "),
                &grouped(stores),
                &grouped(updates),
                &grouped(lossless),
            ]);
        }
    }
    Ok(text + "\n")
}
