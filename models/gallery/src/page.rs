//! The gallery as a page of the documentation.

use crate::entry::{Entry, Form, Shape};
use crate::execution::execution;
use crate::run::{Answer, Answers, SCHEDULES};
use crate::{ALL, repository, seed};
use flipside_record::seed::gallery::RENEW;
use flipside_record::timeline::{Headline, Look, lay_out, text};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Where the page is.
#[must_use]
pub fn path() -> PathBuf {
    repository().join("docs/src/gallery.md")
}

/// An entry with what the checkers say of its two forms.
#[derive(Clone, Debug)]
pub struct Exhibit {
    /// The bug.
    pub entry: &'static Entry,
    /// The buggy form's answers.
    pub buggy: Answers,
    /// The fixed form's.
    pub fixed: Answers,
}

impl Exhibit {
    /// Runs an entry under all checkers.
    #[must_use]
    pub fn of(entry: &'static Entry) -> Self {
        Self {
            entry,
            buggy: Answers::of(entry.programs, Form::Buggy),
            fixed: Answers::of(entry.programs, Form::Fixed),
        }
    }

    /// All of them, in the order of the page.
    #[must_use]
    pub fn all() -> Vec<Self> {
        ALL.iter().map(Self::of).collect()
    }
}

const HEAD: &str = "\
# Gallery of ordering bugs

These bugs were in code that people had written with care: most of them shipped, those of QEMU's threaded-workqueue were in \
patches that were never merged, and one is what a second submitter would meet in the designs of this book. Most need a machine that reorders memory accesses, \
or an interleaving that tests seldom meet, to show at all. Each is cut down to a program of a screenful, which runs in \
two forms: as it was, and as it was repaired. The same source runs under three model checkers. The tests assert what \
they answer, and this page is generated from their answers.

The programs are models, not excerpts: they keep the order of the accesses and drop everything else. `form` says which \
form runs: `form.fixed()` is true in the repaired one, and `form.pick(a, b)` is `a` in the buggy one and `b` in the \
repaired one. `C` is the checker.

## What the checkers can say

- **weft** explores every execution of the C11 memory model as repaired (RC11), each once. A pass is a proof for the \
program.
- **loom** explores an approximation of C11. It fails all of the buggy forms and completes all of the repaired ones, \
because the repairs are fences, acquires and releases. Repair one of the store-buffering bugs with `SeqCst` *accesses* \
throughout, which C11 allows, and loom still reports it: it takes these for acquire and release. A test pins that.
- **shuttle** knows sequential consistency only. It is blind to the weak-memory bugs, and a pass of it is no \
evidence for an ordering; it finds those that need no weak memory. Its runs are bounded, never complete.
- **None** of them shows load buffering: a load that reads from a store which a later store of the load's own thread \
brought about. C11 as repaired excludes it; some hardware does not. And C11 has no fence that orders stores with stores \
only, as `smp_wmb` is documented to do. Where either matters, a note says so.

## How to read an interleaving

One column is a thread, the first that of `program` itself; one line is a step, from top to bottom. On the right are the step's ordering and its line in the \
listing. `← #n` names the step that wrote what is read here, `← start` says that nobody had written it yet. A step stands \
below all that happens before it; otherwise the order of the lines means nothing, and a read may well read an older value \
than the last one above: `not #n` names the newer write that it does not see. That is the point. Words are read and \
written; what is plain memory is looked at and filled. `◀` marks the steps that the failure is about: the two accesses of \
a data race, the last step before a failed assertion, the last step of each thread that waits for ever.

";

/// The page.
#[must_use]
pub fn page(exhibits: &[Exhibit]) -> String {
    let mut page =
        format!("<!-- Generated from models/gallery. Do not edit, {RENEW} -->\n\n{HEAD}");
    page += &overview(exhibits);
    for shape in Shape::ALL {
        let mut of_shape = exhibits
            .iter()
            .filter(|e| e.entry.shape == shape)
            .peekable();
        if of_shape.peek().is_some() {
            let _ = writeln!(page, "## {}: {}\n", shape.heading(), shape.meaning());
        }
        for exhibit in of_shape {
            page += &section(exhibit);
        }
    }
    page.truncate(page.trim_end().len());
    page + "\n"
}

