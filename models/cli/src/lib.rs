//! The `flipside` command: it builds the models once for each checker, runs the cases and the questions
//! in processes of their own, and prints what came of them.
//!
//! It is compiled without a checker, and holds none.

pub mod differential;
pub mod grid;
pub mod process;
pub mod replay;
pub mod screen;
pub mod text;
pub mod verify;
