//! The command: its arguments, its progress bar, and what it says at the end.

use super::container::PAGE_SIZE;
use super::error::Error;
use super::files::{self, Output};
use super::page::{Packer, Page, Unpacker};
use super::run::run;
use super::stream::{Ends, Packing, Unpacking};
use clap::Parser;
use flipside::{Builder, Threads};
use indicatif::{DecimalBytes, ProgressBar, ProgressStyle};
use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Compresses a file in pages of 4 KiB on many threads, into a container that --decompress
/// restores bit for bit.
#[derive(Debug, Parser)]
#[command(name = "compress")]
pub(crate) struct Arguments {
    /// The file to compress, or the container to decompress
    file: PathBuf,
    /// Where to: unless given, FILE.flip, or FILE without its .flip
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Restore the file from its container
    #[arg(short, long, conflicts_with = "level")]
    decompress: bool,
    /// Overwrite OUT if it exists
    #[arg(short, long)]
    force: bool,
    /// Threads that work on the pages; unless given, one for each processor
    #[arg(long, value_name = "N")]
    workers: Option<usize>,
    /// Pages that each worker has at a time
    #[arg(long, value_name = "K", default_value_t = 8)]
    ring: usize,
    /// How hard to try, from 0 (just store) to 9
    #[arg(long, value_name = "L", default_value_t = 6, value_parser = clap::value_parser!(u32).range(0..=9))]
    level: u32,
}

/// What was done.
#[derive(Debug)]
pub(crate) struct Summary {
    pub(crate) output: PathBuf,
    decompressed: bool,
    /// Bytes of the file as it is uncompressed, and of its container.
    pub(crate) plain: u64,
    pub(crate) packed: u64,
    pub(crate) pages: u64,
    workers: usize,
    took: Duration,
}

/// Does what the arguments say. The progress bar shows itself on a terminal only.
pub(crate) fn main(arguments: &Arguments) -> Result<Summary, Error> {
    let input = &*arguments.file;
    let (file, about) = files::open(input)?;
    let named = match &arguments.output {
        Some(output) => output.clone(),
        None if arguments.decompress => files::plain_name(input)?,
        None => files::packed_name(input),
    };
    let output = Output::create(input, &named, arguments.force)?;
    let progress = progress(about.len());
    let start = Instant::now();
    let ends = Ends::new((file, input), (output.file(), &named), &progress);

    let (plain, packed, pages, workers);
    if arguments.decompress {
        let mut stream = Unpacking::begin(ends)?;
        let unpack = || {
            let mut unpacker = Unpacker::new();
            move |page: &mut Page| unpacker.unpack(page)
        };
        (pages, workers) = run(arguments.threads(), unpack, &mut stream)?;
        (packed, plain) = stream.end()?;
    } else {
        let mut stream = Packing::begin(ends)?;
        let pack = || {
            let mut packer = Packer::new(arguments.level);
            move |page: &mut Page| packer.pack(page)
        };
        (pages, workers) = run(arguments.threads(), pack, &mut stream)?;
        (plain, packed) = stream.end()?;
    }
    progress.finish_and_clear();
    output.finish(about.permissions())?;
    Ok(Summary {
        output: named,
        decompressed: arguments.decompress,
        plain,
        packed,
        pages,
        workers,
        took: start.elapsed(),
    })
}

impl Arguments {
    fn threads(&self) -> Builder {
        let threads = Threads::builder()
            .ring_size(self.ring)
            .thread_name("compress");
        match self.workers {
            Some(workers) => threads.workers(workers),
            None => threads,
        }
    }
}

fn progress(length: u64) -> ProgressBar {
    let progress = ProgressBar::new(length);
    let template = "{bar:40} {percent:>3} %  {decimal_bytes} of {decimal_total_bytes}  \
                    {decimal_bytes_per_sec}  {eta} left";
    // The template is fixed: should it not parse, the plain bar does as well.
    if let Ok(style) = ProgressStyle::with_template(template) {
        progress.set_style(style);
    }
    progress
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = match self.decompressed {
            true => (self.packed, self.plain),
            false => (self.plain, self.packed),
        };
        write!(f, "{}: ", self.output.display())?;
        writeln!(f, "{} from {}", DecimalBytes(to), DecimalBytes(from))?;
        if self.packed > 0 {
            write!(f, "ratio {:.2}, ", self.plain as f64 / self.packed as f64)?;
        }
        let (pages, workers) = (self.pages, self.workers);
        write!(f, "{pages} pages of {PAGE_SIZE} bytes, {workers} workers, ")?;
        let seconds = self.took.as_secs_f64();
        let rate = self.plain as f64 / 1e6 / seconds;
        write!(f, "{seconds:.2} s, {rate:.1} MB/s")
    }
}
