//! What each design costs, counted.

use crate::checkers::outcomes;
use flipside::Design;
use flipside_record::cost::{Costs, StepCost, TOGETHER};
use flipside_scenarios::checker::Bounds;

/// Counts what a design costs.
///
/// # Errors
///
/// How the count failed.
pub fn measure(design: Design) -> Result<Costs, String> {
    let count = move || {
        let steps = |requests| {
            let costs = flipside::cost::round(design, requests);
            let named = flipside::cost::STEPS.iter().zip(costs);
            let steps = named.map(|(step, cost)| StepCost {
                step: (*step).to_owned(),
                loads: cost.loads,
                stores: cost.stores,
                updates: cost.updates,
                fences: cost.fences,
                lines: cost.lines,
            });
            steps.collect()
        };
        let costs = Costs {
            design,
            alone: steps(1),
            together: steps(TOGETHER),
        };
        serde_json::to_string(&costs).expect("numbers")
    };
    let shown = outcomes(count, Bounds::default())?;
    // One thread has one execution.
    match shown.outcomes.iter().collect::<Vec<_>>()[..] {
        [only] => serde_json::from_str(only).map_err(|why| why.to_string()),
        ref several => Err(format!("{} executions disagree", several.len())),
    }
}
