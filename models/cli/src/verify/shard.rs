//! Splitting the work over machines: by scenario and size, whatever the checker.

use super::task::estimate;
use flipside_scenarios::case::Case;
use std::str::FromStr;

/// The part `index` (from 1) of `of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard {
    index: usize,
    of: usize,
}

impl Shard {
    pub(super) fn is_first(self) -> bool {
        self.index == 1
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (index, of) = text.split_once('/')?;
            let (index, of) = (index.parse().ok()?, of.parse().ok()?);
            (1 <= index && index <= of).then_some(Self { index, of })
        };
        parse()
            .ok_or_else(|| format!("`{text}` is no part: write K/N with K from 1 to N, as in 2/3"))
    }
}

impl Shard {
    /// The cases of this part, in the order they came in. Never none.
    pub(super) fn part(self, cases: Vec<Case>) -> Result<Vec<Case>, String> {
        let units = units(&cases);
        if self.of > units.len() {
            return Err(format!(
                "the work comes in {} pieces, each a scenario and a size, and cannot be split into \
                 {} parts",
                units.len(),
                self.of
            ));
        }
        let mine: Vec<_> = self.units_of(units);
        let mine = |case: &Case| mine.contains(&key(case));
        Ok(cases.into_iter().filter(mine).collect())
    }

    /// Longest first, each to the part that has least to do so far: even, and the same on every
    /// machine. No part stays empty while there are as many units as parts.
    fn units_of(self, mut units: Vec<Unit>) -> Vec<Key> {
        // The sort is stable: units that are as long as each other stay in the table's order.
        units.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        let mut parts = vec![0.0; self.of];
        let mut mine = Vec::new();
        for unit in units {
            let least = (0..self.of)
                .min_by(|&a, &b| f64::total_cmp(&parts[a], &parts[b]))
                .unwrap_or(0);
            parts[least] += unit.seconds;
            if least + 1 == self.index {
                mine.push(unit.key);
            }
        }
        mine
    }
}

type Key = (&'static str, flipside_scenarios::scenario::Size);

/// What is never split: a scenario at a size, under all its checkers.
struct Unit {
    key: Key,
    seconds: f64,
}

fn key(case: &Case) -> Key {
    (case.scenario.name, case.size)
}

fn units(cases: &[Case]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    for case in cases {
        let key = key(case);
        match units.iter_mut().find(|unit| unit.key == key) {
            Some(unit) => unit.seconds += estimate(case),
            None => units.push(Unit {
                key,
                seconds: estimate(case),
            }),
        }
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;
    use flipside::Design;
    use flipside_scenarios::case::{Profile, cases};
    use flipside_scenarios::checker::Checker;

    type Name = (
        Design,
        Checker,
        &'static str,
        flipside_scenarios::scenario::Size,
    );

    fn name(case: &Case) -> Name {
        (case.design, case.checker, case.scenario.name, case.size)
    }

    fn parts(profile: Profile, of: usize) -> Result<Vec<Vec<Name>>, String> {
        (1..=of)
            .map(|index| {
                let part = Shard { index, of }.part(cases(profile))?;
                Ok(part.iter().map(name).collect())
            })
            .collect()
    }

    #[test]
    fn the_parts_are_disjoint_complete_and_never_empty() -> Result<(), String> {
        for profile in [Profile::Quick, Profile::Deep] {
            let mut all: Vec<_> = cases(profile).iter().map(name).collect();
            all.sort();
            assert!(all.windows(2).all(|two| two[0] != two[1]), "one name twice");
            for of in 1..=units(&cases(profile)).len() {
                let parts = parts(profile, of)?;
                assert!(parts.iter().all(|part| !part.is_empty()), "of {of}");
                let mut joined = parts.concat();
                joined.sort();
                assert_eq!(joined, all, "of {of}");
            }
        }
        Ok(())
    }

    #[test]
    fn the_parts_are_the_same_every_time() -> Result<(), String> {
        assert_eq!(parts(Profile::Deep, 5)?, parts(Profile::Deep, 5)?);
        Ok(())
    }

    #[test]
    fn a_scenario_at_a_size_stays_together() -> Result<(), String> {
        let parts = parts(Profile::Quick, 3)?;
        for (index, part) in parts.iter().enumerate() {
            for other in &parts[index + 1..] {
                let shared =
                    |&(_, _, s, z): &Name| other.iter().any(|&(_, _, t, y)| (s, z) == (t, y));
                assert!(!part.iter().any(shared));
            }
        }
        Ok(())
    }

    #[test]
    fn more_parts_than_pieces_is_an_error_that_says_how_many_there_are() {
        let pieces = units(&cases(Profile::Quick)).len();
        let too_many = Shard {
            index: 1,
            of: pieces + 1,
        };
        let why = too_many
            .part(cases(Profile::Quick))
            .err()
            .unwrap_or_default();
        assert!(why.contains(&format!("{pieces} pieces")), "{why}");
    }

    #[test]
    fn the_syntax_is_k_of_n() {
        assert_eq!("2/3".parse(), Ok(Shard { index: 2, of: 3 }));
        for wrong in ["", "/", "0/1", "2/1", "1/0", "a/b", "1", "1/2/3", "-1/2"] {
            let why = wrong.parse::<Shard>().err().unwrap_or_default();
            assert!(why.contains("K/N"), "{wrong}: {why}");
        }
    }
}
