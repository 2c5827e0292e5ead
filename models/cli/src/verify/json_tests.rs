//! The shape of the report.

use super::super::rows::Word;
use super::*;
use flipside::Design;
use flipside_record::attacked::Attacked;
use flipside_record::shown::{Shown, Shows};
use flipside_record::verdict::Verdict;
use flipside_scenarios::expected::EXCUSES;
use std::io::Result;
use std::time::Duration;

fn rows() -> [Row; 2] {
    let row = Row {
        scenario: "stop",
        obligations: &["O1", "O7"],
        design: "flip-striped",
        checker: "loom",
        size: "1x1,2".to_owned(),
        verdict: Word::Bounded,
        why: Some("at most 2 preemptions".to_owned()),
        executions: Some(107),
        time: Some(Duration::from_micros(1_234_567)),
    };
    let stopped = Row {
        verdict: Word::NotRun,
        why: None,
        executions: None,
        time: None,
        ..row.clone()
    };
    [row, stopped]
}

const WRITTEN: &str = r#"{
  "schema": 1,
  "versions": {
    "loom": "0.7.3"
  },
  "host": {
    "os": "linux",
    "arch": "x86_64",
    "cores": 2
  },
  "profile": "quick",
  "shard": null,
  "cases": [
    {
      "scenario": "stop",
      "obligations": [
        "O1",
        "O7"
      ],
      "design": "flip-striped",
      "checker": "loom",
      "size": "1x1,2",
      "verdict": "BOUNDED",
      "why": "at most 2 preemptions",
      "executions": 107,
      "time": 1.235
    },
    {
      "scenario": "stop",
      "obligations": [
        "O1",
        "O7"
      ],
      "design": "flip-striped",
      "checker": "loom",
      "size": "1x1,2",
      "verdict": "NOT RUN",
      "why": null,
      "executions": null,
      "time": null
    }
  ],
  "differential": null,
  "mutants": null
}
"#;

const SECTIONS: &str = r#"{
  "differential": {
    "comparisons": [
      {
        "program": "MP",
        "checker": "loom",
        "outcomes": 1,
        "weft": 2,
        "complete": true,
        "cut_off": false,
        "left_out": [
          "b"
        ],
        "beyond": [],
        "false_alarm": null
      }
    ],
    "failures": [
      "shuttle could not be compared: it was not asked"
    ]
  },
  "mutants": {
    "mutants": [
      {
        "design": "flip-striped",
        "mutant": "worker-no-recheck",
        "case": "wake_worker 1x1,1",
        "order_only": false,
        "checkers": [
          {
            "checker": "weft",
            "verdict": "FAILED",
            "why": "deadlock",
            "executions": 4,
            "control": "COMPLETE"
          }
        ]
      }
    ],
    "excused": [],
    "failures": []
  }
}"#;

/// A whole run, and of each section its JSON alone.
#[test]
fn the_sections_of_a_whole_run_are_in_it() -> Result<()> {
    let shows = |outcomes: &[&str]| {
        let outcomes = outcomes.iter().map(|&outcome| outcome.to_owned()).collect();
        let shown = Shown {
            outcomes,
            complete: true,
            cut_off: false,
        };
        Ok(vec![Shows::from([("MP".to_owned(), shown)])])
    };
    let differential = Differential::new(vec![
        (Checker::Loom, shows(&["a"])),
        (Checker::Weft, shows(&["a", "b"])),
    ]);
    let answers = vec![(
        Checker::Weft,
        Ok(vec![Attacked {
            design: Design::default(),
            mutant: "worker-no-recheck".to_owned(),
            weakened: false,
            executions: 4,
            verdict: Verdict::Failed("deadlock\nwith a graph".to_owned()),
            control: Verdict::Complete,
        }]),
    )];
    let matrix = Matrix::new(answers, &EXCUSES);
    let rows = rows();
    let whole = Report {
        differential: Some(&differential),
        mutants: Some(&matrix),
        ..Report::of(&rows, None)
    };
    let value = serde_json::to_value(whole)?;
    let sections = serde_json::from_str::<Value>(SECTIONS)?;
    assert_eq!(value["differential"], sections["differential"]);
    assert_eq!(value["mutants"], sections["mutants"]);
    let keys = serde_json::to_string_pretty(&differential)?.replace("\n", "\n  ");
    assert!(SECTIONS.contains(&keys), "in this order: {keys}");
    let keys = serde_json::to_string_pretty(&matrix)?.replace("\n", "\n  ");
    assert!(SECTIONS.contains(&keys), "in this order: {keys}");
    Ok(())
}

#[test]
fn the_keys_are_the_columns_in_their_order() {
    assert_eq!(Report::of(&rows(), None).json().as_deref(), Ok(WRITTEN));
}

#[test]
fn versions_are_those_of_the_lock_file() {
    let lock = include_str!("../../../../Cargo.lock");
    for (checker, package) in [
        (Checker::Loom, "loom"),
        (Checker::Shuttle, "shuttle"),
        (Checker::Weft, "weft-checker"),
    ] {
        let version = checker.version();
        let entry = format!("name = \"{package}\"\nversion = \"{version}\"\n");
        assert!(lock.contains(&entry), "{entry}");
    }
    assert_eq!(Checker::Native.version(), "none");
}
