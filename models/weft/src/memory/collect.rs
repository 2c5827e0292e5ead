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
use std::sync::{Mutex, PoisonError};

use super::arena::Remains;

/// What arenas that are gone have left.
static ORPHANS: Mutex<Vec<Remains>> = Mutex::new(Vec::new());

/// Leaves a window to whoever collects next.
pub(crate) fn orphan(remains: Remains) {
    let mut orphans = ORPHANS.lock().unwrap_or_else(PoisonError::into_inner);
    orphans.push(remains);
}

/// Gives back the windows that nothing refers to; answers the others. `ignored` are ranges that hold nothing of use.
pub(crate) fn collect(mut all: Vec<Remains>, ignored: &[Range<usize>]) -> Vec<Remains> {
    all.append(&mut ORPHANS.lock().unwrap_or_else(PoisonError::into_inner));
    all.sort_unstable_by_key(|remains| remains.base);
    let mut marks = Marks::new(&all);
    if process::scan(ignored, &mut |word| marks.refer(word)).is_err() {
        return all;
    }
    marks.follow();
    let marked = marks.marked;
    let mut kept = Vec::new();
    for (mut remains, marked) in all.into_iter().zip(marked) {
        let mut marked = marked.into_iter();
        remains.live.retain(|_| marked.next() == Some(true));
        if remains.live.is_empty() {
            remains.end();
        } else {
            kept.push(remains);
        }
    }
    kept
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
        let after = blocks.partition_point(|b| b.start as usize <= offset);
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
            let address = window.base + block.start as usize;
            let start = std::ptr::with_exposed_provenance::<usize>(address);
            for k in 0..block.size as usize / size_of::<usize>() {
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

    /// Shows every aligned word of the process's writable memory that is an address of models' memory; not what models' memory
    /// itself and `ignored` hold. It is read through the system, since another thread may unmap it meanwhile.
    pub(super) fn scan(ignored: &[Range<usize>], show: &mut dyn FnMut(usize)) -> io::Result<()> {
        let memory = File::open("/proc/self/mem")?;
        let pages = File::open("/proc/self/pagemap").ok();
        let mut words = vec![0u8; 1 << 20];
        let models = space::range();
        let (first, length) = (models.start, models.len());
        for line in read_to_string("/proc/self/maps")?.lines() {
            let Some(range) = writable(line) else {
                continue;
            };
            let mut skipped = ignored.iter().chain([&models]);
            if skipped.any(|r| r.start < range.end && range.start < r.end) {
                continue;
            }
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

    pub(super) fn scan(_: &[Range<usize>], _: &mut dyn FnMut(usize)) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
