//! Every committed seed is one, and under its checker fails again as it says.

use flipside::Design;
#[cfg(any(loom, shuttle, weft))]
use flipside::{Kind, Mutation};
#[cfg(any(loom, shuttle, weft))]
use flipside_record::log::{Execution, Via};
use flipside_record::seed::{RENEW, Seed};
use flipside_scenarios::checker::Checker;
#[cfg(any(loom, shuttle, weft))]
use flipside_scenarios::mutant::Mutant;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn seeds() -> Result<Vec<(String, Seed)>, String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds");
    let mut seeds = Vec::new();
    for entry in fs::read_dir(directory).map_err(|why| why.to_string())? {
        let path = entry.map_err(|why| why.to_string())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&path).map_err(|why| format!("{name}: {why}"))?;
        let seed: Seed = text.parse().map_err(|why| format!("{name}: {why}"))?;
        assert_eq!(
            name,
            seed.id() + ".seed",
            "a seed's file is named by what it is"
        );
        assert_eq!(
            text,
            seed.to_string(),
            "{name} is written as seeds are: {RENEW}"
        );
        seeds.push((seed.id(), seed));
    }
    seeds.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(seeds)
}

#[test]
fn each_seed_can_be_read_and_is_no_longer_than_what_was_found() -> Result<(), String> {
    let seeds = seeds()?;
    assert!(seeds.len() > 60, "{} seeds", seeds.len());
    for (id, seed) in seeds {
        let (found, minimal) = (seed.found.size, seed.minimal.size);
        assert!(
            minimal.workers <= found.workers
                && minimal.ring <= found.ring
                && minimal.requests <= found.requests,
            "{id}"
        );
        assert_eq!(seed.size, minimal, "{id}");
        assert!(
            seed.minimal.cost() <= seed.found.cost(),
            "{id}: {} is no better than {}: {RENEW}",
            seed.minimal,
            seed.found
        );
    }
    Ok(())
}

/// The mutants that lack only an order, and no others, survive shuttle; the other two kill all.
#[test]
fn each_mutant_has_a_seed_of_each_checker_that_kills_it() -> Result<(), String> {
    let seeds = seeds()?;
    let of = |checker: Checker| -> BTreeSet<(Design, String)> {
        let own = seeds.iter().filter(|(_, seed)| seed.checker == checker);
        let mutants = own.filter_map(|(_, seed)| Some((seed.design, seed.mutant.clone()?)));
        mutants.collect()
    };
    assert_eq!(of(Checker::Loom), of(Checker::Weft));
    let mut faults = of(Checker::Weft);
    faults.retain(|(_, name)| !name.contains(':'));
    assert_eq!(of(Checker::Shuttle), faults);
    Ok(())
}

#[cfg(not(any(loom, shuttle, weft)))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg loom\" (or shuttle, weft) cargo test --release -p flipside-models"]
fn seeds_are_run_again_under_their_checker_only() {}

#[cfg(any(loom, shuttle, weft))]
#[test]
fn each_seed_of_this_checker_fails_again_in_the_same_way() -> Result<(), String> {
    use flipside_models::checkers::rerun;
    use flipside_scenarios::mutant::own;
    let designs = Design::ALL.iter().copied();
    let mut names: BTreeSet<(Design, String)> = designs
        .flat_map(|design| own(design).map(move |mutant| (design, mutant.to_string())))
        .collect();
    let mut wrong = Vec::new();
    for (id, seed) in seeds()? {
        if seed.checker != Checker::COMPILED {
            continue;
        }
        if let Some(mutant) = &seed.mutant {
            names.remove(&(seed.design, mutant.clone()));
        }
        match rerun(&seed) {
            Ok(execution) => {
                assert_eq!(execution.steps(), seed.minimal.steps, "{id}: {RENEW}");
                assert_eq!(execution.switches(), seed.minimal.switches, "{id}: {RENEW}");
                assert!(!execution.story.is_empty(), "{id}");
                if let Some(why) = lacks_an_edge(&seed, &execution) {
                    wrong.push(format!("{id}: {why}"));
                }
            }
            Err(why) => wrong.push(format!("{id}: {why}")),
        }
    }
    names.retain(|(_, name)| Checker::COMPILED != Checker::Shuttle || !name.contains(':'));
    assert!(names.is_empty(), "without a seed: {names:?}; {RENEW}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// By the one order of what is better: a seed that was shrunk by another one fails here.
#[cfg(any(loom, shuttle, weft))]
#[test]
fn each_seed_of_this_checker_is_as_small_as_its_size_has_it() -> Result<(), String> {
    use flipside_models::hunt::smaller;
    use std::time::Duration;
    let mut wrong = Vec::new();
    for (id, seed) in seeds()? {
        if seed.checker == Checker::COMPILED {
            // No time for smaller sizes: these were searched when it was found.
            let small = smaller(&seed, Some(Duration::ZERO))?.minimal;
            if small != seed.minimal {
                wrong.push(format!(
                    "{id}: {small} would be better than {}",
                    seed.minimal
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{RENEW}", wrong.join("\n"));
    Ok(())
}

/// What lacks only an order has an edge that the picture shows as missing, with the barrier that is
/// changed: for a lost wake-up, that of a store and a later load.
#[cfg(any(loom, shuttle, weft))]
fn lacks_an_edge(seed: &Seed, execution: &Execution) -> Option<String> {
    let mutant: Mutant = seed.mutant.as_deref()?.parse().ok()?;
    let Mutation::Weakened(site, _) = mutant.0 else {
        return None;
    };
    let Some(missing) = &execution.missing else {
        // Only of this one: two workers that put their requests into one slot of the ring back leave the submitter waiting,
        // without any access that races, so the story alone names why.
        let hangs = site.name() == "lock.wmb" && seed.failure == "deadlock";
        let told = hangs && execution.story.contains(site.name());
        return (!told).then(|| "no edge is missing".to_owned());
    };
    let crosses = matches!(missing.via, Some(Via::Crossing { .. }));
    if missing.via.is_none() || crosses != (site.kind() == Kind::Mb) {
        return Some(format!("the missing edge is of another kind: {missing:?}"));
    }
    let barrier = missing.barrier.and_then(|at| execution.events[at].site());
    let named = execution.story.contains(site.name());
    (barrier != Some(site.name()) || !named).then(|| {
        format!(
            "{barrier:?} is named for {}: {}",
            site.name(),
            execution.story
        )
    })
}
