//! What a failing program is found to do, in the words of its source.

use weft::{Builder, Decisions, EventId, Failure, FailureKind, Free, Report, Verdict};

/// The failure of a program, which replays from its printed line.
pub(crate) fn found(f: impl Fn() + Send + Sync + Clone + 'static) -> Found {
    found_by(&Builder::default(), f)
}

pub(crate) fn found_by(builder: &Builder, f: impl Fn() + Send + Sync + Clone + 'static) -> Found {
    let report = builder.check(f.clone());
    let Verdict::Failed(failure) = report.verdict else {
        panic!("expected a failure, found {report}");
    };
    println!("{failure}");
    let line = failure.decisions.to_string();
    let decisions: Decisions = line.parse().expect("a decision list reads back");
    let again = builder.replay(&decisions, f);
    let kind = again.failure().map(|again| &again.kind);
    assert_eq!(Some(&failure.kind), kind, "{again}");
    Found(*failure)
}

/// The report of a program that is right.
pub(crate) fn complete(f: impl Fn() + Send + Sync + 'static) -> Report {
    let report = Builder::default().check(f);
    assert!(report.is_complete(), "{report}");
    report
}

/// A thread, and a piece of a line of source that it does something in.
type Place = (u32, &'static str);

pub(crate) struct Found(Failure);

impl Found {
    pub(crate) fn failure(&self) -> &Failure {
        &self.0
    }

    /// The line of source that an event stands in.
    fn source(&self, id: EventId) -> String {
        let site = self.0.graph.event(id).site;
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../");
        let text = std::fs::read_to_string(root.to_string() + site.file()).expect("a source");
        let line = text.lines().nth(site.line() as usize - 1);
        line.expect("a line").trim().to_string()
    }

    fn assert_event(&self, id: EventId, (thread, source): Place) {
        let line = self.source(id);
        assert!(line.contains(source), "{id} is at `{line}`: {}", self.0);
        assert_eq!(id.thread, thread, "{}", self.0);
    }

    /// The end comes right after an event of the place.
    fn assert_free(&self, free: &Free, place: Place) {
        let (thread, index) = (free.thread, free.position - 1);
        self.assert_event(EventId { thread, index }, place);
    }

    /// A use after free: what uses it, and what the thread that frees it did last; `ordered` if the free comes before the use.
    pub(crate) fn use_after_free(&self, ordered: bool, access: Place, free: Place, what: &str) {
        let (id, end) = match &self.0.kind {
            FailureKind::UseAfterFree { access, free } if ordered => (access, free),
            FailureKind::FreedInUse { access, free } if !ordered => (access, free),
            _ => panic!("{}", self.0),
        };
        self.assert_event(*id, access);
        self.assert_free(end, free);
        assert!(end.what.contains(what), "{}", self.0);
    }

    /// A use after free, whichever of the two the checker finds first.
    pub(crate) fn used_when_freed(&self, access: Place, free: Place) {
        let (FailureKind::UseAfterFree {
            access: id,
            free: end,
        }
        | FailureKind::FreedInUse {
            access: id,
            free: end,
        }) = &self.0.kind
        else {
            panic!("{}", self.0)
        };
        self.assert_event(*id, access);
        self.assert_free(end, free);
    }

    pub(crate) fn double_free(&self, places: [Place; 2], what: &str) {
        let FailureKind::DoubleFree { first, second } = &self.0.kind else {
            panic!("{}", self.0)
        };
        self.assert_free(first, places[0]);
        self.assert_free(second, places[1]);
        assert!(first.what.contains(what), "{}", self.0);
    }

    pub(crate) fn invalid_free(&self, place: Place, why: &str) {
        let FailureKind::InvalidFree { free, why: found } = &self.0.kind else {
            panic!("{}", self.0)
        };
        self.assert_free(free, place);
        assert!(found.contains(why), "{}", self.0);
    }
}
