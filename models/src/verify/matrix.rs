//! The mutants: which checker tells which of them from the engine.

use super::children::Children;
use super::text::grouped;
use crate::checker::Checker;
use crate::replay::asked;
use crate::serve::Attacked;
use crate::verdict::Verdict;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::thread;

/// The section under the table.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) text: String,
    /// Each mutant is killed by those that should kill it, and by no others.
    pub(super) clean: bool,
}

/// Runs every mutant under every checker. None after an interruption.
pub(super) fn run(binaries: &BTreeMap<Checker, PathBuf>, children: &Children) -> Option<Section> {
    let attacks = thread::scope(|scope| {
        let started: Vec<_> = binaries
            .iter()
            .map(|(&checker, binary)| {
                let ask = move || {
                    asked::<Attacked>(binary, children, &|command| {
                        command.arg("attacks");
                    })
                };
                (checker, scope.spawn(ask))
            })
            .collect();
        let joined = started.into_iter().map(|(checker, thread)| {
            let answer = thread.join();
            let died = || Err("its thread died".to_owned());
            (checker, answer.unwrap_or_else(|_| died()))
        });
        joined.collect::<Vec<_>>()
    });
    if children.interrupted() {
        return None;
    }
    let mut columns = Vec::new();
    for (checker, answer) in attacks {
        match answer {
            Ok(attacked) => columns.push((checker, attacked)),
            Err(why) => {
                return Some(Section {
                    text: format!("\nFAILED: the mutants under {checker}: {why}\n"),
                    clean: false,
                });
            }
        }
    }
    Some(section(&columns))
}

fn section(columns: &[(Checker, Vec<Attacked>)]) -> Section {
    let mut text = format!("\n{:26}", "mutant");
    for (checker, _) in columns {
        let _ = write!(text, "  {:28}", checker.name());
    }
    text = text.trim_end().to_owned() + "\n";
    let mutants = columns.first().map_or(&[][..], |(_, mutants)| mutants);
    let mut wrong = Vec::new();
    let mut killed = 0;
    for Attacked {
        mutant, weakened, ..
    } in mutants
    {
        let _ = write!(text, "{mutant:26}");
        let mut killers = 0;
        for (checker, attacked) in columns {
            let found = attacked.iter().find(|attacked| attacked.mutant == *mutant);
            let _ = write!(
                text,
                "  {:28}",
                found.map_or_else(|| "not run".into(), cell)
            );
            let kills = found.is_some_and(|found| matches!(found.verdict, Verdict::Failed(_)));
            killers += usize::from(kills);
            if *checker == Checker::Shuttle && kills == *weakened {
                wrong.push(if kills {
                    format!("{mutant} lacks only an order, and shuttle, which sees none, killed it")
                } else {
                    format!("{mutant} breaks the protocol's logic, and shuttle did not kill it")
                });
            }
        }
        killed += usize::from(killers > 0);
        if killers == 0 {
            wrong.push(format!(
                "{mutant} survived: nothing shows that the engine needs what it lacks"
            ));
        }
        text = text.trim_end().to_owned() + "\n";
    }
    if mutants.is_empty() {
        wrong.push("no mutant was run".to_owned());
    }
    let _ = writeln!(
        text,
        "\n{killed} of {} mutants killed. To see one die: cargo replay complete.wmb:dropped.weft, or another of \
         cargo replay --list",
        mutants.len()
    );
    for why in &wrong {
        let _ = writeln!(text, "FAILED: {why}");
    }
    Section {
        text,
        clean: wrong.is_empty(),
    }
}

fn cell(attacked: &Attacked) -> String {
    let executions = grouped(attacked.executions);
    match attacked.verdict {
        Verdict::Failed(_) => format!("killed after {executions}"),
        Verdict::Complete => format!("survived {executions}, complete"),
        Verdict::Bounded(_) => format!("survived {executions}, bounded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attacked(mutant: &str, weakened: bool, killed: bool) -> Attacked {
        Attacked {
            mutant: mutant.to_owned(),
            weakened,
            executions: 1_234,
            verdict: if killed {
                Verdict::Failed("why".to_owned())
            } else {
                Verdict::Bounded("enough".to_owned())
            },
        }
    }

    fn columns(shuttle: [bool; 2], weft: [bool; 2]) -> Vec<(Checker, Vec<Attacked>)> {
        let column = |kills: [bool; 2]| {
            vec![
                attacked("commit.wmb:dropped", true, kills[0]),
                attacked("no-recheck", false, kills[1]),
            ]
        };
        vec![
            (Checker::Shuttle, column(shuttle)),
            (Checker::Weft, column(weft)),
        ]
    }

    #[test]
    fn orders_are_weft_s_to_kill_and_logic_is_for_both() {
        let section = section(&columns([false, true], [true, true]));
        assert!(section.clean, "{}", section.text);
        assert!(section.text.contains("2 of 2 mutants killed"));
        assert!(section.text.contains("survived 1,234, bounded"));
        assert!(section.text.contains("killed after 1,234"));
    }

    #[test]
    fn each_exception_fails_and_is_named() {
        for (shuttle, weft, says) in [
            ([true, true], [true, true], "lacks only an order"),
            ([false, false], [true, true], "did not kill it"),
            ([false, true], [false, true], "commit.wmb:dropped survived"),
        ] {
            let section = section(&columns(shuttle, weft));
            assert!(
                !section.clean && section.text.contains(says),
                "{}",
                section.text
            );
        }
        assert!(!section(&[]).clean);
    }
}
