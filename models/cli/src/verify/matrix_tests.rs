//! The matrix of made-up answers.

use super::*;

const NO_EXCUSES: Excuses = Excuses {
    equivalent: &[],
    missed: &[],
};

fn attacked(mutant: &str, weakened: bool, killed: bool) -> Attacked {
    Attacked {
        design: Design::default(),
        mutant: mutant.to_owned(),
        weakened,
        executions: 1_234,
        verdict: if killed {
            Verdict::Failed("why\nand how".to_owned())
        } else {
            Verdict::Bounded("enough".to_owned())
        },
        control: Verdict::Complete,
    }
}

/// One mutant that lacks an order and one that lacks a step: who kills which.
fn answers(kills: &[(Checker, [bool; 2])]) -> Answers<Attacked> {
    let columns = kills.iter().map(|&(checker, [order, step])| {
        let answer = vec![
            attacked("commit.wmb:dropped", true, order),
            attacked("worker-no-recheck", false, step),
        ];
        (checker, Ok(answer))
    });
    columns.collect()
}

const AS_IT_SHOULD_BE: [(Checker, [bool; 2]); 3] = [
    (Checker::Loom, [true, true]),
    (Checker::Shuttle, [false, true]),
    (Checker::Weft, [true, true]),
];

/// The same but for what one checker does.
fn but(checker: Checker, kills: [bool; 2]) -> Answers<Attacked> {
    let others = AS_IT_SHOULD_BE.map(|(other, as_it_should_be)| {
        let kills = if other == checker {
            kills
        } else {
            as_it_should_be
        };
        (other, kills)
    });
    answers(&others)
}

#[test]
fn orders_are_for_loom_and_weft_to_kill_and_logic_is_for_all() {
    let matrix = Matrix::new(answers(&AS_IT_SHOULD_BE), &NO_EXCUSES);
    let text = matrix.to_string();
    assert!(matrix.is_clean(), "{text}");
    let all = "2 of 2 mutants killed, in cases that the engine itself passes.";
    assert!(text.contains(all), "{text}");
    assert!(text.contains("survived 1,234, bounded"), "{text}");
    assert!(text.contains("killed after 1,234"), "{text}");
}

#[test]
fn each_exception_fails_and_is_named() {
    for (checker, kills, says) in [
        (
            Checker::Shuttle,
            [true, true],
            "shuttle killed commit.wmb:dropped, and should not",
        ),
        (
            Checker::Shuttle,
            [false, false],
            "shuttle did not kill worker-no-recheck",
        ),
        (
            Checker::Loom,
            [false, true],
            "loom did not kill commit.wmb:dropped",
        ),
        (
            Checker::Loom,
            [true, false],
            "loom did not kill worker-no-recheck",
        ),
        (
            Checker::Weft,
            [false, true],
            "weft did not kill commit.wmb:dropped",
        ),
    ] {
        let matrix = Matrix::new(but(checker, kills), &NO_EXCUSES);
        assert_eq!(matrix.failures.len(), 1, "{:?}", matrix.failures);
        let text = matrix.to_string();
        assert!(!matrix.is_clean() && text.contains(says), "{text}");
    }
    assert!(!Matrix::new(Vec::new(), &NO_EXCUSES).is_clean());
}

#[test]
fn a_kill_that_a_checker_misses_needs_a_reason_and_a_reason_a_miss() {
    let excuses = Excuses {
        missed: &[(
            Checker::Loom,
            "worker-no-recheck",
            "loom has no such execution",
        )],
        ..NO_EXCUSES
    };
    let missed = Matrix::new(but(Checker::Loom, [true, false]), &excuses);
    let text = missed.to_string();
    assert!(missed.is_clean(), "{text}");
    assert!(
        text.contains("\nmissed by loom: worker-no-recheck: loom has no such execution\n"),
        "{text}"
    );
    let gone = Matrix::new(answers(&AS_IT_SHOULD_BE), &excuses);
    let says = "loom killed worker-no-recheck, and should not: loom has no such execution";
    assert_eq!(gone.failures, [says]);
}

