//! The scenarios as ordinary tests.
//!
//! Under a checker's cfg: one test a case of the quick profile, with the executions listed at the
//! end. Without one: each scenario on real threads, which is no evidence for an ordering, and an
//! ignored test whose name says what to run instead.

use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::case::Case;
use flipside_scenarios::checker::Checker;
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let counts = Counts::default();
    let mut trials: Vec<_> = cases().map(|case| trial(case, &counts)).collect();
    if trials.is_empty() {
        eprintln!(
            "{} has no case in the quick profile: nothing was checked",
            Checker::COMPILED
        );
        return ExitCode::FAILURE;
    }
    trials.extend(missing());
    let quiet = arguments.quiet || arguments.list || arguments.format.is_some();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if !quiet {
        counts.print();
    }
    conclusion.exit_code()
}

#[cfg(any(loom, shuttle, weft))]
fn cases() -> impl Iterator<Item = Case> {
    use flipside_scenarios::case::{Profile, cases};
    let all = cases(Profile::Quick).into_iter();
    all.filter(|case| case.checker == Checker::COMPILED)
}

/// Sizes for real threads: many requests through few slots, and a ring of more than a word.
#[cfg(not(any(loom, shuttle, weft)))]
fn cases() -> impl Iterator<Item = Case> {
    use flipside::Design;
    use flipside_scenarios::checker::Bounds;
    use flipside_scenarios::scenario::{SCENARIOS, Size};
    let sized = |[workers, ring, requests]: [usize; 3], runs| {
        let all = SCENARIOS.iter();
        let all =
            all.flat_map(|scenario| Design::ALL.iter().map(move |&design| (scenario, design)));
        all.map(move |(scenario, design)| Case {
            scenario,
            checker: Checker::Native,
            size: Size {
                workers,
                ring,
                requests,
            },
            design,
            bounds: Bounds {
                schedules: runs,
                ..Bounds::default()
            },
            pinned: Some(runs as u64),
        })
    };
    sized([2, 3, 200], 50).chain(sized([2, 70, 300], 10))
}

fn trial(case: Case, counts: &Counts) -> Trial {
    let name = format!("{}::{}::{}", case.design, case.scenario.name, case.size);
    let counts = counts.clone();
    Trial::test(name.clone(), move || {
        let findings = flipside_models::case::run(&case, |_| ());
        counts.add(name, &findings);
        match findings.verdict {
            Verdict::Complete | Verdict::Bounded(_) => Ok(()),
            Verdict::Changed(why) | Verdict::Failed(why) => Err(why.into()),
        }
    })
}

/// In a build without a checker, what is missing.
fn missing() -> Option<Trial> {
    if Checker::COMPILED != Checker::Native {
        return None;
    }
    let others: Vec<_> = Checker::ALL.iter().skip(1).map(|c| c.name()).collect();
    let name = format!(
        "model_checking_needs: RUSTFLAGS=\"--cfg {}\" cargo test --release -p flipside-models \
         (or {}), or: cargo verify",
        Checker::ALL[0],
        others.join(", ")
    );
    let why = "this build has no checker: use the command that the test's name says";
    Some(Trial::test(name, move || Err(why.into())).with_ignored_flag(true))
}

/// How many executions each case had.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<Vec<String>>>);

impl Counts {
    fn add(&self, name: String, findings: &Findings) {
        let verdict = match &findings.verdict {
            failed @ (Verdict::Changed(_) | Verdict::Failed(_)) => failed.word().to_owned(),
            passed => passed.to_string(),
        };
        let line = format!("{name:48} {:>7} executions  {verdict}", findings.executions);
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line);
    }

    fn print(&self) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.sort();
        for line in lines.iter() {
            println!("{line}");
        }
    }
}
