//! What all commands do alike: they build a binary for each checker, ask it in a process of its own, write
//! files, and say how it went.

pub mod ask;
pub mod build;
pub mod child;
pub mod children;
pub mod file;
pub mod say;
