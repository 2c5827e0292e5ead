//! From what the engine recorded to the log.

use flipside::Site;
use flipside::trace::{self, Record};
use flipside_record::log::{Event, Execution, Order, Purpose, What, Word, missing};
use std::collections::HashMap;
use std::sync::atomic::Ordering;

/// The log of an execution. `from` knows where reads read from, if the checker says; else it is
/// the last write of that value.
pub(crate) fn execution(
    records: Vec<Record>,
    workers: usize,
    failure: String,
    from: impl Fn(usize) -> Option<Source>,
) -> Execution {
    let threads = names(&records, workers);
    let mut events: Vec<Event> = Vec::with_capacity(records.len());
    let mut written = Written::default();
    for (index, record) in records.into_iter().enumerate() {
        let what = match record.what {
            trace::What::Read(word) => {
                let word = shown(word);
                let from = match from(index) {
                    Some(Source::Event(write)) => Some(write),
                    Some(Source::Initial) => None,
                    None => written.last(&word.name, &word.value),
                };
                What::Read { word, from }
            }
            trace::What::Write(word) => What::Write(shown(word)),
            trace::What::Update { old, new } => {
                let word = shown(new);
                let from = match from(index) {
                    Some(Source::Event(write)) => Some(write),
                    Some(Source::Initial) => None,
                    None => written.last(&word.name, &old),
                };
                What::Update { old, word, from }
            }
            trace::What::Fence(site, order) => What::Fence {
                site: site.to_owned(),
                order: order.map(ordering),
                mutated: order != whole(site),
            },
            trace::What::Cell(name, purpose) => What::Cell(name, self::purpose(purpose)),
            trace::What::Park => What::Park,
            trace::What::Unpark(thread) => What::Unpark(thread),
            trace::What::Spawn(thread) => What::Spawn(thread),
            trace::What::Join(thread) => What::Join(thread),
            trace::What::Note(text) => What::Note(text),
        };
        if let What::Write(word) | What::Update { word, .. } = &what {
            written.add(word, index);
        }
        // A function that is passed on by name is called from within std: no place to look at.
        let file = record.at.file().replace('\\', "/");
        let is_ours = !file.starts_with("/rustc/") && !file.contains("library/core");
        events.push(Event {
            thread: record.thread,
            what,
            file: if is_ours { file } else { String::new() },
            line: record.at.line(),
        });
    }
    let mut execution = Execution {
        threads,
        events,
        failure,
        ..Execution::default()
    };
    let is_race = ["race", "Causality violation", "Concurrent"]
        .iter()
        .any(|word| execution.failure.contains(word));
    execution.missing = missing(&execution, is_race);
    execution.culprits = match &execution.missing {
        Some(missing) if is_race => vec![missing.from, missing.to],
        _ => ends(&execution),
    };
    execution
}

/// The threads' names. A program that starts another pool has its workers after the last one's.
fn names(records: &[Record], workers: usize) -> Vec<String> {
    let started = records.iter().map(|record| match record.what {
        trace::What::Spawn(thread) => thread,
        _ => record.thread,
    });
    let started = started.max().unwrap_or(0).max(workers);
    let name = |thread: usize| match thread / workers {
        0 => format!("worker {thread}"),
        pool => format!("worker {} of pool {}", thread % workers, pool + 1),
    };
    let submitter = std::iter::once("submitter".to_owned());
    submitter.chain((0..started).map(name)).collect()
}

/// Where a read reads from.
#[derive(Clone, Copy)]
pub(crate) enum Source {
    /// The word's initial value.
    #[cfg_attr(not(weft), expect(dead_code, reason = "only weft says"))]
    Initial,
    /// A step of the log.
    #[cfg_attr(not(weft), expect(dead_code, reason = "only weft says"))]
    Event(usize),
}

/// The last write of each value of each word. An execution that spins has hundreds of thousands of steps,
/// so that nothing may look through all of them for each.
#[derive(Default)]
struct Written(HashMap<String, HashMap<String, usize>>);

impl Written {
    fn add(&mut self, word: &Word, index: usize) {
        let values = self.0.entry(word.name.clone()).or_default();
        values.insert(word.value.clone(), index);
    }

    fn last(&self, name: &str, value: &str) -> Option<usize> {
        self.0.get(name)?.get(value).copied()
    }
}

/// The steps at which threads began to wait for good; else the last step of all.
fn ends(execution: &Execution) -> Vec<usize> {
    let last = |thread: usize| {
        let mut events = execution.events.iter();
        events.rposition(|event| event.thread == thread)
    };
    let asleep: Vec<usize> = (0..execution.threads.len())
        .filter_map(last)
        .filter(|&index| matches!(execution.events[index].what, What::Park | What::Join(_)))
        .collect();
    let stuck = ["deadlock", "hang"];
    let is_stuck = stuck.iter().any(|word| execution.failure.starts_with(word));
    if is_stuck && !asleep.is_empty() {
        asleep
    } else {
        execution.events.len().checked_sub(1).into_iter().collect()
    }
}

fn shown(word: trace::Word) -> Word {
    let whole = word.site.and_then(whole);
    Word {
        name: word.name,
        value: word.shown,
        order: ordering(word.order),
        site: word.site.map(str::to_owned),
        mutated: whole.is_some_and(|whole| whole != word.order),
    }
}

/// The ordering that a site asks for in the engine.
fn whole(site: &str) -> Option<Ordering> {
    let mut sites = Site::ALL.iter();
    let site = sites.find(|known| known.name() == site)?;
    Some(site.kind().ordering())
}

/// The engine says of an access what a sentence says.
fn purpose(verb: &str) -> Purpose {
    match verb {
        "handles" => Purpose::Handle,
        "delivers" => Purpose::Deliver,
        "looks at" => Purpose::Look,
        _ => Purpose::Fill,
    }
}

const fn ordering(order: Ordering) -> Order {
    match order {
        Ordering::Relaxed => Order::Relaxed,
        Ordering::Acquire => Order::Acquire,
        Ordering::Release => Order::Release,
        Ordering::AcqRel => Order::AcqRel,
        _ => Order::SeqCst,
    }
}
