//! Seeds of plans: what the properties write when a random plan fails. Their package runs them.
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

use crate::checker::Checker;
use crate::seed::file_name;
use crate::verify::build::Workspace;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

/// A failing plan, and all that it takes to make it fail again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanSeed {
    /// What ran it: `sequential` or `threads`, on threads of the system; `shuttle` or `weft`.
    pub layer: String,
    /// The checker of that layer.
    pub checker: Checker,
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

const TITLE: &str = "flipside plan seed";

impl fmt::Display for PlanSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{TITLE}\nlayer {}", self.layer)?;
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

    fn from_str(text: &str) -> Result<Self, String> {
        if !Self::is_one(text) {
            return Err(format!("it does not begin with the line `{TITLE}`"));
        }
        let (head, plan) = text
            .split_once("\nplan\n")
            .ok_or("it is damaged: it has no line `plan` with the plan below it")?;
        let field = |name: &str| {
            let words = head.lines().filter_map(|line| line.split_once(' '));
            let mut words = words.filter(|(first, _)| *first == name);
            words.next().map(|(_, rest)| rest.to_owned())
        };
        let needed =
            |name| field(name).ok_or_else(|| format!("it is damaged: it has no line `{name} …`"));
        let layer = needed("layer")?;
        Ok(Self {
            checker: checker(&layer)?,
            layer,
            mutant: field("mutant"),
            walk: needed("walk")?,
            schedule: field("schedule"),
            fails: needed("fails")?,
            plan: plan.to_owned(),
        })
    }
}

impl PlanSeed {
    /// Whether a file is one of these, which its first line says.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        text.lines().next() == Some(TITLE)
    }

    /// The size of the plan's pool, as in `1x1`.
    pub(super) fn pool(&self) -> &str {
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

    #[test]
    fn a_seed_is_read_as_it_was_written() {
        let seed = PlanSeed {
            layer: "shuttle".to_owned(),
            checker: Checker::Shuttle,
            mutant: Some("worker-no-recheck".to_owned()),
            walk: "pct 9".to_owned(),
            schedule: Some("0*3 1*2".to_owned()),
            fails: "all at once".to_owned(),
            plan: "pool 2x65 fill-first busy-wait\nstop\n".to_owned(),
        };
        assert_eq!(seed.to_string().parse(), Ok(seed.clone()));
        assert_eq!(seed.pool(), "2x65");
    }

    #[test]
    fn what_is_wrong_with_a_file_is_said() {
        for (text, why) in [
            ("flipside seed 1\n", "does not begin"),
            ("flipside plan seed\nlayer weft\n", "no line `plan`"),
            ("flipside plan seed\nlayer weft\nplan\n", "no line `walk"),
            (
                "flipside plan seed\nlayer spin\nwalk 1\nfails x\nplan\n",
                "no layer `spin`",
            ),
        ] {
            let error = text.parse::<PlanSeed>().err().unwrap_or_default();
            assert!(error.contains(why), "{error}");
        }
    }
}
