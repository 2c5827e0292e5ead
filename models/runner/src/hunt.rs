//! Looking for a counterexample, and making it as small as it will be.

use crate::checkers::{Caught, catch, keep, minimise, program};
use flipside::Design;
use flipside_record::seed::{Seed, rank};
use flipside_scenarios::attack::Attack;
use flipside_scenarios::case::{Profile, cases};
use flipside_scenarios::checker::{Bounds, Checker};
use flipside_scenarios::mutant::Mutant;
use flipside_scenarios::program::Program;
use flipside_scenarios::scenario::{Size, by_name};
use std::time::{Duration, Instant};

/// How far a size is searched before it counts as one that does not fail.
const BOUNDS: Bounds = Bounds {
    preemptions: None,
    schedules: 400,
    executions: None,
    time: Some(Duration::from_secs(5)),
};

/// The seed of a design's mutant under this binary's checker; none, if it survives.
///
/// # Errors
///
/// If the mutant has no attack, or its counterexample does not come up twice.
pub fn hunt(design: Design, mutant: Mutant) -> Result<Option<Seed>, String> {
    let name = mutant.to_string();
    let attack = Attack::on(&name).ok_or_else(|| format!("{name} has no attack"))?;
    let program = Program {
        scenario: by_name(attack.scenario)?,
        size: attack.size(),
        design,
        mutant: Some(mutant),
    };
    let first = starts(program).into_iter().find_map(|size| {
        let program = Program { size, ..program };
        Some((program, catch(program, BOUNDS)?))
    });
    let Some((program, caught)) = first else {
        return Ok(None);
    };
    smaller(&keep(program, caught)?, None).map(Some)
}

/// Where a hunt begins: at the size that `cargo verify` runs, if it fails there soon; else at the
/// attack's.
fn starts(program: Program) -> Vec<Size> {
    let small = program.size;
    let verified = cases(Profile::Quick).into_iter().filter(|case| {
        case.scenario.name == program.scenario.name
            && case.design == program.design
            && case.checker == Checker::COMPILED
    });
    let at_least = |size: &Size| {
        size.workers >= small.workers && size.ring >= small.ring && size.requests >= small.requests
    };
    let mut starts: Vec<_> = verified.map(|case| case.size).filter(at_least).collect();
    starts.sort_by_key(|size| std::cmp::Reverse(rank(*size)));
    starts.truncate(1);
    starts.push(small);
    starts
}

/// The sizes up to one and without it, smallest first.
fn sizes_below(most: Size) -> Vec<Size> {
    let mut sizes = Vec::new();
    for workers in 1..=most.workers {
        for ring in 1..=most.ring {
            for requests in 1..=most.requests {
                sizes.push(Size {
                    workers,
                    ring,
                    requests,
                });
            }
        }
    }
    sizes.sort_by_key(|&size| rank(size));
    sizes.pop();
    sizes
}

/// The best seed of the same program that is found, and none that is worse than the given one: at the
/// smallest size that fails, or else at its own, made as short as it will be. No further size is begun
/// once the patience is over.
///
/// # Errors
///
/// If what is found does not come up twice.
pub fn smaller(seed: &Seed, patience: Option<Duration>) -> Result<Seed, String> {
    within(BOUNDS, seed, patience)
}

fn within(bounds: Bounds, seed: &Seed, patience: Option<Duration>) -> Result<Seed, String> {
    let start = Instant::now();
    let program = program(seed)?;
    let least = |program, caught| {
        let least = keep(program, minimise(program, caught))?;
        Ok::<_, String>(Seed {
            found: seed.found,
            ..least
        })
    };
    for size in sizes_below(seed.size) {
        if patience.is_some_and(|patience| start.elapsed() > patience) {
            break;
        }
        let program = Program { size, ..program };
        if let Some(caught) = catch(program, bounds) {
            return least(program, caught);
        }
    }
    // A rare failure does not come up again within the bounds, so what is known is made smaller too.
    let known = Caught {
        failure: seed.failure.clone(),
        schedule: seed.schedule.clone(),
    };
    let again = catch(program, bounds).filter(|again| *again != known);
    let mut best = seed.clone();
    for caught in [known].into_iter().chain(again) {
        let least = least(program, caught)?;
        if least.minimal.cost() < best.minimal.cost() {
            best = least;
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkers::{check, rerun};

    /// As rare as a failure can be: no search finds it a second time.
    const NONE: Bounds = Bounds {
        time: Some(Duration::ZERO),
        ..BOUNDS
    };

    fn failing() -> Result<Seed, String> {
        let program = Program {
            scenario: by_name("wake_submitter")?,
            size: "1x1,2".parse()?,
            design: Design::default(),
            mutant: Some("commit-wakes-first".parse()?),
        };
        let findings = check(program, BOUNDS, |_| ());
        findings.seed.ok_or_else(|| findings.verdict.to_string())
    }

    #[test]
    fn a_search_that_fails_has_the_execution_that_failed() -> Result<(), String> {
        let seed = failing()?;
        assert_eq!(seed.found, seed.minimal);
        let execution = rerun(&seed)?;
        assert_eq!(execution.steps(), seed.found.steps);
        Ok(())
    }

    #[test]
    fn what_is_not_found_again_is_made_smaller_all_the_same() -> Result<(), String> {
        let seed = failing()?;
        let small = within(NONE, &seed, None)?;
        assert_eq!((small.size, small.found), (seed.size, seed.found));
        assert!(small.minimal.cost() <= seed.minimal.cost());
        rerun(&small).map(drop)
    }

    #[test]
    fn a_smaller_size_is_better_and_is_looked_for_as_long_as_there_is_time() -> Result<(), String> {
        let seed = failing()?;
        let small = within(BOUNDS, &seed, None)?;
        assert_eq!(small.size.to_string(), "1x1,1");
        rerun(&small)?;
        let hasty = within(BOUNDS, &seed, Some(Duration::ZERO))?;
        assert_eq!(hasty.size, seed.size);
        Ok(())
    }
}
