//! Shared ownership with std's interface.

mod counts;
mod traits;
mod weak;

pub(crate) use counts::Shared;
pub use weak::Weak;

use std::any::Any;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::pin::Pin;
use std::sync;

use counts::{Dropping, Unique};

use crate::event::Order;

/// `std::sync::Arc`. Who drops last is explored where it matters, and what the value's destructor does is done there.
///
/// It matters if a count is read (`strong_count`, `get_mut`, `try_unwrap`, `Weak::upgrade`, …) or the destructor does
/// something that other threads can see; then the counts are events, with std's orderings. weft finds that out by
/// itself, for each place that creates such a value. Values whose owners nobody counts cost nothing.
///
/// What an `Arc` of std's does is not seen: its counts are no events, and the thread that the checker happens to run last drops
/// the value. A verdict says nothing about what depends on that.
///
/// Unlike std's it is no receiver (`self: Arc<Self>`) and does not coerce to `Arc<dyn Trait>`, which Rust keeps to itself; make
/// that from a box (`Arc::<dyn Trait>::from(Box::new(…) as Box<dyn Trait>)`) or by [`Arc::from_std`].
pub struct Arc<T: ?Sized> {
    value: ManuallyDrop<sync::Arc<T>>,
}

impl<T> Arc<T> {
    /// A value with one owner.
    #[track_caller]
    pub fn new(value: T) -> Arc<T> {
        Arc::from_std(sync::Arc::new(value))
    }

    /// A value that weft itself shares, for an operation at `site`: of its counts no more is seen than who drops it.
    pub(crate) fn internal(value: T, site: &'static Location<'static>) -> Arc<T> {
        let value = sync::Arc::new(value);
        let key = key_of(sync::Arc::as_ptr(&value));
        counts::begin(key, 1, std::any::type_name::<T>(), site, false);
        Arc::untracked(value)
    }

    /// As std's `new_cyclic`: the closure gets a [`Weak`] of the value to be.
    #[track_caller]
    pub fn new_cyclic<F>(data: F) -> Arc<T>
    where
        F: FnOnce(&Weak<T>) -> T,
    {
        let site = Location::caller();
        let value = sync::Arc::new_cyclic(|weak| {
            let key = key_of(weak.as_ptr());
            counts::begin(key, 0, std::any::type_name::<T>(), site, true);
            // There is no owner yet, and others may find that out.
            counts::read(key);
            // The one Weak that all owners have together, until there are any.
            let weak = Weak::of(weak.clone());
            let value = data(&weak);
            drop(weak.into_std());
            value
        });
        if let Some(counts) = counts::of(key_of(sync::Arc::as_ptr(&value))) {
            counts.first_owner(site);
        }
        Arc {
            value: ManuallyDrop::new(value),
        }
    }

    /// As std's `pin`.
    #[track_caller]
    pub fn pin(value: T) -> Pin<Arc<T>> {
        // SAFETY: the value does not move: it is behind a pointer, which nobody else has.
        unsafe { Pin::new_unchecked(Arc::new(value)) }
    }

    /// The value, if there is one owner.
    ///
    /// # Errors
    /// The `Arc` itself, if there are others.
    #[track_caller]
    pub fn try_unwrap(this: Arc<T>) -> Result<T, Arc<T>> {
        let site = Location::caller();
        let Some(counts) = counts::read(this.key()) else {
            return sync::Arc::try_unwrap(this.into_std()).map_err(Arc::untracked);
        };
        if !counts.take(site) {
            return Err(this);
        }
        Ok(this.taken_out())
    }

    /// The value, if this is the last owner to let go.
    #[track_caller]
    pub fn into_inner(this: Arc<T>) -> Option<T> {
        let site = Location::caller();
        let Some(counts) = counts::read(this.key()) else {
            return sync::Arc::into_inner(this.into_std());
        };
        if counts.drop_strong(site) {
            return Some(this.taken_out());
        }
        drop(this.into_std());
        None
    }

    /// As std's `unwrap_or_clone`.
    #[track_caller]
    pub fn unwrap_or_clone(this: Arc<T>) -> T
    where
        T: Clone,
    {
        Arc::try_unwrap(this).unwrap_or_else(|arc| (*arc).clone())
    }

    /// The value of a counted `Arc` whose strong count has just become 0.
    fn taken_out(self) -> T {
        let key = self.key();
        let value = self.into_std();
        let memory = sync::Arc::downgrade(&value);
        let Ok(value) = sync::Arc::try_unwrap(value) else {
            crate::report::internal_error("an Arc whose counts say that it is the last");
        };
        weak::let_memory_go(memory, key);
        value
    }
}

impl<T: ?Sized> Arc<T> {
    /// An `Arc` of what std's holds (loom's name). Other clones of std's `Arc` are not seen.
    #[track_caller]
    pub fn from_std(value: sync::Arc<T>) -> Arc<T> {
        let key = key_of(sync::Arc::as_ptr(&value));
        counts::begin(key, 1, std::any::type_name::<T>(), Location::caller(), true);
        Arc::untracked(value)
    }

    /// An `Arc` whose counts, if they are events, have been told.
    fn untracked(value: sync::Arc<T>) -> Arc<T> {
        Arc {
            value: ManuallyDrop::new(value),
        }
    }

