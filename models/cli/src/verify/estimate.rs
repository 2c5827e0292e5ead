//! How long a case may take.

use flipside_scenarios::case::Case;
use flipside_scenarios::checker::Checker;

/// Roughly how long a case takes on one core. A case without a pinned count is one of the deep
/// profile that nobody has seen the end of.
pub(super) fn estimate(case: &Case) -> f64 {
    let a_second: f64 = match case.checker {
        Checker::Loom => 25_000.0,
        Checker::Shuttle => 20_000.0,
        Checker::Weft | Checker::Native => 10_000.0,
    };
    // A count is far below the 53 bits that a float holds.
    case.pinned.map_or(600.0, |count| count as f64 / a_second)
}
