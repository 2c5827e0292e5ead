//! What loom and shuttle cannot show, pinned: small programs, each with the outcomes that the
//! checker finds and the number of executions that it takes.
//!
//! A verdict on the engine is worth what its checker can see. An upgrade that changes a limit or
//! a count fails here, and then `docs` and the models' bounds have to be read again.

#[cfg(loom)]
mod loom_limits;
#[cfg(shuttle)]
mod shuttle_limits;

#[cfg(not(any(loom, shuttle)))]
#[test]
#[ignore = "needs RUSTFLAGS=\"--cfg loom\" (or shuttle) cargo test --release -p flipside-models"]
fn the_limits_are_those_of_loom_and_shuttle() {}
