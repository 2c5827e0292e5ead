//! The kinds of programs, and the run of a property over one of them.

use super::ast::{Mode, Program};
use super::random::Flavour;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestRunner};

use Mode::{Acq, AcqRel, Rel, Rlx, Sc};

const BASE: Flavour = Flavour {
    name: "relaxed, acquire, release",
    threads: (2, 3),
    length: 10,
    locs: 2,
    plain: 0,
    modes: &[Rlx, Acq, Rel, AcqRel],
    fences: &[Acq, Rel, AcqRel],
    load: 5,
    store: 5,
    rmw: 0,
    cas: 0,
    weak: 0,
    fence: 0,
    read: 0,
    write: 0,
    wait: 0,
    main: 3,
    handover: false,
    classics: false,
    grows: false,
    fails: 0,
};

pub(crate) const ACCESSES: Flavour = BASE;

pub(crate) const FENCES: Flavour = Flavour {
    name: "fences",
    length: 12,
    modes: &[Rlx, Rlx, Rel, Acq],
    fence: 4,
    fences: &[Acq, Rel, AcqRel, Sc],
    rmw: 1,
    ..BASE
};

pub(crate) const SEQ_CST: Flavour = Flavour {
    name: "seq-cst mixed with weaker orders",
    length: 11,
    modes: &[Sc, Sc, Sc, Rlx, AcqRel],
    fences: &[Sc, Sc, AcqRel],
    fence: 2,
    rmw: 1,
    ..BASE
};

pub(crate) const RMWS: Flavour = Flavour {
    name: "mostly RMWs",
    length: 8,
    modes: &[Rlx, Acq, Rel, AcqRel, Sc],
    rmw: 10,
    load: 4,
    store: 4,
    fence: 1,
    ..BASE
};

pub(crate) const EXCHANGES: Flavour = Flavour {
    name: "compare-exchange",
    length: 9,
    modes: &[Rlx, Acq, Rel, AcqRel, Sc],
    cas: 10,
    rmw: 2,
    fence: 1,
    ..BASE
};

pub(crate) const WEAK_EXCHANGES: Flavour = Flavour {
    name: "compare-exchange that fails spuriously",
    length: 7,
    weak: 8,
    cas: 2,
    rmw: 1,
    ..BASE
};

pub(crate) const PLAIN: Flavour = Flavour {
    name: "non-atomic accesses",
    length: 10,
    locs: 1,
    plain: 1,
    fence: 1,
    rmw: 1,
    read: 1,
    write: 1,
    handover: true,
    ..BASE
};

/// Message passing of non-atomic data under a condition is the common race-free program.
pub(crate) const THREE: Flavour = Flavour {
    name: "three threads, three locations",
    threads: (3, 3),
    length: 11,
    locs: 3,
    modes: &[Rlx, Acq, Rel, AcqRel, Sc],
    fences: &[Acq, Rel, AcqRel, Sc],
    rmw: 2,
    cas: 1,
    fence: 2,
    ..BASE
};

pub(crate) const WAITING: Flavour = Flavour {
    name: "loops that wait",
    length: 9,
    modes: &[Rlx, Acq, Rel, AcqRel, Sc],
    rmw: 1,
    fence: 1,
    wait: 1,
    plain: 1,
    read: 1,
    handover: true,
    ..BASE
};

/// Locations that come to be on the way, threads within threads, panics.
pub(crate) const MADE: Flavour = Flavour {
    name: "made and spawned on the way",
    length: 8,
    modes: &[Rlx, Rlx, Acq, Rel, AcqRel, Sc],
    fences: &[Acq, Rel, Sc],
    rmw: 2,
    cas: 1,
    fence: 1,
    grows: true,
    fails: 8,
    ..BASE
};

pub(crate) const MADE_SC: Flavour = Flavour {
    name: "made and spawned on the way, with seq-cst fences",
    modes: &[Rlx, Rlx, Rlx, Acq, Rel, Sc],
    fences: &[Sc],
    fence: 6,
    wait: 1,
    fails: 16,
    ..MADE
};

pub(crate) const VARIATIONS: Flavour = Flavour {
    name: "variations of classics",
    locs: 3,
    modes: &[Rlx, Acq, Rel, AcqRel, Sc],
    fences: &[Acq, Rel, AcqRel, Sc],
    fence: 2,
    rmw: 2,
    classics: true,
    ..BASE
};

/// Where proptest keeps the seeds of failures.
const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/regressions.txt");

/// Runs a property over random programs, `PROPTEST_CASES` of them if that is set.
///
/// # Panics
/// If the property fails, with the smallest failing program as text.
pub(crate) fn run(flavour: Flavour, cases: u32, property: impl Fn(&Program) -> Result<(), String>) {
    let defaults = Config::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    let config = Config {
        cases: if asked { defaults.cases } else { cases },
        max_shrink_iters: 100_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(REGRESSIONS))),
        ..defaults
    };
    let mut runner = TestRunner::new(config);
    let result = runner.run(&flavour, |program| {
        property(&program).map_err(TestCaseError::fail)
    });
    if let Err(error) = result {
        let text = match &error {
            proptest::test_runner::TestError::Fail(reason, program) => {
                format!("{program}\n{reason}")
            }
            other @ proptest::test_runner::TestError::Abort(_) => other.to_string(),
        };
        panic!("flavour: {}\n{text}", flavour.name);
    }
}
