//! Seeds of the gallery: how each of its bugs fails. Their package runs them.
//!
//! ```text
//! flipside gallery seed 1
//! bug ptr-ring
//! title The pointer arrives before the object
//! checker weft 0.1.0
//! schedule weft1: 0*4 1*3 0*3
//! fails data race: neither access happens before the other
//! ```

use super::fields::{Form, Versioned};
use flipside_scenarios::checker::Checker;
use std::fmt;
use std::str::FromStr;

/// Where they are, in the repository.
pub const SHELF: &str = "models/gallery/seeds";

/// How to get seeds that fit.
pub const RENEW: &str = "renew it: cargo run -p flipside-gallery -- --write";

const FORM: Form = Form {
    first_line: "flipside gallery seed 1",
    advice: RENEW,
};

/// The failing execution of one of the gallery's bugs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GallerySeed {
    /// The bug's name.
    pub bug: String,
    /// What happens, in a few words.
    pub title: String,
    /// weft, as it was.
    pub found_by: Versioned,
    /// weft's decisions.
    pub schedule: String,
    /// What goes wrong, in one line.
    pub fails: String,
}

impl fmt::Display for GallerySeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            bug,
            title,
            found_by,
            schedule,
            fails,
        } = self;
        writeln!(f, "{}\nbug {bug}\ntitle {title}", FORM.first_line)?;
        writeln!(f, "checker {found_by}\nschedule {schedule}\nfails {fails}")
    }
}

impl FromStr for GallerySeed {
    type Err = String;

    /// The error says what is wrong, and what to do.
    fn from_str(text: &str) -> Result<Self, String> {
        let (fields, _) = FORM.read(text, None)?;
        let found_by = fields.checker()?;
        if found_by.checker != Checker::Weft {
            return Err(fields.damaged(&format!("{found_by} finds no seeds here, weft does")));
        }
        let one = |name| fields.one(name).map(str::to_owned);
        Ok(Self {
            bug: one("bug")?,
            title: one("title")?,
            found_by,
            schedule: one("schedule")?,
            fails: one("fails")?,
        })
    }
}

impl GallerySeed {
    /// Whether a file is one of these, which its first line says.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        FORM.is_one(text)
    }

    /// Whether weft is of the version that the seed was found with.
    ///
    /// # Errors
    ///
    /// If it is another: its executions are other ones. The error says what to do.
    pub fn fits(&self) -> Result<(), String> {
        self.found_by.fits(RENEW)
    }
}
