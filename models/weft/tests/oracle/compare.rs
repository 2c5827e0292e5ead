//! The comparison: for random programs, weft's graphs against the enumerator's.

use super::ast::Program;
use super::enumerate::{Outcome, outcome};
use super::explorer::{Found, explore};
use super::flavours::{self, run};
use super::random::Flavour;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Candidates that the enumerator may judge; programs that need more are left out.
const LIMIT: usize = 30_000;

/// Compares the two; Ok has the number of graphs compared.
pub(crate) fn compare(program: &Program) -> Result<usize, String> {
    let Some(expected) = outcome(program, LIMIT) else {
        return Ok(0);
    };
    let found = explore(program);
    match &found {
        Found::Graphs(graphs) if !expected.race && !expected.panic && expected.hang.is_none() => {
            same_sets(&expected, graphs)
        }
        // Which of a program's errors is met first is the explorer's choice.
        Found::Race if expected.race => Ok(0),
        Found::Panic if expected.panic => Ok(0),
        Found::Hang if expected.hang.is_some() => Ok(0),
        _ => Err(format!(
            "expected: {} graphs, race: {}, panic: {}, hang: {:?}\nweft: {found:?}",
            expected.graphs.len(),
            expected.race,
            expected.panic,
            expected.hang,
        )),
    }
}

fn same_sets(expected: &Outcome, graphs: &[String]) -> Result<usize, String> {
    let mut seen = BTreeSet::new();
    let twice: Vec<&String> = graphs.iter().filter(|g| !seen.insert(*g)).collect();
    let missing: Vec<&String> = expected
        .graphs
        .iter()
        .filter(|g| !seen.contains(g))
        .collect();
    let wrong: Vec<&String> = seen
        .iter()
        .copied()
        .filter(|g| !expected.graphs.contains(*g))
        .collect();
    let mut report = String::new();
    let findings = [
        ("weft misses", missing),
        ("weft allows what is inconsistent", wrong),
        ("weft visits twice", twice),
    ];
    for (what, graphs) in findings {
        for graph in graphs {
            let _ = writeln!(report, "{what}: {graph}");
        }
    }
    if report.is_empty() {
        Ok(graphs.len())
    } else {
        Err(report)
    }
}

fn compare_many(flavour: Flavour) {
    let (programs, graphs) = (Cell::new(0_usize), Cell::new(0_usize));
    run(flavour, 1_000, |program| {
        let compared = compare(program)?;
        programs.set(programs.get() + 1);
        graphs.set(graphs.get() + compared);
        Ok(())
    });
    println!(
        "{}: {} programs, {} graphs",
        flavour.name,
        programs.get(),
        graphs.get()
    );
}

#[test]
fn accesses() {
    compare_many(flavours::ACCESSES);
}

#[test]
fn fences() {
    compare_many(flavours::FENCES);
}

#[test]
fn seq_cst() {
    compare_many(flavours::SEQ_CST);
}

#[test]
fn rmws() {
    compare_many(flavours::RMWS);
}

#[test]
fn exchanges() {
    compare_many(flavours::EXCHANGES);
}

#[test]
fn weak_exchanges() {
    compare_many(flavours::WEAK_EXCHANGES);
}

#[test]
fn plain() {
    compare_many(flavours::PLAIN);
}

#[test]
fn three_threads() {
    compare_many(flavours::THREE);
}

#[test]
fn made() {
    compare_many(flavours::MADE);
}

#[test]
fn made_under_seq_cst() {
    compare_many(flavours::MADE_SC);
}

#[test]
fn variations() {
    compare_many(flavours::VARIATIONS);
}

#[test]
fn waiting() {
    compare_many(flavours::WAITING);
}

/// Compares the program in `ORACLE_PROGRAM`, to look into a failure.
#[test]
fn one_program() {
    let Ok(text) = std::env::var("ORACLE_PROGRAM") else {
        return;
    };
    let program = Program::parse(&text);
    println!("{:#?}", explore(&program));
    println!("{:?}", compare(&program));
}
