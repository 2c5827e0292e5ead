//! Failing plans: written to seed files, and run again from them.

use crate::plan::Plan;
use flipside_record::log::Execution;
use flipside_record::seed::PlanSeed;
use flipside_scenarios::checker::Checker;
use std::path::Path;

/// What is said of a failure: what, the seed, and on the last line how to run it again.
#[must_use]
pub fn report(seed: &PlanSeed) -> String {
    format!("{}\n\n{seed}\n{}", seed.fails, kept(seed))
}

/// Writes the seed; how to run it again.
#[must_use]
pub fn kept(seed: &PlanSeed) -> String {
    match seed.save() {
        Ok(path) => again_by(seed, &path),
        Err(why) => format!("the seed could not be written: {why}"),
    }
}

fn again_by(seed: &PlanSeed, path: &Path) -> String {
    let path = path.display();
    match (seed.found_by.checker, &seed.schedule) {
        (Checker::Native, _) | (_, Some(_)) => format!("cargo replay {path}"),
        (_, None) => format!(
            "no execution of it failed, so none can be run again: its search was cut short. The plan is in {path}"
        ),
    }
}

/// What to do if a seed no longer fails.
#[cfg(not(loom))]
const MEANT: &str = "delete the seed";

/// Runs the plan of a seed file again, in its layer.
///
/// # Errors
///
/// A text that is no seed file, one of a layer that this build does not have or of another version
/// of its checker, and a plan that does not fail as the seed says.
pub fn replay(text: &str) -> Result<Execution, String> {
    let seed: PlanSeed = text.parse()?;
    seed.fits()?;
    again(&seed, &seed.plan.parse()?)
}

/// Looks for a failure of a seed's plan anew: what to do when the checker that found it has become
/// another.
///
/// # Errors
///
/// A text that is no seed file, one of a layer that this build does not have, and a plan that does
/// not fail.
pub fn renew(text: &str) -> Result<PlanSeed, String> {
    let seed: PlanSeed = text.parse()?;
    find(&seed, &seed.plan.parse()?)
}

#[cfg(any(shuttle, weft))]
fn of_this_build(seed: &PlanSeed) -> Result<(), String> {
    let (layer, here) = (&seed.layer, Checker::COMPILED);
    match seed.found_by.checker == here {
        true => Ok(()),
        false => Err(format!(
            "it is of layer {layer}, and this is the build for {here}"
        )),
    }
}

#[cfg(any(shuttle, weft))]
fn mutant(seed: &PlanSeed) -> Result<Option<flipside_scenarios::mutant::Mutant>, String> {
    seed.mutant.as_deref().map(str::parse).transpose()
}

#[cfg(any(shuttle, weft))]
fn again(seed: &PlanSeed, plan: &Plan) -> Result<Execution, String> {
    use crate::run::subject;
    use flipside_record::seed::Schedule;

    of_this_build(seed)?;
    let schedule = seed
        .schedule
        .as_ref()
        .ok_or("it has no line `schedule …`")?;
    let schedule = Schedule::parse(seed.found_by.checker, schedule)
        .map_err(|why| format!("its schedule {why}"))?;
    subject(plan, mutant(seed)?).rerun(&schedule, &seed.fails, MEANT)
}

#[cfg(shuttle)]
fn find(seed: &PlanSeed, plan: &Plan) -> Result<PlanSeed, String> {
    use crate::schedules::{MANY, seed as renewed};
    of_this_build(seed)?;
    renewed(plan, mutant(seed)?).ok_or_else(|| {
        format!(
            "its plan fails on none of {MANY} schedules, which is no proof that it cannot: keep it"
        )
    })
}

#[cfg(weft)]
fn find(seed: &PlanSeed, plan: &Plan) -> Result<PlanSeed, String> {
    use crate::exhaustive::{check, seed as renewed};
    of_this_build(seed)?;
    let mutant = mutant(seed)?;
    match check(plan, mutant) {
        Err(failing) => Ok(renewed(&failing, mutant)),
        Ok(executions) => Err(format!(
            "its plan fails in none of its {executions} executions any more; if that is meant, {MEANT}"
        )),
    }
}

#[cfg(not(any(shuttle, weft)))]
fn find(seed: &PlanSeed, _plan: &Plan) -> Result<PlanSeed, String> {
    Err(format!(
        "it is of layer {}, and this build has no checker whose version could have changed",
        seed.layer
    ))
}

/// Threads of the system leave no schedule behind: with luck one of many tries brings the failure
/// back.
#[cfg(not(any(loom, shuttle, weft)))]
fn again(seed: &PlanSeed, plan: &Plan) -> Result<Execution, String> {
    use crate::jitter::{TRIES, number_of};
    use crate::layer::PATIENCE;
    use flipside_record::log::normalised;
    use flipside_record::seed::another_failure;

    let (fails, passes) = match &*seed.layer {
        "sequential" => (
            crate::sequential::check(plan, PATIENCE).err(),
            format!("it passes now; if that is meant, {MEANT}"),
        ),
        "threads" => (
            crate::jitter::again(plan, number_of(&seed.walk)?, PATIENCE),
            format!(
                "it passes now, {TRIES} times. Threads of the system do not repeat themselves, so that shows \
                 little: unless what it found was repaired, keep the seed; else {MEANT}"
            ),
        ),
        layer => return Err(format!("a seed of layer {layer} needs a build for {layer}")),
    };
    match fails.map(|fails| normalised(&fails)) {
        Some(failure) if failure == seed.fails => Ok(Execution {
            story: format!("the engine itself fails: {failure}"),
            failure,
            ..Execution::default()
        }),
        Some(failure) => Err(another_failure(&seed.fails, &failure)),
        None => Err(passes),
    }
}

#[cfg(loom)]
fn again(seed: &PlanSeed, _plan: &Plan) -> Result<Execution, String> {
    Err(format!(
        "loom has no layer, and this is one of {}",
        seed.layer
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flipside_record::seed::Versioned;

    #[test]
    fn only_what_can_be_run_again_says_so() {
        let said = |checker, schedule: Option<&str>| {
            let seed = PlanSeed {
                layer: String::new(),
                found_by: Versioned::here(checker),
                mutant: None,
                walk: String::new(),
                schedule: schedule.map(str::to_owned),
                fails: String::new(),
                plan: String::new(),
            };
            again_by(&seed, Path::new("a.seed"))
        };
        let replay = "cargo replay a.seed";
        assert_eq!(said(Checker::Weft, Some("weft1: 0")), replay);
        assert_eq!(said(Checker::Native, None), replay);
        let cut_short = said(Checker::Weft, None);
        assert!(!cut_short.contains("cargo replay") && cut_short.ends_with("a.seed"));
    }
}
