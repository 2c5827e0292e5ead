//! Weakened twins of the engine: the same code with one barrier less.
//!
//! They exist under a checker's cfg only, and are chosen at run time.

#[cfg(any(loom, shuttle, weft))]
pub use checked::{Mutant, all};

#[cfg(not(any(loom, shuttle, weft)))]
pub use native::Mutant;

#[cfg(any(loom, shuttle, weft))]
mod checked {
    use flipside::{Kind, Site, weaken};
    use std::fmt;
    use std::str::FromStr;

    /// A barrier that is dropped, or weakened to another.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Mutant {
        site: Site,
        to: Option<Kind>,
    }

    impl Mutant {
        /// The site that is weakened.
        #[must_use]
        pub fn site(self) -> Site {
            self.site
        }

        /// Makes the engine this mutant, or itself again, on this thread.
        pub(crate) fn activate(mutant: Option<Self>) {
            weaken(mutant.map(|Self { site, to }| (site, to)));
        }
    }

    /// Every mutant: each barrier dropped, and each full one weakened to either half.
    pub fn all() -> impl Iterator<Item = Mutant> {
        Site::ALL.iter().flat_map(|&site| {
            let steps: &[_] = match site.kind() {
                Kind::Mb => &[None, Some(Kind::Wmb), Some(Kind::Rmb)],
                Kind::Wmb | Kind::Rmb => &[None],
            };
            steps.iter().map(move |&to| Mutant { site, to })
        })
    }

    impl fmt::Display for Mutant {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            let to = match self.to {
                None => "dropped",
                Some(Kind::Wmb) => "to-wmb",
                Some(Kind::Rmb) => "to-rmb",
                Some(Kind::Mb) => "to-mb",
            };
            f.pad(&format!("{}:{to}", self.site.name()))
        }
    }

    impl FromStr for Mutant {
        type Err = String;

        fn from_str(text: &str) -> Result<Self, String> {
            all().find(|m| m.to_string() == text).ok_or_else(|| {
                let known: Vec<_> = all().map(|m| m.to_string()).collect();
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
        pub(crate) fn activate(_none: Option<Self>) {}
    }
}
