//! How soon the layer of random schedules finds what is wrong with the engine: for each fault that
//! can be put into it, the number of plans until one fails.

use crate::random::mix;
use crate::schedules::{self, SCHEDULES, Walk, all_walks, walk};
use crate::strategy::plans_of;
use flipside::{Design, Fault, Mutation};
use flipside_record::seed::PlanSeed;
use flipside_scenarios::mutant::{Mutant, own};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use std::fmt;

/// Where the table is kept.
pub const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/detection.md");

/// Plans after which a search gives up: as many as a run of the tests takes.
pub const PLANS: usize = 2_000;

/// Each fault that the default design can have, and those in the others' own code.
pub fn faults() -> impl Iterator<Item = (Design, Fault)> {
    Design::ALL.iter().flat_map(|&design| {
        own(design).filter_map(move |Mutant(mutation)| match mutation {
            Mutation::Faulty(fault) => Some((design, fault)),
            Mutation::Weakened(..) => None,
        })
    })
}

/// What was found out about one fault.
#[derive(Clone, Debug)]
pub struct Row {
    /// The design that it was put into.
    pub design: Design,
    /// The fault.
    pub fault: Fault,
    /// For each walk, the median number of plans; none if that many did not find it.
    pub medians: [Option<usize>; 3],
    /// Operations of the shrunk plan, and switches of its shrunk schedule.
    pub smallest: Option<(usize, usize)>,
}

const fn mutant(fault: Fault) -> Option<Mutant> {
    Some(Mutant(Mutation::Faulty(fault)))
}

fn runner(seed: u64) -> TestRunner {
    TestRunner::new(Config {
        cases: PLANS as u32,
        failure_persistence: None,
        max_shrink_iters: 4_000,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    })
}

/// How many plans one walk takes to find the fault.
#[must_use]
pub fn search(design: Design, fault: Fault, kind: Walk, seed: u64) -> Option<usize> {
    let mut runner = runner(seed);
    let plans = plans_of(design);
    (1..=PLANS).find(|&number| {
        let Ok(tree) = plans.new_tree(&mut runner) else {
            return false;
        };
        let seed = mix(seed ^ number as u64);
        walk(&tree.current(), mutant(fault), kind, seed, SCHEDULES).is_err()
    })
}

/// Finds the fault as the tests would, and makes plan and schedule small.
#[must_use]
pub fn smallest(design: Design, fault: Fault, seed: u64) -> Option<PlanSeed> {
    let mutant = mutant(fault);
    let outcome = runner(seed).run(&plans_of(design), |plan| {
        all_walks(&plan, mutant, SCHEDULES)
            .map_err(|failing| TestCaseError::fail(failing.message))?;
        Ok(())
    });
    match outcome {
        Err(TestError::Fail(_, plan)) => schedules::seed(&plan, mutant),
        _ => None,
    }
}

/// Searches for each fault, so often with each walk.
#[must_use]
pub fn rows(searches: u64, mut progress: impl FnMut(&Row)) -> Vec<Row> {
    let row = |(design, fault)| {
        let row = Row {
            design,
            fault,
            medians: Walk::ALL.map(|kind| {
                let mut counts: Vec<_> = (0..searches)
                    .map(|seed| search(design, fault, kind, seed).unwrap_or(usize::MAX))
                    .collect();
                counts.sort_unstable();
                Some(counts[counts.len() / 2]).filter(|&count| count != usize::MAX)
            }),
            smallest: smallest(design, fault, 0).map(|seed| {
                let switches = seed.schedule.map_or(0, |runs| runs.split(' ').count() - 1);
                // Less the line of the pool.
                (seed.plan.lines().count() - 1, switches)
            }),
        };
        progress(&row);
        row
    };
    faults().map(row).collect()
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "| `{}` | {} | {} |",
            self.fault.name(),
            self.design,
            self.fault.summary().trim()
        )?;
        for median in self.medians {
            match median {
                Some(count) => write!(f, " {count} |")?,
                None => f.write_str(" not found |")?,
            }
        }
        match self.smallest {
            Some((ops, switches)) => write!(f, " {ops} | {switches} |"),
            None => f.write_str(" – | – |"),
        }
    }
}

/// The rows as a page.
#[must_use]
pub fn page(rows: &[Row], searches: u64) -> String {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    format!(
        "# How soon random schedules find a fault

<!-- Generated: RUSTFLAGS=\"--cfg shuttle\" cargo run --release -p flipside-proptests --bin plan -- detect --write -->

Each fault of logic was put into the engine and searched for with random plans, each run on
{SCHEDULES} schedules of one scheduler. The numbers are plans until one failed, the median of {searches}
searches; a run of the tests takes {PLANS}. The last columns are what is left of a failing plan and
its schedule once both have been made small.

| fault | design | what is done wrong | random walk | PCT | URW | operations | switches |
|---|---|---|--:|--:|--:|--:|--:|
{lines}"
    )
}
