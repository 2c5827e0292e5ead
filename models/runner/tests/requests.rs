//! The binary that the commands start, from outside.

use flipside::Design;
use flipside_record::channel::{CaseName, Request};
use flipside_scenarios::case::Profile;
use flipside_scenarios::checker::Checker;
use std::error::Error;
use std::process::{Command, Stdio};

type Done = Result<(), Box<dyn Error>>;

fn runner(arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runner"));
    command.args(arguments).stdin(Stdio::piped());
    command
}

/// Runs arguments that are wrong; what it says on stderr.
fn refused(arguments: &[String]) -> std::io::Result<String> {
    let output = runner(arguments).output()?;
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    Ok(message)
}

#[test]
fn whoever_calls_it_by_hand_is_told_which_commands_start_it() -> Done {
    for wrong in [&[][..], &["verify".to_owned()]] {
        let message = refused(wrong)?;
        assert!(message.contains("`cargo verify`"), "{message}");
    }
    Ok(())
}

#[test]
fn a_case_is_run_by_its_own_checker_only() -> Done {
    let case = CaseName {
        checker: if cfg!(loom) {
            Checker::Shuttle
        } else {
            Checker::Loom
        },
        design: Design::OneBit,
        scenario: "handover".to_owned(),
        size: "1x1,1".parse()?,
        profile: Profile::Quick,
    };
    let message = refused(&Request::Case(case).arguments())?;
    assert!(message.contains("build for"), "{message}");
    Ok(())
}

/// It would take a while, and the answer has nobody to go to.
#[cfg(any(loom, shuttle, weft))]
#[test]
fn a_question_ends_with_whoever_asked_it() -> Done {
    let mut child = runner(&Request::Hunt(String::new()).arguments())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    drop(child.stdin.take());
    assert_eq!(child.wait()?.code(), Some(1));
    Ok(())
}
