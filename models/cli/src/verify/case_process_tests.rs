//! The protocol of the children, from both ends and with what should never come.

use super::*;
use flipside::Design;
use flipside_record::seed::Schedule;
use flipside_record::seed::Seed;
use flipside_scenarios::checker::Checker;
use std::time::Duration;

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
    let heard = listen(lines.as_bytes(), |executions| progress.push(executions));
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
