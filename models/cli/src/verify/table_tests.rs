//! What the table looks like, on a terminal and in a pipe, with and without times.

use super::*;
use std::time::Duration;

fn row(checker: &'static str, verdict: Word, why: Option<&str>) -> Row {
    Row {
        scenario: "handover",
        obligations: &["O1", "O2", "O3", "O4", "O8", "O9", "O12"],
        design: "flip-striped",
        checker,
        size: "1x1,2".to_owned(),
        verdict,
        why: why.map(str::to_owned),
        executions: (verdict != Word::NotRun).then_some(310_710),
        time: (verdict != Word::NotRun).then_some(Duration::from_millis(12_340)),
    }
}

fn rows() -> Vec<Row> {
    vec![
        row("loom", Word::Complete, None),
        row(
            "shuttle",
            Word::Bounded,
            Some("10000 random + 10000 PCT schedules, SC only"),
        ),
        row("loom", Word::Failed, Some("an assertion\nof two lines")),
        row("weft", Word::NotRun, None),
    ]
}

/// As in a pipe.
const PIPE: Look = Look {
    screen: Screen::PIPE,
    times: true,
};

fn terminal(width: usize, colour: bool) -> Look {
    let width = Some(width);
    Look {
        screen: Screen { width, colour },
        ..PIPE
    }
}

fn printed(look: Look) -> String {
    let rows = rows();
    let summary = Summary::new(&rows, Duration::from_secs(70), Duration::from_secs(12));
    verdicts(&rows, &summary, Profile::Quick, look)
}

#[test]
fn in_a_pipe_a_case_is_a_line() {
    let text = printed(PIPE);
    let lines: Vec<_> = text.lines().take(5).collect();
    assert_eq!(
        lines,
        [
            "scenario  obligations            design        checker  size   verdict                                                executions    time",
            "handover  O1 O2 O3 O4 O8 O9 O12  flip-striped  loom     1x1,2  COMPLETE                                                  310,710  12.3 s",
            "handover  O1 O2 O3 O4 O8 O9 O12  flip-striped  shuttle  1x1,2  BOUNDED (10000 random + 10000 PCT schedules, SC only)     310,710  12.3 s",
            "handover  O1 O2 O3 O4 O8 O9 O12  flip-striped  loom     1x1,2  FAILED                                                    310,710  12.3 s",
            "handover  O1 O2 O3 O4 O8 O9 O12  flip-striped  weft     1x1,2  not run                                                         -       -",
        ]
    );
}

#[test]
fn under_the_table_stand_the_failures_the_counts_and_what_they_mean() {
    let text = printed(PIPE);
    let under: Vec<_> = text.lines().skip(5).collect();
    assert_eq!(
        under,
        [
            "",
            "FAILED: handover 1x1,2 (flip-striped) under loom, for O1 O2 O3 O4 O8 O9 O12",
            "    an assertion",
            "    of two lines",
            "  this case alone: cargo verify --checker loom --design flip-striped --scenario handover --size 1x1,2",
            "",
            "1 complete, 1 bounded, 1 failed, 1 not run; 12.0 s in all, 70.0 s of it building",
            "COMPLETE: every execution of the checker's model was run.",
            "BOUNDED: no failure found; the search was not exhaustive.",
            "shuttle's executions are sequentially consistent: they say nothing about whether the barriers suffice.",
        ]
    );
}

