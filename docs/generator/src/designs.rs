//! The parts of the page that compares the designs: verdicts, mutants, costs, and what the mail
//! claims of them.

use super::evidence::Evidence;
use super::generated::Generated;
use super::sources::Sources;
use flipside::Design;
use flipside_cli::text::grouped;
use flipside_record::attacked::Attacked;
use flipside_record::cost::{Costs, StepCost, TOGETHER};
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::case::Case;
use flipside_scenarios::checker::Checker;
use std::fmt::Write;

const PAGE: &str = "docs/src/designs.md";

/// Tables of what only some machines can measure, each written by a command of its own, and the pages
/// that show them.
const FIGURES: [(&str, &str); 3] = [
    (PAGE, "codegen"),
    (PAGE, "throughput"),
    ("docs/src/performance.md", "peers"),
];

/// Adds the parts.
pub(super) fn add(
    evidence: &Evidence,
    sources: &Sources,
    generated: &mut Generated,
) -> Result<(), String> {
    generated.part(PAGE, "verdicts", verdicts(&evidence.cases));
    generated.part(PAGE, "mutants", mutants(&evidence.attacks));
    generated.part(PAGE, "costs", cost_table(&evidence.costs));
    generated.part(PAGE, "claims", claims(&evidence.costs)?);
    for (page, figure) in FIGURES {
        let path = format!("docs/src/figures/{figure}.md");
        generated.part(page, figure, sources.read(&path)?);
    }
    Ok(())
}

