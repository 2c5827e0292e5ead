//! The checker's cell. An access lasts as long as its guard lives.

use super::backend;
use super::trace::{What, cell, here, record};
use std::panic::Location;

/// `std`'s cell, whose accesses the checker follows.
#[derive(Debug)]
pub struct UnsafeCell<T>(backend::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// A cell with an initial value.
    #[track_caller]
    #[must_use]
    pub fn new(value: T) -> Self {
        Self(backend::UnsafeCell::new(value))
    }

    /// Begins an access, exclusive while it lives. `purpose` is the verb of a sentence about it.
    #[track_caller]
    pub fn access(&self, purpose: &'static str) -> Access<'_, T> {
        let at = Location::caller();
        let here = here();
        // Said as soon as the access begins, since one that races never comes to its end.
        let begun = || {
            if let Some(here) = here {
                record(here, at, What::Cell(cell(self), purpose));
            }
        };
        Access(backend::access(&self.0, begun))
    }
}

/// An access to a cell; it ends when it is dropped.
pub struct Access<'a, T>(backend::Access<'a, T>);

impl<T> Access<'_, T> {
    /// What is accessed. The pointer must not be used once the access has ended.
    #[must_use]
    pub fn get(&self) -> *mut T {
        self.0.get()
    }
}

impl<T> std::fmt::Debug for Access<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}
