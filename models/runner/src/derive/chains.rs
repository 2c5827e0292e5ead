//! Why one access happens before another (O1 to O5, O7, O10): the shortest way from the one to the
//! other through edges of the obligation's own sites.

use super::seen::{Seen, Step};
use flipside::Site;
use flipside_record::facts::{Chain, Link, Relation};
use flipside_record::log::{Purpose, What};
use std::collections::BTreeMap;
use weft::{EventId, Graph, HbStep, Synchronisation};

/// The chains of all graphs of a case so far.
pub(super) struct Chains {
    obligations: Vec<&'static str>,
    counts: BTreeMap<Key, Count>,
    graphs: u64,
}

type Key = (&'static str, &'static str, Vec<Link>, &'static str);

#[derive(Default)]
struct Count {
    pairs: u64,
    graphs: u64,
    needed: u64,
    last: u64,
}

/// Two accesses that an obligation wants ordered.
pub(super) struct Pair<'a> {
    pub(super) obligation: &'static str,
    pub(super) from: (Step<'a>, &'static str),
    pub(super) to: (Step<'a>, &'static str),
    /// Whether the obligation's own sites have to do it.
    must: bool,
}

/// The obligations that are about the order of two accesses.
const ABOUT_ORDER: [&str; 7] = ["O1", "O2", "O3", "O4", "O5", "O7", "O10"];

impl Chains {
    pub(super) fn new(obligations: &[&'static str]) -> Self {
        let mut obligations = obligations.to_vec();
        obligations.retain(|id| ABOUT_ORDER.contains(id));
        Self {
            obligations,
            counts: BTreeMap::new(),
            graphs: 0,
        }
    }

    /// Asks one more graph.
    pub(super) fn add(&mut self, seen: &Seen<'_>, broken: &mut Vec<String>) {
        self.graphs += 1;
        if self.obligations.is_empty() {
            return;
        }
        let edges = Edges::of(seen);
        for pair in pairs(seen) {
            if !self.obligations.contains(&pair.obligation) {
                continue;
            }
            let (from, to) = (pair.from.0.id, pair.to.0.id);
            let Some(path) = edges.own(pair.obligation, from, to) else {
                if pair.must {
                    broken.push(format!(
                        "{}: {} is not before {} by the sites of the obligation",
                        pair.obligation, pair.from.1, pair.to.1
                    ));
                }
                continue;
            };
            let key = (pair.obligation, pair.from.1, links(seen, &path), pair.to.1);
            let count = self.counts.entry(key).or_default();
            count.pairs += 1;
            count.needed += u64::from(edges.others(pair.obligation, from, to).is_none());
            if count.last != self.graphs {
                count.last = self.graphs;
                count.graphs += 1;
            }
        }
    }

    pub(super) fn done(self) -> Vec<Chain> {
        let chains = self.counts.into_iter().map(|(key, count)| {
            let (obligation, from, links, to) = key;
            Chain {
                obligation: obligation.to_owned(),
                from: from.to_owned(),
                links,
                to: to.to_owned(),
                pairs: count.pairs,
                graphs: count.graphs,
                needed: count.needed,
            }
        });
        chains.collect()
    }
}

const FILLS: &str = "the submitter's access before it commits";
const HANDLES: &str = "the worker's handler";
const DELIVERS: &str = "the submitter's look at the result";

/// The pairs of accesses that the obligations want ordered.
pub(super) fn pairs<'a>(seen: &Seen<'a>) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    let touches: Vec<_> = seen
        .steps()
        .filter_map(|step| Some((step, step.access()?)))
        .collect();
    for &(a, (name, purpose)) in &touches {
        for &(b, (other, next)) in &touches {
            if name != other || a.thread() == b.thread() || !seen.graph.hb(a.id, b.id) {
                // Pairs that are not ordered at all are found by the turns.
                continue;
            }
            let mut add = |obligation, from, to, must| {
                pairs.push(Pair {
                    obligation,
                    from: (a, from),
                    to: (b, to),
                    must,
                });
            };
            match (purpose, next) {
                (Purpose::Fill | Purpose::Look, Purpose::Handle) => add("O1", FILLS, HANDLES, true),
                (Purpose::Handle, Purpose::Deliver) => {
                    add("O2", HANDLES, DELIVERS, true);
                    // Results are delivered elsewhere too.
                    add("O5", HANDLES, DELIVERS, false);
                    if panics(seen, a) {
                        add("O10", "a handler that panics", DELIVERS, true);
                    }
                }
                (Purpose::Handle, Purpose::Fill | Purpose::Look) => add("O3", HANDLES, FILLS, true),
                (Purpose::Deliver, Purpose::Handle) => add("O4", DELIVERS, HANDLES, true),
                _ => {}
            }
        }
    }
    for (write, look) in last_looks(seen) {
        pairs.push(Pair {
            obligation: "O7",
            from: (write, "the submitter's last change of a word"),
            to: (look, "the worker's last look at it"),
            must: true,
        });
    }
    pairs
}

