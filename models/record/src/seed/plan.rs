//! Seeds of plans: what the properties write when a random plan fails. Their package runs them.
//!
//! ```text
//! flipside plan seed 1
//! layer shuttle
//! checker shuttle 0.9.9
//! walk urw 7013423546
//! schedule 0*14 1*3 0*9
//! fails request 0 was delivered twice
//! plan
//! pool 1x1 round-robin spin 0
//! one try commit quick 0 0
//! ```

use super::fields::{Form, Versioned};
use super::file_name;
use crate::workspace::Workspace;
use flipside_scenarios::checker::Checker;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

/// A failing plan, and all that it takes to make it fail again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSeed {
    /// What ran it: `sequential` or `threads`, on threads of the system; `shuttle` or `weft`.
    pub layer: String,
    /// The checker of that layer, as it was.
    pub found_by: Versioned,
    /// What was wrong with the engine, if that was on purpose: a mutant's name.
    pub mutant: Option<String>,
    /// How the schedule was found: scheduler and its seed, or the seed of the jitter.
    pub walk: String,
    /// The schedule itself, under a checker.
    pub schedule: Option<String>,
    /// What was wrong, in one line.
    pub fails: String,
    /// The plan, an operation a line.
    pub plan: String,
}

const FORM: Form = Form {
    first_line: "flipside plan seed 1",
    advice: "look for failures anew: docs/src/checking.md says how, below `Random plans`",
};

impl fmt::Display for PlanSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\nlayer {}", FORM.first_line, self.layer)?;
        writeln!(f, "checker {}", self.found_by)?;
        if let Some(mutant) = &self.mutant {
            writeln!(f, "mutant {mutant}")?;
        }
        writeln!(f, "walk {}", self.walk)?;
        if let Some(schedule) = &self.schedule {
            writeln!(f, "schedule {schedule}")?;
        }
        let fails = self.fails.lines().next().unwrap_or_default();
        writeln!(f, "fails {fails}\nplan\n{}", self.plan.trim_end())
    }
}

impl FromStr for PlanSeed {
    type Err = String;

    /// The error says what is wrong, and what to do.
    fn from_str(text: &str) -> Result<Self, String> {
        let (fields, plan) = FORM.read(text, Some("plan"))?;
        let layer = fields.one("layer")?;
        let found_by = fields.checker()?;
        if checker(layer)? != found_by.checker {
            return Err(fields.damaged(&format!("{found_by} has no layer `{layer}`")));
        }
        let plan = plan
            .ok_or_else(|| fields.damaged("it has no line `plan` with the plan below it"))?
            .into_iter();
        Ok(Self {
            layer: layer.to_owned(),
            found_by,
            mutant: fields.any("mutant")?.map(str::to_owned),
            walk: fields.one("walk")?.to_owned(),
            schedule: fields.any("schedule")?.map(str::to_owned),
            fails: fields.one("fails")?.to_owned(),
            plan: plan.map(|line| format!("{line}\n")).collect(),
        })
    }
}

impl PlanSeed {
    /// Whether a file is one of these, which its first line says.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        FORM.is_one(text)
    }

    /// Whether the checker here is of the version that the seed was found with.
    ///
    /// # Errors
    ///
    /// If it is another: its executions are other ones. The error says what to do.
    pub fn fits(&self) -> Result<(), String> {
        let checker = self.found_by.checker;
        self.found_by.fits(&format!(
            "keep it, and look for the failure of its plan anew: RUSTFLAGS=\"--cfg {checker}\" cargo run --release -p \
             flipside-proptests --bin plan -- renew FILE"
        ))
    }

    /// The size of the plan's pool, as in `1x1`.
    #[must_use]
    pub fn pool(&self) -> &str {
        self.plan.split_whitespace().nth(1).unwrap_or_default()
    }

    /// Writes it to where `cargo replay --list` finds it; the file, as a command in the workspace
    /// names it.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn save(&self) -> Result<PathBuf, String> {
        let workspace = Workspace::find()?;
        let text = self.to_string();
        let what = self.mutant.as_deref().unwrap_or("plan");
        let name = format!("{what}-{:08x}.{}", hash(&text), self.layer);
        let folder = workspace.found();
        let path = folder.join(file_name(&name) + ".seed");
        fs::create_dir_all(&folder)
            .and_then(|()| fs::write(&path, text))
            .map_err(|why| format!("{}: {why}", path.display()))?;
        Ok(workspace.shown(&path).to_owned())
    }
}

