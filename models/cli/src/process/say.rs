//! What a command says, and how it ends.

pub use flipside_record::channel::{complain, print};
use std::io::{self, Write};

/// The command line was wrong, or the work could not begin.
pub const USAGE: u8 = 2;
/// What a shell reports of a command that Ctrl-C ended.
pub const INTERRUPTED: u8 = 130;

/// Says something on stderr.
pub fn line(text: &str) {
    // Nobody reads it: no reason to stop.
    let _ = writeln!(io::stderr(), "{}", text.trim_end());
}
