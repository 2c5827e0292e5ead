//! What a run leaves behind: its verdict, the log of an execution, the seed from which that execution
//! runs again, its picture, and the messages by which a checker's binary and the command exchange these.

pub mod attacked;
pub mod channel;
pub mod cost;
pub mod facts;
pub mod log;
pub mod seed;
pub mod shown;
#[cfg(any(loom, shuttle, weft))]
pub mod story;
pub mod timeline;
pub mod verdict;
pub mod workspace;
