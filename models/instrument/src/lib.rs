//! Atomics, cells and threads for a program under a checker, with the interface that the engine's
//! `sync` has over `std`.
//!
//! Under `--cfg loom`, `--cfg shuttle` or `--cfg weft` each operation is the checker's own. Around
//! it this crate
//!
//! - records each step of an execution while a model asks for a log (`trace`),
//! - checks that a word is written by plain stores or by read-modify-writes, and never by both,
//! - weakens the ordering that a named site asks for while a model asks for that (`barrier`).
//!
//! It adds no operation of the checker's, so an execution is the same with a log and without. No
//! ordering is weakened unless a model asks for it. Without a checker's cfg this crate is empty.

#[cfg(any(all(loom, shuttle), all(loom, weft), all(shuttle, weft)))]
compile_error!(
    "two checkers were asked for at once: pass exactly one of --cfg loom, --cfg shuttle, --cfg weft"
);

#[cfg(any(loom, shuttle, weft))]
mod checked;

#[cfg(any(loom, shuttle, weft))]
pub use checked::*;
