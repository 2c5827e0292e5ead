//! Running the cases, several at once: the longest first, so that none is left alone at the end.

use super::job;
use super::options::Options;
use super::progress::Progress;
use crate::case::Case;
use crate::checker::Checker;
use crate::process::children::Children;
use crate::verdict::Findings;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Roughly how long a case takes on one core. A case without a pinned count is one of the deep
/// profile that nobody has seen the end of.
pub(super) fn estimate(case: &Case) -> f64 {
    let a_second: f64 = match case.checker {
        Checker::Loom => 25_000.0,
        Checker::Shuttle => 20_000.0,
        Checker::Weft | Checker::Native => 10_000.0,
    };
    // A count is far below the 53 bits that a float holds.
    case.pinned.map_or(600.0, |count| count as f64 / a_second)
}

/// The findings of each case, in the order of the cases; none for one that did not run.
pub(super) fn run(
    cases: &[Case],
    options: &Options,
    binaries: &BTreeMap<Checker, PathBuf>,
    children: &Children,
    progress: &Progress,
) -> Vec<Option<Findings>> {
    let mut queue: Vec<usize> = (0..cases.len()).collect();
    // Taken from the end; of equally long ones the first in the table first.
    queue.reverse();
    queue.sort_by(|&a, &b| estimate(&cases[a]).total_cmp(&estimate(&cases[b])));
    let queue = Mutex::new(queue);
    let outcomes = Mutex::new(vec![None; cases.len()]);
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let work = || {
        while let Some(index) = next() {
            let case = &cases[index];
            let Some(binary) = binaries.get(&case.checker) else {
                continue;
            };
            progress.started(index);
            let advanced = |executions| progress.advanced(index, executions);
            let findings = job::run(case, options.profile(), binary, children, advanced);
            progress.finished(index, findings.as_ref());
            let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            outcomes[index] = findings;
        }
    };
    thread::scope(|scope| {
        for _ in 0..options.jobs().min(cases.len()) {
            scope.spawn(work);
        }
    });
    outcomes
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}
