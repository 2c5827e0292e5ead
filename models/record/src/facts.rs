//! What the build for weft says of all execution graphs of a case, and the plain build writes down.

use crate::log::Execution;
use crate::verdict::Verdict;
use flipside::Design;
use flipside_scenarios::{as_text, program::Program};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An ordering site, as the engine declares it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteFact {
    /// Its name.
    pub name: String,
    /// Its name in the engine's source.
    pub variant: String,
    /// What is asked for there.
    pub kind: String,
    /// The obligations that it discharges.
    pub obligations: Vec<String>,
    /// The other ends of its edge.
    pub partners: Vec<String>,
}

/// What holds in every execution graph of a case: measured on each one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derivation {
    /// How requests change hands.
    #[serde(with = "as_text")]
    pub design: Design,
    /// The scenario's name.
    pub scenario: String,
    /// Its size.
    pub size: String,
    /// Complete graphs.
    pub graphs: u64,
    /// How the search ended.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Why one access comes before another.
    pub chains: Vec<Chain>,
    /// Whose turn it was.
    pub turns: Turns,
    /// Who wrote what.
    pub words: BTreeMap<String, WordUse>,
    /// What became of sleepers and wakers that crossed.
    pub crossings: Vec<Crossing>,
    /// How the workers ended.
    pub endings: Endings,
    /// Where each site stands: files and lines.
    pub places: BTreeMap<String, BTreeSet<(String, u32)>>,
    /// What the submitter saw, and in how many graphs.
    pub outcomes: BTreeMap<String, u64>,
    /// What does not hold, in the first graphs in which it does not.
    pub broken: Vec<String>,
}

/// A reason why one access happens before another, and how often it is the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// The obligation that asks for the order.
    pub obligation: String,
    /// The first access.
    pub from: String,
    /// What leads to the second.
    pub links: Vec<Link>,
    /// The second.
    pub to: String,
    /// So many pairs of accesses are ordered by it, over all graphs.
    pub pairs: u64,
    /// In so many graphs.
    pub graphs: u64,
    /// So many of the pairs are ordered by nothing else.
    pub needed: u64,
}

/// A step of a chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Link {
    /// How it is reached from the step before.
    pub relation: Relation,
    /// What is done.
    pub what: String,
    /// The site, if it is one.
    pub site: Option<String>,
}

/// A relation between two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// Sequenced before: the same thread, later.
    SequencedBefore,
    /// Reads from: the second reads what the first wrote.
    ReadsFrom,
    /// The release sequence: the second is a read-modify-write of what the first wrote.
    ReleaseSequence,
    /// A thread's start or end.
    Thread,
}

impl Relation {
    /// As the literature writes it.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            Self::SequencedBefore => "sb",
            Self::ReadsFrom => "rf",
            Self::ReleaseSequence => "rs",
            Self::Thread => "thread",
        }
    }
}

/// The turns at the requests: the accesses of each in the order of happens-before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turns {
    /// Pairs of accesses of one request by two threads, each pair ordered.
    pub pairs: u64,
    /// Accesses by which the submitter fills.
    pub fills: u64,
    /// Handler runs.
    pub handles: u64,
    /// Handler runs that panicked.
    pub panics: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// Handled and never delivered: only where a pool is dropped with results in it.
    pub undelivered: u64,
}

impl Derivation {
    /// Before the first graph.
    #[must_use]
    pub fn of(program: &Program) -> Self {
        Self {
            design: program.design,
            scenario: program.scenario.name.to_owned(),
            size: program.size.to_string(),
            graphs: 0,
            verdict: Verdict::Bounded("not explored yet".to_owned()),
            chains: Vec::new(),
            turns: Turns::default(),
            words: BTreeMap::new(),
            crossings: Vec::new(),
            endings: Endings::default(),
            places: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            broken: Vec::new(),
        }
    }
}

/// How a word is used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WordUse {
    /// Who wrote it, in any graph.
    pub writers: Vec<String>,
    /// Plain stores.
    pub stores: u64,
    /// Read-modify-writes.
    pub updates: u64,
    /// Loads by threads that did not write the value themselves.
    pub loads: u64,
    /// Of these, loads of a value while a newer one existed that did not happen after the load.
    pub stale: u64,
    /// Writes that changed no other bits than their own, each on top of the one before it.
    pub lossless: u64,
}

/// A waker and a sleeper, each storing its own word, passing its barrier and looking at the
/// other's: what they see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossing {
    /// The waker's barrier.
    pub waker: String,
    /// The sleeper's.
    pub sleeper: String,
    /// Both see the other's store.
    pub both: u64,
    /// Only the sleeper sees what it waits for, so it does not sleep.
    pub sleeper_only: u64,
    /// Only the waker sees that the other sleeps, so it wakes it.
    pub waker_only: u64,
    /// Neither: a lost wake-up.
    pub neither: u64,
}

/// How the workers ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endings {
    /// Workers that were joined.
    pub joined: u64,
    /// Workers that were started.
    pub started: u64,
    /// Last looks, after the stop flag was seen, at words that were published before it.
    pub last_looks: u64,
}

/// One execution with a chain in it, to be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawn {
    /// What happens.
    pub execution: Execution,
    /// The steps of the chain, from the first access to the second.
    pub chain: Vec<usize>,
    /// The steps that it is about.
    pub marks: Vec<usize>,
}