fn verdicts(cases: &[(Case, Findings)]) -> String {
    let mut text = "| design |".to_owned();
    for checker in Checker::ALL {
        let _ = write!(text, " {checker}: hand-over | all scenarios |");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|---|".repeat(Checker::ALL.len()));
    text.push('\n');
    for &design in Design::ALL {
        let _ = write!(text, "| `{design}` |");
        for checker in Checker::ALL {
            let own = cases.iter();
            let own = own.filter(|(case, _)| case.design == design && case.checker == checker);
            let own: Vec<_> = own.collect();
            let handover = own
                .iter()
                .filter(|(case, _)| case.scenario.name == "handover");
            let handover: Vec<_> = handover
                .map(|(case, findings)| {
                    let executions = grouped(findings.executions);
                    format!("{}: {} ({executions})", case.size, findings.verdict.word())
                })
                .collect();
            let complete = own
                .iter()
                .filter(|(_, f)| f.verdict == Verdict::Complete)
                .count();
            let executions: u64 = own.iter().map(|(_, findings)| findings.executions).sum();
            let _ = write!(
                text,
                " {} | {} cases, {complete} COMPLETE, {} executions |",
                handover.join("<br>"),
                own.len(),
                grouped(executions)
            );
        }
        text.push('\n');
    }
    text
}

fn mutants(attacks: &[(Checker, Attacked)]) -> String {
    let mut text = "| design | mutants |".to_owned();
    for checker in Checker::ALL {
        let _ = write!(text, " killed by {checker} |");
    }
    text.push_str("\n|---|---|");
    text.push_str(&"---|".repeat(Checker::ALL.len()));
    text.push('\n');
    for &design in Design::ALL {
        let by = |checker: Checker| {
            let own = attacks.iter();
            own.filter(move |(by, attacked)| *by == checker && attacked.design == design)
        };
        let all = Checker::ALL.map(|checker| by(checker).count());
        let most = all.into_iter().max().unwrap_or_default();
        let _ = write!(text, "| `{design}` | {most} |");
        for checker in Checker::ALL {
            let killed = by(checker).filter(|(_, a)| matches!(a.verdict, Verdict::Failed(_)));
            let _ = write!(text, " {} |", killed.count());
        }
        text.push('\n');
    }
    text.push_str(
        "\nshuttle sees sequential consistency alone, so it can kill none that lack only an order.\n",
    );
    text
}

fn cost_table(costs: &[Costs]) -> String {
    let steps: Vec<_> = costs
        .first()
        .map_or(Vec::new(), |first| first.alone.clone());
    let mut text = "| design | requests |".to_owned();
    for StepCost { step, .. } in &steps {
        let _ = write!(text, " `{step}` |");
    }
    text.push_str("\n|---|---|");
    text.push_str(&"---|".repeat(steps.len()));
    text.push('\n');
    for design in costs {
        for (requests, steps) in [(1, &design.alone), (TOGETHER, &design.together)] {
            let _ = write!(text, "| `{}` | {requests} |", design.design);
            for step in steps {
                let fences = match step.fences {
                    0 => String::new(),
                    1 => ", 1 fence".to_owned(),
                    many => format!(", {many} fences"),
                };
                let _ = write!(text, " {step}{fences} |");
            }
            text.push('\n');
        }
    }
    text
}

/// A claim of the mail's, and whether the counts bear it out.
struct Claim {
    claim: &'static str,
    holds: bool,
    counted: String,
}

fn claims(costs: &[Costs]) -> Result<String, String> {
    let mut text = "| claim | | counted |\n|---|---|---|\n".to_owned();
    let judged = judged(costs).ok_or("a design that a claim is about was not counted")?;
    for Claim {
        claim,
        holds,
        counted,
    } in judged
    {
        let mark = if holds { "holds" } else { "**does not hold**" };
        let _ = writeln!(text, "| {claim} | {mark} | {counted} |");
    }
    Ok(text)
}

/// None, if a design that a claim is about was not counted.
fn judged(costs: &[Costs]) -> Option<Vec<Claim>> {
    let of = |design: Design| costs.iter().find(|costs| costs.design == design);
    let step = |steps: &'_ [StepCost], name: &str| {
        let mut steps = steps.iter();
        steps.find(|step| step.step == name).cloned()
    };
    let (ring, bitmap) = (of(Design::PtrRing)?, of(Design::CompletionBitmap)?);
    let (shared, striped) = (of(Design::FlipShared)?, of(Design::FlipStriped)?);
    let complete = |costs: &Costs| step(&costs.alone, "complete");
    let (with, without) = (complete(ring)?, complete(bitmap)?);
    let flipped = complete(striped)?;
    let spinlock = Claim {
        claim: "A bitmap gets rid of the spinlock on the way back.",
        holds: without.writes() < with.writes() && without.lines < with.lines,
        counted: format!(
            "giving a request back takes {with} through the ring behind its lock, {without} in the \
             bitmap, and {flipped} in the striped flips"
        ),
    };
    let round = ["prepare", "commit", "take", "complete"];
    let sums = |steps: &[StepCost]| {
        let of_round = steps
            .iter()
            .filter(|step| round.contains(&step.step.as_str()));
        of_round.fold((0, 0), |(reads, writes), step| {
            (reads + step.loads, writes + step.writes())
        })
    };
    let (alone, together) = (sums(&shared.alone), sums(&shared.together));
    let read_mostly = Claim {
        claim: "The flip-bitmaps are read-mostly.",
        holds: alone.0 > 2 * alone.1 && together.0 > 2 * together.1,
        counted: format!(
            "in `flip-shared` a request that goes alone takes {} reads and {} writes of the two, and \
             {TOGETHER} that go together {} and {}: what keeps the lines from bouncing is how few \
             accesses there are, not that they read",
            alone.0, alone.1, together.0, together.1
        ),
    };
    let prepare = |costs: &Costs| step(&costs.alone, "prepare");
    let (extra, none) = (prepare(bitmap)?, prepare(shared)?);
    let atomic = Claim {
        claim: "The completion bitmap costs an extra atomic operation in prepare, and the flips do not.",
        holds: extra.updates > none.updates && none.updates == 0,
        counted: format!("prepare takes {extra} there, and {none} in the flips"),
    };
    let wait = |costs: &Costs| step(&costs.together, "wait_done");
    let (rings, flips) = (wait(ring)?, wait(shared)?);
    let slower = Claim {
        claim: "wait_done is a little slower with bitmaps.",
        holds: flips.loads + flips.writes() > rings.loads + rings.writes(),
        counted: format!(
            "to find {TOGETHER} requests of a worker done takes {rings} from the ring, and {flips} in \
             the flips; a bitmap is read once for each look, also when nothing came back, and so is \
             the ring"
        ),
    };
    Some(vec![spinlock, read_mostly, atomic, slower])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn costs(design: Design, complete: (usize, usize), prepare_updates: usize) -> Costs {
        let step = |step: &str, stores, updates| StepCost {
            step: step.to_owned(),
            loads: 1,
            stores,
            updates,
            fences: 0,
            lines: 1 + stores,
        };
        let steps = vec![
            step("prepare", 0, prepare_updates),
            step("complete", complete.0, complete.1),
            step("wait_done", 0, 0),
        ];
        Costs {
            design,
            alone: steps.clone(),
            together: steps,
        }
    }

    /// The marks follow the counts, both ways.
    #[test]
    fn a_claim_holds_as_long_as_the_counts_say_so() {
        let all = |ring, bitmap| {
            vec![
                costs(Design::FlipStriped, (1, 0), 0),
                costs(Design::FlipShared, (0, 1), 0),
                costs(Design::PtrRing, ring, 0),
                costs(Design::CompletionBitmap, (0, 1), bitmap),
            ]
        };
        let holds = |costs: &[Costs]| -> Vec<bool> {
            let judged = judged(costs).expect("all that are needed");
            judged.iter().map(|claim| claim.holds).collect()
        };
        assert_eq!(holds(&all((3, 1), 1)), [true, false, true, false]);
        assert_eq!(holds(&all((0, 1), 0)), [false, false, false, false]);
        assert!(judged(&[]).is_none());
    }
}
