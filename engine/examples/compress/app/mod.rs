//! The program in its parts; the tests include it too.

pub(crate) mod cli;
pub(crate) mod container;
pub(crate) mod error;
pub(crate) mod files;
pub(crate) mod page;
pub(crate) mod run;
pub(crate) mod stream;
