//! Marks that the program leaves in its own graphs.

use crate::event::EventId;
use crate::runtime::in_model;

/// Labels the calling thread's next event, so that a site of the program appears by name in graphs, reports and
/// proofs. Costs nothing but the assignment, and does not influence what is explored.
///
/// # Panics
/// Panics outside a model.
pub fn label(label: &'static str) {
    in_model(|cx| cx.exec().me().label = Some(label));
}

/// Where the graph will have the calling thread's next event, so that a program's own record of its steps can be laid
/// beside the graph. None in a destructor that runs because the execution is over.
///
/// # Panics
/// Panics outside a model.
pub fn position() -> Option<EventId> {
    in_model(|cx| {
        let mut exec = cx.exec();
        let thread = exec.current;
        Some(EventId {
            thread,
            index: exec.me().executed,
        })
    })
}
