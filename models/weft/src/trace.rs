//! Marks that the program leaves in its own graphs.

use crate::runtime::{Phase, enter};

/// Labels the calling thread's next event, so that a site of the program appears by name in graphs, reports and
/// proofs. Costs nothing but the assignment, and does not influence what is explored.
///
/// # Panics
/// Panics outside a model.
pub fn label(label: &'static str) {
    if let Phase::Running(cx) = enter() {
        cx.exec.borrow_mut().me().label = Some(label);
    }
}
