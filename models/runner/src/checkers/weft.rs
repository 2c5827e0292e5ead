//! weft: every execution graph of RC11, each once.

use super::{Caught, Model, Progress, Replayed};
use crate::shrink::{Limit, shrink};
use crate::transcript::{Source, execution};
use flipside::trace::{Record, What, record_into};
use flipside_record::log::{Execution, normalised};
use flipside_record::seed::{Length, Schedule};
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::checker::Bounds;
use flipside_scenarios::program::Program;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use weft::{Bound, Decisions, EventId, Failure, Graph, Kind};

/// weft, told that each turn of a waiting loop is an await. The engine's waits are such: all that is left of a turn that
/// waits on is which requests have come back, and it does not matter when a side has heard of that. A test explores
/// every scenario without this promise, at a small size, and compares what they show.
#[must_use]
pub fn builder() -> weft::Builder {
    weft::Builder {
        awaits: true,
        ..weft::Builder::new()
    }
}

pub(super) fn check(
    scenario: impl Fn() + Send + Sync + 'static,
    bounds: Bounds,
    mut progress: Progress,
) -> (Findings, Option<Schedule>) {
    let start = Instant::now();
    let mut builder = builder();
    builder.max_duration = bounds.time;
    builder.max_graphs = bounds.executions;
    let mut graphs = 0_u64;
    let counting = move |_: &weft::Graph| {
        if graphs.is_multiple_of(16) {
            progress(graphs);
        }
        graphs += 1;
    };
    let report = builder.visit(counting, scenario);
    let findings = findings(&report, start.elapsed());
    (
        findings,
        report.failure().map(|failure| caught(failure).schedule),
    )
}

fn findings(report: &weft::Report, time: Duration) -> Findings {
    let (verdict, failed) = match &report.verdict {
        weft::Verdict::Complete => (Verdict::Complete, 0),
        weft::Verdict::Bounded(why) => (Verdict::Bounded(why.to_string()), 0),
        weft::Verdict::Failed(failure) => (Verdict::Failed(failure.message()), 1),
    };
    Findings {
        cut_off: matches!(
            report.verdict,
            weft::Verdict::Bounded(Bound::Graphs(_) | Bound::Duration(_))
        ),
        verdict,
        executions: report.complete + failed,
        time,
        seed: None,
    }
}

/// The first graph that fails.
pub(super) fn find(model: &Model, bounds: Bounds) -> Option<Caught> {
    let mut builder = builder();
    builder.max_duration = bounds.time;
    let model = model.clone();
    let report = builder.check(move || model(None));
    report.failure().map(caught)
}

fn caught(failure: &Failure) -> Caught {
    Caught {
        failure: normalised(&failure.message()),
        schedule: Schedule::Decisions(failure.decisions.to_string()),
    }
}

/// How far a decision list is shrunk.
const LIMIT: Limit = Limit {
    attempts: 3_000,
    time: Duration::from_secs(60),
};

/// The same failure by the least execution that leaving decisions out comes to.
pub(super) fn minimise(model: &Model, found: Caught) -> Caught {
    let Schedule::Decisions(text) = &found.schedule else {
        return found;
    };
    let Some((version, list)) = text.split_once(' ') else {
        return found;
    };
    // Where decisions are missing, what weft does instead is not always what its list of them says.
    let again = |failure: &Failure| {
        let model = model.clone();
        let report = builder().replay(&failure.decisions, move || model(None));
        let message = report
            .failure()
            .map(|failure| normalised(&failure.message()));
        message.as_ref() == Some(&found.failure)
    };
    let attempt = |steps: &[String]| {
        let text = format!("{version} {}", steps.join(" "));
        let model = model.clone();
        let decisions: Decisions = text.parse().ok()?;
        let report = builder().replay(&decisions, move || model(None));
        let failure = report.failure()?;
        let same = normalised(&failure.message()) == found.failure && again(failure);
        let text = failure.decisions.to_string();
        let steps = single(text.split_once(' ')?.1);
        let length = length(&steps);
        same.then_some((steps, length))
    };
    let steps = single(list);
    let length = length(&steps);
    let (steps, _) = shrink((steps, length), LIMIT, defaults, attempt);
    let text = joined(version, &steps);
    Caught {
        schedule: Schedule::Decisions(with_fingerprint(model, &text, &found.failure)),
        failure: found.failure,
    }
}

/// The list as weft writes it of the execution that it leads to, which pins that one, if it leads there by the same steps.
fn with_fingerprint(model: &Model, text: &str, failure: &str) -> String {
    let again = || {
        let model = model.clone();
        let report = builder().replay(&text.parse().ok()?, move || model(None));
        let found = report.failure()?;
        let whole = found.decisions.to_string();
        let same = normalised(&found.message()) == failure && whole.starts_with(text);
        same.then_some(whole)
    };
    again().unwrap_or_else(|| text.to_owned())
}

/// The decisions one by one, where the text counts equal ones; without the fingerprint, which no shorter list has.
fn single(list: &str) -> Vec<String> {
    let words = list
        .split_whitespace()
        .filter(|word| !word.starts_with('#'))
        .map(|word| match word.split_once('*') {
            Some((step, times)) => (step, times.parse().unwrap_or(1)),
            None => (word, 1),
        });
    words
        .flat_map(|(step, times)| std::iter::repeat_n(step.to_owned(), times))
        .collect()
}

