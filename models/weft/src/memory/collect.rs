//! Which blocks of earlier runs may still be referred to, by what lives outside of models.
//!
//! A run may leave blocks behind: those of threads that were given up, which nobody will ever use again, and those that
//! the program put where they survive (a result pushed to a list outside, a buffer that std made at its first use).
//! Nothing tells the two apart but a look for references: every word of the process's writable memory that may be an address
//! in a block keeps that block, and so do the words of blocks that are kept (a conservative, marking collector, after Boehm
//! and Weiser, "Garbage collection in an uncooperative environment", 1988). A window without such a block is used again.
//!
//! Linux only, by way of `/proc`; elsewhere such windows stay out of use.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::space::{WINDOW, discard, give_window, take_window};

/// Bytes of a window that stay with the process when it is given back.
const KEPT: usize = 1 << 16;

/// Windows that wait, at least and at most, before it is asked which of them may be used again.
const WAITING: Range<usize> = 64..1024;

/// What that question costs, at most, as a part of the time between two.
const SHARE: u32 = 16;

/// Or so many bytes that were allocated in those that wait.
const MANY_BYTES: usize = 1 << 26;

/// A window that was used, with the blocks that were not freed.
#[derive(Debug)]
pub(crate) struct Remains {
    pub(crate) base: usize,
    pub(crate) live: Vec<Left>,
    /// Bytes that were allocated in it.
    pub(crate) used: usize,
}

/// A block that was not freed, in one word. The highest bit is set, so that no such word looks like an address of a block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Left(u64);

impl Left {
    const MARK: u64 = 1 << 63;
    /// Nothing referred to it when that was asked last. Other threads go on meanwhile, and may move a reference from where is
    /// still to be looked to where was looked already: so one look is not enough.
    const MISSED: u64 = 1 << 62;
    const SIZE: u32 = u32::BITS;

    pub(crate) fn new(start: u32, size: u32) -> Left {
        // Both are less than a window.
        Left(Left::MARK | u64::from(size) << Left::SIZE | u64::from(start))
    }

    /// Where it begins, in bytes from the window's beginning.
    fn start(self) -> usize {
        self.0 as u32 as usize
    }

    fn size(self) -> usize {
        ((self.0 & !(Left::MARK | Left::MISSED)) >> Left::SIZE) as usize
    }

    fn end(self) -> usize {
        self.start() + self.size()
    }

    fn is_missed(self) -> bool {
        self.0 & Left::MISSED != 0
    }

    fn set_missed(&mut self, missed: bool) {
        self.0 = self.0 & !Left::MISSED | if missed { Left::MISSED } else { 0 };
    }
}

/// The windows of all arenas: what one run leaves may be referred to by what another has left.
#[derive(Debug)]
struct Windows {
    remains: Vec<Remains>,
    /// How many there were after the last look.
    kept: usize,
    /// Bytes that were allocated in those that came since.
    bytes: usize,
    /// When it may be asked again.
    next: Option<Instant>,
    /// Where the windows begin that runs use now.
    in_use: Vec<usize>,
}

fn windows() -> MutexGuard<'static, Windows> {
    static WINDOWS: Mutex<Windows> = Mutex::new(Windows {
        remains: Vec::new(),
        kept: 0,
        bytes: 0,
        next: None,
        in_use: Vec::new(),
    });
    WINDOWS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A window for a new run.
pub(crate) fn begin() -> Option<usize> {
    let base = take_window()?;
    windows().in_use.push(base);
    Some(base)
}

/// A window's last run is over.
pub(crate) fn end(remains: Remains) {
    let mut windows = windows();
    windows.in_use.retain(|&base| base != remains.base);
    if remains.live.is_empty() {
        remains.end();
    } else {
        windows.bytes += remains.used;
        windows.remains.push(remains);
    }
}

/// Gives back the windows that nothing refers to, if there are many. `ignored` are ranges that hold nothing of use.
pub(crate) fn collect(ignored: &[Range<usize>]) {
    let mut windows = windows();
    if !windows.are_many() {
        return;
    }
    let start = Instant::now();
    windows.bytes = 0;
    let mut all = std::mem::take(&mut windows.remains);
    all.sort_unstable_by_key(|remains| remains.base);
    let mut marks = Marks::new(&all);
    let looked = process::scan(&windows.in_use, ignored, &mut |word| marks.refer(word));
    if looked.is_ok() {
        marks.follow();
        let marked = marks.marked;
        for (remains, marked) in all.iter_mut().zip(marked) {
            let mut marked = marked.into_iter();
            remains.live.retain_mut(|block| {
                let missed = marked.next() != Some(true);
                let gone = missed && block.is_missed();
                block.set_missed(missed);
                !gone
            });
        }
        all.retain_mut(|remains| {
            let over = remains.live.is_empty();
            if over {
                remains.end();
            }
            !over
        });
    }
    windows.kept = all.len();
    windows.remains = all;
    windows.next = Some(Instant::now() + start.elapsed() * SHARE);
}

impl Windows {
    /// Whether enough has come together, and enough time has passed.
    fn are_many(&self) -> bool {
        let waiting = self.remains.len() - self.kept.min(self.remains.len());
        let due = || self.next.is_none_or(|next| Instant::now() >= next);
        let most = waiting >= WAITING.end.max(self.kept / 2) || self.bytes >= MANY_BYTES;
        most || (waiting >= WAITING.start && due())
    }
}

impl Remains {
    /// Gives the window back.
    fn end(&self) {
        if self.used > KEPT {
            discard(self.base, WINDOW);
        }
        give_window(self.base);
    }
}

