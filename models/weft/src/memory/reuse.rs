//! Blocks whose addresses a later allocation may get again, as real allocators do: what makes an ABA possible.
//!
//! An allocation may take the place of any block of its size that was freed before it (in happens-before) and whose
//! address the program has stored in an atomic or a cell; of others nobody can tell. Each way is explored. Two allocations that neither
//! comes before the other cannot both get a place: where they would, there is no such execution.

use std::alloc::Layout;
use std::panic::Location;

use crate::clock::Which;
use crate::event::{Event, EventId, Kind, LocationId, Order};
use crate::exec::Exec;
use crate::memory::arena::{Arena, Block};
use crate::runtime::{Context, Outside, obey, perform};

/// A point between two events of a thread: which thread, and how many events of it come before.
pub(crate) type Point = (u32, u32);

/// A block that was, and whose place was given to another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Past {
    start: u32,
    /// When it was freed.
    end: u32,
    /// Where its address was first stored.
    published: Point,
    /// Where its place was allocated again.
    again: Point,
}

/// A place that the program gets again, if it is so decided.
pub(crate) fn reused(cx: &Context, layout: Layout) -> Option<usize> {
    let places = {
        let exec = cx.exec();
        if !exec.rules.reuse || exec.probe.is_some() {
            return None;
        }
        exec.reusable(layout, &cx.arena())
    };
    if places.is_empty() {
        return None;
    }
    let mut request = Event::new(Kind::Choice(0), Order::NonAtomic, Location::caller());
    request.role = "allocate";
    request.way = places.len() as u32;
    let picked = cx.program(|| perform(&request).0) as usize;
    let start = *places.get(picked.checked_sub(1)?)?;
    let _outside = Outside::new();
    let mut exec = cx.exec();
    let mut arena = cx.arena();
    if let Some(address) = exec.take_again(start, &mut arena) {
        return Some(address);
    }
    // Another allocation has the place, before or after this one.
    drop((exec, arena));
    obey(cx, || cx.exec().forbidden());
    None
}

impl Exec {
    /// Where blocks begin that this allocation may get the place of.
    fn reusable(&self, layout: Layout, arena: &Arena) -> Vec<u32> {
        let fits = |block: &&Block| {
            block.size as usize == layout.size()
                && (block.start as usize).is_multiple_of(layout.align())
        };
        let free = |block: &&Block| {
            let now = block.freed.zip(block.published);
            let now = now.is_some_and(|(end, at)| self.end_is_before(end) && self.is_before(at));
            let past = |p: &Past| {
                p.start == block.start
                    && self.end_is_before(p.end)
                    && self.is_before(p.published)
                    && !self.is_before(p.again)
            };
            now || self.lifetimes.past.iter().any(past)
        };
        let blocks = arena.blocks().filter(fits).filter(free);
        blocks.map(|block| block.start).collect()
    }

    /// Gives the place of a block to the current thread, if it is free where the thread is.
    fn take_again(&mut self, start: u32, arena: &mut Arena) -> Option<usize> {
        let address = arena.base()? + start as usize;
        let block = arena.block(address)?;
        let end = block.freed.filter(|&end| self.end_is_before(end))?;
        let past = Past {
            start,
            end,
            published: block.published.take()?,
            again: (self.current, self.me().executed),
        };
        block.freed = None;
        let size = block.size as usize;
        self.lifetimes.past.push(past);
        let first = arena.in_graph(address as u64) as usize;
        let old: Vec<LocationId> = self.graph.objects_in(&(first..first + size)).collect();
        for loc in old {
            self.graph.loc_mut(loc).address = 0;
        }
        Some(address)
    }

    /// Whether the end of an object or a block happens before what the current thread does now.
    pub(crate) fn end_is_before(&self, end: u32) -> bool {
        self.is_before(self.lifetimes.point(end))
    }

    /// Whether a point happens before what the current thread does now.
    fn is_before(&self, (thread, position): Point) -> bool {
        let me = &self.threads[self.current as usize];
        let Some(index) = me.executed.checked_sub(1) else {
            return false;
        };
        let last = EventId {
            thread: self.current,
            index,
        };
        thread == self.current || self.graph.clock(last, Which::Hb)[thread as usize] > position
    }
}
