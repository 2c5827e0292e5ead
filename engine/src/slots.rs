//! The requests themselves: the one file that dereferences a cell.

use crate::built::IntoRequest;
use crate::error::SpawnError;
use crate::outcome::{Outcome, Panicked};
use crate::sync::{Access, CachePadded, UnsafeCell, name};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A request and, between a handler's panic and its delivery, the payload of that panic.
struct Slot<R> {
    request: R,
    panic: Option<Box<dyn Any + Send>>,
}

/// Every request of a pool, each on cache lines of its own. Built to its full length: it never grows.
pub(crate) struct Slots<R>(Vec<CachePadded<UnsafeCell<Slot<R>>>>);

// SAFETY: a request is touched by one thread at a time: the worker while the bits of `fill` and
// `done` differ, the submitter while they agree (O9), and each change of hands orders all accesses
// before it ahead of all accesses after it (O1 and O4 towards the worker, O2 and O3 back). So
// sharing `Slots` only ever sends an `R` from one thread to another.
unsafe impl<R: Send> Sync for Slots<R> {}

impl<R> Slots<R> {
    /// Builds each request once, in order, where it stays. If `init` fails or panics, those already
    /// built are dropped, and no others exist.
    pub(crate) fn build<T: IntoRequest<R>>(
        requests: usize,
        mut init: impl FnMut(usize) -> T,
    ) -> Result<Self, SpawnError> {
        // All of it at once: a request is not moved again, and too large a pool is an error.
        let mut slots = Vec::new();
        slots
            .try_reserve_exact(requests)
            .map_err(|source| SpawnError::Memory { requests, source })?;
        for index in 0..requests {
            let request = init(index)
                .built()
                .map_err(|source| SpawnError::Init { index, source })?;
            let panic = None;
            slots.push(CachePadded::new(UnsafeCell::new(Slot { request, panic })));
        }
        Ok(Self(slots))
    }

    /// Gives each request its name in a checker's log.
    pub(crate) fn name(&self) {
        for (index, cell) in self.0.iter().enumerate() {
            name(&**cell, || format!("request {index}"), |_| String::new());
        }
    }

    /// Runs the handler on a request; whether it panicked. A panic is kept in the slot for the
    /// submitter (O10).
    ///
    /// # Safety
    ///
    /// The calling worker owns the request: it took it and has not completed it.
    #[inline]
    pub(crate) unsafe fn handle(&self, request: usize, mut handler: impl FnMut(&mut R)) -> bool {
        let access = self.0[request].access("handles");
        // SAFETY: the caller owns the request (O9) and took it behind a read barrier (O1, O4).
        let slot = unsafe { &mut *access.get() };
        // A request that a panic left half-done is only ever seen marked as such. Without a panic
        // no mark is written: it would send a cache line of the request back and forth.
        match catch_unwind(AssertUnwindSafe(|| handler(&mut slot.request))) {
            Ok(()) => false,
            Err(payload) => {
                slot.panic = Some(payload);
                true
            }
        }
    }

    /// Begins the submitter's access to a finished request.
    #[inline]
    pub(crate) fn delivery(&self, request: usize) -> Delivery<'_, R> {
        Delivery(self.0[request].access("delivers"))
    }

    /// Begins the submitter's own access to a request that it prepared.
    #[inline]
    pub(crate) fn fill(&self, request: usize) -> Filling<'_, R> {
        Filling(self.0[request].access("fills"))
    }
}

/// The submitter's access to a finished request: a checker's access, while it lives.
pub(crate) struct Delivery<'a, R>(Access<'a, Slot<R>>);

impl<R> Delivery<'_, R> {
    /// The request, with the panic of its handler if there was one.
    ///
    /// # Safety
    ///
    /// The calling submitter owns the request, by a snapshot that a read barrier followed.
    #[inline]
    pub(crate) unsafe fn outcome(&mut self) -> Outcome<'_, R> {
        // SAFETY: the caller owns the request (O9) and saw its flip behind a barrier (O2, O3).
        let Slot { request, panic } = unsafe { &mut *self.0.get() };
        // Taking it is writing, and nothing is written where there is no mark.
        let payload = if panic.is_some() { panic.take() } else { None };
        match payload {
            None => Ok(request),
            Some(payload) => Err(Panicked::new(request, payload)),
        }
    }
}

/// The submitter's access to a request that it prepared: a checker's access, while it lives.
pub(crate) struct Filling<'a, R>(Access<'a, Slot<R>>);

impl<R> Filling<'_, R> {
    /// Ends it, before the request changes hands.
    #[inline(always)]
    pub(crate) fn end(self) {}

    /// The request.
    ///
    /// # Safety
    ///
    /// The calling submitter owns the request, by a snapshot that a read barrier followed.
    #[inline]
    pub(crate) unsafe fn request(&self) -> &R {
        // SAFETY: the caller owns the request (O9) and saw its flip behind a barrier (O2, O3).
        unsafe { &(*self.0.get()).request }
    }

    /// The request, to be filled.
    ///
    /// # Safety
    ///
    /// As for [`request`](Self::request).
    #[inline]
    pub(crate) unsafe fn request_mut(&mut self) -> &mut R {
        // SAFETY: as above, and this guard is borrowed mutably.
        unsafe { &mut (*self.0.get()).request }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_requests_than_memory_can_hold_are_an_error_before_one_is_built() {
        let requests = usize::MAX / size_of::<CachePadded<UnsafeCell<Slot<u8>>>>();
        let init = |_| -> u8 { unreachable!("there is no place for it") };
        match Slots::<u8>::build(requests, init).map(|_| ()) {
            Err(error @ SpawnError::Memory { requests: told, .. }) => {
                assert_eq!(told, requests);
                assert!(error.to_string().contains("a smaller ring"), "{error}");
            }
            other => panic!("{other:?}"),
        }
    }
}
