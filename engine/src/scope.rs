//! Pools that borrow from the caller's stack.

use crate::builder::Builder;
use crate::built::{IntoHandler, IntoRequest};
use crate::error::SpawnError;
use crate::handoff::Handoff;
use crate::own::{Worker, stop};
use crate::pool::Pool;
use crate::sync::{Thread, scope};
use crate::threads::Threads;
use crate::worker;
use std::sync::Arc;

impl<D: Handoff> Builder<D> {
    /// Starts workers whose handler and requests may borrow from the caller's stack, runs `body`
    /// with the pool, and stops the workers before it returns, as [`std::thread::scope`] does.
    /// Everything committed is handled; results that `body` did not ask for are dropped.
    ///
    /// # Errors
    ///
    /// As for [`spawn`](Self::spawn); `body` has not run then.
    ///
    /// # Panics
    ///
    /// If `init` or `body` panics, with that panic, once the workers have returned. If `body` has
    /// put another pool in the place of this one; that one has no workers any more and is only good
    /// for being dropped.
    ///
    /// ```
    /// # fn main() -> Result<(), flipside::SpawnError> {
    /// let words = ["lock", "free"];
    /// let total = flipside::Threads::builder().workers(2).ring_size(4).scope(
    ///     |_| (0, 0),
    ///     |(index, length): &mut (usize, usize)| *length = words[*index].len(),
    ///     |threads| {
    ///         for index in 0..words.len() {
    ///             let mut request = threads.prepare_wait(|_| ());
    ///             *request = (index, 0);
    ///             request.commit();
    ///         }
    ///         let mut total = 0;
    ///         threads.wait_done(|request| total += request.unwrap().1);
    ///         total
    ///     },
    /// )?;
    /// assert_eq!(total, 8);
    /// # Ok(())
    /// # }
    /// ```
    pub fn scope<R, T, I, H, B, O>(self, init: I, handler: H, body: B) -> Result<O, SpawnError>
    where
        R: Send,
        T: IntoRequest<R>,
        I: FnMut(usize) -> T,
        H: Fn(&mut R) + Sync,
        B: FnOnce(&mut Threads<R, D>) -> O,
    {
        self.scope_with(init, |_worker| &handler, body)
    }

    /// As [`scope`](Self::scope), with a handler for each worker, as for
    /// [`spawn_with`](Self::spawn_with).
    ///
    /// # Errors
    ///
    /// As for [`spawn_with`](Self::spawn_with); `body` has not run then.
    ///
    /// # Panics
    ///
    /// As [`scope`](Self::scope), and if `worker` panics.
    pub fn scope_with<R, T, I, W, H, B, O>(
        self,
        init: I,
        worker: W,
        body: B,
    ) -> Result<O, SpawnError>
    where
        R: Send,
        T: IntoRequest<R>,
        I: FnMut(usize) -> T,
        W: FnMut(usize) -> H,
        H: IntoHandler<R>,
        H::Handler: Send,
        B: FnOnce(&mut Threads<R, D>) -> O,
    {
        // Holds the requests until every worker has returned, so that this thread drops them.
        let mut held = None;
        scope(|scope| {
            let mut threads = self.start(init, worker, |handler, pool, index, name| {
                let run = move || worker::run(&pool, index, handler);
                let thread = scope.spawn_named(name, run)?;
                Ok(Worker { thread, join: None })
            })?;
            let own = held.insert(Arc::clone(&threads.pool));
            let _end = EndOfScope::of(&threads);
            let out = body(&mut threads);
            assert!(
                Arc::ptr_eq(own, &threads.pool),
                "the pool of a scope was swapped for another: it ends with its scope"
            );
            Ok(out)
        })
    }
}

/// Stops the workers of a scope at its end, also if its `body` left another pool in the place of
/// theirs: the scope waits for them.
struct EndOfScope<R, D: Handoff> {
    pool: Arc<Pool<R, D>>,
    workers: Vec<Thread>,
}

impl<R, D: Handoff> EndOfScope<R, D> {
    fn of(threads: &Threads<R, D>) -> Self {
        Self {
            pool: Arc::clone(&threads.pool),
            workers: threads
                .own
                .workers
                .iter()
                .map(|worker| worker.thread.clone())
                .collect(),
        }
    }
}

impl<R, D: Handoff> Drop for EndOfScope<R, D> {
    fn drop(&mut self) {
        stop(&self.pool, self.workers.iter());
    }
}
