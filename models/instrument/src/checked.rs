//! All of it, in builds under a checker.

mod atomic;
mod backend;
pub mod barrier;
mod cell;
mod scope;
mod thread;
pub mod trace;

pub use atomic::{AtomicBool, AtomicU64, AtomicUsize};
pub use barrier::{fence, ordering};
pub use cell::{Access, UnsafeCell};
pub use scope::{Scope, scope};
pub use thread::{
    Deadline, JoinHandle, Parker, Thread, Turns, Unparker, end_thread, is_current, is_torn_down,
    park, spawn_named,
};
pub use trace::name;
