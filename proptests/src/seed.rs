//! Failing plans: written to seed files, and run again from them.

use crate::plan::Plan;
use flipside_models::log::Execution;
use flipside_models::replay::PlanSeed;

/// What is said of a failure: what, the seed, and on the last line how to run it again.
#[must_use]
pub fn report(seed: &PlanSeed) -> String {
    let last = match seed.save() {
        Ok(path) => format!("cargo replay {}", path.display()),
        Err(why) => format!("the seed could not be written: {why}"),
    };
    format!("{}\n\n{seed}\n{last}", seed.fails)
}

/// What to do if a seed no longer fails.
#[cfg(not(loom))]
const MEANT: &str = "delete the seed";

/// Runs the plan of a seed file again, in its layer.
///
/// # Errors
///
/// A text that is no seed file, one of a layer that this build does not have, and a plan that does
/// not fail as the seed says.
pub fn replay(text: &str) -> Result<Execution, String> {
    let seed: PlanSeed = text.parse()?;
    let plan = seed.plan.parse()?;
    again(&seed, &plan)
}

#[cfg(any(shuttle, weft))]
fn again(seed: &PlanSeed, plan: &Plan) -> Result<Execution, String> {
    use crate::run::subject;
    use flipside_models::checker::Checker;
    use flipside_models::seed::Schedule;

    let checker = seed.checker;
    if checker != Checker::COMPILED {
        let (layer, here) = (&seed.layer, Checker::COMPILED);
        return Err(format!(
            "it is of layer {layer}, and this is the build for {here}"
        ));
    }
    let schedule = seed
        .schedule
        .as_ref()
        .ok_or("it has no line `schedule …`")?;
    let schedule =
        Schedule::parse(checker, schedule).map_err(|why| format!("its schedule {why}"))?;
    let mutant = seed.mutant.as_deref().map(str::parse).transpose()?;
    subject(plan, mutant).rerun(&schedule, &seed.fails, MEANT)
}

/// Threads of the system leave no schedule behind: with luck one of many tries brings the failure
/// back.
#[cfg(not(any(loom, shuttle, weft)))]
fn again(seed: &PlanSeed, plan: &Plan) -> Result<Execution, String> {
    use flipside_models::log::normalised;

    let fails = match &*seed.layer {
        "sequential" => crate::sequential::check(plan).err(),
        "threads" => {
            let jitter = seed.walk.rsplit(' ').next().unwrap_or_default().parse();
            let jitter = jitter.map_err(|_| "its line `walk` names no number")?;
            crate::jitter::again(plan, jitter)
        }
        layer => return Err(format!("a seed of layer {layer} needs a build for {layer}")),
    };
    match fails.map(|fails| normalised(&fails)) {
        Some(failure) if failure == seed.fails => Ok(Execution {
            story: format!("the engine itself fails: {failure}"),
            failure,
            ..Execution::default()
        }),
        Some(failure) => Err(format!(
            "it fails in another way now\n  it was: {}\n  now:    {failure}",
            seed.fails
        )),
        None => Err(format!(
            "it passes now, as often as it was tried; if that is meant, {MEANT}"
        )),
    }
}

#[cfg(loom)]
fn again(seed: &PlanSeed, _plan: &Plan) -> Result<Execution, String> {
    Err(format!(
        "loom has no layer, and this is one of {}",
        seed.layer
    ))
}
