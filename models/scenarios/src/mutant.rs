//! Mutants of the engine: the same code with one barrier less, or one step in the wrong place.
//!
//! They exist under a checker's cfg only, and are chosen at run time.

#[cfg(any(loom, shuttle, weft))]
pub use checked::{Mutant, all, own};

#[cfg(not(any(loom, shuttle, weft)))]
pub use native::Mutant;

#[cfg(any(loom, shuttle, weft))]
mod checked {
    use flipside::{Design, Fault, Kind, Mutation, Site, mutate};
    use std::fmt;
    use std::str::FromStr;

    /// A mutant of the engine, by what is wrong with it.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Mutant(pub Mutation);

    impl Mutant {
        /// Makes the engine this mutant, or itself again, on this thread.
        pub fn activate(mutant: Option<Self>) {
            mutate(mutant.map(|Self(mutation)| mutation));
        }

        /// Whether it keeps the protocol and lacks only an order, so that a checker of sequential
        /// consistency cannot tell it from the engine.
        #[must_use]
        pub fn is_weakened(self) -> bool {
            matches!(self.0, Mutation::Weakened(..))
        }
    }

    /// Every mutant of a design: each barrier that it has dropped, each full one weakened to either
    /// half and to both halves, each fault that can be in it.
    pub fn all(design: Design) -> impl Iterator<Item = Mutant> {
        every().filter(move |Mutant(mutation)| mutation.is_in(design))
    }

    /// Those of them that are in the design's own code. The others are in what all designs share,
    /// and the default design has them all.
    pub fn own(design: Design) -> impl Iterator<Item = Mutant> {
        let is_own = move |mutant: &Mutant| design == Design::default() || mutant.0.is_of_design();
        all(design).filter(is_own)
    }

    fn every() -> impl Iterator<Item = Mutant> {
        let weakened = Site::ALL.iter().flat_map(|&site| {
            let steps: &[_] = match site.kind() {
                Kind::Mb => &[None, Some(Kind::Wmb), Some(Kind::Rmb), Some(Kind::AcqRel)],
                Kind::AcqRel | Kind::Wmb | Kind::Rmb => &[None],
            };
            steps.iter().map(move |&to| Mutation::Weakened(site, to))
        });
        let faulty = Fault::ALL.iter().map(|&fault| Mutation::Faulty(fault));
        weakened.chain(faulty).map(Mutant)
    }

    impl fmt::Display for Mutant {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self.0 {
                Mutation::Weakened(site, to) => {
                    let to = match to {
                        None => "dropped",
                        Some(Kind::Wmb) => "to-wmb",
                        Some(Kind::Rmb) => "to-rmb",
                        Some(Kind::AcqRel) => "to-acqrel",
                        Some(Kind::Mb) => "to-mb",
                    };
                    f.pad(&format!("{}:{to}", site.name()))
                }
                Mutation::Faulty(fault) => f.pad(fault.name()),
            }
        }
    }

    impl FromStr for Mutant {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            every().find(|m| m.to_string() == text).ok_or_else(|| {
                let known: Vec<_> = every().map(|m| m.to_string()).collect();
                format!(
                    "there is no mutant `{text}`; there are: {}",
                    known.join(", ")
                )
            })
        }
    }
}

#[cfg(not(any(loom, shuttle, weft)))]
mod native {
    /// A normal build of the engine has no mutants.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Mutant {}

    impl Mutant {
        /// There is none to make it.
        pub fn activate(_none: Option<Self>) {}
    }
}
