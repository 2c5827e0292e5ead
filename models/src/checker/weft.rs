//! weft: every execution graph of RC11, each once.

use super::{Bounds, Progress};
use crate::verdict::{Findings, Verdict};
use std::time::Instant;

pub(super) fn check(
    scenario: impl Fn() + Send + Sync + 'static,
    bounds: Bounds,
    mut progress: Progress,
) -> Findings {
    let start = Instant::now();
    let mut builder = weft::Builder::new();
    builder.max_duration = bounds.time;
    let mut graphs = 0_u64;
    let counting = move |_: &weft::Graph| {
        if graphs.is_multiple_of(256) {
            progress(graphs);
        }
        graphs += 1;
    };
    let report = builder.visit(counting, scenario);
    let (verdict, failed) = match &report.verdict {
        weft::Verdict::Complete => (Verdict::Complete, 0),
        weft::Verdict::Bounded(why) => (Verdict::Bounded(why.to_string()), 0),
        weft::Verdict::Failed(failure) => (Verdict::Failed(failure.message()), 1),
    };
    Findings {
        verdict,
        executions: report.complete + failed,
        time: start.elapsed(),
    }
}
