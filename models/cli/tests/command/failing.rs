//! What `flipside verify` leaves behind of a failure, from outside.

use crate::fake::{Fake, seed};
use flipside_record::seed::Seed;
use flipside_scenarios::checker::Checker;
use std::error::Error;
use std::fs;

type Done = Result<(), Box<dyn Error>>;

const ONE_CASE: [&str; 9] = [
    "verify",
    "--checker",
    "weft",
    "--design",
    "flip-striped",
    "--scenario",
    "handover",
    "--size",
    "2x2,6",
];

/// A workspace in which that case fails, by that execution if one is known.
fn failing(seed: Option<&Seed>) -> Result<Fake, Box<dyn Error>> {
    let fake = Fake::new()?;
    let findings = serde_json::json!({
        "event": "findings", "executions": 7, "seconds": 1.5, "verdict": "FAILED", "why": "a race",
        "cut_off": false, "seed": seed,
    });
    fake.answer(Checker::Weft, "case", &findings.to_string())?;
    Ok(fake)
}

#[test]
fn the_execution_that_failed_is_kept_even_if_nothing_smaller_is_found() -> Done {
    let known = seed(None, "2x2,6")?;
    let fake = failing(Some(&known))?;
    let (out, _) = fake.ends(1, &ONE_CASE)?;
    assert!(
        out.ends_with("\nTo see what happens:\ncargo replay handover-2x2-6.weft\n"),
        "{out}"
    );
    assert!(
        out.contains("is as it was found, not made smaller: shrink is not answered"),
        "{out}"
    );
    let kept = fs::read_to_string(fake.found().join("handover-2x2-6.weft.seed"))?;
    assert_eq!(kept.parse(), Ok(known));
    Ok(())
}

#[test]
fn something_smaller_takes_its_place() -> Done {
    let fake = failing(Some(&seed(None, "2x2,6")?))?;
    let small = seed(None, "1x1,1")?;
    fake.answer(Checker::Weft, "shrink", &serde_json::to_string(&small)?)?;
    let (out, _) = fake.ends(1, &ONE_CASE)?;
    assert!(
        out.ends_with("\nTo see what happens:\ncargo replay handover-1x1-1.weft\n"),
        "{out}"
    );
    let mut there = fs::read_dir(fake.found())?;
    let only = there.next().ok_or("there is one")??.path();
    assert!(there.next().is_none(), "the larger one is gone");
    assert_eq!(fs::read_to_string(only)?.parse(), Ok(small));
    Ok(())
}

#[test]
fn where_no_execution_failed_the_case_is_named() -> Done {
    let (out, _) = failing(None)?.ends(1, &ONE_CASE)?;
    let alone =
        "cargo verify --checker weft --design flip-striped --scenario handover --size 2x2,6\n";
    assert!(
        out.ends_with(&format!("\nTo see what happens:\n{alone}")),
        "{out}"
    );
    Ok(())
}
