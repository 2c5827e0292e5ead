//! shuttle: sequential consistency only, on random schedules.

use super::{Cell, Checker, Thread, Word};
use shuttle::sync::atomic::{AtomicU64, fence};
use shuttle::thread;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Programs of this type run under shuttle.
#[derive(Debug)]
pub enum Shuttle {}

impl Checker for Shuttle {
    type Word = AtomicU64;
    type Cell = Plain;
    type Thread = thread::JoinHandle<()>;

    fn word(_name: &'static str) -> AtomicU64 {
        AtomicU64::new(0)
    }

    fn cell(_name: &'static str) -> Plain {
        Plain(AtomicU64::new(0))
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
            Err(why) => panic!("shuttle has no thread left: {why}"),
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

/// A cell. shuttle has no race detector; it schedules at each access, as it does at an atomic's.
#[derive(Debug)]
pub struct Plain(AtomicU64);

impl Cell for Plain {
    fn get(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    fn set(&self, new: u64) {
        self.0.store(new, Ordering::SeqCst);
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
