//! Looking for the counterexample of a mutant, and making it as small as it will be.

use crate::attack::Attack;
use crate::case::{Profile, cases};
use crate::checker::{Bounds, Caught, Checker, catch, replay};
use crate::mutant::Mutant;
use crate::program::Program;
use crate::scenario::{Scenario, Size, by_name};
use crate::seed::{Extent, Seed};
use flipside::Design;
use std::time::Duration;

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
    seed(program, &starts(program))
}

/// The seed of a case in which the engine itself fails; none, if it does not.
///
/// # Errors
///
/// If the counterexample does not come up twice.
pub fn hunt_engine(
    scenario: &'static Scenario,
    size: Size,
    design: Design,
) -> Result<Option<Seed>, String> {
    let program = Program {
        scenario,
        size,
        design,
        mutant: None,
    };
    seed(program, &[size])
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
    starts.sort_by_key(|size| std::cmp::Reverse(weight(*size)));
    starts.truncate(1);
    starts.push(small);
    starts
}

const fn weight(size: Size) -> usize {
    size.workers + size.ring + size.requests
}

/// The sizes up to one, smallest first.
fn sizes_up_to(most: Size) -> Vec<Size> {
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
    sizes.sort_by_key(|&size| (weight(size), size.workers, size.requests));
    sizes
}

fn seed(program: Program, starts: &[Size]) -> Result<Option<Seed>, String> {
    let at = |size: Size| Program { size, ..program };
    let first = starts.iter().find_map(|&size| {
        let caught = catch(at(size), BOUNDS, false)?;
        Some((size, caught))
    });
    let Some((start, first)) = first else {
        return Ok(None);
    };
    let found = extent(at(start), &first)?;
    let small = sizes_up_to(start).into_iter().find_map(|size| {
        let caught = catch(at(size), BOUNDS, true)?;
        Some((size, caught))
    });
    let (size, caught) = small.unwrap_or((start, first));
    let minimal = extent(at(size), &caught)?;
    Ok(Some(Seed {
        mutant: program.mutant.map(|mutant| mutant.to_string()),
        scenario: program.scenario.name,
        size,
        design: program.design,
        checker: Checker::COMPILED,
        version: Checker::COMPILED.version().to_owned(),
        schedule: caught.schedule,
        failure: caught.failure,
        found,
        minimal,
    }))
}

fn extent(program: Program, caught: &Caught) -> Result<Extent, String> {
    let replayed = replay(program, &caught.schedule)?;
    match replayed.failure {
        Some(failure) if failure == caught.failure => Ok(Extent {
            size: program.size,
            steps: replayed.execution.steps(),
            switches: replayed.execution.switches(),
        }),
        other => Err(format!(
            "{program}: found `{}`, and on running it again {}",
            caught.failure,
            other.map_or_else(|| "it passed".to_owned(), |failure| format!("`{failure}`"))
        )),
    }
}
