//! What the seeds of plans and of the gallery have in common: a first line that says what the file
//! is and how it is written, and then a field a line, its name first.

use flipside_scenarios::checker::Checker;
use std::fmt;
use std::str::FromStr;

/// How one kind of seed is written.
pub(super) struct Form {
    /// The first line: what it is, and a number that changes with the way it is written.
    pub(super) first_line: &'static str,
    /// What to do about a file that is of no use.
    pub(super) advice: &'static str,
}

impl Form {
    /// Whether a file is one of these, whatever its number.
    pub(super) fn is_one(&self, text: &str) -> bool {
        let (title, _) = self.first_line.rsplit_once(' ').unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let rest = line.strip_prefix(title);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// The fields, and what stands below the line `end`, if these have one.
    pub(super) fn read<'text>(
        &self,
        text: &'text str,
        end: Option<&str>,
    ) -> Result<(Fields<'text>, Option<Vec<&'text str>>), String> {
        let Self { first_line, advice } = *self;
        let mut lines = text.lines();
        match lines.next() {
            Some(line) if line == first_line => {}
            Some(line) if self.is_one(line) => {
                return Err(format!(
                    "it begins with `{line}`, and this version reads `{first_line}`: the version that wrote it can \
                     still run it, or {advice}"
                ));
            }
            _ => {
                return Err(format!(
                    "it is no such seed: one begins with `{first_line}`"
                ));
            }
        }
        let mut fields = Fields {
            lines: Vec::new(),
            advice,
        };
        while let Some(line) = lines.next() {
            if Some(line) == end {
                return Ok((fields, Some(lines.collect())));
            }
            match line.split_once(' ') {
                Some(field) => fields.lines.push(field),
                None if line.trim().is_empty() => {}
                None => return Err(fields.damaged(&format!("`{line}` is no field"))),
            }
        }
        Ok((fields, None))
    }
}

/// The fields of a seed.
pub(super) struct Fields<'text> {
    lines: Vec<(&'text str, &'text str)>,
    advice: &'static str,
}

impl<'text> Fields<'text> {
    /// The field of that name, if it is there.
    pub(super) fn any(&self, name: &str) -> Result<Option<&'text str>, String> {
        let mut found = self.lines.iter().filter(|(other, _)| *other == name);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(self.damaged(&format!("it has two lines `{name} …`"))),
            (found, None) => Ok(found.map(|(_, value)| *value)),
        }
    }

    /// The field of that name.
    pub(super) fn one(&self, name: &str) -> Result<&'text str, String> {
        let found = self.any(name)?;
        found.ok_or_else(|| self.damaged(&format!("it has no line `{name} …`")))
    }

    /// The checker that found it.
    pub(super) fn checker(&self) -> Result<Versioned, String> {
        self.one("checker")?
            .parse()
            .map_err(|why: String| self.damaged(&why))
    }

    /// What to say of a file that is not as it was written.
    pub(super) fn damaged(&self, what: &str) -> String {
        format!("it is damaged: {what}; {}", self.advice)
    }
}

/// A checker, in the version that found a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versioned {
    /// The checker.
    pub checker: Checker,
    /// Its version.
    pub version: String,
}

impl Versioned {
    /// A checker as it is here.
    #[must_use]
    pub fn here(checker: Checker) -> Self {
        Self {
            checker,
            version: checker.version().to_owned(),
        }
    }

    /// Whether the checker here is of that version; if not, what is said of it, and what to do.
    pub(super) fn fits(&self, advice: &str) -> Result<(), String> {
        let Self { checker, version } = self;
        match checker.version() {
            here if here == version => Ok(()),
            here => Err(format!(
                "it was found with {checker} {version}, and this is {here}, whose executions are other ones: {advice}"
            )),
        }
    }
}

impl fmt::Display for Versioned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.checker {
            // Threads of the system have no version that a file could hold them to.
            Checker::Native => write!(f, "{}", Checker::Native),
            checker => write!(f, "{checker} {}", self.version),
        }
    }
}

impl FromStr for Versioned {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == Checker::Native.name() {
            return Ok(Self::here(Checker::Native));
        }
        let named = text.split_once(' ').and_then(|(name, version)| {
            let known = Checker::ALL.into_iter().find(|known| known.name() == name);
            Some((known?, version))
        });
        let (checker, version) = named.ok_or_else(|| {
            let names = Checker::ALL.map(Checker::name).join(", ");
            format!("`{text}` is no checker ({names}) with its version")
        })?;
        Ok(Self {
            checker,
            version: version.to_owned(),
        })
    }
}
