//! What can go wrong, said so that the user knows what to do.

use super::container::{BadHeader, PAGE_SIZE};
use flipside::SpawnError;
use std::error::Error as _;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why nothing was written.
#[derive(Debug)]
pub(crate) enum Error {
    /// The system refused something: what, on which file, and how it put it.
    Io {
        doing: &'static str,
        path: PathBuf,
        source: io::Error,
    },
    /// The input is a directory or the output is no ordinary file.
    NotAFile(PathBuf),
    /// The output is there already.
    Exists(PathBuf),
    /// Input and output are one file.
    SameFile(PathBuf),
    /// No output was named and none follows from the input's name.
    NoOutputName(PathBuf),
    /// The pool could not be started.
    Spawn(SpawnError),
    /// The container's header can't be used.
    Header(PathBuf, BadHeader),
    /// The container is not what was written.
    Damaged {
        path: PathBuf,
        /// Which page of how many, and where in the container it begins.
        page: Option<(u64, u64)>,
        at: u64,
        flaw: Flaw,
    },
    /// The handler panicked: a bug of this program.
    Worker { page: u64, message: String },
    /// Ctrl-C.
    Interrupted,
}

/// What is wrong with a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Truncated,
    PageHeader,
    Page,
    Whole,
    Trailing,
}

impl Error {
    pub(crate) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io {
                doing,
                path,
                source,
            } => write!(f, "can't {doing} {}: {source}", path.display()),
            Self::NotAFile(path) => {
                write!(f, "{} is not a file: name one", path.display())
            }
            Self::Exists(path) => write!(
                f,
                "{} exists already: name another file with -o, or overwrite it with --force",
                path.display()
            ),
            Self::SameFile(path) => write!(
                f,
                "{} is both input and output: name another output with -o",
                path.display()
            ),
            Self::NoOutputName(path) => write!(
                f,
                "the name of {} does not end in .flip, so no output follows from it: \
                 name one with -o",
                path.display()
            ),
            Self::Spawn(error) => {
                write!(f, "the workers can't be started: {error}")?;
                error
                    .source()
                    .map_or(Ok(()), |cause| write!(f, ": {cause}"))
            }
            Self::Header(path, flaw) => write!(f, "can't decompress {}: {flaw}", path.display()),
            Self::Damaged {
                path,
                page,
                at,
                flaw,
            } => {
                write!(f, "{} is damaged: ", path.display())?;
                if let Some((number, pages)) = page {
                    write!(f, "in page {} of {pages}, ", number + 1)?;
                }
                write!(f, "at byte {at}, {flaw}. Get another copy of it; ")?;
                f.write_str("nothing was written")
            }
            Self::Worker { page, message } => write!(
                f,
                "a bug in this program: the worker of page {} panicked: {message}",
                page + 1
            ),
            Self::Interrupted => f.write_str("interrupted; nothing was written"),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("it ends too early"),
            Self::PageHeader => write!(
                f,
                "the length of the page can't be (more than it had, or than {PAGE_SIZE})"
            ),
            Self::Page => f.write_str("the page is not the one that was packed (its checksum)"),
            Self::Whole => f.write_str("the pages are not those of one file (the checksum of all)"),
            Self::Trailing => f.write_str("it goes on after its last page"),
        }
    }
}
