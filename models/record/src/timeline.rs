//! An execution as a picture of its interleaving: a column for each thread, a row for each step.
//! The one place that lays one out; text, SVG and HTML differ only in how they draw.

mod html;
mod svg;
mod text;

pub use html::{head, html, section};
pub use svg::{COLOURS, escape, svg};
pub use text::{Look, text};

use crate::log::{Event, Execution, Order, Via, What, Word};
use crate::seed::Seed;
use crate::seed::{GallerySeed, PlanSeed};
use flipside_scenarios::checker::Checker;

/// Everything that is shown of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// The mutant, checker, scenario and size.
    pub title: String,
    /// What was run, if the title does not say it.
    pub given: Vec<String>,
    /// What went wrong, in one sentence.
    pub story: String,
    /// What the checker says.
    pub failure: String,
    /// The threads' names, left to right.
    pub columns: Vec<String>,
    /// The steps, top to bottom.
    pub rows: Vec<Row>,
    /// What is missing between two accesses, in a few lines.
    pub missing: Vec<String>,
    /// The accesses that lack an order: their rows.
    pub gap: Option<(usize, usize)>,
    /// The rows by which one access comes before another, from the one to the other.
    pub chain: Vec<usize>,
    /// How long the execution is, and how long the one was that was found first.
    pub extent: String,
}

/// One step, or several equal ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1; none for a remark.
    pub number: Option<usize>,
    /// Its thread.
    pub column: usize,
    /// What is done.
    pub text: String,
    /// Its memory ordering, if it has one.
    pub order: &'static str,
    /// Where in the source, less the directories.
    pub place: String,
    /// Where in the source.
    pub source: String,
    /// The row that wrote what is read here.
    pub from: Option<usize>,
    /// Whether it reads a word as it was at the start.
    pub initial: bool,
    /// A row that wrote the word after what is read here: the read is one that no interleaving of
    /// whole steps explains.
    pub newer: Option<usize>,
    /// What a reader should look at.
    pub mark: Mark,
}

/// What a row is to the failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nothing special.
    Plain,
    /// A remark of the scenario's.
    Note,
    /// A step that the failure is about.
    Culprit,
    /// A step that a picture of no failure is about.
    Subject,
    /// A barrier that the mutant leaves out or weakens.
    Missing,
}

/// What is said of an execution that it does not say itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// The mutant, checker, scenario and size.
    pub title: String,
    /// What was run, if a name does not say it.
    pub given: Vec<String>,
    /// How long the execution is, and how long the one was that was found first.
    pub extent: String,
}

impl Headline {
    /// Of a scenario's counterexample.
    #[must_use]
    pub fn of_scenario(seed: &Seed) -> Self {
        let Seed {
            scenario,
            size,
            design,
            checker,
            version,
            found,
            minimal,
            ..
        } = seed;
        let mutant = seed.mutant.as_deref().unwrap_or("the engine");
        Self {
            title: format!("{mutant} · {scenario} {size} · {design} · {checker} {version}"),
            given: Vec::new(),
            extent: format!(
                "{} steps, {} switches at {size}; found at {} in {} steps, {} switches",
                minimal.steps, minimal.switches, found.size, found.steps, found.switches
            ),
        }
    }

    /// Of a plan that fails.
    #[must_use]
    pub fn of_plan(seed: &PlanSeed, execution: &Execution) -> Self {
        let PlanSeed { walk, found_by, .. } = seed;
        let mutant = seed.mutant.as_deref().unwrap_or("the engine");
        let how = match found_by.checker {
            Checker::Native => "threads of the system".to_owned(),
            _ => found_by.to_string(),
        };
        let (steps, switches) = (execution.steps(), execution.switches());
        Self {
            title: format!("{mutant} · a plan · {how}"),
            given: seed.plan.lines().map(str::to_owned).collect(),
            extent: format!("{steps} steps, {switches} switches; found by {walk}"),
        }
    }

    /// Of a bug in the gallery.
    #[must_use]
    pub fn of_gallery(seed: &GallerySeed, execution: &Execution) -> Self {
        let GallerySeed {
            bug,
            title,
            found_by,
            ..
        } = seed;
        let (steps, switches) = (execution.steps(), execution.switches());
        Self {
            title: format!("{bug} · {title} · {found_by}"),
            given: Vec::new(),
            extent: format!(
                "{steps} steps, {switches} switches; story and program: docs/src/gallery.md#{bug}"
            ),
        }
    }
}

/// Lays an execution out.
#[must_use]
pub fn lay_out(headline: Headline, execution: &Execution) -> Timeline {
    lay_out_chain(headline, execution, &[], &[])
}

