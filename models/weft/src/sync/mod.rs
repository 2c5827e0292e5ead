//! Synchronisation with std's interface.

pub mod atomic;
mod mutex;

pub use mutex::{Condvar, Mutex, MutexGuard};

/// std's `Arc`. Its counts are not events: what it synchronises must be synchronised by other means too, and
/// `strong_count`, `get_mut` and `try_unwrap` are safe to use only where a single thread is left.
pub use std::sync::Arc;
