//! Handing 4 KiB requests to worker threads and getting them back, all contenders in one run.
//!
//! ```text
//! cargo bench -p flipside-benches --bench peers   # the engine beside what one would otherwise take
//! cargo bench -p flipside-benches --bench designs # the designs among themselves
//! cargo bench -p flipside-benches --bench peers -- deflate # only what has this in its name
//! ```
//!
//! Each ends with a table of ratios. `FLIPSIDE_TABLE=FILE` has it written there too, as Markdown for
//! the book. A relative path begins at the repository's root.
//!
//! Every contender does the same: `ring` requests per worker go round, the submitter writes a
//! number into each before it hands it over and reads the result when it comes back. Nothing is
//! copied and, but for rayon's own jobs, nothing is allocated on the way.

mod contenders;
mod job;
mod measure;

pub use contenders::{Build, Offload, OneByOne, engine, in_batches};
pub use job::{Page, Work};
pub use measure::Contest;

/// One request from `prepare` to `commit`, as a program writes it: `ci/codegen --count` counts its
/// instructions. Returns the result of the request's last round.
#[inline(never)]
pub fn submit_one(threads: &mut flipside::Threads<[u64; 4]>, number: u64) -> u64 {
    let mut last = 0;
    let mut request = threads.prepare_wait(|done| last = done.map_or(0, |request| request[1]));
    request[0] = number;
    request.commit();
    last
}
