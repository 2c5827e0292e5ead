//! The program's memory: where its blocks lie, which of them are gone, and what may still touch them.
//!
//! A model's threads allocate from an [`arena`](arena::Arena) that weft's [`allocator`](allocator::Checked) puts in
//! front of the program's. Allocations and frees are not events of the graph: each run repeats them, so each run
//! knows them, and [`lifetime`] asks happens-before whether an access and a free are ordered.

pub(crate) mod allocator;
pub(crate) mod arena;
mod collect;
pub(crate) mod lifetime;
pub(crate) mod reuse;
pub(crate) mod space;
