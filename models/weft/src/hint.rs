//! The marker of waiting loops.

use std::panic::Location;

use crate::runtime::yielded;

/// The end of a turn of a waiting loop.
///
/// The promise is that a turn that wrote nothing would do the same again as long as it reads the same values. So the
/// thread waits here until one of the atomics that it read in this turn has another value to offer, and an execution
/// in which none ever does is a **hang**, reported as a failure. In particular a *bounded* spin loop (one that
/// gives up after so many turns) is taken for one that never gives up: leave the bound out of the model, or do not
/// call this in it.
///
/// Whether a call ends such a turn at all is found out by going round once more, with the same values read. If the thread
/// does not come back here, or writes on the way (a store, a successful read-modify-write, a cell, a spawn), the
/// call means nothing and the thread just goes on. So a loop that waits with `swap` instead of a load or a
/// `compare_exchange` is not recognised, and runs into
/// [`Builder::max_events_per_thread`](crate::Builder::max_events_per_thread).
///
/// # Panics
/// Panics outside a model.
#[track_caller]
pub fn spin_loop() {
    yielded(Location::caller());
}