fn joined(version: &str, steps: &[String]) -> String {
    let text = format!("{version} {}", steps.join(" "));
    // weft's own way of writing it is shorter.
    text.parse::<Decisions>()
        .map_or(text, |decisions| decisions.to_string())
}

fn thread(step: &str) -> &str {
    let end = step.find(|c: char| !c.is_ascii_digit());
    &step[..end.unwrap_or(step.len())]
}

fn length(steps: &[String]) -> Length {
    let pairs = steps.windows(2);
    let switches = pairs.filter(|pair| thread(&pair[0]) != thread(&pair[1]));
    Length {
        switches: switches.count(),
        steps: steps.len(),
    }
}

/// The list with one decision as it would be by default: the newest is read.
fn defaults(steps: &[String]) -> impl Iterator<Item = Vec<String>> + use<> {
    let steps = steps.to_vec();
    (0..steps.len()).filter_map(move |at| {
        let default = thread(&steps[at]);
        let mut changed = steps.clone();
        changed[at] = default.to_owned();
        (default != steps[at]).then_some(changed)
    })
}

/// Runs just that graph.
pub(super) fn replay(
    model: &Model,
    schedule: &Schedule,
    workers: usize,
) -> Result<Replayed, String> {
    let Schedule::Decisions(text) = schedule else {
        return Err("the schedule is not one of weft's".to_owned());
    };
    let decisions: Decisions = text.parse().map_err(|why| format!("{why}"))?;
    let log = super::Log::default();
    let (model, sink) = (model.clone(), log.clone());
    let report = builder().replay(&decisions, move || model(Some(sink.clone())));
    let records = super::taken(&log);
    let Some(failure) = report.failure() else {
        return Ok(Replayed {
            failure: None,
            execution: execution(records, workers, String::new(), |_| None),
        });
    };
    let message = normalised(&failure.message());
    let (execution, _) = beside(&failure.graph, records, workers, message.clone());
    Ok(Replayed {
        failure: Some(message),
        execution,
    })
}

/// Explores a program and shows each complete graph, with the log of the same execution, where the
/// graph has each step of the log, and what the submitter saw.
pub(crate) fn visit(
    program: Program,
    mut show: impl FnMut(&Graph, &Execution, &[Option<EventId>], &str) + Send,
) -> Findings {
    let log = super::Log::default();
    let outcome = Arc::new(Mutex::new(String::new()));
    let (sink, out) = (log.clone(), Arc::clone(&outcome));
    let model = move || {
        // What an execution that was given up has left there is no part of the next.
        super::taken(&sink);
        record_into(Some(sink.clone()));
        let returned = program.run();
        *out.lock().unwrap_or_else(PoisonError::into_inner) = returned;
    };
    let workers = program.size.workers;
    let each = |graph: &Graph| {
        let (execution, ids) = beside(graph, super::taken(&log), workers, String::new());
        let outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
        show(graph, &execution, &ids, &outcome);
    };
    let start = Instant::now();
    let report = builder().visit(each, model);
    findings(&report, start.elapsed())
}

/// The log of an execution beside its graph: what each step reads from, and where the graph has it.
fn beside(
    graph: &Graph,
    mut records: Vec<Record>,
    workers: usize,
    failure: String,
) -> (Execution, Vec<Option<EventId>>) {
    keep(&mut records, graph);
    let ids: Vec<Option<EventId>> = records.iter().map(id).collect();
    let sources: Vec<Option<Source>> = records
        .iter()
        .map(|record| source(record, graph, &ids))
        .collect();
    let execution = execution(records, workers, failure, |index| sources[index]);
    (execution, ids)
}

/// The event that a record is the record of.
fn id(record: &Record) -> Option<EventId> {
    let is_event = matches!(
        record.what,
        What::Read(_)
            | What::Write(_)
            | What::Update { .. }
            | What::Cell(..)
            | What::Fence(_, Some(_))
    );
    let (thread, index) = record.position?;
    is_event.then_some(EventId { thread, index })
}

/// Drops what was only tried: reads that the graph does not have, or has from a later try.
fn keep(records: &mut Vec<Record>, graph: &Graph) {
    let ids: Vec<_> = records.iter().map(id).collect();
    let is_there = |id: EventId| {
        (id.thread as usize) < graph.thread_count()
            && (id.index as usize) < graph.events(id.thread).len()
    };
    let mut index = 0;
    records.retain(|_| {
        let keeps = match ids[index] {
            None => true,
            Some(id) => is_there(id) && !ids[index + 1..].contains(&Some(id)),
        };
        index += 1;
        keeps
    });
}

/// The log has a read-modify-write where the graph has its read.
pub(crate) fn first_half(graph: &Graph, id: EventId) -> EventId {
    let event = graph.event(id);
    match event.kind {
        Kind::Write if event.rmw => EventId {
            index: id.index - 1,
            ..id
        },
        _ => id,
    }
}

fn source(record: &Record, graph: &Graph, places: &[Option<EventId>]) -> Option<Source> {
    let id = id(record)?;
    let write = graph.event(id).reads_from()?;
    if graph.event(write).kind == Kind::Init {
        return Some(Source::Initial);
    }
    let write = first_half(graph, write);
    let place = places.iter().position(|place| *place == Some(write));
    place.map(Source::Event)
}
