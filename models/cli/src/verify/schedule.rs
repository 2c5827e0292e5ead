//! Running the cases, several at once: the longest first, so that none is left alone at the end.

use super::estimate::estimate;
use super::job;
use super::options::Options;
use super::progress::Progress;
use crate::process::children::Children;
use flipside_record::verdict::Findings;
use flipside_scenarios::case::Case;
use flipside_scenarios::checker::Checker;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;

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
