//! The designs that Flipside's hand-off was weighed against, each behind the engine's own seam, and
//! the mutants of the engine.
//!
//! [`Any`] is one of the designs, chosen at run time, for models and tests. What is measured is a
//! design by itself: its type, in the engine's place for it. [`Breakable`] is `Any` with steps of
//! the protocol left out or swapped, while a model asks for that.

mod any;
mod breakable;
mod completion_bitmap;
#[cfg(any(loom, shuttle, weft))]
pub mod cost;
mod fences;
mod lines;
mod mutation;
mod one_bit;
mod outward;
mod packed;
mod ptr_ring;
mod ring;
mod shared;

pub use any::{Any, Design};
pub use breakable::Breakable;
pub use completion_bitmap::CompletionBitmap;
pub use fences::Fences;
pub use mutation::Fault;
#[cfg(any(loom, shuttle, weft))]
pub use mutation::{Mutation, asked, mutate};
pub use one_bit::OneBit;
pub use ptr_ring::PtrRing;
pub use shared::Shared;

pub use flipside::seam::{Kind, Site};
pub use flipside::{
    BoxError, ConfigError, Dispatch, IntoHandler, IntoRequest, MAX_RING_SIZE, MAX_WORKERS, Outcome,
    Panicked, SpawnError,
};
#[cfg(any(loom, shuttle, weft))]
pub use flipside_instrument::trace;

/// The engine's settings, for any of the designs.
pub type Builder = flipside::Builder<Breakable>;
/// The engine's pool, of any of the designs.
pub type Threads<R> = flipside::Threads<R, Breakable>;
/// A request in the submitter's hands, of any of the designs.
pub type Prepared<'a, R> = flipside::Prepared<'a, R, Breakable>;
/// A batch of requests, of any of the designs.
pub type Batch<'a, R> = flipside::Batch<'a, R, Breakable>;

/// The results of a pool, of any of the designs.
pub type Results<'a, R> = flipside::Results<'a, R, Breakable>;

/// Settings for a pool of one of the designs.
pub fn builder(design: Design) -> Builder {
    flipside::Threads::builder().design(design)
}
