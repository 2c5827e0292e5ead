//! The protocol of the children, from both ends and with what should never come.

use super::*;
use flipside::Design;
use flipside_record::seed::Schedule;
use flipside_record::seed::Seed;
use flipside_scenarios::checker::Checker;

fn ended(code: u8) -> io::Result<ExitStatus> {
    #[cfg(unix)]
    let raw = i32::from(code) << 8;
    #[cfg(windows)]
    let raw = u32::from(code);
    #[cfg(unix)]
    use std::os::unix::process::ExitStatusExt;
    #[cfg(windows)]
    use std::os::windows::process::ExitStatusExt;
    Ok(ExitStatus::from_raw(raw))
}

fn heard(lines: &str) -> (Heard, Vec<u64>) {
    let mut progress = Vec::new();
    let heard = listen(lines.as_bytes(), |message| {
        if let Message::Progress { executions } = message {
            progress.push(*executions);
        }
    });
    (heard, progress)
}

fn findings(verdict: Verdict) -> Findings {
    Findings {
        verdict,
        executions: 107,
        time: Duration::from_millis(1_500),
        cut_off: false,
        seed: None,
    }
}

#[test]
fn every_verdict_arrives_as_it_was_sent() -> Result<(), Box<dyn std::error::Error>> {
    for verdict in [
        Verdict::Complete,
        Verdict::Bounded("at most 2 preemptions".into()),
        Verdict::Failed("two\nlines with \"quotes\" and ümlauts".into()),
    ] {
        let line = serde_json::to_string(&Message::Findings {
            executions: 107,
            seconds: 1.5,
            verdict: verdict.clone(),
            cut_off: false,
            seed: None,
        })?;
        assert!(!line.contains('\n'), "one object, one line");
        let (heard, progress) = heard(&line);
        assert_eq!(judge(heard, ended(0), "")?, findings(verdict));
        assert!(progress.is_empty());
    }
    Ok(())
}

#[test]
fn the_execution_that_failed_arrives_with_the_failure() -> Result<(), Box<dyn std::error::Error>> {
    let extent = "2x2,6 in 88 steps, 12 switches".parse()?;
    let seed = Seed {
        mutant: None,
        scenario: "handover",
        size: "2x2,6".parse()?,
        design: Design::default(),
        checker: Checker::Shuttle,
        version: "0.9.9".to_owned(),
        schedule: Schedule::Tasks(vec![(0, 3), (1, 2)]),
        failure: "request 1 is lost".to_owned(),
        found: extent,
        minimal: extent,
    };
    let line = serde_json::to_string(&Message::Findings {
        executions: 107,
        seconds: 1.5,
        verdict: Verdict::Failed("request 1 is lost".into()),
        cut_off: false,
        seed: Some(Box::new(seed.clone())),
    })?;
    assert_eq!(judge(heard(&line).0, ended(0), "")?.seed, Some(seed));
    Ok(())
}

#[test]
fn progress_is_passed_on() {
    let (heard, progress) = heard(concat!(
        "{\"event\":\"progress\",\"executions\":256}\n",
        "{\"event\":\"progress\",\"executions\":512}\n",
    ));
    assert_eq!(progress, [256, 512]);
    assert_eq!(heard.executions, 512);
    assert_eq!(heard.findings, None);
}

const DONE: &str =
    "{\"event\":\"findings\",\"executions\":107,\"seconds\":1.5,\"verdict\":\"COMPLETE\"}\n";

#[test]
fn what_a_model_prints_does_not_hide_its_findings() {
    let (heard, _) = heard(&format!("hello\n{{\"event\":1}}\n\n{DONE}bye"));
    assert_eq!(heard.other, "hello\n{\"event\":1}\n\nbye\n");
    assert_eq!(judge(heard, ended(0), ""), Ok(findings(Verdict::Complete)));
}

#[test]
fn a_death_is_a_failure_even_after_findings() {
    let (heard, _) = heard(DONE);
    let why = judge(heard, ended(3), "thread 'main' panicked\n").err();
    let why = why.unwrap_or_default();
    assert!(why.contains("its process died: exit"), "{why}");
    assert!(why.contains("stderr:\nthread 'main' panicked"), "{why}");
}

#[test]
fn silence_garbage_and_contradiction_are_failures() {
    for (said, why) in [
        ("", "without reporting findings"),
        ("garbage\n", "without reporting findings\nstdout:\ngarbage"),
        ("\u{0}\u{1}{", "without reporting findings"),
        (
            "{\"event\":\"findings\",\"executions\":1,\"seconds\":0,\"verdict\":\"FINE\"}\n",
            "without reporting findings",
        ),
        (
            "{\"event\":\"findings\",\"executions\":1,\"seconds\":-1,\"verdict\":\"COMPLETE\"}\n",
            "without reporting findings",
        ),
        (&format!("{DONE}{DONE}"), "findings twice"),
    ] {
        let message = judge(heard(said).0, ended(0), "").err().unwrap_or_default();
        assert!(message.contains(why), "{said:?}: {message}");
    }
}

#[test]
fn bytes_that_are_no_text_are_survived() {
    let heard = listen(&b"\xff\xfe\n"[..], |_| ());
    assert_eq!(heard.other, "\u{fffd}\u{fffd}\n");
}

#[test]
fn of_a_flood_the_end_is_kept() {
    let flood: String = (0..1_000).map(|line| format!("line {line}\n")).collect();
    let (heard, _) = heard(&flood);
    assert!(heard.other.starts_with("(940 earlier lines)\nline 940\n"));
    assert!(heard.other.ends_with("line 999\n"));
}

#[test]
fn a_failure_is_known_before_its_seed() {
    let line = "{\"event\":\"failed\",\"executions\":7,\"why\":\"a race\"}\n";
    let (heard, _) = heard(line);
    assert_eq!(
        (heard.executions, heard.failed.as_deref()),
        (7, Some("a race"))
    );
    assert!(
        judge(heard, ended(0), "").is_err(),
        "the findings are missing"
    );
}

/// It hangs, once it has said what it has to say: with a failure that is known or without one.
#[cfg(unix)]
#[test]
fn a_child_that_hangs_is_stopped_and_its_case_named() -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let case = flipside_scenarios::case::cases(Profile::Quick)[0];
    let place = tempfile::tempdir()?;
    for (says, begins) in [
        ("{}", "its process said nothing for 300ms and was stopped"),
        (
            r#"{"event":"failed","executions":7,"why":"a race"}"#,
            "a race\nIt has no seed: its process said nothing",
        ),
    ] {
        let script = place.path().join("hangs");
        std::fs::write(
            &script,
            format!("#!/bin/sh\necho '{says}'\nexec sleep 600\n"),
        )?;
        std::fs::set_permissions(&script, PermissionsExt::from_mode(0o755))?;
        let patience = Duration::from_millis(300);
        let children = Children::default();
        let found = patiently(&case, Profile::Quick, &script, &children, patience, |_| ());
        let verdict = found.map(|found| found.verdict);
        let why = verdict.as_ref().and_then(Verdict::why).unwrap_or_default();
        assert!(why.starts_with(begins), "{why}");
        assert!(!children.interrupted(), "the others go on");
    }
    Ok(())
}
