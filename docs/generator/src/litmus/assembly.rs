//! A test in AArch64's assembly, as herd7 reads it. Addresses are in X10 and up, what is loaded in
//! X1 and up, and what is stored in W9.

use super::program::{Barrier, Litmus, Mark, Outcome, Step, Value, When, flat};
use std::fmt::Write as _;

/// The whole file; it has no room for comments but one string.
pub(super) fn write(litmus: &Litmus, header: &[String]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for step in litmus.threads.iter().flat_map(|steps| flat(steps)) {
        names.extend(
            step.access()
                .map(|(name, _)| name)
                .filter(|name| !names.contains(name)),
        );
    }
    let threads: Vec<Thread<'_>> = litmus
        .threads
        .iter()
        .map(|steps| Thread {
            names: &names,
            registers: flat(steps).into_iter().filter_map(loaded).collect(),
        })
        .collect();
    let mut initial: Vec<String> = Vec::new();
    initial.extend(
        litmus
            .initial
            .iter()
            .map(|(name, value)| format!("{name}={value};")),
    );
    for (number, steps) in litmus.threads.iter().enumerate() {
        let thread = &threads[number];
        for (place, name) in names.iter().enumerate() {
            if flat(steps)
                .iter()
                .any(|step| step.access().is_some_and(|(own, _)| own == *name))
            {
                initial.push(format!("{number}:X{}={name};", ADDRESSES + place));
            }
        }
        let first: Vec<_> = steps.iter().filter_map(loaded).collect();
        for register in thread
            .registers
            .iter()
            .filter(|register| !first.contains(register))
        {
            initial.push(format!("{number}:X{}=-1;", thread.number(register)));
        }
    }
    let columns: Vec<Vec<String>> = threads
        .iter()
        .zip(&litmus.threads)
        .map(|(thread, steps)| thread.code(steps))
        .collect();
    let mut text = format!(
        "AArch64 {}\n\"{}\"\n{{\n{}\n}}\n",
        litmus.name,
        header.join(" "),
        initial.join(" ")
    );
    let widths: Vec<usize> = columns
        .iter()
        .map(|column| column.iter().map(String::len).max().unwrap_or(0).max(2))
        .collect();
    let mut line = |cell: &dyn Fn(usize) -> String| {
        let cells = widths.iter().enumerate();
        let cells: Vec<_> = cells
            .map(|(n, &width)| format!(" {:width$} ", cell(n)))
            .collect();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{};", cells.join("|"));
    };
    line(&|thread| format!("P{thread}"));
    for row in 0..columns.iter().map(Vec::len).max().unwrap_or(0) {
        line(&|thread| columns[thread].get(row).cloned().unwrap_or_default());
    }
    let _ = writeln!(text, "exists ({})", outcome(&litmus.exists, &threads));
    text
}

const ADDRESSES: usize = 10;

fn loaded(step: &Step) -> Option<&'static str> {
    match step {
        Step::Load(register, ..) => Some(register),
        _ => None,
    }
}

struct Thread<'n> {
    names: &'n [&'n str],
    registers: Vec<&'static str>,
}

impl Thread<'_> {
    fn number(&self, register: &str) -> usize {
        let place = self.registers.iter().position(|own| *own == register);
        1 + place.unwrap_or(self.registers.len())
    }

    fn address(&self, name: &str) -> String {
        let place = self.names.iter().position(|own| *own == name);
        format!("[X{}]", ADDRESSES + place.unwrap_or(self.names.len()))
    }

    fn code(&self, steps: &[Step]) -> Vec<String> {
        let mut lines = Vec::new();
        let mut held = None;
        let mut label = false;
        for step in flat(steps) {
            match step {
                Step::Store(name, number, mark) => {
                    let store = if *mark == Mark::Release {
                        "STLR"
                    } else {
                        "STR"
                    };
                    let from = self.value(*number, &mut held, &mut lines);
                    lines.push(format!("{store} {from},{}", self.address(name)));
                }
                Step::Load(register, name, mark) => {
                    let load = if *mark == Mark::Acquire {
                        "LDAR"
                    } else {
                        "LDR"
                    };
                    let number = self.number(register);
                    lines.push(format!("{load} W{number},{}", self.address(name)));
                }
                Step::Flip(name, bits, ..) => {
                    let from = self.value(Value::Is(*bits), &mut held, &mut lines);
                    lines.push(format!("STEOR {from},{}", self.address(name)));
                }
                Step::Barrier(barrier) => lines.push(
                    match barrier {
                        Barrier::Wmb => "DMB ISHST",
                        Barrier::Rmb => "DMB ISHLD",
                        Barrier::Mb | Barrier::BeforeAtomic => "DMB ISH",
                    }
                    .to_owned(),
                ),
                Step::If(when, _) => {
                    // The condition is always that a bit is set, and it ends the thread.
                    let (When::Differ(register, _)
                    | When::Agree(register, _)
                    | When::Is(register, _)) = when;
                    lines.push(format!("CBZ W{},L0", self.number(register)));
                    label = true;
                }
            }
        }
        if label {
            lines.push("L0:".to_owned());
        }
        lines
    }

    /// The register that holds what is stored.
    fn value(&self, value: Value, held: &mut Option<i64>, lines: &mut Vec<String>) -> String {
        match value {
            Value::Is(number) => {
                if *held != Some(number) {
                    *held = Some(number);
                    lines.push(format!("MOV W9,#{number}"));
                }
                "W9".to_owned()
            }
            Value::Of(register) | Value::Plus(register, _) | Value::Flipped(register, _) => {
                format!("W{}", self.number(register))
            }
        }
    }
}

fn outcome(of: &Outcome, threads: &[Thread<'_>]) -> String {
    match of {
        Outcome::Register(thread, name, value) => {
            format!("{thread}:X{}={value}", threads[*thread].number(name))
        }
        Outcome::MemoryIsNot(name, value) => format!("~ ({name}={value})"),
        Outcome::All(all) => {
            let parts: Vec<_> = all.iter().map(|of| outcome(of, threads)).collect();
            parts.join(" /\\ ")
        }
        Outcome::Any(all) => {
            let parts: Vec<_> = all.iter().map(|of| outcome(of, threads)).collect();
            parts.join(" \\/ ")
        }
    }
}
