//! Which checker has to tell which mutant from the engine.

use crate::checker::Checker;
use flipside::Design;

/// The mutants that no execution tells from the engine, each with the argument why. Whoever adds one
/// says that the engine does not need what it lacks.
pub const EQUIVALENT: &[(&str, &str)] = &[];

/// The mutants that a checker of weak memory does not kill though the engine needs what they lack,
/// each with what that checker misses.
pub const MISSED: &[(Checker, &str, &str)] = &[];

/// What is excused, and by which argument. A mutant is named as [`full_name`] does.
#[derive(Clone, Copy, Debug)]
pub struct Excuses {
    /// See [`EQUIVALENT`].
    pub equivalent: &'static [(&'static str, &'static str)],
    /// See [`MISSED`].
    pub missed: &'static [(Checker, &'static str, &'static str)],
}

/// Those that hold.
pub const EXCUSES: Excuses = Excuses {
    equivalent: EQUIVALENT,
    missed: MISSED,
};

/// A mutant's name among those of all designs.
#[must_use]
pub fn full_name(design: Design, mutant: &str) -> String {
    match design {
        design if design == Design::default() => mutant.to_owned(),
        design => format!("{mutant} of {design}"),
    }
}

impl Excuses {
    /// The mutants that are excused, and what is said of each.
    #[must_use]
    pub fn all(&self) -> Vec<(&'static str, String)> {
        let equivalent = self.equivalent.iter();
        let equivalent =
            equivalent.map(|&(name, why)| (name, format!("equivalent: {name}: {why}")));
        let missed = self.missed.iter();
        let missed = missed
            .map(|&(checker, name, why)| (name, format!("missed by {checker}: {name}: {why}")));
        equivalent.chain(missed).collect()
    }

    /// Why the mutant is the engine by another name, if it is said to be.
    #[must_use]
    pub fn equivalent(&self, name: &str) -> Option<&'static str> {
        let mut known = self.equivalent.iter();
        known.find(|(known, _)| *known == name).map(|(_, why)| *why)
    }

    /// Why this checker has to leave the mutant alive; none, if it has to kill it.
    #[must_use]
    pub fn survives(&self, checker: Checker, name: &str, order_only: bool) -> Option<&'static str> {
        let missed = |(of, known, _): &&(Checker, &str, &str)| *of == checker && *known == name;
        if let Some(why) = self.equivalent(name) {
            Some(why)
        } else if checker == Checker::Shuttle && order_only {
            Some("it lacks only an order, and shuttle sees none")
        } else {
            self.missed.iter().find(missed).map(|(_, _, why)| *why)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_checker_kills_what_is_not_excused() {
        let excuses = Excuses {
            equivalent: &[("a of one-bit", "the same code")],
            missed: &[(Checker::Loom, "b", "loom has no such execution")],
        };
        let name = full_name(Design::OneBit, "a");
        for checker in Checker::ALL {
            let survives = |name: &str, order_only| excuses.survives(checker, name, order_only);
            assert_eq!(survives(&name, false), Some("the same code"));
            assert_eq!(survives("a", false), None);
            assert_eq!(survives("b", false).is_some(), checker == Checker::Loom);
            assert_eq!(survives("c", true).is_some(), checker == Checker::Shuttle);
        }
    }
}
