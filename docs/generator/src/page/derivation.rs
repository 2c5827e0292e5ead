//! Why an obligation holds: what was found in every execution graph.

use super::super::evidence::Evidence;
use super::super::markdown::{head, row};
use super::super::obligation::Obligation;
use super::{derivations, sites};
use flipside::Design;
use flipside_cli::text::grouped;
use flipside_record::facts::{Chain, Derivation};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The derivation of an obligation in the default design.
pub(super) fn text(evidence: &Evidence, obligation: &Obligation) -> Result<String, String> {
    let id = obligation.id;
    let all = derivations(evidence, id, Design::default());
    let graphs: u64 = all.iter().map(|derivation| derivation.graphs).sum();
    if graphs == 0 {
        return Err("no execution graph was asked".to_owned());
    }
    let mut text = format!(
        "From each of the {} complete execution graphs of the cases below, as weft explores them: all that there are \
         under RC11, none of which breaks what is said here.\n\n",
        grouped(graphs)
    );
    match id {
        "O6" => text += &crossings(&all),
        "O8" => text += &words(&all),
        "O9" => text += &stale(&all),
        "O11" => text += &searches(evidence, &all),
        "O12" => text += &conservation(&all),
        _ => text += &chains(id, &all)?,
    }
    match id {
        "O5" => text += &delivered(&all),
        "O7" => text += &endings(&all),
        _ => {}
    }
    text += &used(evidence, id)?;
    Ok(text)
}

/// The names of the sites that the chains and crossings of a design use.
fn sites_used(evidence: &Evidence, id: &str, design: Design) -> BTreeSet<String> {
    let all = derivations(evidence, id, design);
    let chains = all.iter().flat_map(|derivation| &derivation.chains);
    let own = chains.filter(|chain| chain.obligation == id);
    let links = own.flat_map(|chain| chain.links.iter().filter_map(|link| link.site.clone()));
    let mut used: BTreeSet<String> = links.collect();
    if id == "O6" {
        let met = all.iter().flat_map(|derivation| &derivation.crossings);
        used.extend(met.flat_map(|met| [met.waker.clone(), met.sleeper.clone()]));
    }
    used
}

/// Holds the sites that are used against those that say that they are.
fn used(evidence: &Evidence, id: &str) -> Result<String, String> {
    let used = sites_used(evidence, id, Design::default());
    let declared = sites(evidence, id, Design::default());
    // A chain has two ends, and one of them may say so for both.
    if let Some(idle) = declared.iter().find(|site| !used.contains(&site.name)) {
        // What wakes for a stop is O6's to show.
        let elsewhere = sites_used(evidence, "O6", Design::default());
        if !elsewhere.contains(&idle.name) {
            return Err(format!(
                "no execution graph rests on {}, which says it discharges this",
                idle.name
            ));
        }
    }
    if used.is_empty() {
        return Ok(String::new());
    }
    let names: Vec<_> = used.iter().map(|name| format!("`{name}`")).collect();
    Ok(format!(
        "Sites that this rests on: {}.\n\n",
        names.join(", ")
    ))
}

fn chains(id: &str, all: &[&Derivation]) -> Result<String, String> {
    let mut kinds: BTreeMap<String, Vec<(&Derivation, &Chain)>> = BTreeMap::new();
    for &derivation in all {
        for chain in derivation
            .chains
            .iter()
            .filter(|chain| chain.obligation == id)
        {
            kinds
                .entry(drawn(chain))
                .or_default()
                .push((derivation, chain));
        }
    }
    if kinds.is_empty() {
        return Err("no execution graph has a pair of accesses that it is about".to_owned());
    }
    let mut text = String::from(
        "Every pair of accesses that it is about is ordered by happens-before through the obligation's own sites alone, \
         by one of these ways (`sb` sequenced before, `rf` reads from, `rs` release sequence). *Needed* counts the pairs \
         that nothing else in their graph orders: that very graph is an execution of the engine without the two \
         sites, and in it the pair is unordered.\n\n",
    );
    for (drawn, chains) in kinds {
        let _ = write!(text, "```text\n{drawn}```\n\n");
        text += &table(
            chains,
            &[
                ("with this way", |chain| grouped(chain.graphs)),
                ("pairs", |chain| grouped(chain.pairs)),
                ("needed", |chain| grouped(chain.needed)),
            ],
        );
    }
    Ok(text)
}

