//! How the command and a checker's binary talk: a request in the arguments, answers as lines of JSON
//! on stdout.

use crate::seed::Seed;
use crate::verdict::{Findings, Verdict};
use flipside::Design;
use flipside_scenarios::as_text;
use flipside_scenarios::case::{Case, Profile};
use flipside_scenarios::checker::Checker;
use flipside_scenarios::scenario::Size;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

/// What a checker's binary is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "request", content = "of")]
pub enum Request {
    /// Runs one case: how far it is, now and then, and its findings.
    Case(CaseName),
    /// Runs a seed's execution again.
    Rerun(Box<Seed>),
    /// Makes what a seed is of as small as it will be.
    Shrink(Box<Seed>),
    /// Looks for a counterexample of each mutant of each design whose name begins so.
    Hunt(String),
    /// Runs the attack of each mutant of a design, and the engine itself in the same case.
    Attacks {
        /// The design.
        #[serde(with = "as_text")]
        design: Design,
    },
    /// Says which outcomes every program has.
    Outcomes,
    /// Counts what each design costs.
    Costs,
    /// Says what the engine's ordering sites are.
    Sites,
    /// Says what holds in every execution graph of a case.
    Derive(Derive),
}

/// A case, by what tells it from the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseName {
    /// What runs it.
    pub checker: Checker,
    /// How requests change hands.
    #[serde(with = "as_text")]
    pub design: Design,
    /// The scenario.
    pub scenario: String,
    /// Its size.
    #[serde(with = "as_text")]
    pub size: Size,
    /// The profile that it is in.
    #[serde(with = "as_text")]
    pub profile: Profile,
}

impl CaseName {
    /// The name of a case of that profile.
    #[must_use]
    pub fn of(case: &Case, profile: Profile) -> Self {
        Self {
            checker: case.checker,
            design: case.design,
            scenario: case.scenario.name.to_owned(),
            size: case.size,
            profile,
        }
    }
}

/// What is derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derive {
    /// The scenario.
    pub scenario: String,
    /// Its size.
    #[serde(with = "as_text")]
    pub size: Size,
    /// How requests change hands.
    #[serde(with = "as_text")]
    pub design: Design,
    /// Only one execution, to be drawn for this obligation.
    pub draw: Option<String>,
}

impl Request {
    /// The arguments that say so: its name, and what it is of, as JSON.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        // Every field is a text or a number, so that this cannot fail.
        let value = serde_json::to_value(self).unwrap_or_default();
        let name = value["request"].as_str().unwrap_or_default().to_owned();
        let of = value.get("of").map(Value::to_string);
        [name].into_iter().chain(of).collect()
    }

    /// Reads them.
    ///
    /// # Errors
    ///
    /// If they are none of these.
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let value = match arguments {
            [name] => json!({ "request": name }),
            [name, of] => {
                let of: Value = serde_json::from_str(of).map_err(|why| why.to_string())?;
                json!({ "request": name, "of": of })
            }
            _ => return Err("it takes the name of a request and its JSON".to_owned()),
        };
        serde_json::from_value(value).map_err(|why| why.to_string())
    }
}

/// What a binary says of the case that it runs.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "event")]
pub enum Message {
    /// So many executions are done.
    Progress {
        /// How many.
        executions: u64,
    },
    /// An execution failed. The findings follow, with its seed, once it has been run again.
    Failed {
        /// How many executions there were.
        executions: u64,
        /// How it failed.
        why: String,
    },
    /// The search is over. See [`Findings`].
    Findings {
        /// How many executions there were.
        executions: u64,
        /// How long it took.
        seconds: f64,
        /// How it ended.
        #[serde(flatten)]
        verdict: Verdict,
        /// Whether a cap ended it.
        #[serde(default)]
        cut_off: bool,
        /// The execution that failed.
        #[serde(default)]
        seed: Option<Box<Seed>>,
    },
}

impl From<Findings> for Message {
    fn from(findings: Findings) -> Self {
        Self::Findings {
            executions: findings.executions,
            seconds: findings.time.as_secs_f64(),
            verdict: findings.verdict,
            cut_off: findings.cut_off,
            seed: findings.seed.map(Box::new),
        }
    }
}

impl Message {
    /// The findings, if these are some, and their time is one.
    #[must_use]
    pub fn findings(self) -> Option<Findings> {
        match self {
            Self::Progress { .. } | Self::Failed { .. } => None,
            Self::Findings {
                executions,
                seconds,
                verdict,
                cut_off,
                seed,
            } => Some(Findings {
                verdict,
                executions,
                time: Duration::try_from_secs_f64(seconds).ok()?,
                cut_off,
                seed: seed.map(|seed| *seed),
            }),
        }
    }
}

/// Prints to stdout. A reader who went away has seen enough.
///
/// # Errors
///
/// What the system says.
pub fn print(text: &str) -> Result<(), String> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(why) if why.kind() != io::ErrorKind::BrokenPipe => {
            Err(format!("it could not be printed: {why}"))
        }
        _ => Ok(()),
    }
}

/// Answers with a line of JSON.
///
/// # Errors
///
/// What the system says.
pub fn answer(what: &impl Serialize) -> Result<(), String> {
    let line = serde_json::to_string(what).map_err(|why| why.to_string())?;
    print(&format!("{line}\n"))
}

/// Says on stderr why something did not work, and with which status the process ends.
pub fn complain(code: u8, why: impl Display) -> ExitCode {
    // Where nobody can be told, the exit status says it.
    let _ = writeln!(io::stderr(), "error: {why}");
    ExitCode::from(code)
}

/// Ends this process when its standard input does, which is when the process that started it ends,
/// in whatever way.
pub fn end_with_parent() {
    thread::spawn(|| {
        // Nothing is ever sent.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        std::process::exit(1);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_arrives_as_it_was_made() -> Result<(), String> {
        let case = CaseName {
            checker: Checker::Weft,
            design: Design::default(),
            scenario: "handover".to_owned(),
            size: "2x2,6".parse()?,
            profile: Profile::Quick,
        };
        let derive = Derive {
            scenario: "handover".to_owned(),
            size: case.size,
            design: case.design,
            draw: Some("O2".to_owned()),
        };
        for request in [
            Request::Case(case),
            Request::Derive(derive),
            Request::Hunt("commit.mb".to_owned()),
            Request::Attacks {
                design: Design::OneBit,
            },
            Request::Outcomes,
        ] {
            assert_eq!(Request::parse(&request.arguments()), Ok(request));
        }
        Ok(())
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for wrong in [
            &[][..],
            &["attack"],
            &["hunt"],
            &["derive", "{}"],
            &["hunt", "1", "2"],
        ] {
            let arguments: Vec<_> = wrong.iter().map(|&word| word.to_owned()).collect();
            assert!(Request::parse(&arguments).is_err(), "{wrong:?}");
        }
    }
}
