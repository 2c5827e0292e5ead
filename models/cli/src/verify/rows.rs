//! What came out, a row a case: the table and the JSON are made of these.

use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::case::Case;
use serde::{Serialize, Serializer};
use std::time::Duration;

/// A line of the table. The order of the fields is that of the columns and of the JSON's keys.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) scenario: &'static str,
    pub(super) obligations: &'static [&'static str],
    pub(super) design: &'static str,
    pub(super) checker: &'static str,
    pub(super) size: String,
    pub(super) verdict: Word,
    pub(super) why: Option<String>,
    pub(super) executions: Option<u64>,
    #[serde(serialize_with = "as_seconds")]
    pub(super) time: Option<Duration>,
}

/// The verdict in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Word {
    Complete,
    Bounded,
    Changed,
    Failed,
    #[serde(rename = "NOT RUN")]
    NotRun,
}

impl Word {
    /// Every word, the best first.
    pub(super) const ALL: [Self; 5] = [
        Self::Complete,
        Self::Bounded,
        Self::Changed,
        Self::Failed,
        Self::NotRun,
    ];

    /// The word, and the reason if there is one.
    pub(super) fn of(verdict: Verdict) -> (Self, Option<String>) {
        match verdict {
            Verdict::Complete => (Self::Complete, None),
            Verdict::Bounded(why) => (Self::Bounded, Some(why)),
            Verdict::Changed(why) => (Self::Changed, Some(why)),
            Verdict::Failed(why) => (Self::Failed, Some(why)),
        }
    }

    /// Whether a row says under the table what is the matter.
    pub(super) const fn is_told(self) -> bool {
        matches!(self, Self::Changed | Self::Failed)
    }

    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Complete => "COMPLETE",
            Self::Bounded => "BOUNDED",
            Self::Changed => "CHANGED",
            Self::Failed => "FAILED",
            Self::NotRun => "not run",
        }
    }
}

fn as_seconds<S: Serializer>(time: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    // Milliseconds are all that means anything.
    time.map(|time| (time.as_secs_f64() * 1e3).round() / 1e3)
        .serialize(to)
}

impl Row {
    pub(super) fn new((case, findings): (&Case, Option<&Findings>)) -> Self {
        let (executions, time) = findings.map(|f| (f.executions, f.time)).unzip();
        let verdict = findings.map(|f| Word::of(f.verdict.clone()));
        let (verdict, why) = verdict.unwrap_or((Word::NotRun, None));
        Self {
            scenario: case.scenario.name,
            obligations: case.scenario.obligations,
            design: case.design.name(),
            checker: case.checker.name(),
            size: case.size.to_string(),
            verdict,
            why,
            executions,
            time,
        }
    }
}

/// How many cases ended how, and how long it took: all of it, and building alone, while cases ran.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summary {
    counts: [usize; 5],
    pub(super) built: Duration,
    pub(super) ran: Duration,
}

impl Summary {
    pub(super) fn new(rows: &[Row], built: Duration, ran: Duration) -> Self {
        let mut counts = [0; 5];
        for row in rows {
            counts[row.verdict as usize] += 1;
        }
        Self { counts, built, ran }
    }

    pub(super) fn count(&self, word: Word) -> usize {
        self.counts[word as usize]
    }

    /// Every case ran, none failed, and none has changed.
    pub(super) fn is_clean(&self) -> bool {
        [Word::Changed, Word::Failed, Word::NotRun]
            .into_iter()
            .all(|word| self.count(word) == 0)
    }
}
