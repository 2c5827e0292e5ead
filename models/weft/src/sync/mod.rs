//! Synchronisation with std's interface.

mod arc;
pub mod atomic;
mod mutex;

pub(crate) use arc::Shared;
pub use arc::{Arc, Weak};
pub use mutex::{Condvar, Mutex, MutexGuard};
