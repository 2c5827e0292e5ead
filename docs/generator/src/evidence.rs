//! Everything that the pages are made of: runs, and nothing else.

use super::broken_copy::{Told, told};
use super::obligation::{OBLIGATIONS, Obligation};
use super::search::{Searched, searches};
use flipside::Design;
use flipside_cli::process::ask::ask;
use flipside_cli::process::build::{MODELS, build};
use flipside_cli::process::children::Children;
use flipside_cli::process::say::line;
use flipside_cli::verify::matrix::failures;
use flipside_cli::verify::{attack, explore};
use flipside_record::attacked::Attacked;
use flipside_record::channel::{Derive, Request};
use flipside_record::cost::Costs;
use flipside_record::facts::{Derivation, Drawn, SiteFact, WordUse};
use flipside_record::log::Execution;
use flipside_record::seed::{RENEW, Seed, file_name};
use flipside_record::verdict::{Findings, Verdict};
use flipside_record::workspace::Workspace;
use flipside_scenarios::case::{Case, Profile, cases};
use flipside_scenarios::checker::Checker;
use flipside_scenarios::scenario::{Size, by_name};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// What was run, and what came of it.
#[derive(Debug)]
pub struct Evidence {
    /// The engine's sites.
    pub sites: Vec<SiteFact>,
    /// Every case of the quick profile.
    pub cases: Vec<(Case, Findings)>,
    /// Every mutant, under every checker.
    pub attacks: Vec<(Checker, Attacked)>,
    /// What holds in each execution graph of weft's cases.
    pub derivations: Vec<Derivation>,
    /// An execution to draw for each obligation.
    pub drawn: BTreeMap<&'static str, Drawn>,
    /// The counterexample of each mutant, run again.
    pub replays: BTreeMap<String, (Seed, Execution)>,
    /// What each design costs.
    pub costs: Vec<Costs>,
    /// What the search for a free request finds.
    pub searches: Vec<Searched>,
    /// What the tutorial's commands print.
    pub tutorial: Told,
}

/// The builds of the checkers, ready to be asked.
pub(super) struct Builds<'a> {
    workspace: &'a Workspace,
    children: &'a Children,
    binaries: BTreeMap<Checker, PathBuf>,
}

impl<'a> Builds<'a> {
    pub(super) fn new(workspace: &'a Workspace, children: &'a Children) -> Result<Self, String> {
        let mut binaries = BTreeMap::new();
        for checker in Checker::ALL {
            match build(workspace, MODELS, checker, children) {
                Ok(binary) => drop(binaries.insert(checker, binary)),
                Err(why) => return Err(why.into_text()),
            }
        }
        Ok(Self {
            workspace,
            children,
            binaries,
        })
    }

    /// Runs everything.
    pub(super) fn evidence(&self) -> Result<Evidence, String> {
        line("running the cases");
        let cases = self.cases()?;
        line("running the mutants");
        let attacks = self.attacks()?;
        line("asking the execution graphs");
        let derivations = self.derivations(&cases)?;
        let drawn = self.drawn()?;
        let replays = self.replays(&attacks)?;
        let sites: Vec<Vec<SiteFact>> = self.weft(&Request::Sites)?;
        Ok(Evidence {
            sites: sites.into_iter().flatten().collect(),
            cases,
            attacks,
            derivations,
            drawn,
            replays,
            costs: self.weft(&Request::Costs)?,
            searches: searches()?,
            tutorial: told(self.workspace, self.children)?,
        })
    }

    fn weft<T: DeserializeOwned>(&self, request: &Request) -> Result<Vec<T>, String> {
        let binary = self
            .binaries
            .get(&Checker::Weft)
            .ok_or("weft was not built")?;
        ask(binary, self.children, &request.arguments())
    }

    /// The one answer to a question.
    fn one<T: DeserializeOwned>(&self, request: &Request) -> Result<T, String> {
        let answer = self.weft(request)?.into_iter().next();
        answer.ok_or_else(|| "weft's build said nothing".to_owned())
    }

    fn cases(&self) -> Result<Vec<(Case, Findings)>, String> {
        let cases = cases(Profile::Quick);
        let findings = explore(&cases, &self.binaries, self.children);
        let ran = cases.into_iter().zip(findings).map(|(case, findings)| {
            let what = format!("{} under {}", case.program(), case.checker);
            match findings {
                None => Err(format!("{what} did not run")),
                Some(Findings {
                    verdict: Verdict::Changed(why) | Verdict::Failed(why),
                    ..
                }) => {
                    let why = why.lines().next().unwrap_or_default();
                    Err(format!("{what}: {why}: `cargo verify` says more"))
                }
                Some(findings) => Ok((case, findings)),
            }
        });
        ran.collect()
    }

