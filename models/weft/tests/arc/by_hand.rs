//! An `Arc` written by hand after std's, over weft's atomics: what the checker says of its orderings.

use super::*;
use std::ops::Deref;
use std::ptr::NonNull;
use weft::sync::atomic::{AtomicUsize, Ordering, fence};

/// The orderings, each of which can be made weaker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Orders {
    pub(crate) drop: Ordering,
    pub(crate) last: Ordering,
    pub(crate) drop_weak: Ordering,
    pub(crate) last_weak: Ordering,
    pub(crate) unwrap: Ordering,
    pub(crate) lock: Ordering,
    pub(crate) unique: Ordering,
    pub(crate) unlock: Ordering,
    pub(crate) downgrade: Ordering,
}

pub(crate) const STD: Orders = Orders {
    drop: Release,
    last: Acquire,
    drop_weak: Release,
    last_weak: Acquire,
    unwrap: Acquire,
    lock: Acquire,
    unique: Acquire,
    unlock: Release,
    downgrade: Acquire,
};

const LOCKED: usize = usize::MAX;

struct Inner<T> {
    strong: AtomicUsize,
    weak: AtomicUsize,
    orders: Orders,
    value: std::mem::ManuallyDrop<T>,
}

pub(crate) struct Hand<T>(NonNull<Inner<T>>);
pub(crate) struct HandWeak<T>(NonNull<Inner<T>>);

// SAFETY: as std's `Arc`, if the orderings are right: the checker ends an execution in which they are not.
unsafe impl<T: Send + Sync> Send for Hand<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Sync for Hand<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync> Send for HandWeak<T> {}

/// A fence, unless it is made so weak that there is none.
fn fenced(order: Ordering) {
    if order != Relaxed {
        fence(order);
    }
}

impl<T> Hand<T> {
    pub(crate) fn new(value: T, orders: Orders) -> Hand<T> {
        let inner = Box::new(Inner {
            strong: AtomicUsize::new(1).named("strong"),
            weak: AtomicUsize::new(1).named("weak"),
            orders,
            value: std::mem::ManuallyDrop::new(value),
        });
        Hand(NonNull::from(Box::leak(inner)))
    }

    fn inner(&self) -> &Inner<T> {
        // SAFETY: an owner keeps it alive.
        unsafe { self.0.as_ref() }
    }

    pub(crate) fn get_mut(this: &mut Hand<T>) -> Option<&mut T> {
        let inner = this.inner();
        let orders = inner.orders;
        let locked = inner.weak.compare_exchange(1, LOCKED, orders.lock, Relaxed);
        if locked.is_err() {
            return None;
        }
        let unique = inner.strong.load(orders.unique) == 1;
        inner.weak.store(1, orders.unlock);
        // SAFETY: there is no other owner, nor will there be one.
        unique.then(|| unsafe { &mut *this.0.as_mut().value })
    }

    pub(crate) fn try_unwrap(this: Hand<T>) -> Result<T, Hand<T>> {
        let inner = this.inner();
        if inner
            .strong
            .compare_exchange(1, 0, Relaxed, Relaxed)
            .is_err()
        {
            return Err(this);
        }
        fenced(inner.orders.unwrap);
        // SAFETY: it is taken once, by the last owner.
        let value = unsafe { std::ptr::read(&*inner.value) };
        drop(HandWeak(this.0));
        std::mem::forget(this);
        Ok(value)
    }

    pub(crate) fn downgrade(this: &Hand<T>) -> HandWeak<T> {
        let inner = this.inner();
        let mut seen = inner.weak.load(Relaxed);
        loop {
            if seen == LOCKED {
                thread::yield_now();
                seen = inner.weak.load(Relaxed);
                continue;
            }
            let order = inner.orders.downgrade;
            match inner.weak.compare_exchange(seen, seen + 1, order, Relaxed) {
                Ok(_) => return HandWeak(this.0),
                Err(now) => seen = now,
            }
        }
    }
}

impl<T> HandWeak<T> {
    pub(crate) fn upgrade(&self) -> Option<Hand<T>> {
        // SAFETY: a weak pointer keeps the counts alive.
        let inner = unsafe { self.0.as_ref() };
        let mut seen = inner.strong.load(Relaxed);
        while seen != 0 {
            match inner
                .strong
                .compare_exchange(seen, seen + 1, Acquire, Relaxed)
            {
                Ok(_) => return Some(Hand(self.0)),
                Err(now) => seen = now,
            }
        }
        None
    }
}

impl<T> Deref for Hand<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.inner().value
    }
}

impl<T> Clone for Hand<T> {
    fn clone(&self) -> Hand<T> {
        self.inner().strong.fetch_add(1, Relaxed);
        Hand(self.0)
    }
}

impl<T> Drop for Hand<T> {
    fn drop(&mut self) {
        let inner = self.inner();
        if inner.strong.fetch_sub(1, inner.orders.drop) != 1 {
            return;
        }
        fenced(inner.orders.last);
        // SAFETY: the last owner drops it once.
        unsafe { std::mem::ManuallyDrop::drop(&mut self.0.as_mut().value) };
        drop(HandWeak(self.0));
    }
}

impl<T> Drop for HandWeak<T> {
    fn drop(&mut self) {
        // SAFETY: as in `upgrade`.
        let inner = unsafe { self.0.as_ref() };
        if inner.weak.fetch_sub(1, inner.orders.drop_weak) != 1 {
            return;
        }
        fenced(inner.orders.last_weak);
        // SAFETY: nobody else points to it.
        drop(unsafe { Box::from_raw(self.0.as_ptr()) });
    }
}
