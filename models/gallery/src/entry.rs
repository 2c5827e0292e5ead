//! What the gallery knows of a bug.

use std::fmt;

/// Which of a program's two forms runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it was.
    Buggy,
    /// As it was repaired.
    Fixed,
}

impl Form {
    /// The first in the buggy form, the second in the fixed one.
    pub fn pick<T>(self, buggy: T, fixed: T) -> T {
        match self {
            Self::Buggy => buggy,
            Self::Fixed => fixed,
        }
    }

    /// Whether this is the fixed form.
    #[must_use]
    pub fn fixed(self) -> bool {
        self == Self::Fixed
    }
}

/// What kind of bug it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Message passing, the writer's side.
    MpWriter,
    /// Message passing, the reader's side.
    MpReader,
    /// A barrier of the wrong kind.
    Macro,
    /// Store buffering.
    Sb,
    /// Recycling.
    Rc,
    /// Wrap counters.
    Wc,
    /// A lost flip.
    Flip,
    /// Sequentially consistent bugs of a descendant of the flip bitmap.
    Logic,
}

impl Shape {
    /// Every shape, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::MpWriter,
        Self::MpReader,
        Self::Macro,
        Self::Sb,
        Self::Rc,
        Self::Wc,
        Self::Flip,
        Self::Logic,
    ];

    /// Its name in full.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::MpWriter => "Message passing, the writer",
            Self::MpReader => "Message passing, the reader",
            Self::Macro => "The wrong barrier",
            Self::Sb => "Store buffering",
            Self::Rc => "Recycling",
            Self::Wc => "Wrap counters",
            Self::Flip => "Lost flips",
            Self::Logic => "Logic",
        }
    }

    /// What happens, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::MpWriter => "the owner bit is published before the payload",
            Self::MpReader => "the payload is read before the owner bit",
            Self::Macro => "there is a barrier, of the wrong kind",
            Self::Sb => "each side publishes, looks at the other, and sees nothing",
            Self::Rc => "a slot is given back while it is still being read",
            Self::Wc => "the bit that tells one lap from the next is not flipped",
            Self::Flip => "two writers flip bits of one word, and one flip is lost",
            Self::Logic => "wrong in any interleaving that gets there, whatever the memory model",
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::MpWriter => "MP, writer",
            Self::MpReader => "MP, reader",
            Self::Macro => "wrong barrier",
            Self::Sb => "SB",
            Self::Rc => "RC",
            Self::Wc => "WC",
            Self::Flip => "lost flip",
            Self::Logic => "logic",
        })
    }
}

/// Where a bug was found.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Project and part.
    pub project: &'static str,
    /// The upstream commit, or what else identifies it.
    pub reference: Option<&'static str>,
    /// The year, where it is known.
    pub year: Option<u16>,
    /// Whether the reference was confirmed.
    pub confirmed: bool,
}

impl Origin {
    /// A bug of this project.
    #[must_use]
    pub const fn of(project: &'static str) -> Self {
        Self {
            project,
            reference: None,
            year: None,
            confirmed: true,
        }
    }

    /// In this commit.
    #[must_use]
    pub const fn commit(self, reference: &'static str) -> Self {
        Self {
            reference: Some(reference),
            ..self
        }
    }

    /// In this year.
    #[must_use]
    pub const fn year(self, year: u16) -> Self {
        Self {
            year: Some(year),
            ..self
        }
    }

    /// The reference could not be confirmed.
    #[must_use]
    pub const fn unconfirmed(self) -> Self {
        Self {
            confirmed: false,
            ..self
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.project)?;
        if let Some(reference) = self.reference {
            write!(f, " `{reference}`")?;
        }
        let unconfirmed = if self.confirmed { "" } else { "unconfirmed" };
        match (self.year, self.confirmed) {
            (Some(year), true) => write!(f, " ({year})"),
            (Some(year), false) => write!(f, " ({year}, {unconfirmed})"),
            (None, true) => Ok(()),
            (None, false) => write!(f, " ({unconfirmed})"),
        }
    }
}

/// What shuttle must say of the buggy form. It knows sequential consistency only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shuttle {
    /// It fails: the bug needs no weak memory.
    Fails,
    /// It passes: no interleaving of whole steps shows the bug.
    Blind,
}

/// What the checkers must say of a program. weft and loom must fail the buggy form and complete the fixed one.
#[derive(Clone, Copy, Debug)]
pub struct Expect {
    /// In weft's message for the buggy form.
    pub weft: &'static str,
    /// In loom's.
    pub loom: &'static str,
    /// shuttle's verdict on the buggy form; it must pass the fixed one.
    pub shuttle: Shuttle,
    /// How many graphs weft completes for the fixed form, and how many it gives up because a thread waits.
    pub graphs: (u64, u64),
}

/// A program under each of the checkers.
#[derive(Clone, Copy, Debug)]
pub struct Programs {
    /// Under weft.
    pub weft: fn(Form),
    /// Under loom.
    pub loom: fn(Form),
    /// Under shuttle.
    pub shuttle: fn(Form),
}

/// One bug.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// Short, and stable.
    pub id: &'static str,
    /// What a list shows.
    pub title: &'static str,
    /// Its kind.
    pub shape: Shape,
    /// Where it was found: the one that the program is modelled on first.
    pub origins: &'static [Origin],
    /// Who the main thread is; the program names the others.
    pub main: &'static str,
    /// What goes wrong in the failing execution, in a sentence or a few.
    pub seen: &'static str,
    /// What the figures need to be read rightly, if anything.
    pub note: Option<&'static str>,
    /// The program.
    pub programs: Programs,
    /// What the checkers must say.
    pub expect: Expect,
    /// The file that holds it, relative to the repository.
    pub file: &'static str,
    /// That file's text.
    pub text: &'static str,
}

impl Entry {
    /// What happened and what it taught: the head of the file.
    #[must_use]
    pub fn story(&self) -> String {
        let head = self.text.lines().map_while(|line| line.strip_prefix("//!"));
        let lines: Vec<&str> = head.map(str::trim).collect();
        lines.join("\n")
    }

    /// The program's lines, each with its number in the file: what lies between the imports and the entry.
    #[must_use]
    pub fn listing(&self) -> Vec<(usize, &'static str)> {
        let lines = (1..).zip(self.text.lines());
        let body = lines
            .skip_while(|(_, line)| !line.starts_with("use "))
            .skip_while(|(_, line)| line.starts_with("use ") || line.is_empty())
            .take_while(|(_, line)| !line.starts_with("pub(super) const ENTRY"));
        let mut body: Vec<_> = body.collect();
        while body.last().is_some_and(|(_, line)| line.is_empty()) {
            body.pop();
        }
        body
    }
}

/// The programs of a generic function.
macro_rules! programs {
    ($program:ident) => {
        $crate::entry::Programs {
            weft: $program::<$crate::shim::Weft>,
            loom: $program::<$crate::shim::Loom>,
            shuttle: $program::<$crate::shim::Shuttle>,
        }
    };
}
pub(crate) use programs;
