//! Synchronisation with std's interface.

pub mod atomic;
mod mutex;

pub use mutex::{Condvar, Mutex, MutexGuard};

/// std's `Arc`. Its counts are not events: what it synchronises must be synchronised by other means too, and
/// `strong_count`, `get_mut`, `try_unwrap` and the drop of what is in it are explored only where a single thread is left:
/// keep one clone until the others are joined.
pub use std::sync::Arc;
