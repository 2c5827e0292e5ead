//! A candidate execution as a log, so that it is drawn as all others are.

use super::candidate::Candidate;
use super::event::{Event, What};
use super::program::{Barrier, Language, Litmus, Mark};
use flipside_record::log::{self, Execution, Order, Word};
use flipside_record::timeline::{Headline, lay_out, svg};

/// The picture of an execution with the outcome that its test asks for.
pub(super) fn picture(litmus: &Litmus, candidate: &Candidate) -> String {
    let order = order(candidate);
    let place = |event: usize| order.iter().position(|&other| other == event);
    let source = |read: usize| {
        let writes = 0..candidate.events.len();
        writes
            .into_iter()
            .find(|&write| candidate.rf.has(write, read))
    };
    let mut execution = Execution {
        threads: threads(litmus),
        ..Execution::default()
    };
    for (row, &event) in order.iter().enumerate() {
        let it = &candidate.events[event];
        let word = |value: i64| word(it, value);
        let what = match it.what {
            What::Read(_, value) => {
                let from = source(event).and_then(place);
                // A value from below in the picture is one that is not there yet.
                if from.is_some_and(|from| from > row) {
                    execution.culprits.push(row);
                }
                log::What::Read {
                    word: word(value),
                    from,
                }
            }
            What::Write(_, value) => log::What::Write(word(value)),
            What::Fence(barrier) => log::What::Note(name(barrier, litmus.language).to_owned()),
        };
        execution.events.push(log::Event {
            thread: it.thread.unwrap_or_default(),
            what,
            file: String::new(),
            line: 0,
        });
    }
    let headline = Headline {
        title: format!("{} under the {}", litmus.name, litmus.language.model()),
        given: Vec::new(),
        extent: String::new(),
    };
    let mut timeline = lay_out(headline, &execution);
    // In the words of the model's own language.
    let accesses = order.iter().map(|&event| &candidate.events[event]);
    for (row, event) in timeline.rows.iter_mut().zip(accesses) {
        row.order = match event.mark {
            _ if event.location().is_none() => "",
            Mark::Plain => "plain",
            Mark::Relaxed => "ONCE",
            Mark::Acquire => "acquire",
            Mark::Release => "release",
            Mark::SeqCst => "seq_cst",
        };
    }
    svg(&timeline)
}

/// Who the threads are.
fn threads(litmus: &Litmus) -> Vec<String> {
    let names: &[&str] = match litmus.obligations {
        ["O2" | "O3"] => &["worker", "submitter"],
        ["O5"] => &["worker 0", "worker 1", "submitter"],
        ["O8"] => &["worker 0", "worker 1"],
        _ => &["submitter", "worker"],
    };
    names.iter().map(|&name| name.to_owned()).collect()
}

/// The events, each thread's in program order; a read as soon as what it reads is there, or where
/// nothing else goes on.
fn order(candidate: &Candidate) -> Vec<usize> {
    let events = &candidate.events;
    let mut left: Vec<usize> = (0..events.len())
        .filter(|&event| events[event].thread.is_some())
        .collect();
    let mut order: Vec<usize> = Vec::new();
    while !left.is_empty() {
        let first = |event: usize| !left.iter().any(|&other| candidate.po.has(other, event));
        let there = |event: usize| {
            let mut sources = left.iter();
            !sources.any(|&write| candidate.rf.has(write, event))
        };
        let mut ready = left.iter().copied().filter(|&event| first(event));
        let next = ready
            .clone()
            .find(|&event| there(event))
            .or_else(|| ready.next());
        let Some(next) = next else { break };
        left.retain(|&event| event != next);
        order.push(next);
    }
    order
}

fn word(event: &Event, value: i64) -> Word {
    Word {
        name: event.location().unwrap_or_default().to_owned(),
        value: value.to_string(),
        order: match event.mark {
            Mark::Plain | Mark::Relaxed => Order::Relaxed,
            Mark::Acquire => Order::Acquire,
            Mark::Release => Order::Release,
            Mark::SeqCst => Order::SeqCst,
        },
        site: None,
        mutated: false,
    }
}

const fn name(barrier: Barrier, language: Language) -> &'static str {
    match (language, barrier) {
        (Language::AArch64, Barrier::Wmb) => "dmb ishst",
        (Language::AArch64, Barrier::Rmb) => "dmb ishld",
        (Language::AArch64, _) => "dmb ish",
        (_, Barrier::Wmb) => "smp_wmb",
        (_, Barrier::Rmb) => "smp_rmb",
        (_, Barrier::Mb) => "smp_mb",
        (_, Barrier::BeforeAtomic) => "smp_mb__before_atomic",
    }
}
