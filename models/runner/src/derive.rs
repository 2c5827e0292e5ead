//! The derivations: every execution graph of a case is asked why the accesses in it are ordered as
//! the obligations demand.

mod chains;
mod crossings;
mod drawn;
mod endings;
mod seen;
mod turns;
mod words;

use crate::checkers::visit;
use chains::Chains;
use crossings::Crossings;
use flipside::Site;
use flipside_record::facts::{Derivation, Drawn, SiteFact};
use flipside_scenarios::program::Program;
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

#[cfg(test)]
mod tests {
    use super::*;
    use flipside::Design;
    use flipside_record::verdict::Verdict;
    use flipside_scenarios::scenario::{Size, by_name};

    #[test]
    fn the_sites_of_the_proofs_are_those_of_the_engine() -> Result<(), serde_json::Error> {
        let proofs = include_str!("../../../docs/proofs.json");
        let mut proofs: serde_json::Value = serde_json::from_str(proofs)?;
        let committed: Vec<SiteFact> = serde_json::from_value(proofs["sites"].take())?;
        assert_eq!(committed, sites(), "cargo proofs");
        Ok(())
    }

    fn program(scenario: &str, design: Design) -> Program {
        Program {
            scenario: by_name(scenario).expect("it is one"),
            size: Size {
                workers: 1,
                ring: 1,
                requests: 2,
            },
            design,
            mutant: None,
        }
    }

    #[test]
    fn each_order_is_derived_from_its_own_sites_and_from_no_other() {
        for &design in Design::ALL {
            let derivation = derive(program("handover", design));
            assert_eq!(derivation.verdict, Verdict::Complete);
            assert_eq!(derivation.broken, Vec::<String>::new(), "{design}");
            for (obligation, ends) in [
                ("O1", ["commit.wmb", "take.rmb"]),
                ("O2", ["complete.wmb", "flush.rmb"]),
                ("O3", ["complete.wmb", "reap.rmb"]),
                ("O4", ["commit.wmb", "take.rmb"]),
            ] {
                let own = |chain: &&flipside_record::facts::Chain| {
                    let sites: Vec<_> = chain
                        .links
                        .iter()
                        .filter_map(|link| link.site.as_deref())
                        .collect();
                    chain.obligation == obligation && sites == ends
                };
                let chain = derivation.chains.iter().find(own);
                let chain = chain.unwrap_or_else(|| panic!("{design}: no chain of {obligation}"));
                assert_eq!(chain.needed, chain.pairs, "{design} {obligation}");
                assert!(chain.graphs > 0 && chain.graphs <= derivation.graphs);
            }
        }
    }

    /// The questions would notice: an obligation is asked of sites that do not discharge it.
    #[test]
    fn an_order_that_other_sites_bring_about_is_no_derivation() {
        let mut asked = 0;
        visit(
            program("handover", Design::default()),
            |graph, log, ids, _| {
                let seen = Seen::new(graph, log, ids);
                let edges = chains::Edges::of(&seen);
                for pair in chains::pairs(&seen)
                    .iter()
                    .filter(|pair| pair.obligation == "O1")
                {
                    let (from, to) = (pair.from.0.id, pair.to.0.id);
                    assert!(edges.own("O1", from, to).is_some());
                    assert!(edges.own("O7", from, to).is_none());
                    assert!(edges.own("O1", to, from).is_none());
                    asked += 1;
                }
            },
        );
        assert!(asked > 0);
    }

    #[test]
    fn wakers_and_sleepers_never_miss_each_other() {
        let derivation = derive(program("wake_submitter", Design::default()));
        assert_eq!(derivation.broken, Vec::<String>::new());
        assert_eq!(derivation.crossings.len(), 3, "{:?}", derivation.crossings);
        for met in &derivation.crossings {
            assert_eq!(met.neither, 0);
            assert!(
                met.both + met.sleeper_only > 0 && met.waker_only > 0,
                "{met:?}"
            );
        }
    }

    #[test]
    fn a_picture_has_its_chain_in_order() {
        let drawn = draw(program("handover", Design::default()), "O3").expect("it shows O3");
        assert!(
            drawn.chain.is_sorted() && drawn.chain.len() >= 4,
            "{:?}",
            drawn.chain
        );
        assert_eq!(drawn.marks.len(), 2);
        assert_eq!(draw(program("handover", Design::default()), "O10"), None);
    }
}
