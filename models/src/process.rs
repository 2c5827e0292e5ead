//! What all commands do alike: they build a binary for each checker, ask it in a process of its own, write
//! files, and say how it went.

pub(crate) mod ask;
pub(crate) mod build;
pub(crate) mod child;
pub(crate) mod children;
pub(crate) mod file;
pub(crate) mod say;
