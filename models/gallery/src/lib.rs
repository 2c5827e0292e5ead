//! Bugs of ordering, most of which shipped, each as a program of a screenful in two forms: as it was, and as it was repaired.
//!
//! The same source runs under three model checkers (see [`shim`]). [`Entry::expect`] says what each of them must
//! answer, the tests hold them to it, and [`page()`] writes it all down.

pub mod bugs;
pub mod entry;
pub mod execution;
pub mod page;
pub mod renew;
pub mod run;
pub mod seed;
pub mod shim;

pub use bugs::ALL;
pub use entry::{Entry, Form, Origin, Shape, Shuttle};
pub use page::page;
pub use run::{Answer, Answers};

use std::path::PathBuf;

/// Where the repository is: what the commands write and read is named relative to it.
#[must_use]
pub fn repository() -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package
        .ancestors()
        .nth(2)
        .map_or_else(PathBuf::new, Into::into)
}
