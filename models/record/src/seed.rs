//! Seeds: a file for each counterexample, from which exactly that execution is run again.
//!
//! ```text
//! flipside seed 1
//! mutant: complete.wmb:dropped
//! scenario: handover
//! size: 1x1,1
//! design: flip-striped
//! checker: weft 0.1.0
//! schedule: weft1: 0*14 1*9 0*3
//! failure: data race: neither access happens before the other
//! found: 2x2,6 in 88 steps, 12 switches
//! minimal: 1x1,1 in 21 steps, 3 switches
//! ```
//!
//! A line that begins with a space goes on from the one before.

mod extent;
mod fields;
pub mod gallery;
mod plan;
mod schedule;

pub use extent::{Extent, Length, rank};
pub use fields::Versioned;
pub use gallery::GallerySeed;
pub use plan::PlanSeed;
pub use schedule::Schedule;

use flipside::Design;
use flipside_scenarios::checker::Checker;
use flipside_scenarios::scenario::{Size, by_name};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::{fmt, fs};

const FIRST_LINE: &str = "flipside seed 1";

/// How to get seeds of mutants that fit.
pub const RENEW: &str = "renew it: cargo seeds --renew";

/// The same for seeds of the engine itself, which are of what failed on this machine.
pub const VERIFY: &str = "run cargo verify again";

/// A counterexample, ready to be run again. Its JSON is the text of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The mutant's name; none for the engine as it is.
    pub mutant: Option<String>,
    /// The scenario's name.
    pub scenario: &'static str,
    /// Its size.
    pub size: Size,
    /// How requests change hands.
    pub design: Design,
    /// What runs it.
    pub checker: Checker,
    /// The version of that.
    pub version: String,
    /// Which of the checker's executions it is.
    pub schedule: Schedule,
    /// How it fails.
    pub failure: String,
    /// The execution that was found first.
    pub found: Extent,
    /// This one.
    pub minimal: Extent,
}

impl Seed {
    /// Whether the checker here is of the version that the seed was found with.
    ///
    /// # Errors
    ///
    /// If it is another: its executions are other ones. The error says what to do.
    pub fn fits(&self) -> Result<(), String> {
        let Self {
            checker, version, ..
        } = self;
        match checker.version() {
            here if here == version => Ok(()),
            here => Err(format!(
                "it was found with {checker} {version}, and this is {here}, whose executions are other ones: {}",
                self.renewal()
            )),
        }
    }

    /// What to do for one that fits.
    #[must_use]
    pub const fn renewal(&self) -> &'static str {
        renewal(self.mutant.is_some())
    }

    /// Writes its file into a directory; returns its path.
    ///
    /// # Errors
    ///
    /// What the system says, and of which file.
    pub fn write(&self, directory: &Path) -> Result<PathBuf, String> {
        let path = directory.join(self.id() + ".seed");
        fs::create_dir_all(directory)
            .and_then(|()| fs::write(&path, self.to_string()))
            .map_err(|why| format!("{}: {why}", path.display()))?;
        Ok(path)
    }

    /// The name of its file, less the ending.
    #[must_use]
    pub fn id(&self) -> String {
        match &self.mutant {
            Some(mutant) => mutant_id(self.design, mutant, self.checker),
            None => {
                let what = format!("{}-{}", self.scenario, self.size);
                mutant_id(self.design, &what, self.checker)
            }
        }
    }
}

/// The id of the seed of a design's mutant under a checker.
#[must_use]
pub fn mutant_id(design: Design, mutant: &str, checker: Checker) -> String {
    let of = match design {
        design if design == Design::default() => String::new(),
        design => format!("{design}."),
    };
    file_name(&format!("{of}{mutant}.{checker}"))
}

/// What is said of a seed whose execution fails in another way than the seed says.
#[must_use]
pub fn another_failure(was: &str, now: &str) -> String {
    format!("it fails in another way now\n  it was: {was}\n  now:    {now}")
}