/// Lays an execution out in which nothing fails: `subjects` are the steps that it is about, and
/// `chain` those by which the first of them comes before the last.
#[must_use]
pub fn lay_out_chain(
    headline: Headline,
    execution: &Execution,
    chain: &[usize],
    subjects: &[usize],
) -> Timeline {
    let Execution {
        events, threads, ..
    } = execution;
    let mut rows: Vec<Row> = Vec::new();
    // The row of each event: equal turns of a waiting loop share theirs.
    let mut row_of = Vec::with_capacity(events.len());
    let mut number = 0;
    let mut times = 1;
    for (index, event) in events.iter().enumerate() {
        let repeats = index > 0
            && !execution.culprits.contains(&index)
            && !subjects.contains(&index)
            && matches!(event.what, What::Read { .. } | What::Park)
            && events[index - 1] == *event;
        if repeats && let Some(row) = rows.last_mut() {
            times += 1;
            row.text = format!("{} ×{times}", what(event, threads));
            row_of.push(rows.len() - 1);
            continue;
        }
        times = 1;
        let is_note = matches!(event.what, What::Note(_));
        if !is_note {
            number += 1;
        }
        let mark = match &event.what {
            _ if event.is_mutated() => Mark::Missing,
            _ if execution.culprits.contains(&index) => Mark::Culprit,
            _ if subjects.contains(&index) => Mark::Subject,
            What::Note(_) => Mark::Note,
            _ => Mark::Plain,
        };
        row_of.push(rows.len());
        let file = event.file.rsplit('/').next().unwrap_or_default();
        rows.push(Row {
            number: (!is_note).then_some(number),
            column: event.thread,
            text: what(event, threads),
            order: order(event),
            place: if is_note || event.file.is_empty() {
                String::new()
            } else {
                format!("{file}:{}", event.line)
            },
            source: format!("{}:{}", event.file, event.line),
            from: None,
            newer: newer(&events[..index], event).map(|newer| row_of[newer]),
            initial: event.reads().is_some_and(|(_, from)| from.is_none()),
            mark,
        });
    }
    // What is read may stand below: a memory model need not have an order of steps.
    for (event, &row) in events.iter().zip(&row_of) {
        let from = event.reads().and_then(|(_, from)| from);
        rows[row].from = from.and_then(|from| row_of.get(from).copied());
    }
    let missing = missing(execution, &rows, &row_of);
    let gap = execution
        .missing
        .as_ref()
        .map(|missing| (row_of[missing.from], row_of[missing.to]));
    let Headline {
        title,
        given,
        extent,
    } = headline;
    Timeline {
        title,
        given,
        story: sentence(&execution.story),
        failure: execution.failure.clone(),
        columns: threads.clone(),
        rows,
        missing,
        gap,
        chain: chain.iter().map(|&event| row_of[event]).collect(),
        extent,
    }
}

fn sentence(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    capital(text) + "."
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn what(event: &Event, threads: &[String]) -> String {
    let name = |thread: &usize| threads.get(*thread).map_or("a thread", String::as_str);
    match &event.what {
        What::Read { word, .. } => format!("reads {}", equation(word)),
        What::Write(word) => format!("writes {}", equation(word)),
        What::Update { old, word, .. } => {
            let without = without(word);
            format!(
                "changes {} from {old} to {}{without}",
                word.name, word.value
            )
        }
        What::Fence {
            site, order: None, ..
        } => format!("no {site} here"),
        What::Fence { site, .. } => site.clone(),
        What::Cell(name, purpose) => format!("{} {name}", purpose.verb()),
        What::Park => "goes to sleep".to_owned(),
        What::Unpark(thread) => format!("wakes {}", name(thread)),
        What::Spawn(thread) => format!("starts {}", name(thread)),
        What::Join(thread) => format!("waits for the end of {}", name(thread)),
        What::Note(text) => text.clone(),
    }
}

/// With the ordering that the mutant leaves out of the access, if it does.
fn without(word: &Word) -> String {
    let site = word.site.as_deref().filter(|_| word.mutated);
    site.map_or_else(String::new, |site| format!(", no {site}"))
}

fn equation(word: &Word) -> String {
    format!("{} = {}{}", word.name, word.value, without(word))
}

fn order(event: &Event) -> &'static str {
    match &event.what {
        What::Read { word, .. } | What::Write(word) | What::Update { word, .. } => {
            word.order.name()
        }
        What::Fence { order, .. } => order.map_or("left out", Order::name),
        _ => "",
    }
}

/// The last write to the word that a step reads, if it is not what it reads.
fn newer(before: &[Event], event: &Event) -> Option<usize> {
    let (word, from) = event.reads()?;
    let writes = |event: &Event| event.writes().is_some_and(|other| other.name == word.name);
    before
        .iter()
        .rposition(writes)
        .filter(|last| from.is_none_or(|from| from < *last))
}

/// The missing edge in words.
fn missing(execution: &Execution, rows: &[Row], row_of: &[usize]) -> Vec<String> {
    let Some(missing) = &execution.missing else {
        return Vec::new();
    };
    let step = |event: usize| {
        let row = &rows[row_of[event]];
        let number = row.number.unwrap_or_default();
        let thread = &execution.threads[row.column];
        format!("#{number} ({thread} {})", row.text)
    };
    let name = |event: usize| &execution.threads[execution.events[event].thread];
    let number = |event: usize| rows[row_of[event]].number.unwrap_or_default();
    let (from, to) = (missing.from, missing.to);
    let is_race = execution.events[from].accesses().is_some();
    let mut lines = match missing.via {
        Some(Via::Crossing { write, read }) => vec![
            format!(
                "{} need not come before {} for {}.",
                step(from),
                step(to),
                name(write)
            ),
            format!(
                "{} does the same the other way round, at #{} and #{}: neither sees the other's store.",
                capital(name(write)),
                number(write),
                number(read)
            ),
        ],
        Some(Via::Handover { write, read }) => vec![
            format!("{} does not happen before {}.", step(from), step(to)),
            format!(
                "{} by {}, which {} sees.",
                match is_race {
                    true => "The request changes hands",
                    false => "News of it comes",
                },
                step(write),
                step(read)
            ),
        ],
        None => vec![format!(
            "{} does not happen before {}.",
            step(from),
            step(to)
        )],
    };
    if let Some(barrier) = missing.barrier {
        let site = execution.events[barrier].site().unwrap_or("the barrier");
        let (number, place) = (number(barrier), &rows[row_of[barrier]].place);
        let at = format!("{site}, as the engine has it at #{number}, {place}");
        lines.push(match missing.via {
            Some(Via::Crossing { .. }) => format!("With {at}, one of them would."),
            _ => format!("That orders them only with {at}."),
        });
    }
    lines
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
