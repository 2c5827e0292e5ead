//! The shape of the report, and where it can be written.

use super::super::rows::Word;
use super::*;
use crate::differential::{Shown, Shows};
use crate::serve::Attacked;
use crate::verdict::Verdict;
use flipside::Design;
use std::io::Result;
use std::time::Duration;

/// A directory of its own for each test, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Result<Self> {
        let path = env::temp_dir().join(format!("flipside-json-{name}-{}", process::id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    fn names(&self) -> Result<Vec<OsString>> {
        fs::read_dir(&self.0)?
            .map(|entry| Ok(entry?.file_name()))
            .collect()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

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

fn report(rows: &[Row]) -> Report<'_> {
    Report {
        schema: SCHEMA,
        versions: Map::from_iter([("loom".to_owned(), "0.7.3".into())]),
        host: Host {
            os: "linux",
            arch: "x86_64",
            cores: Some(2),
        },
        profile: "quick",
        shard: None,
        cases: rows,
        differential: None,
        mutants: None,
    }
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
        "mutant": "no-recheck",
        "order_only": false,
        "checkers": [
          {
            "checker": "weft",
            "verdict": "FAILED",
            "why": "deadlock",
            "executions": 4
          }
        ]
      }
    ],
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
        };
        Ok(vec![Shows::from([("MP".to_owned(), shown)])])
    };
    let differential = Differential::new(vec![
        (Checker::Loom, shows(&["a"])),
        (Checker::Weft, shows(&["a", "b"])),
    ]);
    let matrix = Matrix::new(vec![(
        Checker::Weft,
        Ok(vec![Attacked {
            design: Design::default(),
            mutant: "no-recheck".to_owned(),
            weakened: false,
            executions: 4,
            verdict: Verdict::Failed("deadlock\nwith a graph".to_owned()),
        }]),
    )]);
    let rows = rows();
    let whole = Report {
        differential: Some(&differential),
        mutants: Some(&matrix),
        ..report(&rows)
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
fn the_keys_are_the_columns_in_their_order_and_nothing_is_left_beside_the_file() -> Result<()> {
    let scratch = Scratch::new("shape")?;
    let path = scratch.0.join("report.json");
    fs::write(&path, "an older one")?;
    let file = JsonFile::prepare(&path).map_err(io::Error::other)?;
    assert_eq!(
        fs::read_to_string(&path)?,
        "an older one",
        "until there is a new one"
    );
    file.write(&report(&rows())).map_err(io::Error::other)?;
    assert_eq!(fs::read_to_string(&path)?, WRITTEN);
    assert_eq!(scratch.names()?, ["report.json"]);
    Ok(())
}

#[test]
fn what_cannot_be_written_is_said_before_the_work() -> Result<()> {
    let scratch = Scratch::new("refused")?;
    for place in [scratch.0.clone(), scratch.0.join("no/such/directory.json")] {
        let why = JsonFile::prepare(&place).err().unwrap_or_default();
        assert!(why.contains("cannot be written"), "{why}");
    }
    assert!(scratch.names()?.is_empty());
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_a_device_a_device() -> Result<()> {
    let scratch = Scratch::new("links")?;
    let (path, link) = (scratch.0.join("real.json"), scratch.0.join("link.json"));
    fs::write(&path, "")?;
    std::os::unix::fs::symlink(&path, &link)?;
    let write = |to: &Path| JsonFile::prepare(to).and_then(|file| file.write(&report(&rows())));
    write(&link).map_err(io::Error::other)?;
    assert!(fs::symlink_metadata(&link)?.is_symlink());
    assert_eq!(fs::read_to_string(&path)?, WRITTEN);
    write(Path::new("/dev/null")).map_err(io::Error::other)?;
    assert!(!fs::metadata("/dev/null")?.is_file());
    Ok(())
}

#[test]
fn versions_are_those_of_the_lock_file() {
    let lock = "\
[[package]]
name = \"loom-like\"
version = \"9.9.9\"

[[package]]
name = \"loom\"
version = \"0.7.3\"
source = \"registry\"
";
    assert_eq!(locked(lock, "loom"), Some("0.7.3"));
    assert_eq!(locked(lock, "shuttle"), None);
}
