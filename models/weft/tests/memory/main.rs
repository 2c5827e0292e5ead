//! Errors of memory: what is freed too early, twice, wrongly or never, and programs that do it right.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
#![allow(
    clippy::multiple_unsafe_ops_per_block,
    reason = "a pointer is followed and used in one step, as the programs under test do"
)]

mod found;
mod freed;
mod genmc;
mod given_up;
mod invalid;
mod leaks;
mod moved;
mod queue;
mod reclaim;
mod stack;
mod survivors;
mod twice;

use weft::sync::Arc;
use weft::sync::atomic::{AtomicPtr, AtomicU32, Ordering::*, fence};
use weft::{Builder, FailureKind, thread};

use found::{complete, found};

/// Two threads that do the two things with one slot; main does the first.
fn two<T: Send + Sync + 'static>(
    shared: impl Fn() -> T + Send + Sync + Clone + 'static,
    main: impl Fn(&T) + Send + Sync + Clone + 'static,
    other: impl Fn(&T) + Send + Sync + Clone + 'static,
) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let shared = std::sync::Arc::new(shared());
        let (own, other) = (std::sync::Arc::clone(&shared), other.clone());
        let thread = thread::spawn(move || other(&own));
        main(&shared);
        thread.join().unwrap();
    }
}