/// The blocks that may be referred to. Nothing here holds the address of one.
struct Marks<'a> {
    /// All windows in the order of their addresses, with their blocks in order too.
    windows: &'a [Remains],
    /// For each block whether it is marked.
    marked: Vec<Vec<bool>>,
    /// Window and block of those that are marked and not yet looked into.
    open: Vec<(usize, usize)>,
}

impl Marks<'_> {
    fn new(windows: &[Remains]) -> Marks<'_> {
        Marks {
            marked: windows.iter().map(|w| vec![false; w.live.len()]).collect(),
            open: Vec::new(),
            windows,
        }
    }

    /// Marks the block that a word refers to, if it may be an address in one or of its end.
    fn refer(&mut self, word: usize) {
        let after = self.windows.partition_point(|w| w.base <= word);
        let Some(window) = after.checked_sub(1) else {
            return;
        };
        let (offset, blocks) = (word - self.windows[window].base, &self.windows[window].live);
        let after = blocks.partition_point(|b| b.start() <= offset);
        let Some(at) = after.checked_sub(1) else {
            return;
        };
        if offset <= blocks[at].end() && !self.marked[window][at] {
            self.marked[window][at] = true;
            self.open.push((window, at));
        }
    }

    /// Marks what marked blocks refer to.
    fn follow(&mut self) {
        while let Some((window, at)) = self.open.pop() {
            let window = &self.windows[window];
            let block = window.live[at];
            let address = window.base + block.start();
            let start = std::ptr::with_exposed_provenance::<usize>(address);
            for k in 0..block.size() / size_of::<usize>() {
                let word = start.wrapping_add(k);
                // SAFETY: the block is mapped, and aligned to more than a word.
                let word = unsafe { word.read_volatile() };
                self.refer(word);
            }
        }
    }
}

#[cfg(target_os = "linux")]
mod process {
    use std::fs::{File, read_to_string};
    use std::io;
    use std::ops::Range;
    use std::os::unix::fs::FileExt;

    use super::super::space;

    /// Shows every aligned word of the process's writable memory, but that of `ignored` and of models whose run is over. It is
    /// read through the system, since another thread may unmap it meanwhile.
    pub(super) fn scan(
        windows: &[usize],
        ignored: &[Range<usize>],
        show: &mut dyn FnMut(usize),
    ) -> io::Result<()> {
        let memory = File::open("/proc/self/mem")?;
        let pages = File::open("/proc/self/pagemap").ok();
        let mut words = vec![0u8; 1 << 20];
        let mut skipped = ignored.to_vec();
        let models = space::range();
        let (first, length) = (models.start, models.len());
        skipped.push(models);
        skipped.sort_unstable_by_key(|range| range.start);
        let maps = read_to_string("/proc/self/maps")?;
        let outside = maps.lines().filter_map(writable);
        let outside = outside.flat_map(|range| without(range, &skipped));
        let inside = windows.iter().map(|&base| base..base + space::WINDOW);
        for range in outside.chain(inside) {
            let mut at = range.start;
            while at < range.end {
                let end = range.end.min(at + words.len());
                for present in present(pages.as_ref(), at..end) {
                    let part = &mut words[..present.len()];
                    // Unmapped since: then nothing there refers to anything.
                    if memory.read_exact_at(part, present.start as u64).is_err() {
                        continue;
                    }
                    for word in part.as_chunks().0 {
                        let word = usize::from_ne_bytes(*word);
                        if word.wrapping_sub(first) < length {
                            show(word);
                        }
                    }
                }
                at = end;
            }
        }
        Ok(())
    }

    /// What is left of a range without others, which are in order. The system shows neighbours as one range.
    fn without(range: Range<usize>, others: &[Range<usize>]) -> Vec<Range<usize>> {
        let mut left = Vec::new();
        let mut at = range.start;
        for other in others {
            if other.end <= at || range.end <= other.start {
                continue;
            }
            if at < other.start {
                left.push(at..other.start);
            }
            at = other.end;
        }
        if at < range.end {
            left.push(at..range.end);
        }
        left
    }

    /// `start-end rw.. …`
    fn writable(line: &str) -> Option<Range<usize>> {
        let (addresses, rest) = line.split_once(' ')?;
        if !rest.starts_with("rw") {
            return None;
        }
        let (start, end) = addresses.split_once('-')?;
        let number = |text| usize::from_str_radix(text, 16).ok();
        Some(number(start)?..number(end)?)
    }

    fn page_size() -> usize {
        // SAFETY: asks for a number.
        let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        usize::try_from(size).unwrap_or(4096)
    }

    /// The parts of a range whose pages were ever touched; all of it if the system does not say.
    fn present(pages: Option<&File>, range: Range<usize>) -> Vec<Range<usize>> {
        let page = page_size();
        let count = range.len() / page;
        let mut entries = vec![0u8; count * 8];
        let known = pages.is_some_and(|pages| {
            let offset = (range.start / page * 8) as u64;
            pages.read_exact_at(&mut entries, offset).is_ok()
        });
        if !known {
            return vec![range];
        }
        let mut parts: Vec<Range<usize>> = Vec::new();
        for (k, entry) in entries.as_chunks().0.iter().enumerate() {
            // Bit 63: in memory; bit 62: swapped out.
            if u64::from_ne_bytes(*entry) >> 62 == 0 {
                continue;
            }
            let start = range.start + k * page;
            match parts.last_mut() {
                Some(last) if last.end == start => last.end += page,
                _ => parts.push(start..start + page),
            }
        }
        parts
    }
}

#[cfg(not(target_os = "linux"))]
mod process {
    use std::io;
    use std::ops::Range;

    pub(super) fn scan(
        _: &[usize],
        _: &[Range<usize>],
        _: &mut dyn FnMut(usize),
    ) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
