//! Flipside hands fixed requests from one submitter to many worker threads and gets them back in
//! place, without a lock, an allocation or a read-modify-write on the way.
//!
//! ```
//! use flipside::Threads;
//!
//! # fn main() -> Result<(), flipside::SpawnError> {
//! let mut threads = Threads::builder()
//!     .workers(2)
//!     .ring_size(16)
//!     .spawn(
//!         |_index| Vec::with_capacity(64), // each request, once, in place
//!         |text: &mut Vec<u8>| text.make_ascii_uppercase(), // on a worker
//!     )?;
//!
//! let mut out = Vec::new();
//! for word in ["flip", "side"] {
//!     // The result of the request's last round, if there is one, is handed over exactly once.
//!     let mut request = threads.prepare_wait(|text| out.push(text.unwrap().clone()));
//!     request.clear();
//!     request.extend_from_slice(word.as_bytes());
//!     request.commit();
//! }
//! threads.wait_done(|text| out.push(text.unwrap().clone()));
//! out.sort();
//! assert_eq!(out, [b"FLIP", b"SIDE"]);
//! # Ok(())
//! # }
//! ```
//!
//! # The protocol
//!
//! Each request has two bits: `fill`, flipped by the submitter alone, and `done`, flipped by its
//! worker alone. Where they differ the worker owns the request; where they agree the submitter
//! does. A third bit, `pending`, is the submitter's own: committed, and its result not delivered.
//!
//! | fill ^ done | pending | state | owner | may become |
//! |---|---|---|---|---|
//! | 0 | 0 | Free | submitter | Busy, by [`Prepared::commit`] or [`Batch::commit`] |
//! | 1 | 1 | Busy | worker | Done, when its handler has returned or panicked |
//! | 0 | 1 | Done | submitter | Free, by delivery in [`Threads::prepare`], [`Threads::deliver`], [`Threads::deliver_wait`] or [`Threads::wait_done`] |
//! | 1 | 0 | | | never |
//!
//! The design was sketched in October 2018 on QEMU's mailing list ("migration: introduce lockless
//! multithreads model"). This is its striped layout: one word of each kind per worker and 64
//! requests, each with a single writer. The other designs of that exchange are compared with it in
//! the repository, and are no part of this crate.
//!
//! # What to know
//!
//! - One submitter: [`Threads`] is `Send` but not `Sync`.
//! - Requests finish and are delivered in any order, those of one worker too; a request says for
//!   itself what it is.
//! - A request belongs to its worker for good. One slow handler delays the requests behind it on
//!   that worker and no others.
//! - The words are 64-bit atomics, so a target without them has no flipside. Where the processor
//!   stores one by a loop of its own, as 32-bit ARM does, that store is not wait-free.
//! - A handler that panics gives its request back as [`Panicked`]; the worker lives on. With
//!   `panic = "abort"` the process ends, as everywhere.

mod bits;
mod builder;
mod built;
mod error;
mod handoff;
mod outcome;
mod own;
mod pool;
mod prepared;
mod results;
mod scope;
mod site;
mod slots;
mod submitter;
mod sync;
mod threads;
mod wake;
mod worker;

pub use builder::{Builder, Dispatch, MAX_RING_SIZE, MAX_WORKERS};
pub use built::{IntoHandler, IntoRequest};
pub use error::{BoxError, ConfigError, SpawnError};
pub use outcome::{Outcome, Panicked};
pub use prepared::{Batch, Prepared};
pub use results::Results;
pub use threads::Threads;

/// What the designs that are compared with this one, and the models, are built on. No part of the
/// API: it changes with any version.
#[doc(hidden)]
pub mod seam {
    pub use crate::bits::{Layout, Place, WORD_BITS, places};
    pub use crate::handoff::{Handoff, Snapshot, Striped};
    pub use crate::site::{Accesses, Kind, Recipe, Site, access, smp_mb, smp_rmb, smp_wmb};
    pub use crate::submitter::SubmitterSide;
    pub use crate::sync::{AtomicU64, Turns, name};
}
