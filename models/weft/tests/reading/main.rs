//! What a person reads of a graph or a failure.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod advice;
mod names;
mod order;
mod places;
mod width;

use weft::cell::UnsafeCell;
use weft::sync::Arc;
use weft::sync::atomic::{AtomicPtr, AtomicU32, Ordering::*};
use weft::{Builder, Failure, Graph, Verdict, thread};

type Words = [AtomicU32; 2];

/// Something that threads share because the test is that nothing orders their accesses.
struct Cell(UnsafeCell<u32>);
// SAFETY: the checker ends the execution before any access that races.
unsafe impl Sync for Cell {}

impl Cell {
    #[track_caller]
    fn new() -> Cell {
        Cell(UnsafeCell::new(0).named("cell"))
    }

    #[track_caller]
    fn write(&self) {
        // SAFETY: the checker ends the execution before an access that races.
        self.0.with_mut(|p| unsafe { *p += 1 });
    }
}

/// `x` and `y`, named so.
fn words() -> Arc<Words> {
    Arc::new([AtomicU32::new(0).named("x"), AtomicU32::new(0).named("y")])
}

/// The texts of all complete graphs, without the source lines.
fn texts(f: impl Fn() + Send + Sync + 'static) -> Vec<String> {
    let mut texts = Vec::new();
    let visit = |graph: &Graph| texts.push(without_sites(&graph.to_string()));
    let report = Builder::default().visit(visit, f);
    assert!(report.is_complete(), "{report}");
    texts
}

fn failure(f: impl Fn() + Send + Sync + 'static) -> Failure {
    match Builder::default().check(f).verdict {
        Verdict::Failed(failure) => {
            println!("{failure}");
            *failure
        }
        other => panic!("expected a failure, found {other:?}"),
    }
}

/// A table without its last column, and what stands below it.
fn without_sites(text: &str) -> String {
    let line = |line: &str| match line.rsplit_once('│') {
        Some((steps, _)) => steps.trim_end().to_string() + "\n",
        None => line.to_string() + "\n",
    };
    text.lines().map(line).collect()
}
