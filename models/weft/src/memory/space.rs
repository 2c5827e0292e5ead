//! The address space that models allocate from: windows of one size, in one range that is reserved once.
//!
//! The first window is never handed out: an address in it stands for the same place of whatever window a run uses,
//! and is what graphs hold.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

/// Bytes of one window.
pub(crate) const WINDOW: usize = 1 << 26;

/// Windows to ask the system for, largest first. The range takes addresses only: pages come with their first use.
const COUNTS: [usize; 4] = [1 << 18, 1 << 14, 1 << 10, 1 << 6];

/// The reserved range; both ends are 0 before the first window is taken, and if the system refuses.
static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

fn reserve() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for windows in COUNTS {
            if let Some(base) = system::reserve(windows * WINDOW) {
                START.store(base, Relaxed);
                END.store(base + windows * WINDOW, Relaxed);
                return;
            }
        }
    });
}

/// The range of all windows.
pub(crate) fn range() -> Range<usize> {
    START.load(Relaxed)..END.load(Relaxed)
}

/// Where the addresses of graphs lie.
pub(crate) fn canonical_base() -> usize {
    range().start
}

/// The windows that nobody uses: those given back, and the first of those that were never used.
struct Unused {
    back: Vec<usize>,
    next: usize,
}

fn unused() -> MutexGuard<'static, Unused> {
    static UNUSED: Mutex<Unused> = Mutex::new(Unused {
        back: Vec::new(),
        next: 1,
    });
    UNUSED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first address of a window that nobody else uses. None if the system has no such range, or all are taken.
pub(crate) fn take_window() -> Option<usize> {
    reserve();
    let range = range();
    let mut unused = unused();
    if let Some(window) = unused.back.pop() {
        return Some(window);
    }
    let base = range.start + unused.next * WINDOW;
    if base >= range.end {
        return None;
    }
    unused.next += 1;
    Some(base)
}

/// Gives a window back, of which nothing is in use any more.
pub(crate) fn give_window(base: usize) {
    unused().back.push(base);
}

#[cfg(unix)]
mod system {
    /// Reserves a range of addresses; its pages are zero and come when they are touched.
    pub(super) fn reserve(bytes: usize) -> Option<usize> {
        // The same place in every process, if it is free: addresses that are shown do not change then. One whose upper
        // half is no small number, which the upper half of a word often is.
        let wish = std::ptr::without_provenance_mut(0x6000_0000_0000);
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping at no fixed address touches no memory that exists.
        let base = unsafe { libc::mmap(wish, bytes, protection, flags, -1, 0) };
        (base != libc::MAP_FAILED).then(|| base.expose_provenance())
    }

    /// Gives the pages of a range back to the system; its addresses stay reserved.
    pub(crate) fn discard(start: usize, bytes: usize) {
        let start = std::ptr::with_exposed_provenance_mut(start);
        // SAFETY: the range belongs to a window of which nothing is in use, which is the caller's business.
        unsafe { libc::madvise(start, bytes, libc::MADV_DONTNEED) };
    }
}

#[cfg(not(unix))]
mod system {
    pub(super) fn reserve(_bytes: usize) -> Option<usize> {
        None
    }

    pub(crate) fn discard(_start: usize, _bytes: usize) {}
}

pub(crate) use system::discard;
