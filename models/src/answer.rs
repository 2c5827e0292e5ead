//! What the packages that build on this one say on stdout.

use crate::process::say;
use serde::Serialize;

/// Prints a text. A reader who went away has seen enough.
///
/// # Errors
///
/// What the system says.
pub fn print(text: &str) -> Result<(), String> {
    say::print(text)
}

/// Answers a question of `cargo replay`: with a line of JSON.
///
/// # Errors
///
/// What the system says.
pub fn answer(what: &impl Serialize) -> Result<(), String> {
    let line = serde_json::to_string(what).map_err(|why| why.to_string())?;
    print(&format!("{line}\n"))
}