#[test]
fn a_terminal_of_100_columns_is_enough() {
    let text = printed(terminal(100, false));
    for line in text.lines().take_while(|line| !line.is_empty()) {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(text.contains("COMPLETE"), "{text}");
    assert!(!text.contains('\u{1b}'), "no colour was asked for");
}

/// As it looks on the terminals that there are.
#[test]
fn what_does_not_fit_is_a_block_and_no_word_is_broken() {
    for (width, expected) in [(40, AT_40), (80, AT_80), (120, AT_120)] {
        let text = printed(terminal(width, false));
        let rows: Vec<_> = text.lines().take_while(|line| !line.is_empty()).collect();
        let rows = rows.join("\n");
        assert_eq!(rows, expected.trim_matches('\n'), "at {width}");
    }
}

const AT_40: &str = "
scenario  obligations  design  checker
    size  verdict  executions  time
handover  O1 O2 O3 O4 O8 O9 O12
    flip-striped  loom  1x1,2  COMPLETE
    310,710  12.3 s
handover  O1 O2 O3 O4 O8 O9 O12
    flip-striped  shuttle  1x1,2
    BOUNDED (10000 random + 10000 PCT
    schedules, SC only)  310,710  12.3 s
handover  O1 O2 O3 O4 O8 O9 O12
    flip-striped  loom  1x1,2  FAILED
    310,710  12.3 s
handover  O1 O2 O3 O4 O8 O9 O12
    flip-striped  weft  1x1,2  not run
    -  -
";

const AT_80: &str = "
scenario  obligations  design  checker  size  verdict  executions  time
handover  O1 O2 O3 O4 O8 O9 O12  flip-striped  loom  1x1,2  COMPLETE  310,710
    12.3 s
handover  O1 O2 O3 O4 O8 O9 O12  flip-striped  shuttle  1x1,2
    BOUNDED (10000 random + 10000 PCT schedules, SC only)  310,710  12.3 s
handover  O1 O2 O3 O4 O8 O9 O12  flip-striped  loom  1x1,2  FAILED  310,710
    12.3 s
handover  O1 O2 O3 O4 O8 O9 O12  flip-striped  weft  1x1,2  not run  -  -
";

const AT_120: &str = "
scenario  obligations     design        checker  size   verdict                                       executions    time
handover  O1 O2 O3 O4 O8  flip-striped  loom     1x1,2  COMPLETE                                         310,710  12.3 s
          O9 O12
handover  O1 O2 O3 O4 O8  flip-striped  shuttle  1x1,2  BOUNDED (10000 random + 10000 PCT schedules,     310,710  12.3 s
          O9 O12                                        SC only)
handover  O1 O2 O3 O4 O8  flip-striped  loom     1x1,2  FAILED                                           310,710  12.3 s
          O9 O12
handover  O1 O2 O3 O4 O8  flip-striped  weft     1x1,2  not run                                                -       -
          O9 O12
";

#[test]
fn colours_are_where_they_are_wanted_and_nowhere_else() {
    assert!(printed(terminal(120, true)).contains('\u{1b}'));
    assert!(!printed(PIPE).contains('\u{1b}'));
}

#[test]
fn without_times_there_are_no_times() {
    let text = printed(Look {
        times: false,
        ..PIPE
    });
    assert!(!text.contains("time"), "{text}");
    assert!(!text.contains("12."), "{text}");
    assert!(text.contains("1 complete, 1 bounded, 1 failed, 1 not run\n"));
}

#[test]
fn the_list_says_what_happens_in_each_scenario() {
    let cases = flipside_scenarios::case::cases(Profile::Quick);
    let text = list(&cases, PIPE);
    assert_eq!(
        text.lines().take_while(|line| !line.is_empty()).count(),
        cases.len() + 1
    );
    for scenario in SCENARIOS {
        assert!(text.contains(scenario.summary), "{text}");
    }
}

#[test]
fn a_change_is_no_failure_and_no_success() {
    let why = "7 executions, COMPLETE, where 8 are pinned";
    let rows = [row("weft", Word::Changed, Some(why))];
    let summary = Summary::new(&rows, Duration::ZERO, Duration::ZERO);
    assert!(!summary.is_clean());
    let text = verdicts(&rows, &summary, Profile::Quick, PIPE);
    for part in [
        "\nCHANGED: handover 1x1,2 (flip-striped) under weft\n    7 executions, COMPLETE, where",
        "0 bounded, 1 changed, 0 failed",
        "\nCHANGED: no execution failed, and",
    ] {
        assert!(text.contains(part), "{text}");
    }
}
