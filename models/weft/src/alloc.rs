//! The allocator that knows a model's memory.

pub use crate::memory::allocator::Checked;
