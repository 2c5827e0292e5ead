//! The blocks of one run: where they lie, and which of them are freed.
//!
//! A block's place depends on the thread that allocates it and on what that thread allocated before, and on nothing
//! else; so it is the same in every run in which the thread did the same. A freed block's place is not used again in its
//! run, unless the program asks for it. What lives on after a run (or belongs to a thread that was given
//! up) keeps its window out of use until it is known that nobody refers to it.

use std::alloc::Layout;
use std::ops::Range;

use super::collect::{self, Left, Remains};
use super::reuse::Point;
use super::space::{WINDOW, canonical_base, range};

/// Threads that have a part of a window; further ones allocate outside of the model.
const THREADS: usize = 64;

/// Bytes of one thread's part.
const PART: usize = WINDOW / THREADS;

/// Larger blocks are allocated outside of the model.
const LARGEST: usize = PART / 4;

/// Every block begins at a multiple of this, so that two neighbours are told apart.
const GRAIN: usize = 16;

/// What is written over a freed block. Where a pointer is read from there, it is aligned, so that it gets as far as the look
/// for what it points to.
const POISON: u8 = 0xA0;

/// Whether an address was read from a freed block, and perhaps added to.
pub(crate) fn is_poison(address: usize) -> bool {
    let poison = usize::from_ne_bytes([POISON; size_of::<usize>()]);
    address.wrapping_sub(poison) < LARGEST
}

/// One block of a window. It holds no address, which would look like a reference to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    /// Where it begins, in bytes from the window's beginning; never 0.
    pub(crate) start: u32,
    pub(crate) size: u32,
    /// When it was freed: an index that the run understands.
    pub(crate) freed: Option<u32>,
    /// Where its address was first stored in an atomic or a cell.
    pub(crate) published: Option<Point>,
}

impl Block {
    pub(crate) fn end(&self) -> usize {
        (self.start + self.size) as usize
    }
}

/// Where one thread allocates.
#[derive(Debug, Default)]
struct Part {
    used: usize,
    blocks: Vec<Block>,
}

/// The blocks of the current run.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    base: Option<usize>,
    parts: Vec<Part>,
    /// The thread that runs.
    pub(crate) thread: u32,
}

impl Arena {
    /// Gets ready for a run, given the stacks that hold nothing of use.
    pub(crate) fn begin(&mut self, stacks: &[Range<usize>]) {
        self.retire(true);
        collect::collect(stacks);
        if self.base.is_none() {
            self.base = collect::begin();
        }
    }

    /// Takes leave of the current run's blocks; `again` if another run may have a window of which nothing is left.
    fn retire(&mut self, again: bool) {
        let Some(base) = self.base else { return };
        let mut live = Vec::new();
        let used = self.parts.iter().map(|part| part.used).sum();
        for part in &mut self.parts {
            let left = part.blocks.iter().filter(|b| b.freed.is_none());
            live.extend(left.map(|b| Left::new(b.start, b.size)));
            part.blocks.clear();
            part.used = 0;
        }
        if !again || !live.is_empty() {
            collect::end(Remains { base, live, used });
            self.base = None;
        }
    }

    /// A new block, or none if it has to be allocated outside of the model.
    pub(crate) fn allocate(&mut self, layout: Layout) -> Option<usize> {
        let (base, thread) = (self.base?, self.thread as usize);
        if thread >= THREADS || layout.size() > LARGEST {
            return None;
        }
        while self.parts.len() <= thread {
            self.parts.push(Part::default());
        }
        let part = &mut self.parts[thread];
        let first = thread * PART;
        let start = (first + part.used.max(GRAIN)).next_multiple_of(layout.align().max(GRAIN));
        // A byte more than asked, so that a pointer to the end of a block is not one to the next.
        let used = start + layout.size() + 1 - first;
        if used > PART {
            return None;
        }
        part.used = used;
        part.blocks.push(Block {
            start: start as u32,
            size: layout.size() as u32,
            freed: None,
            published: None,
        });
        Some(base + start)
    }

    /// The block of this run that an address lies in.
    pub(crate) fn block(&mut self, address: usize) -> Option<&mut Block> {
        let offset = address.checked_sub(self.base?)?;
        let part = self.parts.get_mut(offset / PART)?;
        let after = part.blocks.partition_point(|b| b.start as usize <= offset);
        let block = part.blocks.get_mut(after.checked_sub(1)?)?;
        (offset < block.end().max(block.start as usize + 1)).then_some(block)
    }

    /// How far an address of this run's window is from its beginning.
    pub(crate) fn offset(&self, address: usize) -> usize {
        address - self.base.unwrap_or(address)
    }

    /// Whether an address lies in the window of this run.
    pub(crate) fn covers(&self, address: usize) -> bool {
        self.base
            .is_some_and(|base| (base..base + WINDOW).contains(&address))
    }

    /// Marks the block that begins at `address` as freed, and writes over it.
    pub(crate) fn free(&mut self, address: usize, when: u32) {
        if let Some(block) = self.block(address) {
            block.freed = Some(when);
            let start = std::ptr::with_exposed_provenance_mut::<u8>(address);
            // SAFETY: the block is this arena's, and its owner has just given it up.
            unsafe { start.write_bytes(POISON, block.size as usize) };
        }
    }

    /// Whether this run has no window because others have them all.
    pub(crate) fn is_full(&self) -> bool {
        self.base.is_none() && !range().is_empty()
    }

    /// Where this run's window begins.
    pub(crate) fn base(&self) -> Option<usize> {
        self.base
    }

    /// All blocks of this run.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.parts.iter().flat_map(|part| &part.blocks)
    }

    /// The blocks that were not freed.
    pub(crate) fn live(&self) -> impl Iterator<Item = &Block> {
        self.blocks().filter(|b| b.freed.is_none())
    }

    /// The program stores a value at `point`: if it is an address in a block, others may know that block now.
    pub(crate) fn publish(&mut self, value: u64, point: Point) {
        if self.covers(value as usize)
            && let Some(block) = self.block(value as usize)
        {
            block.published.get_or_insert(point);
        }
    }

    /// A value as graphs hold it: an address in this run's window is that of the same place in the window that
    /// no run uses.
    pub(crate) fn in_graph(&self, value: u64) -> u64 {
        match self.base {
            Some(base) => moved(value, base, canonical_base()),
            None => value,
        }
    }

    /// The value that a graph's value stands for in this run.
    pub(crate) fn in_run(&self, value: u64) -> u64 {
        match self.base {
            Some(base) => moved(value, canonical_base(), base),
            None => value,
        }
    }
}

/// The value, moved along with its window if it is an address there.
fn moved(value: u64, from: usize, to: usize) -> u64 {
    let offset = value.wrapping_sub(from as u64);
    if offset < WINDOW as u64 {
        to as u64 + offset
    } else {
        value
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        self.retire(false);
    }
}
