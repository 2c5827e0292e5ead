//! The outcomes of every program that the checkers are compared in.

use crate::checkers::outcomes;
use flipside::Design;
use flipside_record::shown::{CAP, Shows};
use flipside_scenarios::checker::{Bounds, Checker};
use flipside_scenarios::litmus::LITMUS;
use flipside_scenarios::program;
use flipside_scenarios::scenario::{SCENARIOS, Scenario, Size};

/// The size at which the scenarios are compared.
const SIZE: Size = Size {
    workers: 1,
    ring: 1,
    requests: 2,
};

/// Schedules of each of shuttle's random schedulers for a scenario.
const SCHEDULES: usize = 5_000;

/// What the checker of this binary shows of every program.
///
/// # Errors
///
/// The name of a program that fails, and how.
pub(crate) fn shows() -> Result<Shows, String> {
    let mut shows = Shows::new();
    let mut show = |name: String, program: Program, schedules| {
        let bounds = Bounds {
            schedules,
            executions: (Checker::COMPILED != Checker::Weft).then_some(CAP),
            ..Bounds::default()
        };
        let shown = outcomes(move || program.run(), bounds);
        let shown = shown.map_err(|why| format!("{name}: {why}"))?;
        shows.insert(name, shown);
        Ok::<_, String>(())
    };
    for litmus in LITMUS {
        show(litmus.name.to_owned(), Program::Litmus(litmus.run), 0)?;
    }
    for &design in Design::ALL {
        for scenario in SCENARIOS.iter().filter(|scenario| tells(scenario, design)) {
            let program = program::Program {
                scenario,
                size: SIZE,
                design,
                mutant: None,
            };
            // Depth first there is no end: a waiting thread may look, or wake for nothing, for ever.
            show(program.to_string(), Program::Scenario(program), SCHEDULES)?;
        }
    }
    Ok(shows)
}

/// Whether a scenario is compared in a design: of the designs beside the default, the one with the
/// most outcomes.
fn tells(scenario: &Scenario, design: Design) -> bool {
    design == Design::default() || scenario.name == "stale"
}

#[derive(Clone, Copy)]
enum Program {
    Litmus(fn() -> String),
    Scenario(program::Program),
}

impl Program {
    fn run(self) -> String {
        match self {
            Self::Litmus(run) => run(),
            Self::Scenario(program) => program.run(),
        }
    }
}
