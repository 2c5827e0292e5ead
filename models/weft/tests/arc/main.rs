//! Shared ownership.
fn main() {}