#[test]
fn a_survivor_needs_an_argument_which_is_printed() {
    let none_kills = || {
        let none = AS_IT_SHOULD_BE.map(|(checker, [order, _])| (checker, [order, false]));
        answers(&none)
    };
    let survived = Matrix::new(none_kills(), &NO_EXCUSES);
    assert_eq!(survived.failures.len(), 1, "{:?}", survived.failures);
    let text = survived.to_string();
    assert!(
        text.contains("FAILED: worker-no-recheck survived: nothing shows"),
        "{text}"
    );

    let excuses = Excuses {
        equivalent: &[("worker-no-recheck", "nobody sleeps")],
        ..NO_EXCUSES
    };
    let excused = Matrix::new(none_kills(), &excuses);
    let text = excused.to_string();
    assert!(excused.is_clean(), "{text}");
    assert!(
        text.contains("\nequivalent: worker-no-recheck: nobody sleeps\n"),
        "{text}"
    );
    assert!(text.contains("\n1 of 2 mutants killed"), "{text}");

    let killed = Matrix::new(answers(&AS_IT_SHOULD_BE), &excuses);
    assert_eq!(killed.failures.len(), 3, "{:?}", killed.failures);
    assert!(killed.failures[0].contains("loom killed worker-no-recheck, and should not"));
}

#[test]
fn an_excuse_of_no_mutant_fails() {
    let excuses = Excuses {
        equivalent: &[("no-rechek", "nobody sleeps")],
        ..NO_EXCUSES
    };
    let matrix = Matrix::new(answers(&AS_IT_SHOULD_BE), &excuses);
    let says = "models/scenarios/src/expected.rs excuses no-rechek, and there is no such mutant";
    assert_eq!(matrix.failures, [says]);
}

/// Two mutants that are attacked in one case have one engine.
#[test]
fn a_case_that_the_engine_fails_is_named_once() {
    let answer = ["commit.wmb:dropped", "commit.wmb:weakened"].map(|mutant| Attacked {
        control: Verdict::Failed("data race".to_owned()),
        ..attacked(mutant, true, true)
    });
    let matrix = Matrix::new(vec![(Checker::Weft, Ok(answer.to_vec()))], &NO_EXCUSES);
    assert_eq!(matrix.failures.len(), 1, "{:?}", matrix.failures);
}

/// A kill where the engine dies too shows nothing of the mutant.
#[test]
fn the_engine_itself_has_to_pass_where_its_mutants_die() {
    let mut answers = answers(&AS_IT_SHOULD_BE);
    for (checker, answer) in &mut answers {
        for attacked in answer.iter_mut().flatten() {
            attacked.design = Design::OneBit;
            if *checker == Checker::Weft {
                attacked.control = Verdict::Failed("data race\nof two".to_owned());
            }
        }
    }
    // The two are attacked in a case each.
    let matrix = Matrix::new(answers, &NO_EXCUSES);
    let says = "under weft the engine itself fails in handover 1x1,1 of one-bit, so that a mutant's death there \
                shows nothing: data race";
    assert!(
        matrix.failures.iter().any(|failure| failure == says),
        "{:?}",
        matrix.failures
    );
    assert_eq!(matrix.failures.len(), 2, "{:?}", matrix.failures);
    let text = matrix.to_string();
    assert!(!text.contains("the engine itself passes"), "{text}");
}

#[test]
fn a_checker_that_says_nothing_of_a_mutant_fails() {
    let answer = vec![attacked("worker-no-recheck", false, true)];
    let of_loom = |loom| {
        let answers = vec![(Checker::Weft, Ok(answer.clone())), (Checker::Loom, loom)];
        Matrix::new(answers, &NO_EXCUSES)
    };
    let silent = of_loom(Ok(Vec::new()));
    assert_eq!(
        silent.failures,
        ["worker-no-recheck was not run under loom"]
    );
    let dead = of_loom(Err("it died".to_owned()));
    assert_eq!(dead.failures, ["the mutants under loom: it died"]);
}

#[test]
fn the_json_has_a_cell_a_checker() {
    let answers = answers(&[
        (Checker::Shuttle, [false, true]),
        (Checker::Weft, [true, true]),
    ]);
    let matrix = Matrix::new(answers, &NO_EXCUSES);
    let line = serde_json::to_value(&matrix).expect("JSON")["mutants"][0].take();
    let expected = serde_json::json!({
        "design": "flip-striped",
        "mutant": "commit.wmb:dropped",
        "case": "handover 1x1,1",
        "order_only": true,
        "checkers": [
            {
                "checker": "shuttle", "verdict": "BOUNDED", "why": "enough", "executions": 1_234,
                "control": "COMPLETE",
            },
            {
                "checker": "weft", "verdict": "FAILED", "why": "why", "executions": 1_234,
                "control": "COMPLETE",
            },
        ],
    });
    assert_eq!(line, expected);
}