const fn renewal(of_a_mutant: bool) -> &'static str {
    if of_a_mutant { RENEW } else { VERIFY }
}

/// An id as a file can be named everywhere.
#[must_use]
pub fn file_name(id: &str) -> String {
    id.replace([':', ','], "-")
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST_LINE}")?;
        let mutant = self.mutant.as_deref().unwrap_or("none");
        let checker = format!("{} {}", self.checker, self.version);
        for (key, value) in [
            ("mutant", mutant.to_owned()),
            ("scenario", self.scenario.to_owned()),
            ("size", self.size.to_string()),
            ("design", self.design.to_string()),
            ("checker", checker),
            ("schedule", self.schedule.to_string()),
            ("failure", self.failure.clone()),
            ("found", self.found.to_string()),
            ("minimal", self.minimal.to_string()),
        ] {
            let mut length = key.len() + 1;
            write!(f, "{key}:")?;
            for word in value.split(' ') {
                if length + word.chars().count() > 98 {
                    write!(f, "\n ")?;
                    length = 1;
                }
                write!(f, " {word}")?;
                length += 1 + word.chars().count();
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(Error::custom)
    }
}

impl FromStr for Seed {
    type Err = String;

    /// The error says what is wrong, and what to do.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let renewal = renewal(text.lines().all(|line| line.trim() != "mutant: none"));
        let damaged = |what: &str| format!("it is damaged: {what}; {renewal}");
        match lines.next() {
            Some(FIRST_LINE) => {}
            Some(line) if line.starts_with("flipside seed ") => {
                return Err(format!(
                    "it begins with `{line}`, and this version reads `{FIRST_LINE}`: {renewal}"
                ));
            }
            _ => return Err(format!("it is no seed: one begins with `{FIRST_LINE}`")),
        }
        let mut fields: Vec<(&str, String)> = Vec::new();
        for line in lines.filter(|line| !line.trim().is_empty()) {
            match (line.strip_prefix(' '), fields.last_mut()) {
                (Some(more), Some((_, value))) => {
                    value.push(' ');
                    value.push_str(more.trim());
                }
                _ => {
                    let (key, value) = line
                        .split_once(':')
                        .ok_or_else(|| damaged(&format!("`{line}` is no `key: value`")))?;
                    fields.push((key, value.trim().to_owned()));
                }
            }
        }
        let field = |key: &str| {
            let mut found = fields.iter().filter(|(name, _)| *name == key);
            match (found.next(), found.next()) {
                (Some((_, value)), None) => Ok(value.as_str()),
                (None, _) => Err(damaged(&format!("it has no line `{key}:`"))),
                (Some(_), Some(_)) => Err(damaged(&format!("it has two lines `{key}:`"))),
            }
        };
        let (checker, version) = field("checker")?.split_once(' ').ok_or_else(|| {
            damaged("its `checker:` line has no version, as in `checker: loom 0.7.3`")
        })?;
        let known = Checker::ALL.into_iter().find(|c| c.name() == checker);
        let checker = known.ok_or_else(|| {
            let names = Checker::ALL.map(Checker::name).join(", ");
            format!("there is no checker `{checker}`; there are: {names}")
        })?;
        let wrong = |key: &'static str| {
            let damaged = &damaged;
            move |why: String| damaged(&format!("`{key}:` {why}"))
        };
        Ok(Self {
            mutant: Some(field("mutant")?)
                .filter(|name| *name != "none")
                .map(str::to_owned),
            scenario: by_name(field("scenario")?)?.name,
            size: field("size")?.parse().map_err(wrong("size"))?,
            design: field("design")?.parse()?,
            checker,
            version: version.to_owned(),
            schedule: Schedule::parse(checker, field("schedule")?).map_err(wrong("schedule"))?,
            failure: field("failure")?.to_owned(),
            found: field("found")?.parse().map_err(wrong("found"))?,
            minimal: field("minimal")?.parse().map_err(wrong("minimal"))?,
        })
    }
}

#[cfg(test)]
#[path = "seed_tests.rs"]
mod tests;