    fn attacks(&self) -> Result<Vec<(Checker, Attacked)>, String> {
        let answers = attack(&self.binaries, self.children);
        let answers = answers.ok_or("interrupted")?;
        if let Some(why) = failures(answers.clone()).first() {
            return Err(format!("the mutants: {why}: `cargo verify` says more"));
        }
        let attacks = answers.into_iter().flat_map(|(checker, answer)| {
            let attacked = answer.unwrap_or_default().into_iter();
            attacked.map(move |attacked| (checker, attacked))
        });
        Ok(attacks.collect())
    }

    /// Of the very cases that are weft's, so that the graphs are those that were counted.
    fn derivations(&self, cases: &[(Case, Findings)]) -> Result<Vec<Derivation>, String> {
        let wefts = cases
            .iter()
            .filter(|(case, _)| case.checker == Checker::Weft);
        parallel(wefts.collect(), |(case, findings)| {
            let what = case.program().to_string();
            let derivation: Derivation = self.one(&Request::Derive(Derive {
                scenario: case.scenario.name.to_owned(),
                size: case.size,
                design: case.design,
                draw: None,
            }))?;
            if let Some(why) = derivation
                .broken
                .first()
                .cloned()
                .or_else(|| lost(&derivation))
            {
                return Err(format!("{what}: {why}"));
            }
            if derivation.verdict != Verdict::Complete || derivation.graphs != findings.executions {
                return Err(format!(
                    "{what}: {} graphs were asked of {} ({})",
                    derivation.graphs, findings.executions, derivation.verdict
                ));
            }
            Ok(derivation)
        })
    }

    fn drawn(&self) -> Result<BTreeMap<&'static str, Drawn>, String> {
        let drawn = parallel(OBLIGATIONS.iter().collect(), |obligation: &Obligation| {
            let (scenario, [workers, ring, requests]) = obligation.picture;
            let size = Size {
                workers,
                ring,
                requests,
            };
            let scenario = by_name(scenario)?.name;
            let drawn: Drawn = self.one(&Request::Derive(Derive {
                scenario: scenario.to_owned(),
                size,
                design: Design::default(),
                draw: Some(obligation.id.to_owned()),
            }))?;
            Ok((obligation.id, drawn))
        });
        drawn.map(|drawn| drawn.into_iter().collect())
    }

    /// weft's counterexample of each mutant that it kills.
    fn replays(
        &self,
        attacks: &[(Checker, Attacked)],
    ) -> Result<BTreeMap<String, (Seed, Execution)>, String> {
        let wefts = attacks.iter().filter(|(checker, attacked)| {
            *checker == Checker::Weft && attacked.design == Design::default()
        });
        let killed = wefts.filter(|(_, attacked)| matches!(attacked.verdict, Verdict::Failed(_)));
        let replays = parallel(killed.collect(), |(checker, attacked)| {
            let id = file_name(&format!("{}.{checker}", attacked.mutant));
            let path = format!("models/seeds/{id}.seed");
            let wrong = |why: String| format!("{path}: {why}");
            let file: &Path = &self.workspace.root().join(&path);
            let text = fs::read_to_string(file).map_err(|why| wrong(format!("{why}; {RENEW}")))?;
            let seed: Seed = text.parse().map_err(wrong)?;
            let execution = self.one(&Request::Rerun(Box::new(seed.clone())));
            Ok((attacked.mutant.clone(), (seed, execution.map_err(wrong)?)))
        });
        replays.map(|replays| replays.into_iter().collect())
    }
}

/// A word of which a write may be lost (O8): one with one writer whose stores are not each made from
/// the one before, or one of read-modify-writes and anything else between them.
fn lost(derivation: &Derivation) -> Option<String> {
    let lossy = |used: &WordUse| {
        let updated = used.updates > 0 && (used.stores > 0 || used.lossless != used.updates);
        updated || (used.writers.len() == 1 && used.lossless != used.stores + used.updates)
    };
    let mut words = derivation.words.iter();
    let (name, _) = words.find(|(_, used)| lossy(used))?;
    Some(format!(
        "O8: not every write of {name} is made from the one before it"
    ))
}

/// The answers of all items, in their order, or the first error; as many at once as there are cores.
fn parallel<T: Send, U: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<U, String> + Sync,
) -> Result<Vec<U>, String> {
    let count = items.len();
    let queue: Mutex<VecDeque<(usize, T)>> = Mutex::new(items.into_iter().enumerate().collect());
    let done = Mutex::new(BTreeMap::new());
    let next = || {
        queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    };
    let turn = || {
        while let Some((index, item)) = next() {
            let answer = work(item);
            done.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(index, answer);
        }
    };
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    thread::scope(|scope| {
        for _ in 0..cores.min(count) {
            scope.spawn(turn);
        }
    });
    let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.into_values().collect()
}
