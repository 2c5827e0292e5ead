//! What is to be run, each in a process of its own, and what comes of it.

use super::case_process;
use crate::process::ask::{Answer, ask};
use crate::process::children::Children;
use flipside::Design;
use flipside_record::attacked::Attacked;
use flipside_record::channel::{Message, Request};
use flipside_record::shown::Shows;
use flipside_record::verdict::Findings;
use flipside_scenarios::case::{Case, Profile};
use flipside_scenarios::checker::Checker;
use std::fmt;
use std::path::Path;

/// The order in which the checkers are built: the one that explores most in least time comes first.
pub(super) const BUILT: [Checker; 3] = [Checker::Weft, Checker::Shuttle, Checker::Loom];

/// Something that one checker's binary does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task {
    /// A case: a line of the table.
    Case(Case),
    /// The outcomes of all programs that the checkers are compared in.
    Outcomes(Checker),
    /// The attacks of a design's mutants.
    Attacks(Checker, Design),
}

/// What came of a task.
#[derive(Clone, Debug)]
pub(super) enum Done {
    Case(Box<Findings>),
    Outcomes(Answer<Shows>),
    Attacks(Answer<Attacked>),
}

impl Done {
    pub(super) const fn outcomes(&self) -> Option<&Answer<Shows>> {
        match self {
            Self::Outcomes(answer) => Some(answer),
            _ => None,
        }
    }

    pub(super) const fn attacks(&self) -> Option<&Answer<Attacked>> {
        match self {
            Self::Attacks(answer) => Some(answer),
            _ => None,
        }
    }
}

impl Task {
    /// What the checkers are asked besides the cases: see [`super::differential`], [`super::matrix`].
    pub(super) fn questions() -> impl Iterator<Item = Self> {
        Checker::ALL
            .into_iter()
            .map(Self::Outcomes)
            .chain(Self::attacks())
    }

    pub(super) fn attacks() -> impl Iterator<Item = Self> {
        let of = |checker| {
            let designs = Design::ALL.iter();
            designs.map(move |&design| Self::Attacks(checker, design))
        };
        Checker::ALL.into_iter().flat_map(of)
    }

    pub(super) const fn checker(&self) -> Checker {
        match *self {
            Self::Case(Case { checker, .. })
            | Self::Outcomes(checker)
            | Self::Attacks(checker, _) => checker,
        }
    }

    /// Roughly how long it takes on one core. A case without a pinned count is one of the deep profile
    /// that nobody has seen the end of.
    pub(super) fn seconds(&self) -> f64 {
        match self {
            Self::Case(case) => estimate(case),
            Self::Outcomes(Checker::Weft) => 2.0,
            Self::Outcomes(_) => 10.0,
            Self::Attacks(_, design) if *design == Design::default() => 10.0,
            Self::Attacks(..) => 3.0,
        }
    }

    /// Runs it. None, if an interruption came before its end.
    pub(super) fn run(
        &self,
        profile: Profile,
        binary: &Path,
        children: &Children,
        hear: impl FnMut(&Message),
    ) -> Option<Done> {
        let done = match self {
            Self::Case(case) => {
                let findings = case_process::run(case, profile, binary, children, hear)?;
                return Some(Done::Case(Box::new(findings)));
            }
            Self::Outcomes(_) => {
                let request = Request::Outcomes;
                Done::Outcomes(ask(binary, children, &request.arguments()))
            }
            &Self::Attacks(_, design) => {
                let request = Request::Attacks { design };
                Done::Attacks(ask(binary, children, &request.arguments()))
            }
        };
        (!children.interrupted()).then_some(done)
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case(case) => write!(f, "{}", case.program()),
            Self::Outcomes(_) => write!(f, "outcomes of all programs"),
            Self::Attacks(_, design) => write!(f, "mutants of {design}"),
        }
    }
}

/// Roughly how long a case takes.
pub(super) fn estimate(case: &Case) -> f64 {
    let a_second: f64 = match case.checker {
        Checker::Loom => 25_000.0,
        Checker::Shuttle => 20_000.0,
        Checker::Weft | Checker::Native => 10_000.0,
    };
    // A count is far below the 53 bits that a float holds.
    case.pinned.map_or(600.0, |count| count as f64 / a_second)
}
