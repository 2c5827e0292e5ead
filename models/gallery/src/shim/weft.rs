//! weft: the C11 model as repaired (RC11), every behaviour once.

use super::{Cell, Checker, Thread, Word};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use weft::sync::atomic::{AtomicU64, fence};
use weft::{cell, hint, thread};

/// Programs of this type run under weft.
#[derive(Debug)]
pub enum Weft {}

impl Checker for Weft {
    type Word = AtomicU64;
    type Cell = Plain;
    type Thread = thread::JoinHandle<()>;

    #[track_caller]
    fn word(name: &'static str) -> AtomicU64 {
        AtomicU64::new(0).named(name)
    }

    #[track_caller]
    fn cell(name: &'static str) -> Plain {
        Plain(cell::UnsafeCell::new(0).named(name))
    }

    #[track_caller]
    fn fence(order: Ordering) {
        fence(order);
    }

    #[track_caller]
    fn spawn<S: Send + Sync + 'static>(
        name: &'static str,
        shared: &Arc<S>,
        body: impl FnOnce(&S) + Send + 'static,
    ) -> Self::Thread {
        let shared = Arc::clone(shared);
        let builder = thread::Builder::new().name(name.to_owned());
        match builder.spawn(move || body(&shared)) {
            Ok(thread) => thread,
            Err(why) => unreachable!("weft's threads always start: {why}"),
        }
    }

    #[track_caller]
    fn spin() {
        hint::spin_loop();
    }

    #[track_caller]
    fn park() {
        thread::park();
    }
}

impl Word for AtomicU64 {
    #[track_caller]
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }

    #[track_caller]
    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }

    #[track_caller]
    fn fetch_or(&self, bits: u64, order: Ordering) -> u64 {
        self.fetch_or(bits, order)
    }

    #[track_caller]
    fn fetch_xor(&self, bits: u64, order: Ordering) -> u64 {
        self.fetch_xor(bits, order)
    }

    #[track_caller]
    fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
        self.fetch_add(value, order)
    }
}

/// A cell whose races weft finds.
#[derive(Debug)]
pub struct Plain(cell::UnsafeCell<u64>);

// SAFETY: weft ends an execution before any access that races, so no two threads are ever inside.
unsafe impl Sync for Plain {}

impl Cell for Plain {
    #[track_caller]
    fn get(&self) -> u64 {
        // SAFETY: weft has found this read to race with nothing; the pointer is the cell's own.
        self.0.with(|value| unsafe { *value })
    }

    #[track_caller]
    fn set(&self, new: u64) {
        // SAFETY: weft has found this write to race with nothing; the pointer is the cell's own.
        self.0.with_mut(|value| unsafe { *value = new });
    }
}

impl Thread for thread::JoinHandle<()> {
    #[track_caller]
    fn unpark(&self) {
        self.thread().unpark();
    }

    #[track_caller]
    fn join(self) {
        if let Err(panic) = self.join() {
            std::panic::resume_unwind(panic);
        }
    }
}
