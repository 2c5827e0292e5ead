//! How long an execution is, and which of two is the better counterexample.

use flipside_scenarios::scenario::Size;
use std::fmt;
use std::str::FromStr;

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

/// How much a reader has to follow: the less, the better. The fields are in the order in which they
/// count, which is the order of everything that is made smaller here. A switch is harder to follow
/// than a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length {
    /// How often another thread goes on.
    pub switches: usize,
    /// Steps of all threads.
    pub steps: usize,
}

/// How large a size is: first by all that is in it, so that a smaller one is tried before.
#[must_use]
pub const fn rank(size: Size) -> [usize; 4] {
    let Size {
        workers,
        ring,
        requests,
    } = size;
    [workers + ring + requests, workers, requests, ring]
}

impl Extent {
    /// What of two executions the better one has less of: the size counts first.
    #[must_use]
    pub const fn cost(&self) -> ([usize; 4], Length) {
        let length = Length {
            switches: self.switches,
            steps: self.steps,
        };
        (rank(self.size), length)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(text: &str) -> Extent {
        text.parse().unwrap_or_else(|why| panic!("{why}"))
    }

    #[test]
    fn the_size_counts_first_then_switches_then_steps() {
        let best_first = [
            "1x1,1 in 90 steps, 9 switches",
            "1x2,1 in 40 steps, 2 switches",
            "1x1,2 in 30 steps, 4 switches",
            "1x1,2 in 31 steps, 4 switches",
            "1x1,2 in 20 steps, 5 switches",
            "2x2,6 in 9 steps, 1 switches",
        ];
        let extents = best_first.map(extent);
        let mut sorted = extents;
        sorted.reverse();
        sorted.sort_by_key(Extent::cost);
        assert_eq!(sorted, extents);
    }
}
