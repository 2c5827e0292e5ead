use super::*;
use crate::plan::Op;
use flipside_record::seed::Versioned;
use flipside_scenarios::checker::Checker;
use std::rc::Rc;
use std::{fs, thread};

/// How a run goes that is made up: whether it fails, and how.
type Goes = Box<dyn Fn(&Plan, Duration) -> Option<String>>;

/// A layer in which plans go as they are told to.
fn layer(goes: impl Fn(&Plan, Duration) -> Option<String> + 'static) -> Layer {
    let goes: Rc<Goes> = Rc::new(Box::new(goes));
    let of = |plan: &Plan, fails: String| PlanSeed {
        layer: "threads".to_owned(),
        found_by: Versioned::here(Checker::Native),
        mutant: None,
        walk: "jitter 1".to_owned(),
        schedule: None,
        fails,
        plan: plan.to_string(),
    };
    let again = Rc::clone(&goes);
    Layer {
        name: "made up",
        beyond: Reached::ALL,
        remembers: false,
        check: Box::new(move |plan, patience| match goes(plan, patience) {
            Some(fails) => Err(Box::new(of(plan, fails))),
            None => Ok(Coverage::default()),
        }),
        confirm: Box::new(move |plan, _| Some(of(plan, again(plan, PATIENCE)?))),
    }
}

const SHORT: Duration = Duration::from_millis(20);

/// What a run says at the end, and the seed that its last line names.
fn failing(layer: &Layer, shrinking: Duration) -> (String, PlanSeed) {
    let limits = Limits {
        smaller: SHORT,
        shrinking,
        ..Limits::default()
    };
    let files = RefCell::new(Vec::new());
    let found = |said: &str| files.borrow_mut().push(seed_of(said).0);
    let said = layer.run_within(limits, 500, |_| (), found);
    let said = said.err().unwrap_or_default();
    let (file, seed) = seed_of(&said);
    let mut files = files.into_inner();
    assert_eq!(
        files.len(),
        1,
        "what failed first is there before it is made smaller"
    );
    files.push(file);
    for file in files {
        // Both may be the same.
        let _ = fs::remove_file(file);
    }
    (said, seed)
}

/// The file that the last line names, which is a seed's.
fn seed_of(said: &str) -> (String, PlanSeed) {
    let last = said.lines().last().unwrap_or_default();
    let file = last.strip_prefix("cargo replay ").expect(said);
    let file = format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&file).expect(&file);
    (file, text.parse().expect(&text))
}

fn stops(plan: &Plan) -> bool {
    plan.ops.contains(&Op::Stop)
}

#[test]
fn a_failure_is_made_small_and_named_by_its_command() {
    let layer = layer(|plan, _| stops(plan).then(|| "it stops".to_owned()));
    let (said, seed) = failing(&layer, PATIENCE);
    assert!(said.starts_with("it stops\n"), "{said}");
    assert_eq!(seed.plan, "pool 1x1 round-robin spin 0\nstop\n");
}

#[test]
fn a_failure_that_is_not_seen_again_leaves_a_seed_of_what_was_run() {
    let once = std::cell::Cell::new(true);
    let layer = layer(move |plan, _| {
        let fails = stops(plan) && plan.ops.len() > 3 && once.replace(false);
        fails.then(|| "by chance".to_owned())
    });
    let (said, seed) = failing(&layer, PATIENCE);
    assert!(said.starts_with("seen once, and not again"), "{said}");
    assert_eq!(seed.fails, "by chance");
    assert!(seed.plan.lines().count() > 4, "as it was found: {seed}");
}

#[test]
fn plans_that_hang_are_given_little_time_while_they_are_made_smaller() {
    let shrinking = Duration::from_millis(100);
    let waited = Rc::new(RefCell::new(Vec::new()));
    let asked = Rc::clone(&waited);
    let layer = layer(move |plan, patience| {
        asked.borrow_mut().push(patience);
        // As long as hanging takes where little time is given.
        thread::sleep(patience.min(SHORT));
        stops(plan).then(|| LATE.to_owned())
    });
    let (_, seed) = failing(&layer, shrinking);
    assert_eq!(seed.fails, LATE);
    let waited = waited.borrow();
    let smaller = waited.iter().filter(|asked| **asked == SHORT).count();
    // The first that hangs, and the one that is seen to hang again.
    assert_eq!(waited[waited.len() - smaller - 2..][0], PATIENCE);
    assert_eq!(waited.last(), Some(&PATIENCE));
    let most = shrinking.as_millis() / SHORT.as_millis() + 1;
    assert!((1..=most).contains(&(smaller as u128)), "{waited:?}");
}

#[test]
fn a_plan_that_is_only_slow_is_none_that_fails() {
    let layer = layer(|plan, patience| match stops(plan) {
        true if plan.ops.len() > 2 => Some("it stops".to_owned()),
        true if patience < PATIENCE => Some(LATE.to_owned()),
        _ => None,
    });
    let (_, seed) = failing(&layer, PATIENCE);
    assert_eq!(seed.fails, "it stops");
    assert_eq!(seed.plan.lines().count(), 1 + 3, "{seed}");
}
