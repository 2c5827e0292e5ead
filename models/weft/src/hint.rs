//! The marker of waiting loops.

use std::panic::Location;

use crate::runtime::yielded;

/// The end of a turn of a waiting loop.
///
/// A turn that reads the same as the turn before it, from the same writes, and changes nothing is not explored
/// further: the thread waits here until one of the atomics that it reads has something else to offer, and an execution in
/// which none ever does is a **hang**, reported as a failure. A read-modify-write that writes back what it read (a
/// `swap` on a lock that is held) changes nothing.
///
/// Whether the thread really would go round for ever is found out by letting it: alone, reading the same, for 256 turns. If
/// it does anything else in one of them (it gives up, it looks elsewhere, it writes), the call means nothing here and the
/// thread just goes on. So a loop that gives up after a few turns is explored to its end, in every way that its
/// turns can read: bound such loops as tightly as the model allows. Only a count beyond 256 is taken for endless.
/// That a loop *counts* its turns, and what is done with the count once it ends, is seen in part: of turns in a row that see
/// nothing new, no more than one is explored. Leave such counts out of a model.
///
/// Each turn that sees something new multiplies the graphs, since the program may remember it. If it never does,
/// [`Builder::awaits`](crate::Builder::awaits) makes every waiting loop as cheap as one load.
///
/// # Panics
/// Panics outside a model.
#[track_caller]
pub fn spin_loop() {
    yielded(Location::caller());
}
