//! Which of a checker's executions a seed means.

use flipside_scenarios::checker::Checker;
use std::fmt;

/// One execution, in the terms of its checker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// weft: the decisions that lead to one graph, in weft's own words.
    Decisions(String),
    /// shuttle: which task runs for how many steps.
    Tasks(Vec<(usize, usize)>),
    /// loom: the n-th execution, from 1, of the search with at most so many preemptions, or of the
    /// one without a bound. That search is the same every time.
    Execution {
        /// The bound, if there is one.
        preemptions: Option<usize>,
        /// Which one.
        number: u64,
    },
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decisions(text) => f.write_str(text),
            Self::Tasks(runs) => {
                for (index, (task, steps)) in runs.iter().enumerate() {
                    let gap = if index == 0 { "" } else { " " };
                    write!(f, "{gap}{task}*{steps}")?;
                }
                Ok(())
            }
            Self::Execution {
                preemptions,
                number,
            } => match preemptions {
                Some(most) => write!(f, "execution {number} of at most {most} preemptions"),
                None => write!(f, "execution {number} of any preemptions"),
            },
        }
    }
}

impl Schedule {
    /// Reads the schedule of a seed for that checker.
    ///
    /// # Errors
    ///
    /// What is wrong with it, for the user.
    pub fn parse(checker: Checker, text: &str) -> Result<Self, String> {
        let parsed = match checker {
            Checker::Weft => text
                .starts_with("weft")
                .then(|| Self::Decisions(text.to_owned())),
            Checker::Shuttle => text
                .split_whitespace()
                .map(run)
                .collect::<Option<_>>()
                .map(Self::Tasks),
            Checker::Loom => execution(text),
            Checker::Native => None,
        };
        parsed.ok_or_else(|| {
            let like = match checker {
                Checker::Weft => "weft1: 0*4 1*3",
                Checker::Shuttle => "0*12 1*3",
                Checker::Loom => "execution 7 of at most 1 preemptions",
                Checker::Native => "nothing: real threads have no schedule",
            };
            format!("is not written as `{like}`")
        })
    }
}

fn run(text: &str) -> Option<(usize, usize)> {
    let (task, steps) = text.split_once('*')?;
    Some((task.parse().ok()?, steps.parse().ok().filter(|&n| n > 0)?))
}

fn execution(text: &str) -> Option<Schedule> {
    let (number, rest) = text
        .strip_prefix("execution ")?
        .strip_suffix(" preemptions")?
        .split_once(" of ")?;
    let preemptions = match rest {
        "any" => None,
        most => Some(most.strip_prefix("at most ")?.parse().ok()?),
    };
    Some(Schedule::Execution {
        preemptions,
        number: number.parse().ok().filter(|&n| n > 0)?,
    })
}
