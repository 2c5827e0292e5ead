//! Who writes each shared word, and what its readers see (O8, O9).

use super::seen::{Seen, Step};
use flipside_record::facts::WordUse;
use flipside_record::log::What;
use std::collections::BTreeMap;
use weft::EventId;

pub(super) fn add(seen: &Seen<'_>, words: &mut BTreeMap<String, WordUse>) {
    for step in seen.steps() {
        let Some(word) = step.word() else { continue };
        let used = words.entry(word.name.clone()).or_default();
        let writes = match step.event.what {
            What::Write(_) => Some(&mut used.stores),
            What::Update { .. } => Some(&mut used.updates),
            _ => None,
        };
        if let Some(count) = writes {
            *count += 1;
            let writer = &seen.log.threads[step.thread()];
            if !used.writers.contains(writer) {
                used.writers.push(writer.clone());
                used.writers.sort();
            }
            used.lossless += u64::from(is_lossless(seen, step));
        }
        if step.event.reads().is_some() {
            used.loads += 1;
            used.stale += u64::from(is_stale(seen, step));
        }
    }
}

/// Whether a write is made from the value that comes just before it in coherence order: that of
/// the same thread, or what the same read-modify-write has read.
fn is_lossless(seen: &Seen<'_>, step: Step<'_>) -> bool {
    let write = seen.write_of(step);
    let Some(location) = seen.graph.event(write).location() else {
        return false;
    };
    let order = seen.graph.coherence(location);
    let place = order.iter().position(|&other| other == write);
    let Some((before, place)) = place.and_then(|at| Some((at.checked_sub(1)?, at))) else {
        return false;
    };
    match step.event.what {
        What::Update { .. } => seen.graph.event(step.id).reads_from() == Some(order[before]),
        // The word's beginning is the submitter's, and everyone knows it.
        _ => place == 1 || order[before].thread == write.thread,
    }
}

/// Whether a newer value was there that did not come after the load.
pub(super) fn is_stale(seen: &Seen<'_>, step: Step<'_>) -> bool {
    newer(seen, step).is_some()
}

/// The newest such write.
pub(super) fn newer(seen: &Seen<'_>, step: Step<'_>) -> Option<EventId> {
    let event = seen.graph.event(step.id);
    let (location, source) = (event.location()?, event.reads_from()?);
    let order = seen.graph.coherence(location);
    let place = order.iter().position(|&write| write == source)?;
    let mut later = order[place + 1..].iter().rev().copied();
    // Its own update is not newer than what it updates.
    later.find(|&write| write != seen.write_of(step) && !seen.graph.hb(step.id, write))
}
