//! Seed files: a failing plan, with all that it takes to make it fail again.
//!
//! ```text
//! flipside plan seed
//! layer shuttle
//! walk urw 7013423546
//! schedule 0*14 1*3 0*9
//! fails request 0 was delivered twice
//! plan
//! pool 1x1 round-robin spin 0
//! one try commit quick 0 0
//! ```

use crate::plan::Plan;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A failing plan and how it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// `sequential`, `threads` or `shuttle`.
    pub layer: String,
    /// What is wrong with the engine, if that was on purpose.
    pub fault: Option<String>,
    /// How the schedule was found: scheduler and its seed, or the seed of the jitter.
    pub walk: String,
    /// The schedule itself, for shuttle; without it the walk's seed has to do.
    pub schedule: Option<String>,
    /// What was wrong, in one line.
    pub fails: String,
    /// The plan.
    pub plan: Plan,
}

const TITLE: &str = "flipside plan seed";

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TITLE}\nlayer {}", self.layer)?;
        if let Some(fault) = &self.fault {
            writeln!(f, "fault {fault}")?;
        }
        writeln!(f, "walk {}", self.walk)?;
        if let Some(schedule) = &self.schedule {
            writeln!(f, "schedule {schedule}")?;
        }
        let fails = self.fails.lines().next().unwrap_or_default();
        write!(f, "fails {fails}\nplan\n{}", self.plan)
    }
}

impl FromStr for Seed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (head, plan) = text
            .split_once("\nplan\n")
            .ok_or("a seed file has a line `plan`, and the plan below it")?;
        if head.lines().next() != Some(TITLE) {
            return Err(format!("a seed file begins with `{TITLE}`"));
        }
        let field = |name: &str| {
            let words = head.lines().filter_map(|line| line.split_once(' '));
            let mut words = words.filter(|(first, _)| *first == name);
            words.next().map(|(_, rest)| rest.to_owned())
        };
        let needed = |name| field(name).ok_or_else(|| format!("the line `{name} …` is missing"));
        Ok(Self {
            layer: needed("layer")?,
            fault: field("fault"),
            walk: needed("walk")?,
            schedule: field("schedule"),
            fails: needed("fails")?,
            plan: plan.parse()?,
        })
    }
}

impl Seed {
    /// Of a run under shuttle, with the schedule to be followed.
    #[cfg(shuttle)]
    #[must_use]
    pub fn of(
        plan: &Plan,
        fault: Option<flipside::Fault>,
        failing: &crate::schedules::Failing,
        steps: &crate::schedules::Steps,
    ) -> Self {
        Self {
            layer: "shuttle".to_owned(),
            fault: fault.map(|fault| fault.name().to_owned()),
            walk: format!("{} {}", failing.walk.name(), failing.seed),
            schedule: Some(steps.to_string()),
            fails: failing.message.clone(),
            plan: plan.clone(),
        }
    }

    /// Writes it to `flipside/seeds/` in the target directory, under a name of its own.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn save(&self) -> io::Result<PathBuf> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
            PathBuf::from,
        );
        let folder = target.join("flipside/seeds");
        std::fs::create_dir_all(&folder)?;
        let text = self.to_string();
        let name = format!(
            "plan-{}-{:016x}.txt",
            self.layer,
            crate::random::of_text(&text)
        );
        let path = folder.join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// What a test says of the failure: what, where it was written, and how to run it again.
    #[must_use]
    pub fn report(&self) -> String {
        let place = match self.save() {
            Ok(path) => {
                let cfg = match &*self.layer {
                    "shuttle" => "RUSTFLAGS=\"--cfg shuttle\" ",
                    _ => "",
                };
                let path = path.display();
                format!(
                    "{cfg}cargo run --release -p flipside-proptests --bin plan -- replay {path}"
                )
            }
            Err(error) => format!("(the seed file could not be written: {error})"),
        };
        format!("{}\n\n{self}\nreplay: {place}", self.fails)
    }
}

