//! Gates: a handler passes one for each permit, so that the submitter decides which requests are
//! done. Only for threads of the system.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug, Default)]
pub(crate) struct Gate {
    permits: Mutex<usize>,
    more: Condvar,
}

impl Gate {
    /// Lets so many through, now or when they come.
    pub(crate) fn permit(&self, count: usize) {
        *self.permits() += count;
        self.more.notify_all();
    }

    /// Lets all through from now on.
    pub(crate) fn open(&self) {
        *self.permits() = usize::MAX / 2;
        self.more.notify_all();
    }

    /// Waits for a permit.
    pub(crate) fn pass(&self) {
        let waits = |permits: &mut usize| *permits == 0;
        let permits = self.more.wait_while(self.permits(), waits);
        *permits.unwrap_or_else(PoisonError::into_inner) -= 1;
    }

    fn permits(&self) -> MutexGuard<'_, usize> {
        self.permits.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