/// A chain, one step a line.
pub(in super::super) fn drawn(chain: &Chain) -> String {
    let mut text = format!("{}\n", chain.from);
    for link in &chain.links {
        let site = link.site.as_deref().unwrap_or_default();
        let what = link.what.replace('`', "");
        let line = format!("  -{}->  {site:14} {what}", link.relation.short());
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let _ = writeln!(text, "  -sb->  {}", chain.to);
    text
}

fn crossings(all: &[&Derivation]) -> String {
    let mut text = String::from(
        "A waker stores a word, passes its barrier and looks at the sleeper's bell; a sleeper stores its bell, passes its \
         barrier and looks at the word. For every waker and sleeper that meet so in a graph: who sees the other's \
         store? If neither did, the wake-up would be lost. RC11's axiom for sequentially consistent fences \
         forbids it, whichever of the two fences comes first.\n\n",
    );
    let met = each(all, |derivation| derivation.crossings.iter());
    text += &table(
        met,
        &[
            ("waker", |met| format!("`{}`", met.waker)),
            ("sleeper", |met| format!("`{}`", met.sleeper)),
            ("both see", |met| grouped(met.both)),
            ("only the sleeper", |met| grouped(met.sleeper_only)),
            ("only the waker", |met| grouped(met.waker_only)),
            ("neither", |met| grouped(met.neither)),
        ],
    );
    text + "weft also ends with an error if any graph leaves a thread asleep for ever; none does.\n\n"
}

/// What becomes of the words that both sides see.
fn words(all: &[&Derivation]) -> String {
    let text = "Each word that both sides see is written by one thread, by plain stores, and each store is made from the value \
         just before it in coherence order: no other write comes between. *Loads that miss a newer value* are looks that \
         an old value answered.\n\n";
    let words = each(all, |derivation| derivation.words.iter());
    let table = table(
        words,
        &[
            ("word", |(name, _)| format!("`{name}`")),
            ("written by", |(_, word)| word.writers.join(", ")),
            ("stores", |(_, word)| grouped(word.stores)),
            ("read-modify-writes", |(_, word)| grouped(word.updates)),
            ("made from the value before", |(_, word)| {
                grouped(word.lossless)
            }),
            ("loads", |(_, word)| grouped(word.loads)),
            ("that miss a newer value", |(_, word)| grouped(word.stale)),
        ],
    );
    text.to_owned() + &table
}

fn stale(all: &[&Derivation]) -> String {
    let text = "The looks at the shared words are often old: a newer value is there that did not come after the look. Whatever \
         comes of them, every two accesses of one request by different threads are ordered by happens-before, and \
         in that order each request goes round the protocol's table: filled, handled, delivered.\n\n";
    let table = table(
        whole(all),
        &[
            ("looks", |own| {
                grouped(own.words.values().map(|word| word.loads).sum())
            }),
            ("old ones", |own| {
                grouped(own.words.values().map(|word| word.stale).sum())
            }),
            ("pairs of accesses, all ordered", |own| {
                grouped(own.turns.pairs)
            }),
            ("handled", |own| grouped(own.turns.handles)),
            ("delivered", |own| grouped(own.turns.deliveries)),
        ],
    );
    text.to_owned() + &table
}

fn conservation(all: &[&Derivation]) -> String {
    let mut text = String::from(
        "In each graph, the accesses of each request in the order of happens-before are a run of the protocol's table: \
         filled, handled, delivered, and again. So each commit is handled once and delivered once, or not at all where \
         a pool is dropped with the result in it; and the numbers agree with what the submitter says it committed and \
         got. The results themselves are compared with the inputs by the scenarios.\n\n",
    );
    text += &table(
        whole(all),
        &[
            ("outcomes", |own| grouped(own.outcomes.len() as u64)),
            ("handled", |own| grouped(own.turns.handles)),
            ("of these panicked", |own| grouped(own.turns.panics)),
            ("delivered", |own| grouped(own.turns.deliveries)),
            ("dropped undelivered", |own| grouped(own.turns.undelivered)),
        ],
    );
    if let Some(mixed) = all.iter().max_by_key(|own| own.outcomes.len()) {
        let _ = writeln!(
            text,
            "The most outcomes are those of `{}` at {}. What the submitter sees there, and in how many graphs:\n",
            mixed.scenario, mixed.size
        );
        text += &head(&["outcome", "graphs"]);
        for (outcome, graphs) in &mixed.outcomes {
            text += &row(&[outcome, &grouped(*graphs)]);
        }
        text.push('\n');
    }
    text
}

fn delivered(all: &[&Derivation]) -> String {
    let text = "And when `wait_done` has returned, nothing is left: in these scenarios it is the last thing before the pool is \
         dropped.\n\n";
    let table = table(
        whole(all),
        &[
            ("handled", |own| grouped(own.turns.handles)),
            ("delivered", |own| grouped(own.turns.deliveries)),
            ("left undelivered", |own| grouped(own.turns.undelivered)),
        ],
    );
    text.to_owned() + &table
}

fn endings(all: &[&Derivation]) -> String {
    let text = "So a worker's last look sees every flip that came before the flag. And every worker ends, and is joined:\n\n";
    let table = table(
        whole(all),
        &[
            ("last looks, none of which misses a flip", |own| {
                grouped(own.endings.last_looks)
            }),
            ("workers started", |own| grouped(own.endings.started)),
            ("joined", |own| grouped(own.endings.joined)),
            ("handled", |own| grouped(own.turns.handles)),
        ],
    );
    text.to_owned() + &table
}

fn searches(evidence: &Evidence, all: &[&Derivation]) -> String {
    let mut text = String::from(
        "In every graph of these scenarios `prepare` finds a request whenever fewer are committed than there are, \
         whatever the workers have done by then:\n\n",
    );
    text += &table(
        whole(all),
        &[("outcomes", |own| grouped(own.outcomes.len() as u64))],
    );
    text += "The search itself is no question of order, so it is tried out on threads of the system, with handlers that \
             wait until they are let through: all requests but one are busy, and that one is found. Every worker that \
             the search can begin with meets every request that can be the free one.\n\n";
    text += &head(&[
        "workers x ring",
        "dispatch",
        "starts x places",
        "tried",
        "found",
    ]);
    for search in &evidence.searches {
        text += &row(&[
            &format!("{}x{}", search.workers, search.ring),
            search.dispatch,
            &grouped(search.all),
            &grouped(search.tried),
            &grouped(search.found),
        ]);
    }
    text + "\n"
}

/// A column: its head, and what an item has there.
type Column<T> = (&'static str, fn(&T) -> String);

/// A table of items, each with the scenario in whose graphs it was found.
fn table<'a, T>(
    items: impl IntoIterator<Item = (&'a Derivation, T)>,
    columns: &[Column<T>],
) -> String {
    let mut heads = vec!["scenario", "size", "graphs"];
    heads.extend(columns.iter().map(|(name, _)| name));
    let mut text = head(&heads);
    for (derivation, item) in items {
        let mut cells = vec![
            format!("`{}`", derivation.scenario),
            derivation.size.clone(),
            grouped(derivation.graphs),
        ];
        cells.extend(columns.iter().map(|(_, cell)| cell(&item)));
        text += &row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    text + "\n"
}

/// The items of a table about the derivations as wholes.
fn whole<'a>(all: &[&'a Derivation]) -> impl Iterator<Item = (&'a Derivation, &'a Derivation)> {
    all.iter().map(|&derivation| (derivation, derivation))
}

/// The items of a table about parts of the derivations.
fn each<'a, I: Iterator>(
    all: &[&'a Derivation],
    parts: fn(&'a Derivation) -> I,
) -> impl Iterator<Item = (&'a Derivation, I::Item)> {
    all.iter()
        .flat_map(move |&derivation| parts(derivation).map(move |part| (derivation, part)))
}