/// What a seed's plan did when it was run again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The seed.
    pub seed: Seed,
    /// What was wrong this time, if anything was.
    pub fails: Option<String>,
    /// By which schedule, under shuttle.
    pub schedule: Option<String>,
}

impl Replayed {
    /// Whether it failed as the seed says.
    #[must_use]
    pub fn is_same(&self) -> bool {
        let first = self.fails.as_deref().and_then(|text| text.lines().next());
        first == Some(&self.seed.fails)
    }
}

/// Runs the plan of a seed file again, in its layer.
///
/// # Errors
///
/// A text that is no seed file, or one of a layer that this build does not have.
pub fn replay(text: &str) -> Result<Replayed, String> {
    let seed: Seed = text.parse()?;
    let (fails, schedule) = again(&seed)?;
    Ok(Replayed {
        seed,
        fails,
        schedule,
    })
}

type Again = (Option<String>, Option<String>);

#[cfg(shuttle)]
fn again(seed: &Seed) -> Result<Again, String> {
    use crate::schedules::{Steps, follow};
    if seed.layer != "shuttle" {
        return Err(format!(
            "a seed of layer {} needs a build without a checker",
            seed.layer
        ));
    }
    let fault = seed
        .fault
        .as_deref()
        .map(crate::detection::fault_of)
        .transpose()?;
    let Some(steps) = &seed.schedule else {
        return walk_again(seed, fault);
    };
    let (fails, steps) = follow(&seed.plan, fault, &steps.parse::<Steps>()?);
    Ok((fails, Some(steps.to_string())))
}

/// Without a schedule, the scheduler and its seed have to find it again.
#[cfg(shuttle)]
fn walk_again(seed: &Seed, fault: Option<flipside::Fault>) -> Result<Again, String> {
    use crate::schedules::{Walk, walk};
    let (name, number) = seed.walk.split_once(' ').unwrap_or_default();
    let kind = Walk::ALL.into_iter().find(|kind| kind.name() == name);
    let (Some(kind), Ok(number)) = (kind, number.parse()) else {
        return Err(format!("`{}` is no scheduler and its seed", seed.walk));
    };
    Ok(
        match walk(&seed.plan, fault, kind, number, crate::detection::MANY) {
            Ok(_) => (None, None),
            Err(failing) => (Some(failing.message), Some(failing.steps.to_string())),
        },
    )
}

#[cfg(not(any(loom, shuttle, weft)))]
fn again(seed: &Seed) -> Result<Again, String> {
    let fails = match &*seed.layer {
        "sequential" => crate::sequential::check(&seed.plan).err(),
        "threads" => {
            let jitter = seed
                .walk
                .rsplit(' ')
                .next()
                .and_then(|word| word.parse().ok());
            let jitter = jitter.ok_or("the line `walk` names no seed")?;
            crate::jitter::check(&seed.plan, jitter).err()
        }
        layer => {
            return Err(format!(
                "a seed of layer {layer} needs RUSTFLAGS=\"--cfg {layer}\""
            ));
        }
    };
    Ok((fails, None))
}

#[cfg(any(loom, weft))]
fn again(seed: &Seed) -> Result<Again, String> {
    Err(format!("this build has no layer {}", seed.layer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_read_as_it_was_written() {
        let plan = "pool 2x65 fill-first busy-wait\nbatch 3 wait commit yields 2 7\nstop";
        let seed = Seed {
            layer: "shuttle".to_owned(),
            fault: Some("no-recheck".to_owned()),
            walk: "pct 9".to_owned(),
            schedule: Some("0*3 1*2".to_owned()),
            fails: "all at once".to_owned(),
            plan: plan.parse().expect("a plan"),
        };
        assert_eq!(seed.to_string().parse(), Ok(seed));
        assert!("plan\n".parse::<Seed>().is_err());
    }
}
