//! loom: its own approximation of C11, exhaustively.

use super::{Cell, Checker, Thread, Word};
use loom::sync::atomic::{AtomicU64, fence};
use loom::{cell, thread};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Programs of this type run under loom.
#[derive(Debug)]
pub enum Loom {}

impl Checker for Loom {
    type Word = AtomicU64;
    type Cell = Plain;
    type Thread = thread::JoinHandle<()>;

    fn word(_name: &'static str) -> AtomicU64 {
        AtomicU64::new(0)
    }

    fn cell(_name: &'static str) -> Plain {
        Plain(cell::UnsafeCell::new(0))
    }

    fn fence(order: Ordering) {
        fence(order);
    }

    fn spawn<S: Send + Sync + 'static>(
        name: &'static str,
        shared: &Arc<S>,
        body: impl FnOnce(&S) + Send + 'static,
    ) -> Self::Thread {
        let shared = Arc::clone(shared);
        let builder = thread::Builder::new().name(name.to_owned());
        match builder.spawn(move || body(&shared)) {
            Ok(thread) => thread,
            Err(why) => panic!("loom has no thread left: {why}"),
        }
    }

    fn spin() {
        thread::yield_now();
    }

    fn park() {
        thread::park();
    }
}

impl Word for AtomicU64 {
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }

    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }

    fn fetch_or(&self, bits: u64, order: Ordering) -> u64 {
        self.fetch_or(bits, order)
    }

    fn fetch_xor(&self, bits: u64, order: Ordering) -> u64 {
        self.fetch_xor(bits, order)
    }

    fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
        self.fetch_add(value, order)
    }
}

/// A cell whose races loom finds.
#[derive(Debug)]
pub struct Plain(cell::UnsafeCell<u64>);

// SAFETY: loom runs one thread at a time, and ends an execution at any access that races.
unsafe impl Sync for Plain {}

impl Cell for Plain {
    fn get(&self) -> u64 {
        // SAFETY: loom has found this read to race with nothing; the pointer is the cell's own.
        self.0.with(|value| unsafe { *value })
    }

    fn set(&self, new: u64) {
        // SAFETY: loom has found this write to race with nothing; the pointer is the cell's own.
        self.0.with_mut(|value| unsafe { *value = new });
    }
}

impl Thread for thread::JoinHandle<()> {
    fn unpark(&self) {
        self.thread().unpark();
    }

    fn join(self) {
        if let Err(panic) = self.join() {
            std::panic::resume_unwind(panic);
        }
    }
}
