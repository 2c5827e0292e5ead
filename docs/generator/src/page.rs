//! The page of an obligation.

mod derivation;
mod necessity;
mod sufficiency;

pub(super) use derivation::drawn;
pub(super) use necessity::{cell, obligation_of};

use super::evidence::Evidence;
use super::generated::Generated;
use super::limits::NOT_COVERED;
use super::markdown::{DO_NOT_EDIT, PAGES, file, head, row};
use super::obligation::{OBLIGATIONS, Obligation};
use super::sources::Sources;
use flipside::Design;
use flipside_record::facts::{Derivation, SiteFact};
use flipside_record::timeline::{Headline, lay_out_chain, svg};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Adds the page of each obligation, with its pictures.
pub(super) fn add(
    evidence: &Evidence,
    sources: &Sources,
    generated: &mut Generated,
) -> Result<(), String> {
    generated.directory(PAGES);
    for obligation in OBLIGATIONS {
        let text = page(evidence, sources, obligation, generated)
            .map_err(|why| format!("{}: {why}", obligation.id))?;
        generated.file(format!("{PAGES}/{}", file(obligation.id)), text);
    }
    Ok(())
}

fn page(
    evidence: &Evidence,
    sources: &Sources,
    obligation: &Obligation,
    generated: &mut Generated,
) -> Result<String, String> {
    let Obligation {
        id,
        name,
        forbidden,
        ..
    } = obligation;
    let statement = sources.statement(id)?;
    let mut text = format!(
        "{DO_NOT_EDIT}\n\n# {id}: {name}\n\n**Statement.** {}\n\n**Forbidden outcome.** {}\n\n",
        sentence(&statement),
        sentence(forbidden)
    );
    text += &discharged(evidence, sources, id)?;
    text += "## Derivation\n\n";
    text += &derivation::text(evidence, obligation)?;
    text += &picture(evidence, obligation, generated)?;
    text += "## Sufficiency\n\n";
    text += &sufficiency::text(evidence, id);
    text += "## Necessity\n\n";
    text += &necessity::text(evidence, id, generated)?;
    text += &super::litmus::section(id)?;
    let _ = write!(text, "## What this does not cover\n\n{NOT_COVERED}");
    Ok(text)
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), letters.as_str())
}

/// The sites of an obligation that a design has.
fn sites<'e>(evidence: &'e Evidence, id: &str, design: Design) -> Vec<&'e SiteFact> {
    let there = places(evidence, design);
    let sites = evidence.sites.iter();
    let own = sites.filter(|site| site.obligations.iter().any(|own| own == id));
    own.filter(|site| there.iter().any(|(name, _)| *name == site.name))
        .collect()
}

/// Where each site stands in a design, as its executions say.
fn places(evidence: &Evidence, design: Design) -> BTreeSet<(&str, &(String, u32))> {
    let own = evidence
        .derivations
        .iter()
        .filter(|own| own.design == design);
    let places = own.flat_map(|derivation| &derivation.places);
    places
        .flat_map(|(site, places)| places.iter().map(move |place| (site.as_str(), place)))
        .collect()
}

fn discharged(evidence: &Evidence, sources: &Sources, id: &str) -> Result<String, String> {
    let sites = sites(evidence, id, Design::default());
    let mut text = String::from("## What discharges it\n\n");
    if sites.is_empty() {
        text += "No barrier: the derivation below says what does.\n\n";
        return Ok(text);
    }
    text += &head(&["site", "asks for", "other end", "stands at"]);
    let all = places(evidence, Design::default());
    let mut quoted = BTreeSet::new();
    for site in sites {
        let own = all.iter().filter(|(name, _)| *name == site.name);
        let own: Vec<_> = own.map(|(_, place)| (*place).clone()).collect();
        let stands: Vec<_> = own
            .iter()
            .map(|(file, line)| format!("`{file}:{line}`"))
            .collect();
        let partners: Vec<_> = site
            .partners
            .iter()
            .map(|name| format!("`{name}`"))
            .collect();
        text += &row(&[
            &format!("`{}`", site.name),
            barrier(&site.kind),
            &partners.join(", "),
            &stands.join(", "),
        ]);
        quoted.extend(own);
    }
    Ok(format!("{text}\n{}", sources.quoted(&quoted)?))
}

fn barrier(kind: &str) -> &'static str {
    match kind {
        "Wmb" => "release",
        "Rmb" => "acquire",
        _ => "a full barrier",
    }
}

/// The derivations of a design's cases that are about an obligation.
pub(super) fn derivations<'e>(
    evidence: &'e Evidence,
    id: &str,
    design: Design,
) -> Vec<&'e Derivation> {
    let about = |derivation: &&Derivation| {
        let mut cases = evidence.cases.iter().map(|(case, _)| case.scenario);
        let scenario = cases.find(|scenario| scenario.name == derivation.scenario);
        scenario.is_some_and(|scenario| scenario.obligations.contains(&id))
    };
    let own = evidence
        .derivations
        .iter()
        .filter(|own| own.design == design);
    own.filter(about).collect()
}

fn picture(
    evidence: &Evidence,
    obligation: &Obligation,
    generated: &mut Generated,
) -> Result<String, String> {
    let Obligation {
        id,
        picture: (scenario, [workers, ring, requests]),
        caption,
        ..
    } = obligation;
    let drawn = evidence
        .drawn
        .get(id)
        .ok_or("there is no execution to draw")?;
    let title =
        format!("{id}: {scenario} {workers}x{ring},{requests}, one of its execution graphs");
    let headline = Headline {
        title: title.clone(),
        given: Vec::new(),
        extent: String::new(),
    };
    let timeline = lay_out_chain(headline, &drawn.execution, &drawn.chain, &drawn.marks);
    let name = format!("pictures/{}.svg", id.to_lowercase());
    generated.file(format!("{PAGES}/{name}"), svg(&timeline));
    let framed = match drawn.marks.is_empty() {
        true => "",
        false => ", framed",
    };
    let path = match drawn.chain.is_empty() {
        true => "",
        false => " The thick line is the way from the one to the other.",
    };
    Ok(format!(
        "One execution graph of `{scenario}` at {workers}x{ring},{requests}{framed}: {caption}.{path} A column is a thread, \
         a row a step in program order; a thin arrow goes from a write to the read that reads from it, a dotted one \
         from a newer write to a read that misses it.\n\n\
         ![{title}]({name})\n\n"
    ))
}
