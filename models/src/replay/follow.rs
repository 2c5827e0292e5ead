//! Step by step, at the reader's pace.

use crate::timeline::{Look, Timeline, text};
use crate::verify::print;
use std::io::{BufRead, stdin};

/// Shows one step more at each line of input, until the last.
pub(super) fn follow(timeline: &Timeline, look: Look) -> Result<(), String> {
    let mut lines = stdin().lock().lines();
    let mut shown = 1;
    loop {
        // The screen begins anew where there is one.
        let clear = if look.colour { "\u{1b}[2J\u{1b}[H" } else { "" };
        print(&format!("{clear}{}", text(timeline, look, Some(shown))))?;
        if shown >= timeline.rows.len() {
            return Ok(());
        }
        print("\n[Enter: next, b: back, q: end] ")?;
        match lines.next() {
            Some(Ok(line)) => match line.trim() {
                "q" => return Ok(()),
                "b" => shown = shown.saturating_sub(1).max(1),
                _ => shown += 1,
            },
            Some(Err(_)) | None => return Ok(()),
        }
    }
}
