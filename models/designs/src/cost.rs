//! What a design costs: the accesses to shared words that a request takes on its way, counted as
//! they happen.
//!
//! Only a checker's build can count. Sleeping and waking, the
//! stop flag and the request itself are left out: they are the same in every design.

use crate::{Any, Design};
use flipside::seam::{Handoff, Layout, SubmitterSide};
use flipside_instrument::trace::{Log, Record, What, Word, record_into};
use std::collections::BTreeSet;
use std::sync::PoisonError;

/// Accesses to shared words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Atomic loads.
    pub loads: usize,
    /// Plain atomic stores.
    pub stores: usize,
    /// Atomic read-modify-writes.
    pub updates: usize,
    /// Standalone fences.
    pub fences: usize,
    /// Different cache lines with a word that was accessed, as a normal build pads them.
    pub lines: usize,
}

/// The steps of a round, in their order. The last is a look that finds all of them done.
pub const STEPS: [&str; 5] = ["prepare", "commit", "take", "complete", "wait_done"];

/// What so many requests of one worker cost that are prepared, committed together, handled and
/// completed, step by step as in [`STEPS`], after a round before: each prepare finds that its
/// request came back, which it did not know.
///
/// To be called in a model, on its first thread.
///
/// # Panics
///
/// If the design loses a request.
#[must_use]
pub fn round(design: Design, requests: usize) -> [Cost; STEPS.len()] {
    let log = Log::default();
    record_into(Some(log.clone()));
    let layout = Layout::new(2, requests);
    let words = Any::new(&design, layout);
    words.name(layout);
    let mut submitter = SubmitterSide::new(layout, &words);
    let mut worker = words.worker(layout, 0);
    let mut steps: [Vec<Record>; STEPS.len()] = Default::default();
    for _round in 0..2 {
        let [prepare, commit, take, complete, _] = &mut steps;
        for _ in 0..requests {
            let place = submitter.claim(&words, 0).expect("a free request");
            assert!(
                layout.request(place) < requests,
                "one of the first worker's"
            );
            submitter.delivered(place);
            submitter.stage(place);
        }
        *prepare = said(&log);
        assert_eq!(submitter.publish(&words, |_| ()), requests);
        *commit = said(&log);
        (*take, *complete) = (Vec::new(), Vec::new());
        let mut handled = 0;
        while handled < requests {
            assert!(words.look(&mut worker), "a request was lost");
            while let Some(place) = words.take(&mut worker) {
                take.append(&mut said(&log));
                words.complete(&mut worker, place);
                complete.append(&mut said(&log));
                handled += 1;
            }
        }
    }
    assert!(submitter.flush(&words, 0), "all are done");
    steps[4] = said(&log);
    record_into(None);
    steps.map(|records| count(&records))
}

/// What was recorded since the last time.
fn said(log: &Log) -> Vec<Record> {
    std::mem::take(&mut *log.lock().unwrap_or_else(PoisonError::into_inner))
}

fn count(records: &[Record]) -> Cost {
    let mut cost = Cost::default();
    let mut lines = BTreeSet::new();
    for Record { what, .. } in records {
        let Word { line, .. } = match what {
            What::Read(word) => {
                cost.loads += 1;
                word
            }
            What::Write(word) => {
                cost.stores += 1;
                word
            }
            What::Update { new, .. } => {
                cost.updates += 1;
                new
            }
            What::Fence(..) => {
                cost.fences += 1;
                continue;
            }
            _ => continue,
        };
        lines.insert(line);
    }
    cost.lines = lines.len();
    cost
}
