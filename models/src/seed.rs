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

mod schedule;

pub use schedule::Schedule;

use crate::checker::Checker;
use crate::scenario::{Size, by_name};
use flipside::Design;
use std::fmt;
use std::str::FromStr;

const FIRST_LINE: &str = "flipside seed 1";

/// How to get seeds that fit.
pub const RENEW: &str = "renew it: cargo seeds --renew";

/// A counterexample, ready to be run again.
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

/// How long an execution is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// The scenario's size.
    pub size: Size,
    /// Steps of all threads.
    pub steps: usize,
    /// How often another thread goes on.
    pub switches: usize,
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            size,
            steps,
            switches,
        } = self;
        write!(f, "{size} in {steps} steps, {switches} switches")
    }
}

impl FromStr for Extent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (size, rest) = text.split_once(" in ")?;
            let (steps, rest) = rest.split_once(" steps, ")?;
            Some(Self {
                size: size.parse().ok()?,
                steps: steps.parse().ok()?,
                switches: rest.strip_suffix(" switches")?.parse().ok()?,
            })
        };
        parse().ok_or_else(|| format!("`{text}` is not written as `1x1,1 in 21 steps, 3 switches`"))
    }
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
                "it was found with {checker} {version}, and this is {here}, whose executions are other ones: {RENEW}"
            )),
        }
    }

    /// The name of its file, less the ending.
    #[must_use]
    pub fn id(&self) -> String {
        let what = match &self.mutant {
            Some(mutant) => mutant.clone(),
            None => format!("{}-{}", self.scenario, self.size),
        };
        let of = match self.design {
            design if design == Design::default() => String::new(),
            design => format!("{design}."),
        };
        file_name(&format!("{of}{what}.{}", self.checker))
    }
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

impl FromStr for Seed {
    type Err = String;

    /// The error says what is wrong, and what to do.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        match lines.next() {
            Some(FIRST_LINE) => {}
            Some(line) if line.starts_with("flipside seed ") => {
                return Err(format!(
                    "it begins with `{line}`, and this version reads `{FIRST_LINE}`: {RENEW}"
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
        let wrong = |key: &'static str| move |why: String| damaged(&format!("`{key}:` {why}"));
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

fn damaged(what: &str) -> String {
    format!("it is damaged: {what}; {RENEW}")
}

#[cfg(test)]
#[path = "seed_tests.rs"]
mod tests;
