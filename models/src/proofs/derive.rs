//! The derivations: every execution graph of a case is asked why the accesses in it are ordered as
//! the obligations demand.

mod chains;
mod crossings;
mod drawn;
mod endings;
mod seen;
mod turns;
mod words;

use super::facts::{Derivation, Drawn, SiteFact};
use crate::checker::visit;
use crate::program::Program;
use chains::Chains;
use crossings::Crossings;
use flipside::Site;
use seen::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// So many graphs in which something does not hold are told of.
const TOLD: usize = 3;

/// Every site, as the engine declares it.
pub(crate) fn sites() -> Vec<SiteFact> {
    let names = |sites: &[Site]| sites.iter().map(|site| site.name().to_owned()).collect();
    let fact = |site: &Site| SiteFact {
        name: site.name().to_owned(),
        variant: format!("{site:?}"),
        kind: format!("{:?}", site.kind()),
        obligations: site.obligations().iter().map(|&id| id.to_owned()).collect(),
        partners: names(site.partners()),
    };
    Site::ALL.iter().map(fact).collect()
}

/// What holds in every graph of a program.
pub(crate) fn derive(program: Program) -> Derivation {
    let mut derivation = Derivation::of(&program);
    let mut chains = Chains::new(program.scenario.obligations);
    let mut crossings = Crossings::default();
    let findings = visit(program, |graph, log, ids, outcome| {
        let seen = Seen::new(graph, log, ids);
        derivation.graphs += 1;
        let number = derivation.graphs;
        let mut broken = Vec::new();
        chains.add(&seen, &mut broken);
        crossings.add(&seen, &mut broken);
        turns::add(&seen, outcome, &mut derivation.turns, &mut broken);
        words::add(&seen, &mut derivation.words);
        endings::add(&seen, &mut derivation.endings, &mut broken);
        places(&seen, &mut derivation.places);
        *derivation.outcomes.entry(outcome.to_owned()).or_default() += 1;
        let room = TOLD.saturating_sub(derivation.broken.len());
        let told = broken.into_iter().take(room);
        derivation
            .broken
            .extend(told.map(|why| format!("graph {number}: {why}")));
    });
    derivation.verdict = findings.verdict;
    derivation.chains = chains.done();
    derivation.crossings = crossings.done();
    derivation
}

fn places(seen: &Seen<'_>, places: &mut BTreeMap<String, BTreeSet<(String, u32)>>) {
    for step in seen.steps() {
        if let Some(site) = step.site() {
            let place = (step.event.file.clone(), step.event.line);
            match places.get_mut(site) {
                Some(places) => drop(places.insert(place)),
                None => drop(places.insert(site.to_owned(), BTreeSet::from([place]))),
            }
        }
    }
}

/// The first graph of a program that shows what an obligation is about.
pub(crate) fn draw(program: Program, obligation: &str) -> Option<Drawn> {
    let mut found = None;
    // A small program has few graphs, so none is left out after the first that is found.
    visit(program, |graph, log, ids, _| {
        if found.is_none() {
            found = drawn::drawn(&Seen::new(graph, log, ids), obligation);
        }
    });
    found
}
