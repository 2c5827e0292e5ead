//! Step by step, at the reader's pace.

use crate::process::say::print;
use flipside_record::timeline::{Look, Timeline, text};
use std::io::{BufRead, stdin};

/// Shows one step more at each line of input, until the reader has seen enough. `anew` says whether
/// the screen can begin anew each time.
pub(super) fn follow(timeline: &Timeline, look: Look, anew: bool) -> Result<(), String> {
    let clear = if anew { "\u{1b}[2J\u{1b}[H" } else { "" };
    run(timeline, look, stdin().lock(), |shown| {
        print(&format!("{clear}{shown}"))
    })
}

fn run(
    timeline: &Timeline,
    look: Look,
    input: impl BufRead,
    mut show: impl FnMut(&str) -> Result<(), String>,
) -> Result<(), String> {
    let last = timeline.rows.len();
    let mut lines = input.lines();
    let mut shown = 1;
    loop {
        let page = text(timeline, look, Some(shown));
        if last == 0 {
            return show(&page);
        }
        let enter = if shown < last { "next" } else { "end" };
        show(&format!("{page}\n[Enter: {enter}, b: back, q: end] "))?;
        match lines.next() {
            Some(Ok(line)) => match line.trim() {
                "q" => return Ok(()),
                "b" => shown = shown.saturating_sub(1).max(1),
                _ if shown >= last => return Ok(()),
                _ => shown += 1,
            },
            // The line of the prompt ends, as it would have by Enter.
            Some(Err(_)) | None => return print("\n"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flipside_record::log::{Event, Execution, Purpose, What};
    use flipside_record::timeline::{Headline, lay_out};

    /// The pages that are shown of three steps: how many of them, and what Enter does.
    fn pages(typed: &str) -> Vec<(usize, bool)> {
        let event = |name: &str| Event {
            thread: 0,
            what: What::Cell(name.to_owned(), Purpose::Fill),
            file: "slots.rs".to_owned(),
            line: 1,
        };
        let execution = Execution {
            threads: vec!["submitter".to_owned()],
            events: ["a", "b", "c"].map(event).to_vec(),
            ..Execution::default()
        };
        let headline = Headline {
            title: "title".to_owned(),
            given: Vec::new(),
            extent: "three steps".to_owned(),
        };
        let look = Look {
            width: 80,
            colour: false,
        };
        let mut pages = Vec::new();
        let timeline = lay_out(headline, &execution);
        let done = run(&timeline, look, typed.as_bytes(), |page| {
            let ends = page.ends_with("\n[Enter: end, b: back, q: end] ");
            assert_eq!(ends, page.contains("three steps"), "{page}");
            pages.push((page.matches("fills").count(), ends));
            Ok(())
        });
        assert_eq!(done, Ok(()));
        pages
    }

    #[test]
    fn enter_goes_on_and_b_goes_back() {
        let (one, two, three) = ((1, false), (2, false), (3, true));
        assert_eq!(pages("\n\n\n"), [one, two, three]);
        assert_eq!(pages("b\n\nb\nq\n\n"), [one, one, two, one]);
        assert_eq!(pages("\n\nb\nq\n"), [one, two, three, two]);
        assert_eq!(pages(""), [one], "the end of the input is the end");
    }
}
