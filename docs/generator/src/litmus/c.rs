//! A test in C, as herd7 reads it: C11's, or the Linux kernel's.

use super::program::{Barrier, Language, Litmus, Mark, Outcome, Step, Value, When, flat};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The whole file; `header` are its lines of comment.
pub(super) fn write(litmus: &Litmus, header: &[String]) -> String {
    let mut text = format!("C {}\n\n(*\n", litmus.name);
    // Writing to a String cannot fail.
    for line in header {
        let _ = writeln!(text, " * {line}");
    }
    let initial = litmus
        .initial
        .iter()
        .map(|(name, value)| format!(" {name}={value};"));
    let _ = write!(text, " *)\n\n{{{} }}\n", initial.collect::<String>());
    for (number, steps) in litmus.threads.iter().enumerate() {
        let names: BTreeSet<&str> = locations(steps).collect();
        let parameters: Vec<_> = names
            .iter()
            .map(|name| format!("{} *{name}", kind(litmus, steps, name)))
            .collect();
        let _ = write!(text, "\nP{number}({})\n{{\n", parameters.join(", "));
        for (register, later) in registers(steps) {
            match (litmus.language, later) {
                (_, true) => drop(writeln!(text, "\tint {register} = -1;")),
                (Language::Lkmm, false) => drop(writeln!(text, "\tint {register};")),
                _ => {}
            }
        }
        body(litmus.language, steps, 1, &mut text);
        text.push_str("}\n");
    }
    let _ = write!(text, "\nexists ({})\n", outcome(&litmus.exists));
    text
}

fn locations(steps: &[Step]) -> impl Iterator<Item = &'static str> {
    flat(steps)
        .into_iter()
        .filter_map(|step| Some(step.access()?.0))
}

/// The type of a location in a thread.
fn kind(litmus: &Litmus, steps: &[Step], name: &str) -> &'static str {
    let own = |step: &&Step| step.access().is_some_and(|(location, _)| location == name);
    match litmus.language {
        Language::Lkmm => {
            let flips = |step: &&Step| matches!(step, Step::Flip(..));
            let flipped = flat(steps).into_iter().filter(own).any(|step| flips(&step));
            if flipped { "atomic_t" } else { "int" }
        }
        _ => {
            let all = litmus.threads.iter().flat_map(|steps| flat(steps));
            let atomic = |step: &Step| step.access().is_some_and(|(_, mark)| mark != Mark::Plain);
            if all.filter(own).any(atomic) {
                "atomic_int"
            } else {
                "int"
            }
        }
    }
}

/// The registers, and whether each is loaded under a condition.
fn registers(steps: &[Step]) -> Vec<(&'static str, bool)> {
    let of = |step: &Step| match step {
        Step::Load(register, ..) | Step::Flip(_, _, _, Some(register)) => Some(*register),
        _ => None,
    };
    let first: Vec<_> = steps.iter().filter_map(of).collect();
    let all = flat(steps).into_iter().filter_map(of);
    all.map(|register| (register, !first.contains(&register)))
        .collect()
}

fn body(language: Language, steps: &[Step], depth: usize, text: &mut String) {
    let indent = "\t".repeat(depth);
    for step in steps {
        if let Step::If(when, then) = step {
            let _ = writeln!(text, "{indent}if ({}) {{", condition(*when));
            body(language, then, depth + 1, text);
            let _ = writeln!(text, "{indent}}}");
            continue;
        }
        let line = match language {
            Language::Lkmm => kernel(step),
            _ => c11(step, depth == 1),
        };
        let _ = writeln!(text, "{indent}{line};");
    }
}

fn value(value: Value) -> String {
    match value {
        Value::Is(number) => number.to_string(),
        Value::Of(register) => register.to_owned(),
        Value::Plus(register, more) => format!("{register} + {more}"),
        Value::Flipped(register, bits) => format!("{register} ^ {bits}"),
    }
}