fn overview(exhibits: &[Exhibit]) -> String {
    let mut table = String::from(
        "## The exhibits\n\n\
         Which checkers fail the buggy form. All pass all of the repaired ones.\n\n\
         | bug | shape | found in | weft | loom | shuttle |\n|---|---|---|---|---|---|\n",
    );
    for Exhibit { entry, buggy, .. } in exhibits {
        let verdict = |answer: &Answer| match answer.failure {
            Some(_) => "fails",
            None => "–",
        };
        let _ = writeln!(
            table,
            "| [{}](#{}) | {} | {} | {} | {} | {} |",
            entry.title,
            entry.id,
            entry.shape,
            entry.origins[0].project,
            verdict(&buggy.weft),
            verdict(&buggy.loom),
            verdict(&buggy.shuttle),
        );
    }
    table + "\n"
}

fn section(exhibit: &Exhibit) -> String {
    let entry = exhibit.entry;
    let origins: Vec<String> = entry.origins.iter().map(ToString::to_string).collect();
    let mut text = format!(
        "<a id=\"{}\"></a>\n\n### {}\n\n*{}*\n\n{}\n\n",
        entry.id,
        entry.title,
        origins.join("; "),
        entry.story()
    );
    let listing = entry.listing();
    let width = listing.last().map_or(0, |(line, _)| line.to_string().len());
    let _ = writeln!(text, "`{}`\n\n```rust,ignore", entry.file);
    for (line, code) in listing {
        let _ = writeln!(text, "{}", format!("{line:width$}  {code}").trim_end());
    }
    text += "```\n\n";
    if let Some(failure) = exhibit.buggy.report.failure() {
        let _ = writeln!(
            text,
            "How the buggy form fails, as weft finds it:\n\n```text\n$ cargo replay {}\n{}```\n",
            entry.id,
            shown(entry, failure)
        );
    }
    text += &verdicts(exhibit);
    if let Some(note) = entry.note {
        let _ = writeln!(text, "{note}\n");
    }
    text
}

fn verdicts(exhibit: &Exhibit) -> String {
    let row = |name: &str, answers: &Answers| {
        format!(
            "| {name} | {} | {} | {} |\n",
            graphs(&answers.weft),
            executions(&answers.loom),
            schedules(&answers.shuttle)
        )
    };
    format!(
        "| form | weft | loom | shuttle |\n|---|---|---|---|\n{}{}\n",
        row("buggy", &exhibit.buggy),
        row("fixed", &exhibit.fixed)
    )
}

fn graphs(answer: &Answer) -> String {
    let Answer {
        executions,
        blocked,
        ..
    } = answer;
    let word = if *executions == 1 { "graph" } else { "graphs" };
    let count = match blocked {
        0 => format!("{executions} {word}"),
        _ => format!("{executions} {word} and {blocked} blocked"),
    };
    match answer.failure {
        Some(_) => format!("**fails** after {count}"),
        None => format!("complete: {count}"),
    }
}

fn executions(answer: &Answer) -> String {
    let executions = answer.executions;
    match answer.failure {
        Some(_) if executions == 1 => "**fails** at its first execution".to_owned(),
        Some(_) => format!("**fails** after {executions} executions"),
        None => format!("complete: {executions} executions"),
    }
}

fn schedules(answer: &Answer) -> String {
    match answer.failure {
        Some(_) => "**fails**".to_owned(),
        None => format!("passes {} schedules, SC only", 2 * SCHEDULES),
    }
}

/// What `cargo replay` shows of a failure, on a wide terminal.
fn shown(entry: &Entry, failure: &weft::Failure) -> String {
    let execution = execution(entry, failure);
    let headline = Headline::of_gallery(&seed::of(entry, failure), &execution);
    let look = Look {
        width: 120,
        colour: false,
    };
    text(&lay_out(headline, &execution), look, None)
}
