//! The `flipside` command from outside.

#[cfg(unix)]
mod failing;
#[cfg(unix)]
mod fake;
#[cfg(unix)]
mod replay;
#[cfg(unix)]
mod seeds;
mod verify;