fn condition(when: When) -> String {
    match when {
        When::Differ(a, b) => format!("{a} ^ {b}"),
        When::Agree(a, b) => format!("({a} ^ {b}) == 0"),
        When::Is(a, number) => format!("{a} == {number}"),
    }
}

fn kernel(step: &Step) -> String {
    match step {
        Step::Store(location, number, mark) => {
            let number = value(*number);
            match mark {
                Mark::Plain => format!("*{location} = {number}"),
                Mark::Release => format!("smp_store_release({location}, {number})"),
                _ => format!("WRITE_ONCE(*{location}, {number})"),
            }
        }
        Step::Load(register, location, mark) => match mark {
            Mark::Plain => format!("{register} = *{location}"),
            Mark::Acquire => format!("{register} = smp_load_acquire({location})"),
            _ => format!("{register} = READ_ONCE(*{location})"),
        },
        Step::Flip(location, bits, mark, register) => match (register, mark) {
            (None, _) => format!("atomic_xor({bits}, {location})"),
            (Some(register), Mark::Release) => {
                format!("{register} = atomic_fetch_xor_release({bits}, {location})")
            }
            (Some(register), _) => {
                format!("{register} = atomic_fetch_xor_relaxed({bits}, {location})")
            }
        },
        Step::Barrier(Barrier::Wmb) => "smp_wmb()".to_owned(),
        Step::Barrier(Barrier::Rmb) => "smp_rmb()".to_owned(),
        Step::Barrier(Barrier::Mb) => "smp_mb()".to_owned(),
        Step::Barrier(Barrier::BeforeAtomic) => "smp_mb__before_atomic()".to_owned(),
        Step::If(..) => String::new(),
    }
}

const fn order(mark: Mark) -> &'static str {
    match mark {
        Mark::Plain | Mark::Relaxed => "memory_order_relaxed",
        Mark::Acquire => "memory_order_acquire",
        Mark::Release => "memory_order_release",
        Mark::SeqCst => "memory_order_seq_cst",
    }
}

fn c11(step: &Step, first: bool) -> String {
    match step {
        Step::Store(location, number, Mark::Plain) => format!("*{location} = {}", value(*number)),
        Step::Store(location, number, mark) => {
            let (number, order) = (value(*number), order(*mark));
            format!("atomic_store_explicit({location}, {number}, {order})")
        }
        Step::Load(register, location, mark) => {
            let new = if first { "int " } else { "" };
            match mark {
                Mark::Plain => format!("{new}{register} = *{location}"),
                _ => {
                    let order = order(*mark);
                    format!("{new}{register} = atomic_load_explicit({location}, {order})")
                }
            }
        }
        Step::Flip(location, bits, mark, _) => {
            format!(
                "atomic_fetch_xor_explicit({location}, {bits}, {})",
                order(*mark)
            )
        }
        Step::Barrier(barrier) => {
            let order = match barrier {
                Barrier::Wmb => order(Mark::Release),
                Barrier::Rmb => order(Mark::Acquire),
                Barrier::Mb | Barrier::BeforeAtomic => order(Mark::SeqCst),
            };
            format!("atomic_thread_fence({order})")
        }
        Step::If(..) => String::new(),
    }
}

fn outcome(of: &Outcome) -> String {
    let joined = |all: &[Outcome], sign: &str| {
        let parts = all.iter().map(|of| match of {
            Outcome::All(_) | Outcome::Any(_) => format!("({})", outcome(of)),
            _ => outcome(of),
        });
        parts.collect::<Vec<_>>().join(sign)
    };
    match of {
        Outcome::Register(thread, name, value) => format!("{thread}:{name}={value}"),
        Outcome::MemoryIsNot(name, value) => format!("~ ({name}={value})"),
        Outcome::All(all) => joined(all, " /\\ "),
        Outcome::Any(all) => joined(all, " \\/ "),
    }
}
