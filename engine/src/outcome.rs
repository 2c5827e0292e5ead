//! What comes back for a request: the request itself, or the panic of its handler.

use std::any::Any;
use std::error::Error;
use std::fmt;

/// What the `done` callback is given for each request, exactly once: the request with its result
/// in place, or the panic of the handler that worked on it.
pub type Outcome<'a, R> = Result<&'a mut R, Panicked<'a, R>>;

/// A request whose handler panicked, with the payload of that panic.
///
/// The worker lives on and the request goes back into the ring, so whoever fills it next must not
/// rely on what the handler left behind.
pub struct Panicked<'a, R> {
    request: &'a mut R,
    payload: Box<dyn Any + Send>,
}

impl<'a, R> Panicked<'a, R> {
    pub(crate) fn new(request: &'a mut R, payload: Box<dyn Any + Send>) -> Self {
        Self { request, payload }
    }

    /// The request, in the state in which the handler left it.
    #[must_use]
    pub fn request(&mut self) -> &mut R {
        self.request
    }

    /// The message of the panic, if its payload is text, as that of `panic!` is.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        let payload = &*self.payload;
        payload
            .downcast_ref::<&'static str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
    }

    /// The payload, as [`std::thread::JoinHandle::join`] would return it.
    #[must_use]
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.payload
    }

    /// Both: the request, in the state in which the handler left it, and the payload.
    #[must_use]
    pub fn into_parts(self) -> (&'a mut R, Box<dyn Any + Send>) {
        (self.request, self.payload)
    }

    /// Goes on with the panic, on this thread.
    ///
    /// # Panics
    ///
    /// Always, with the handler's payload.
    pub fn resume(self) -> ! {
        std::panic::resume_unwind(self.payload)
    }
}

impl<R> fmt::Debug for Panicked<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panicked")
            .field("message", &self.message())
            .finish_non_exhaustive()
    }
}

impl<R> fmt::Display for Panicked<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            Some(message) => write!(f, "the request's handler panicked: {message}"),
            None => f.write_str("the request's handler panicked with a payload that is not text"),
        }
    }
}

impl<R> Error for Panicked<'_, R> {}