/// Whether the handler that a worker's access is for panics: it says so before anything else
/// happens.
pub(super) fn panics(seen: &Seen<'_>, handle: Step<'_>) -> bool {
    let after = seen.log.events[handle.index + 1..].iter();
    let own = after.filter(|event| event.thread == handle.thread());
    let notes = own.map_while(|event| match &event.what {
        What::Note(text) => Some(text),
        _ => None,
    });
    notes.into_iter().any(|text| text == "panics")
}

/// The last write of each word by the submitter before it says stop, and each worker's look at
/// that word after it has seen so.
pub(super) fn last_looks<'a>(seen: &Seen<'a>) -> Vec<(Step<'a>, Step<'a>)> {
    let at = |name: &str| {
        let steps = seen.steps().filter(|step| step.site() == Some(name));
        steps.collect::<Vec<_>>()
    };
    let mut looks = Vec::new();
    for stop in at(Site::StopWmb.name()) {
        for stopped in at(Site::StopRmb.name()) {
            let after = |step: &Step<'_>| {
                step.thread() == stopped.thread()
                    && step.id.index > stopped.id.index
                    && matches!(step.event.what, What::Read { .. })
            };
            for look in seen.steps().filter(after) {
                let name = look.word().map(|word| &word.name);
                let writes = |step: &Step<'_>| {
                    step.thread() == stop.thread()
                        && step.id.index < stop.id.index
                        && step.event.writes().is_some()
                        && step.word().map(|word| &word.name) == name
                };
                looks.extend(
                    seen.steps()
                        .filter(writes)
                        .last()
                        .map(|write| (write, look)),
                );
            }
        }
    }
    looks
}

/// The synchronisations of a graph, with the sites at their ends.
pub(super) struct Edges<'a> {
    graph: &'a Graph,
    syncs: Vec<(HbStep, Option<(Site, Site)>)>,
}

impl<'a> Edges<'a> {
    pub(super) fn of(seen: &Seen<'a>) -> Self {
        let site = |id: EventId| {
            let name = seen.step(id)?.site()?;
            Site::ALL.iter().copied().find(|site| site.name() == name)
        };
        let syncs = seen.graph.syncs().into_iter().map(|sync| {
            let sites = match &sync {
                HbStep::Sync(it) => site(it.release).zip(site(it.acquire)),
                _ => None,
            };
            (sync, sites)
        });
        Self {
            graph: seen.graph,
            syncs: syncs.collect(),
        }
    }

    /// The way by the edges of an obligation's sites alone.
    pub(super) fn own(&self, obligation: &str, a: EventId, b: EventId) -> Option<Vec<HbStep>> {
        self.way(a, b, |_, sites| discharges(sites, obligation))
    }

    /// The way by all other edges. What `b` itself reads is no reason why it had to be there.
    fn others(&self, obligation: &str, a: EventId, b: EventId) -> Option<Vec<HbStep>> {
        self.way(a, b, |sync, sites| {
            !discharges(sites, obligation) && sync.to() != b
        })
    }

    fn way(
        &self,
        a: EventId,
        b: EventId,
        allowed: impl Fn(&HbStep, Option<(Site, Site)>) -> bool,
    ) -> Option<Vec<HbStep>> {
        let some: Vec<HbStep> = self
            .syncs
            .iter()
            .filter(|(sync, sites)| allowed(sync, *sites))
            .map(|(sync, _)| sync.clone())
            .collect();
        self.graph.explain_by(a, b, &some)
    }
}

/// Whether two sites are the ends of an edge that an obligation rests on.
fn discharges(sites: Option<(Site, Site)>, obligation: &str) -> bool {
    sites.is_some_and(|(release, acquire)| {
        let named = |site: Site| site.obligations().contains(&obligation);
        release.partners().contains(&acquire) && (named(release) || named(acquire))
    })
}

/// The way, step by step.
fn links(seen: &Seen<'_>, way: &[HbStep]) -> Vec<Link> {
    let mut links = Vec::new();
    for step in way {
        match step {
            HbStep::Po { .. } => {}
            HbStep::Sync(sync) => synchronises(seen, sync, &mut links),
            HbStep::Spawn { .. } | HbStep::Join { .. } => links.push(Link {
                relation: Relation::Thread,
                what: "a thread's start or end".to_owned(),
                site: None,
            }),
        }
    }
    links
}

fn synchronises(seen: &Seen<'_>, sync: &Synchronisation, links: &mut Vec<Link>) {
    let mut add = |relation, id: EventId| {
        let step = seen.step(id);
        links.push(Link {
            relation,
            what: step.map_or_else(|| "a step".to_owned(), |step| step.text()),
            site: step.and_then(|step| step.site()).map(str::to_owned),
        });
    };
    add(Relation::SequencedBefore, sync.release);
    if sync.head != sync.release {
        add(Relation::SequencedBefore, sync.head);
    }
    for &update in &sync.sequence[1..] {
        add(Relation::ReleaseSequence, update);
    }
    add(Relation::ReadsFrom, sync.read);
    if sync.acquire != sync.read {
        add(Relation::SequencedBefore, sync.acquire);
    }
}
