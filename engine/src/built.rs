//! What constructors may return.

use crate::error::BoxError;

/// What the constructor of a request may return: the request, or a `Result` with one.
#[diagnostic::on_unimplemented(
    message = "a constructor of requests `{R}` returns `{Self}`",
    note = "it may return `{R}` or `Result<{R}, BoxError>`"
)]
pub trait IntoRequest<R> {
    /// The request.
    ///
    /// # Errors
    ///
    /// Why it could not be built.
    fn built(self) -> Result<R, BoxError>;
}

impl<R> IntoRequest<R> for R {
    fn built(self) -> Result<R, BoxError> {
        Ok(self)
    }
}

impl<R> IntoRequest<R> for Result<R, BoxError> {
    fn built(self) -> Self {
        self
    }
}

/// What the constructor of a worker's handler may return: the handler, or a `Result` with one.
#[diagnostic::on_unimplemented(
    message = "a constructor of handlers of `{R}` returns `{Self}`",
    note = "it may return an `FnMut(&mut {R})`, or a `Result<_, BoxError>` with one"
)]
pub trait IntoHandler<R> {
    /// The handler's type.
    type Handler: FnMut(&mut R);

    /// The handler.
    ///
    /// # Errors
    ///
    /// Why it could not be built.
    fn built(self) -> Result<Self::Handler, BoxError>;
}

impl<R, H: FnMut(&mut R)> IntoHandler<R> for H {
    type Handler = H;

    fn built(self) -> Result<H, BoxError> {
        Ok(self)
    }
}

impl<R, H: FnMut(&mut R)> IntoHandler<R> for Result<H, BoxError> {
    type Handler = H;

    fn built(self) -> Self {
        self
    }
}
