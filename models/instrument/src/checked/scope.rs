//! Scoped threads. No checker has any: these are its ordinary ones, joined at the scope's end.

use super::thread::{JoinHandle, is_torn_down, spawn_named};
use std::cell::RefCell;
use std::io;
use std::marker::PhantomData;

use super::thread::Thread;

/// Where threads can be started that borrow from outside of it.
#[derive(Debug)]
pub struct Scope<'scope, 'env: 'scope> {
    started: RefCell<Vec<JoinHandle<()>>>,
    // Both invariant, as `std`'s are: a scope that could be taken for a longer one would let a
    // thread borrow what ends before it.
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// Runs `f` with a scope, and waits for the threads that it started.
///
/// # Panics
///
/// If `f` panics, with its panic, and if one of the threads did.
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let scope = Scope {
        started: RefCell::default(),
        scope: PhantomData,
        env: PhantomData,
    };
    let ends = JoinAll(&scope.started);
    let out = f(&scope);
    drop(ends);
    out
}

struct JoinAll<'a>(&'a RefCell<Vec<JoinHandle<()>>>);

impl Drop for JoinAll<'_> {
    fn drop(&mut self) {
        // The threads of a model that has failed run no more.
        if is_torn_down() {
            return;
        }
        for thread in self.0.take() {
            assert!(thread.join().is_ok(), "a scoped thread panicked");
        }
    }
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread that ends before the scope does.
    ///
    /// # Errors
    ///
    /// As [`spawn_named`].
    #[track_caller]
    pub fn spawn_named(
        &'scope self,
        name: String,
        f: impl FnOnce() + Send + 'scope,
    ) -> io::Result<Thread> {
        let f: Box<dyn FnOnce() + Send + 'scope> = Box::new(f);
        // SAFETY: only the lifetime changes. `JoinAll` waits for the thread before `scope` returns
        // or unwinds, so what it borrows outlives it; in a model that has failed no thread goes on.
        let f: Box<dyn FnOnce() + Send + 'static> = unsafe { std::mem::transmute(f) };
        let handle = spawn_named(name, f)?;
        let thread = handle.thread().clone();
        self.started.borrow_mut().push(handle);
        Ok(thread)
    }
}