fn checker(layer: &str) -> Result<Checker, String> {
    match layer {
        "sequential" | "threads" => Ok(Checker::Native),
        "shuttle" => Ok(Checker::Shuttle),
        "weft" => Ok(Checker::Weft),
        layer => Err(format!(
            "there is no layer `{layer}`; there are: sequential, threads, shuttle, weft"
        )),
    }
}

/// FNV-1a: enough for a name.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed() -> PlanSeed {
        PlanSeed {
            layer: "shuttle".to_owned(),
            found_by: Versioned::here(Checker::Shuttle),
            mutant: Some("worker-no-recheck".to_owned()),
            walk: "pct 9".to_owned(),
            schedule: Some("0*3 1*2".to_owned()),
            fails: "all at once".to_owned(),
            plan: "pool 2x65 fill-first busy-wait\nstop\n".to_owned(),
        }
    }

    #[test]
    fn a_seed_is_read_as_it_was_written() {
        let native = PlanSeed {
            layer: "threads".to_owned(),
            found_by: Versioned::here(Checker::Native),
            ..seed()
        };
        for seed in [seed(), native] {
            let text = seed.to_string();
            assert_eq!(text.lines().next(), Some("flipside plan seed 1"));
            assert_eq!(text.parse(), Ok(seed.clone()));
            // A checkout may have other line ends.
            assert_eq!(text.replace('\n', "\r\n").parse(), Ok(seed.clone()));
            assert_eq!(seed.pool(), "2x65");
            assert_eq!(seed.fits(), Ok(()));
        }
    }

    #[test]
    fn a_seed_of_another_version_is_kept_and_not_run() {
        let here = Checker::Shuttle.version();
        let text = seed().to_string();
        let old = text.replace(&format!("shuttle {here}"), "shuttle 0.0.1");
        let old: PlanSeed = old.parse().expect("it can be read");
        let why = old.fits().expect_err("it is another version's");
        for part in ["shuttle 0.0.1", here, "keep it", "plan -- renew"] {
            assert!(why.contains(part), "{why}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said_with_what_to_do() {
        let text = seed().to_string();
        let with = |old: &str, new: &str| {
            assert!(text.contains(old), "{text}");
            text.replace(old, new)
        };
        for (text, why) in [
            (
                "flipside seed 1\n".to_owned(),
                "begins with `flipside plan seed 1`",
            ),
            (
                with("plan seed 1", "plan seed"),
                "with `flipside plan seed`, and this version reads",
            ),
            (
                with("plan seed 1", "plan seed 2"),
                "with `flipside plan seed 2`, and this version reads",
            ),
            (
                with("plan\npool 2x65 fill-first busy-wait\nstop\n", ""),
                "no line `plan`",
            ),
            (with("walk pct 9\n", ""), "no line `walk …`"),
            (with("walk", "fails x\nwalk"), "two lines `fails …`"),
            (with("layer shuttle", "layer spin"), "no layer `spin`"),
            (with("layer shuttle", "layer weft"), "has no layer `weft`"),
            (with("checker shuttle", "checker"), "with its version"),
            (with("checker ", "checked by "), "no line `checker …`"),
            (with("walk pct 9", "walk"), "`walk` is no field"),
        ] {
            let error = text.parse::<PlanSeed>().err().unwrap_or_default();
            assert!(error.contains(why), "{why}: {error}");
        }
        let error = "flipside plan seed\nlayer weft\n".parse::<PlanSeed>();
        let error = error.err().unwrap_or_default();
        assert!(error.contains("the version that wrote it"), "{error}");
        assert!(error.contains("docs/src/checking.md"), "{error}");
    }
}