    fn into_std(self) -> sync::Arc<T> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is never used again, nor dropped.
        unsafe { ManuallyDrop::take(&mut this.value) }
    }

    fn key(&self) -> usize {
        key_of(sync::Arc::as_ptr(&self.value))
    }

    /// Whether both are owners of one value.
    pub fn ptr_eq(this: &Arc<T>, other: &Arc<T>) -> bool {
        sync::Arc::ptr_eq(&this.value, &other.value)
    }

    /// The value's address.
    pub fn as_ptr(this: &Arc<T>) -> *const T {
        sync::Arc::as_ptr(&this.value)
    }

    /// As std's `into_raw`.
    #[must_use = "losing the pointer will leak memory"]
    pub fn into_raw(this: Arc<T>) -> *const T {
        sync::Arc::into_raw(this.into_std())
    }

    /// As std's `from_raw`.
    ///
    /// # Safety
    /// As std's. A pointer whose value is gone is found.
    pub unsafe fn from_raw(ptr: *const T) -> Arc<T> {
        crate::object::assert_alive(key_of(ptr), Location::caller());
        // SAFETY: the caller's obligation.
        Arc::untracked(unsafe { sync::Arc::from_raw(ptr) })
    }

    /// As std's `increment_strong_count`.
    ///
    /// # Safety
    /// As std's.
    #[track_caller]
    pub unsafe fn increment_strong_count(ptr: *const T) {
        // SAFETY: the caller's obligation.
        let this = ManuallyDrop::new(unsafe { Arc::from_raw(ptr) });
        std::mem::forget(this.cloned(Location::caller()));
    }

    /// As std's `decrement_strong_count`.
    ///
    /// # Safety
    /// As std's.
    pub unsafe fn decrement_strong_count(ptr: *const T) {
        // SAFETY: the caller's obligation.
        drop(unsafe { Arc::from_raw(ptr) });
    }

    /// How many owners there are: as std's it is read with `Relaxed`, and orders nothing.
    #[track_caller]
    pub fn strong_count(this: &Arc<T>) -> usize {
        match counts::read(this.key()) {
            Some(counts) => counts.strong_count(Location::caller()),
            None => sync::Arc::strong_count(&this.value),
        }
    }

    /// How many [`Weak`]s there are.
    #[track_caller]
    pub fn weak_count(this: &Arc<T>) -> usize {
        match counts::read(this.key()) {
            Some(counts) => counts.weak_count(Order::Relaxed, Location::caller()) - 1,
            None => sync::Arc::weak_count(&this.value),
        }
    }

    /// A pointer that does not own.
    #[track_caller]
    pub fn downgrade(this: &Arc<T>) -> Weak<T> {
        if let Some(counts) = counts::read(this.key()) {
            counts.downgrade(Location::caller());
        }
        Weak::of(sync::Arc::downgrade(&this.value))
    }

    /// The value, if there is one owner and no [`Weak`].
    #[track_caller]
    pub fn get_mut(this: &mut Arc<T>) -> Option<&mut T> {
        if let Some(counts) = counts::read(this.key())
            && !counts.is_unique(Location::caller())
        {
            return None;
        }
        sync::Arc::get_mut(&mut this.value)
    }

    fn cloned(&self, site: &'static Location<'static>) -> Arc<T> {
        if let Some(counts) = counts::of(self.key()) {
            counts.clone_strong(site);
        }
        Arc {
            value: self.value.clone(),
        }
    }
}

impl<T: Clone> Arc<T> {
    /// As std's `make_mut`: the value, or a clone of it that has one owner.
    #[track_caller]
    pub fn make_mut(this: &mut Arc<T>) -> &mut T {
        let site = Location::caller();
        let Some(counts) = counts::read(this.key()) else {
            return sync::Arc::make_mut(&mut this.value);
        };
        match counts.make_unique(site) {
            Unique::Alone => {}
            Unique::Shared => *this = Arc::from((**this).clone()),
            Unique::Watched => {
                let old = std::mem::replace(this, Arc::from((**this).clone()));
                drop(old.taken_out());
            }
        }
        let Some(value) = sync::Arc::get_mut(&mut this.value) else {
            crate::report::internal_error("an Arc whose counts say that it is alone");
        };
        value
    }
}

impl Arc<dyn Any + Send + Sync> {
    /// As std's `downcast`.
    ///
    /// # Errors
    /// The `Arc` itself, if the value is of another type.
    pub fn downcast<T: Any + Send + Sync>(self) -> Result<Arc<T>, Self> {
        self.into_std()
            .downcast()
            .map(Arc::untracked)
            .map_err(Arc::untracked)
    }
}

impl<T: ?Sized> Clone for Arc<T> {
    #[track_caller]
    fn clone(&self) -> Arc<T> {
        self.cloned(Location::caller())
    }
}

impl<T: ?Sized> Drop for Arc<T> {
    fn drop(&mut self) {
        let key = self.key();
        // SAFETY: it is not used again.
        let value = unsafe { ManuallyDrop::take(&mut self.value) };
        let memory = sync::Arc::downgrade(&value);
        let Some(counts) = counts::of(key) else {
            let last = sync::Arc::strong_count(&value) == 1;
            let _destructor = counts::let_go(key, last);
            let _dropping = last.then(Dropping::new);
            drop(value);
            if last {
                counts::end(key);
            }
            drop(memory);
            return;
        };
        let last = counts.drop_strong(counts.site());
        let dropping = last.then(Dropping::new);
        drop(value);
        drop(dropping);
        if last {
            weak::let_memory_go(memory, key);
        }
    }
}

fn key_of<T: ?Sized>(value: *const T) -> usize {
    value.cast::<()>().addr()
}
