//! What happened in one execution: the one log that every picture of it is made of.

mod missing;
mod order;

pub use missing::{Missing, Via, missing};
pub use order::happens_before;

use serde::{Deserialize, Serialize};

/// One execution that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Execution {
    /// The threads' names: the submitter, then the workers.
    pub threads: Vec<String>,
    /// The steps, in the order in which the checker did them.
    pub events: Vec<Event>,
    /// The checker's words for what went wrong, less what changes from run to run.
    pub failure: String,
    /// The steps that the failure is about.
    pub culprits: Vec<usize>,
    /// What orders two racing steps in the engine and is not there in the mutant.
    pub missing: Option<Missing>,
    /// What went wrong, in the protocol's terms.
    pub story: String,
}

/// One step of one thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The thread, by its place in [`Execution::threads`].
    pub thread: usize,
    /// What is done.
    pub what: What,
    /// The source file.
    pub file: String,
    /// The line in it.
    pub line: u32,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A load, and the step that wrote what it reads; none if that is the initial value.
    Read {
        /// What is read.
        word: Word,
        /// The step that wrote it.
        from: Option<usize>,
    },
    /// A store.
    Write(Word),
    /// A read-modify-write.
    Update {
        /// The value that it reads.
        old: String,
        /// What it writes.
        word: Word,
        /// The step that wrote what it reads; none if that is the initial value.
        from: Option<usize>,
    },
    /// A barrier.
    Fence {
        /// The site's name.
        site: String,
        /// The barrier's ordering; none, if the mutant leaves it out.
        order: Option<Order>,
        /// Whether the mutant has another barrier here than the engine, or none.
        mutated: bool,
    },
    /// An access to a request, and what it is for.
    Cell(String, Purpose),
    /// The thread goes to sleep, unless it was woken before.
    Park,
    /// That thread is woken.
    Unpark(usize),
    /// That thread is started.
    Spawn(usize),
    /// That thread's end is waited for.
    Join(usize),
    /// A remark of the scenario's.
    Note(String),
}

impl Event {
    /// The request that is accessed, and what for.
    #[must_use]
    pub fn accesses(&self) -> Option<(&str, Purpose)> {
        match &self.what {
            What::Cell(name, purpose) => Some((name, *purpose)),
            _ => None,
        }
    }

    /// The site of the barrier or the access, if it has one.
    #[must_use]
    pub fn site(&self) -> Option<&str> {
        match &self.what {
            What::Fence { site, .. } => Some(site),
            What::Read { word, .. } | What::Write(word) | What::Update { word, .. } => {
                word.site.as_deref()
            }
            _ => None,
        }
    }

    /// The word that is read, and the step that wrote what is read of it.
    #[must_use]
    pub fn reads(&self) -> Option<(&Word, Option<usize>)> {
        match &self.what {
            What::Read { word, from } | What::Update { word, from, .. } => Some((word, *from)),
            _ => None,
        }
    }

    /// The word that is written.
    #[must_use]
    pub fn writes(&self) -> Option<&Word> {
        match &self.what {
            What::Write(word) | What::Update { word, .. } => Some(word),
            _ => None,
        }
    }

    /// Whether the mutant has a weaker ordering here than the engine, or none.
    #[must_use]
    pub fn is_mutated(&self) -> bool {
        match &self.what {
            What::Fence { mutated, .. } => *mutated,
            What::Read { word, .. } | What::Write(word) | What::Update { word, .. } => word.mutated,
            _ => false,
        }
    }
}

/// A shared word at an access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Its name, as in `fill[0]`.
    pub name: String,
    /// Its value, bitmaps in binary.
    pub value: String,
    /// The access's ordering.
    pub order: Order,
    /// The site that asks for it, where one does.
    pub site: Option<String>,
    /// Whether the mutant has another ordering here than the engine.
    pub mutated: bool,
}

/// What an access to a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// The worker runs the handler: reads what was filled, writes the result.
    Handle,
    /// The submitter reads the result.
    Deliver,
    /// The submitter looks at a request that it prepared.
    Look,
    /// The submitter fills a request that it prepared.
    Fill,
}

impl Purpose {
    /// As a sentence goes on after the thread's name.
    #[must_use]
    pub const fn verb(self) -> &'static str {
        match self {
            Self::Handle => "handles",
            Self::Deliver => "delivers",
            Self::Look => "looks at",
            Self::Fill => "fills",
        }
    }
}

/// An ordering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `Ordering::Relaxed`
    Relaxed,
    /// `Ordering::Acquire`
    Acquire,
    /// `Ordering::Release`
    Release,
    /// `Ordering::AcqRel`
    AcqRel,
    /// `Ordering::SeqCst`
    SeqCst,
}

impl Order {
    /// As Rust writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relaxed => "Relaxed",
            Self::Acquire => "Acquire",
            Self::Release => "Release",
            Self::AcqRel => "AcqRel",
            Self::SeqCst => "SeqCst",
        }
    }

    pub(crate) const fn acquires(self) -> bool {
        matches!(self, Self::Acquire | Self::AcqRel | Self::SeqCst)
    }

    pub(crate) const fn releases(self) -> bool {
        matches!(self, Self::Release | Self::AcqRel | Self::SeqCst)
    }
}

impl Execution {
    /// How many steps there are, remarks aside.
    #[must_use]
    pub fn steps(&self) -> usize {
        self.real().count()
    }

    /// How often the execution goes on in another thread than the one before.
    #[must_use]
    pub fn switches(&self) -> usize {
        let threads: Vec<_> = self.real().map(|event| event.thread).collect();
        threads.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }

    fn real(&self) -> impl Iterator<Item = &Event> {
        let is_real = |event: &&Event| !matches!(event.what, What::Note(_));
        self.events.iter().filter(is_real)
    }
}

/// The first line of a failure, without source lines and thread states: these change without the
/// failure being another.
#[must_use]
pub fn normalised(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = match line.split_once(".rs:") {
        Some((before, after)) if before.contains("panicked at") => after_position(after),
        _ => line,
    };
    let line = if line.starts_with("deadlock") {
        "deadlock"
    } else {
        line
    };
    line.trim().trim_end_matches('.').to_owned()
}

/// What stands behind a line and, where the checker gives one, a column.
fn after_position(text: &str) -> &str {
    let mut rest = text;
    while let Some((number, behind)) = rest.split_once(':')
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        rest = behind;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_known_by_its_words_alone() {
        let message = "flipside-0 panicked at models/scenarios/src/scenario/ledger.rs:57:9: request 1 is lost\n  left: 1";
        assert_eq!(normalised(message), "request 1 is lost");
        let message =
            "main panicked at models/scenarios/src/scenario/ledger.rs:57:9: 2 requests: lost.";
        assert_eq!(normalised(message), "2 requests: lost");
        let message = "main panicked at models/scenarios/src/scenario/ledger.rs:57: `left == right` failed: 3: 4";
        assert_eq!(normalised(message), "`left == right` failed: 3: 4");
        assert_eq!(normalised("deadlock; threads = [(Id(0), 1)]"), "deadlock");
        assert_eq!(normalised("deadlock! blocked tasks: [main]"), "deadlock");
        assert_eq!(normalised(""), "");
    }
}
