//! Wakers and sleepers that cross (O6). Each stores its own word, passes its barrier and looks at
//! the other's word; a wake-up is lost if neither sees the other's store.

use super::seen::{Seen, Step};
use flipside::{Kind, Site};
use flipside_record::facts::Crossing;
use flipside_record::log::What;
use std::collections::BTreeMap;
use weft::EventId;

/// The crossings of all graphs of a case so far.
#[derive(Default)]
pub(super) struct Crossings(BTreeMap<(Site, Site), [u64; 4]>);

/// One of them.
pub(super) struct Met<'a> {
    /// The waker's store, barrier and look.
    pub(super) waker: [Step<'a>; 3],
    /// The sleeper's.
    pub(super) sleeper: [Step<'a>; 3],
    pub(super) waker_sees: bool,
    pub(super) sleeper_sees: bool,
    sites: (Site, Site),
}

impl Crossings {
    /// Asks one more graph.
    pub(super) fn add(&mut self, seen: &Seen<'_>, broken: &mut Vec<String>) {
        for met in met(seen) {
            let counts = self.0.entry(met.sites).or_default();
            counts[2 * usize::from(met.waker_sees) + usize::from(met.sleeper_sees)] += 1;
            if !met.waker_sees && !met.sleeper_sees {
                let (waker, sleeper) = (met.sites.0.name(), met.sites.1.name());
                broken.push(format!(
                    "O6: behind {waker} and {sleeper} neither sees the other"
                ));
            }
        }
    }

    pub(super) fn done(self) -> Vec<Crossing> {
        let crossings = self.0.into_iter().map(|((waker, sleeper), counts)| {
            let [neither, sleeper_only, waker_only, both] = counts;
            Crossing {
                waker: waker.name().to_owned(),
                sleeper: sleeper.name().to_owned(),
                both,
                sleeper_only,
                waker_only,
                neither,
            }
        });
        crossings.collect()
    }
}

/// Every crossing of a graph.
pub(super) fn met<'a>(seen: &Seen<'a>) -> Vec<Met<'a>> {
    let steps: Vec<Step<'a>> = seen.steps().collect();
    let full = |step: &Step<'a>| {
        let name = step.site().filter(|_| step.is_fence())?;
        let site = Site::ALL.iter().copied().find(|site| site.name() == name)?;
        (site.kind() == Kind::Mb).then_some((*step, site))
    };
    let barriers: Vec<_> = steps.iter().filter_map(full).collect();
    let mut all = Vec::new();
    for &(barrier, site) in &barriers {
        if is_sleepers(site) {
            continue;
        }
        // The looks of one waking: those before its next barrier.
        let own = barriers.iter().map(|(next, _)| next.id);
        let next = own.filter(|id| id.thread == barrier.id.thread && id.index > barrier.id.index);
        let end = next.map(|id| id.index).min().unwrap_or(u32::MAX);
        for &(other, sleepers) in &barriers {
            if other.thread() == barrier.thread() || !site.partners().contains(&sleepers) {
                continue;
            }
            let bells = writes_before(&steps, other.id).filter(|bell| is_bell(*bell));
            let Some(bell) = bells.last() else { continue };
            let waits_for =
                reads_after(&steps, other.id, u32::MAX).filter(|read| !names_a_bell(*read));
            for look in first_of_each_word(waits_for) {
                let written = writes_before(&steps, barrier.id)
                    .filter(|w| same(*w, look))
                    .last();
                let heard = reads_after(&steps, barrier.id, end).find(|r| same(*r, bell));
                if let (Some(store), Some(heard)) = (written, heard) {
                    all.push(Met {
                        waker_sees: seen.sees(heard, seen.write_of(bell)),
                        sleeper_sees: seen.sees(look, seen.write_of(store)),
                        waker: [store, barrier, heard],
                        sleeper: [bell, other, look],
                        sites: (site, sleepers),
                    });
                }
            }
        }
    }
    all
}

const fn is_sleepers(site: Site) -> bool {
    matches!(site, Site::WorkerSleepMb | Site::SubmitterSleepMb)
}

fn is_bell(step: Step<'_>) -> bool {
    step.word()
        .is_some_and(|word| word.value.starts_with("sleeps"))
}

/// Whether it is at a word by which a side says that it sleeps, or no longer.
fn names_a_bell(step: Step<'_>) -> bool {
    step.word()
        .is_some_and(|word| word.name.starts_with("bell"))
}

fn same(a: Step<'_>, b: Step<'_>) -> bool {
    let name = |step: Step<'_>| step.word().map(|word| word.name.clone());
    name(a) == name(b)
}

fn writes_before<'s, 'a>(
    steps: &'s [Step<'a>],
    barrier: EventId,
) -> impl Iterator<Item = Step<'a>> + 's {
    let own =
        move |step: &&Step<'a>| step.id.thread == barrier.thread && step.id.index < barrier.index;
    let own = steps.iter().filter(own).copied();
    own.filter(|step| step.event.writes().is_some())
}

fn reads_after<'s, 'a>(
    steps: &'s [Step<'a>],
    barrier: EventId,
    end: u32,
) -> impl Iterator<Item = Step<'a>> + 's {
    let own = move |step: &&Step<'a>| {
        step.id.thread == barrier.thread && step.id.index > barrier.index && step.id.index < end
    };
    let own = steps.iter().filter(own).copied();
    own.filter(|step| matches!(step.event.what, What::Read { .. }))
}

fn first_of_each_word<'a>(reads: impl Iterator<Item = Step<'a>>) -> Vec<Step<'a>> {
    let mut first: Vec<Step<'a>> = Vec::new();
    for read in reads {
        if !first.iter().any(|other| same(*other, read)) {
            first.push(read);
        }
    }
    first
}
