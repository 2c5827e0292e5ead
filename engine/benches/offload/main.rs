//! Handing 4 KiB requests to worker threads and getting them back: the engine beside what one
//! would otherwise take, all in one run.
//!
//! ```text
//! cargo bench -p flipside                    # everything, with a table of ratios at the end
//! cargo bench -p flipside -- deflate         # only what has this in its name
//! cargo bench -p flipside --features designs # the engine's designs instead, among themselves
//! ```
//!
//! `FLIPSIDE_TABLE=FILE` has the table of ratios written there too, as Markdown for the book. A
//! relative path begins at the repository's root.
//!
//! Every contender does the same: `ring` requests per worker go round, the submitter writes a
//! number into each before it hands it over and reads the result when it comes back. Nothing is
//! copied and, but for rayon's own jobs, nothing is allocated on the way.

#[cfg(not(any(loom, shuttle, weft)))]
mod contenders;
#[cfg(all(feature = "designs", not(any(loom, shuttle, weft))))]
mod designs;
#[cfg(not(any(loom, shuttle, weft)))]
mod job;
#[cfg(not(any(loom, shuttle, weft)))]
mod measure;
#[cfg(not(any(feature = "designs", loom, shuttle, weft)))]
mod peers;

#[cfg(not(any(loom, shuttle, weft)))]
fn main() {
    measure::main();
}

#[cfg(any(loom, shuttle, weft))]
fn main() {}
