//! Barriers at named sites: a fence, or the ordering of the access that comes next.
//!
//! A model can have the barrier of one site weakened or left out, can have a thread stray from its
//! way behind one, and can ask which sites an execution passed.

use super::backend;
use super::thread::{end_thread, sleep_at_once};
use super::trace::{What, at_site, here, record};
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::atomic::Ordering;

/// A site, by its name.
pub type Site = &'static str;

/// The site whose barrier is another one, and which: `None` if it is left out.
pub type Weakened = (Site, Option<Ordering>);

thread_local! {
    // The checkers run all threads of a model on one thread of the system, so this reaches every
    // thread of the model and no other test of the process.
    static WEAKENED: Cell<Option<Weakened>> = const { Cell::new(None) };
    static PASSED: RefCell<Vec<Site>> = const { RefCell::new(Vec::new()) };
    static STRAYING: Cell<Option<(Site, Stray)>> = const { Cell::new(None) };
}

/// A fence, in the strength that the site has now.
#[track_caller]
pub fn fence(site: Site, order: Ordering) {
    let order = strength(site, order);
    if let Some(here) = here() {
        record(here, Location::caller(), What::Fence(site, order));
    }
    if let Some(order) = order {
        backend::fence(order);
    }
    match STRAYING.get() {
        Some((from, Stray::Sleep)) if from == site => sleep_at_once(),
        Some((from, Stray::End)) if from == site => end_thread(),
        _ => (),
    }
}

/// The ordering of the next access, in the strength that the site has now.
#[must_use]
pub fn ordering(site: Site, order: Ordering) -> Ordering {
    let order = strength(site, order).unwrap_or(Ordering::Relaxed);
    at_site(site);
    order
}

fn strength(site: Site, order: Ordering) -> Option<Ordering> {
    PASSED.with_borrow_mut(|passed| {
        if !passed.contains(&site) {
            passed.push(site);
        }
    });
    match WEAKENED.get() {
        Some((weak, to)) if weak == site => to,
        _ => Some(order),
    }
}

/// Until the next call, the barrier of one site on this thread of the system is another one.
pub fn weaken(weakened: Option<Weakened>) {
    WEAKENED.set(weakened);
}

/// What a thread does behind a fence instead of going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stray {
    /// It sleeps, and goes on once it is woken.
    Sleep,
    /// It ends, as if its function had returned.
    End,
}

/// Until the next call, threads on this thread of the system stray behind the fence of that site.
pub fn stray(from: Option<(Site, Stray)>) {
    STRAYING.set(from);
}

/// The sites that were passed on this thread of the system since the last call.
#[must_use]
pub fn passed() -> Vec<Site> {
    PASSED.take()
}
