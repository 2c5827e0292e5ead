//! What a handler waits for when it depends on a delivery.

#[cfg(loom)]
use loom::sync::{Condvar, Mutex};
#[cfg(shuttle)]
use shuttle::sync::{Condvar, Mutex};
#[cfg(not(any(loom, shuttle, weft)))]
use std::sync::{Condvar, Mutex};
#[cfg(weft)]
use weft::sync::{Condvar, Mutex};

const UNPOISONED: &str = "nothing panics while it holds the lock";

/// How many results were delivered, for handlers to wait for. The checker's own, so that a handler
/// that waits for ever is a deadlock.
pub(super) struct Delivered {
    count: Mutex<u64>,
    more: Condvar,
}

impl Delivered {
    pub(super) fn none() -> Self {
        Self {
            count: Mutex::new(0),
            more: Condvar::new(),
        }
    }

    pub(super) fn add(&self) {
        *self.count.lock().expect(UNPOISONED) += 1;
        self.more.notify_all();
    }

    /// Waits until there are so many.
    pub(super) fn wait_for(&self, count: u64) {
        let mut delivered = self.count.lock().expect(UNPOISONED);
        while *delivered < count {
            delivered = self.more.wait(delivered).expect(UNPOISONED);
        }
    }
}
