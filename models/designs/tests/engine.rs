//! The engine's own tests, with each of the designs in it.

#![allow(clippy::duplicate_mod, reason = "each of them has what they share")]

// What they know as the engine is here the engine with any of the designs.
extern crate flipside_designs as flipside;

#[path = "../../../engine/tests/delivery.rs"]
mod delivery;
#[path = "../../../engine/tests/guards.rs"]
mod guards;
#[path = "../../../engine/tests/handlers.rs"]
mod handlers;
#[path = "../../../engine/tests/lifecycle.rs"]
mod lifecycle;
#[path = "../../../engine/tests/panics.rs"]
mod panics;
#[path = "../../../engine/tests/results.rs"]
mod results;
#[path = "../../../engine/tests/scope.rs"]
mod scope;
#[path = "../../../engine/tests/search.rs"]
mod search;
#[path = "../../../engine/tests/walk.rs"]
mod walk;
