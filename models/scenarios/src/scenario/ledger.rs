//! The books of a scenario: what was committed, handled, delivered and dropped.
//!
//! The counters are `std`'s on purpose, whatever the checker: they must observe an execution
//! without adding an order to it.

use flipside::{Builder, Outcome, Threads};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the handler adds, so that a result is never mistaken for an input.
const RESULT: u64 = 100;

/// A request as the scenarios use it: `input` is filled by the submitter, `output` by the worker.
#[derive(Debug)]
pub struct Request {
    /// The number of the commit, from 1.
    pub input: u64,
    /// The handler's answer.
    pub output: u64,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    built: AtomicUsize,
    handled: AtomicUsize,
    dropped: AtomicUsize,
}

impl Drop for Request {
    fn drop(&mut self) {
        self.counts.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

/// The oracle: knows independently of the engine what must come back.
#[derive(Debug, Default)]
pub struct Ledger {
    counts: Arc<Counts>,
    committed: u64,
    delivered: Vec<u64>,
    panicked: usize,
}

impl Ledger {
    /// Starts a pool whose handler answers each input, and does `more` with it.
    ///
    /// # Panics
    ///
    /// If the pool cannot be started.
    #[must_use]
    pub fn spawn(
        &self,
        builder: Builder,
        more: impl Fn(u64) + Send + Sync + 'static,
    ) -> Threads<Request> {
        let counts = Arc::clone(&self.counts);
        let init = move |_| {
            counts.built.fetch_add(1, Ordering::Relaxed);
            Ok(Request {
                input: 0,
                output: 0,
                counts: Arc::clone(&counts),
            })
        };
        let handler = move |request: &mut Request| {
            request.counts.handled.fetch_add(1, Ordering::Relaxed);
            note(|| format!("handles input {}", request.input));
            assert_ne!(
                request.input, 0,
                "a handler was given a request that nobody filled"
            );
            request.output = request.input + RESULT;
            more(request.input);
        };
        match builder.spawn(init, handler) {
            Ok(threads) => threads,
            Err(error) => panic!("the pool of a scenario could not be started: {error}"),
        }
    }

    /// Fills a request with the next input.
    pub fn fill(&mut self, request: &mut Request) {
        self.committed += 1;
        request.input = self.committed;
        request.output = 0;
        note(|| format!("fills in input {}", self.committed));
    }

    /// Takes one delivery, and checks it against what was committed.
    ///
    /// # Panics
    ///
    /// If it is a result that was not asked for, is wrong, or was delivered before.
    pub fn take(&mut self, outcome: Outcome<'_, Request>) {
        let (input, output) = match outcome {
            Ok(request) => (request.input, request.output),
            Err(panicked) => {
                self.panicked += 1;
                let (request, payload) = panicked.into_parts();
                match payload.downcast::<u64>() {
                    Ok(payload) => assert_eq!(*payload, request.input, "another request's panic"),
                    // Not the scenario's own panic, so the checker's or a failed assertion's.
                    Err(payload) => std::panic::resume_unwind(payload),
                }
                (request.input, request.output)
            }
        };
        note(|| format!("gets {output} for input {input}"));
        assert_eq!(
            output,
            input + RESULT,
            "the result of request {input} is not its own"
        );
        assert!(
            (1..=self.committed).contains(&input),
            "request {input} was never committed"
        );
        assert!(
            !self.delivered.contains(&input),
            "request {input} was delivered twice"
        );
        self.delivered.push(input);
    }

    /// How many results were delivered as panics.
    #[must_use]
    pub fn panicked(&self) -> usize {
        self.panicked
    }

    /// Checks the books against the pool's own while it lives.
    ///
    /// # Panics
    ///
    /// If a committed request is neither pending nor delivered, or both.
    pub fn check(&self, threads: &Threads<Request>) {
        assert_eq!(
            self.committed,
            (threads.pending() + self.delivered.len()) as u64,
            "committed requests are pending or delivered, each one"
        );
    }

    /// Checks that everything committed was delivered.
    ///
    /// # Panics
    ///
    /// If it was not.
    pub fn all_delivered(&self) {
        assert_eq!(
            self.delivered.len() as u64,
            self.committed,
            "committed and never delivered"
        );
    }

    /// Checks the books after the pool is gone: every commit handled once, every request dropped.
    /// Returns what the submitter saw: what was delivered, in order.
    ///
    /// # Panics
    ///
    /// If they do not balance.
    #[must_use]
    pub fn close(&self) -> String {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        assert_eq!(
            count(&self.counts.handled) as u64,
            self.committed,
            "each committed request is handled once"
        );
        assert_eq!(
            count(&self.counts.dropped),
            count(&self.counts.built),
            "each request is dropped once"
        );
        format!(
            "{} committed, delivered {:?}",
            self.committed, self.delivered
        )
    }
}

/// Puts a remark into the log of an execution that a checker runs.
#[cfg(any(loom, shuttle, weft))]
pub(super) fn note(text: impl FnOnce() -> String) {
    flipside::trace::note(text);
}

#[cfg(not(any(loom, shuttle, weft)))]
pub(super) fn note(_text: impl FnOnce() -> String) {}

/// A handler that does no more than to answer.
pub(super) fn nothing(_input: u64) {}

/// The panic of a handler, which comes back with its request.
pub(super) fn panic(input: u64) {
    note(|| "panics".to_owned());
    // Without the panic hook's message: the panic is part of the scenario.
    std::panic::resume_unwind(Box::new(input));
}
