//! What is on the page.

use super::*;
use flipside_record::attacked::Attacked;
use flipside_record::timeline::{Mark, Row as Step};
use flipside_record::verdict::Verdict;
use flipside_scenarios::checker::Checker;
use flipside_scenarios::expected::EXCUSES;
use std::time::Duration;

fn row(verdict: Word, why: Option<&str>) -> Row {
    Row {
        scenario: "stop",
        obligations: &["O1", "O7"],
        design: Design::default().name(),
        checker: "weft",
        size: "2x1,3".to_owned(),
        verdict,
        why: why.map(str::to_owned),
        executions: Some(12_345),
        time: Some(Duration::from_millis(1_200)),
    }
}

fn timeline() -> Timeline {
    let step = |text: &str, from| Step {
        number: Some(1),
        column: 0,
        text: text.to_owned(),
        order: "Relaxed",
        place: "striped.rs:1".to_owned(),
        source: "engine/src/handoff/striped.rs:1".to_owned(),
        from,
        initial: false,
        newer: None,
        mark: Mark::Culprit,
    };
    Timeline {
        title: "the engine · stop 1x1,1".to_owned(),
        given: Vec::new(),
        story: "A story.".to_owned(),
        failure: "data race".to_owned(),
        columns: vec!["submitter".to_owned()],
        rows: vec![step("writes x < 1", None), step("reads x", Some(0))],
        missing: Vec::new(),
        gap: None,
        chain: Vec::new(),
        extent: "2 steps".to_owned(),
    }
}

fn matrix() -> Matrix {
    let attacked = |verdict| Attacked {
        design: Design::default(),
        mutant: "worker-no-recheck".to_owned(),
        weakened: false,
        executions: 7,
        verdict,
        control: Verdict::Complete,
    };
    let killed = attacked(Verdict::Failed("why".to_owned()));
    let survived = attacked(Verdict::Complete);
    let answers = vec![
        (Checker::Loom, Ok(vec![survived])),
        (Checker::Weft, Ok(vec![killed])),
    ];
    Matrix::new(answers, &EXCUSES)
}

fn shown(rows: &[Row], mutants: Option<&Matrix>, timelines: &[Timeline], times: bool) -> String {
    let failed = Failures {
        timelines: timelines.to_vec(),
        again: "To see what happens:\ncargo replay x\n".to_owned(),
    };
    page(&Report::of(rows, mutants), &failed, times)
}

#[test]
fn a_clean_run_shows_its_cases_and_no_failure() {
    let rows = [
        row(Word::Complete, None),
        row(Word::Bounded, Some("at most 2 preemptions, <all>")),
    ];
    let text = shown(&rows, None, &[], true);
    for part in [
        "12,345",
        "24,690",
        "1.2 s",
        "O1 O7",
        "2x1,3",
        "at most 2 preemptions, &lt;all&gt;",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("What failed"), "{text}");
    assert!(!shown(&rows, None, &[], false).contains("1.2 s"));
}

#[test]
fn a_failure_comes_first_with_its_message_and_its_interleaving() {
    let rows = [
        row(Word::Complete, None),
        row(Word::Failed, Some("a < b\nand why")),
    ];
    let text = shown(&rows, None, &[timeline(), timeline()], true);
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    assert!(at("What failed") < at("a &lt; b\nand why"));
    assert!(at("a &lt; b\nand why") < at("cargo replay x"));
    assert!(at("cargo replay x") < at("A story."));
    assert!(at("A story.") < at("<h2>Cases</h2>"));
    // Each one's steps are known by their own names.
    assert!(
        text.contains("id=\"t0s1\"") && text.contains("href=\"#t1s0\""),
        "{text}"
    );
}

#[test]
fn the_matrix_says_what_killed_each_mutant_and_what_is_wrong_with_it() {
    let text = shown(&[row(Word::Complete, None)], Some(&matrix()), &[], true);
    assert!(text.contains("1 of 1 mutants killed"), "{text}");
    assert!(text.contains("killed after 7"), "{text}");
    assert!(text.contains("survived 7, complete"), "{text}");
    let survivor = Matrix::new(vec![(Checker::Weft, Ok(Vec::new()))], &EXCUSES);
    let text = shown(&[row(Word::Complete, None)], Some(&survivor), &[], true);
    assert!(
        text.contains("What failed") && text.contains("no mutant was run"),
        "{text}"
    );
}

/// It can be sent to somebody, or kept by continuous integration, alone.
#[test]
fn the_page_needs_nothing_else() {
    let rows = [row(Word::Failed, Some("why"))];
    let text = shown(&rows, Some(&matrix()), &[timeline()], true);
    let text = text.replace("http://www.w3.org/2000/svg", "");
    for part in ["http:", "https:", "src=", "@import", "<script", "<link"] {
        assert!(!text.contains(part), "{part}: {text}");
    }
}
