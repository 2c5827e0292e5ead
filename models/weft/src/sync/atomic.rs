//! Atomics with std's interface, whose every operation is an event of the execution graph.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::Location;

pub use std::sync::atomic::Ordering;

use crate::event::{Compare, Event, Kind, Order, Site};
use crate::object::Object;
use crate::runtime::perform;

mod value {
    /// What an [`Atomic`](super::Atomic) can hold. Sealed: integers, `bool` and raw pointers.
    ///
    /// ```compile_fail,E0277
    /// #[derive(Clone, Copy, PartialEq)]
    /// struct Mine;
    /// impl weft::sync::atomic::Value for Mine {
    ///     const ADDRESS: bool = false;
    ///     fn to_bits(self) -> u64 {
    ///         0
    ///     }
    ///     fn from_bits(_: u64) -> Mine {
    ///         Mine
    ///     }
    /// }
    /// ```
    #[expect(private_bounds, reason = "what seals it")]
    pub trait Value: Sealed + Copy + PartialEq {
        #[doc(hidden)]
        const ADDRESS: bool;
        #[doc(hidden)]
        fn to_bits(self) -> u64;
        #[doc(hidden)]
        fn from_bits(bits: u64) -> Self;
    }

    /// No other crate can name it.
    pub(super) trait Sealed {}

    impl Sealed for bool {}
    impl Value for bool {
        const ADDRESS: bool = false;
        fn to_bits(self) -> u64 {
            u64::from(self)
        }
        fn from_bits(bits: u64) -> bool {
            bits != 0
        }
    }

    impl<T> Sealed for *mut T {}
    impl<T> Value for *mut T {
        const ADDRESS: bool = true;
        fn to_bits(self) -> u64 {
            self.expose_provenance() as u64
        }
        fn from_bits(bits: u64) -> *mut T {
            std::ptr::with_exposed_provenance_mut(bits as usize)
        }
    }
}
pub use value::Value;

/// An atomic value of type `T`; see the aliases for std's names.
///
/// Unlike std's it has no `const` constructor: a location belongs to one run of the model, so it cannot live in a
/// static.
pub struct Atomic<T> {
    object: Object,
    value: PhantomData<fn(T) -> T>,
}

/// `std::sync::atomic::AtomicBool`
pub type AtomicBool = Atomic<bool>;
/// `std::sync::atomic::AtomicPtr`
pub type AtomicPtr<T> = Atomic<*mut T>;

impl<T: Value> Atomic<T> {
    /// A new atomic. Its creation is a non-atomic write: a thread that reaches the atomic without synchronising with
    /// the creator races with it.
    ///
    /// # Panics
    /// Panics outside a model.
    #[track_caller]
    pub fn new(value: T) -> Atomic<T> {
        let object = Object::create(None, false, value.to_bits(), T::ADDRESS, Location::caller());
        Atomic {
            object,
            value: PhantomData,
        }
    }

    /// Gives the location a name for the graphs.
    pub fn named(self, name: &'static str) -> Atomic<T> {
        self.object.rename(name);
        self
    }

    /// As std's `load`.
    ///
    /// # Panics
    /// Panics if the order is `Release` or `AcqRel`, as std does. The same holds of every method here.
    #[track_caller]
    pub fn load(&self, order: Ordering) -> T {
        assert!(
            !matches!(order, Ordering::Release | Ordering::AcqRel),
            "there is no such thing as a release load"
        );
        T::from_bits(
            self.object
                .load(Order::from_std(order), "", Location::caller()),
        )
    }

    /// As std's `store`.
    #[track_caller]
    pub fn store(&self, value: T, order: Ordering) {
        assert!(
            !matches!(order, Ordering::Acquire | Ordering::AcqRel),
            "there is no such thing as an acquire store"
        );
        self.object.store(
            value.to_bits(),
            Order::from_std(order),
            "",
            Location::caller(),
        );
    }

    /// As std's `swap`.
    #[track_caller]
    pub fn swap(&self, value: T, order: Ordering) -> T {
        self.update("swap", order, |_| value)
    }

    /// As std's `compare_exchange`.
    #[track_caller]
    pub fn compare_exchange(
        &self,
        current: T,
        new: T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<T, T> {
        self.exchange(current, new, success, failure, false)
    }

    /// As std's `compare_exchange_weak`: it may fail spuriously (see [`Builder::spurious_cas`](crate::Builder)).
    #[track_caller]
    pub fn compare_exchange_weak(
        &self,
        current: T,
        new: T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<T, T> {
        self.exchange(current, new, success, failure, true)
    }

    #[track_caller]
    fn exchange(
        &self,
        current: T,
        new: T,
        success: Ordering,
        failure: Ordering,
        weak: bool,
    ) -> Result<T, T> {
        assert!(
            !matches!(failure, Ordering::Release | Ordering::AcqRel),
            "there is no such thing as a release failure ordering"
        );
        let compare = Compare {
            expected: current.to_bits(),
            success: Order::from_std(success),
            failure: Order::from_std(failure),
            weak,
        };
        let (old, took) = self
            .object
            .exchange(compare, new.to_bits(), "cas", Location::caller());
        if took {
            Ok(T::from_bits(old))
        } else {
            Err(T::from_bits(old))
        }
    }

    /// As std's `fetch_update`: a load, then compare-exchanges until one takes effect. They do not fail spuriously, since
    /// that would only repeat `f`.
    ///
    /// # Errors
    /// The last value read, when `f` answers `None`.
    #[track_caller]
    pub fn fetch_update<F>(
        &self,
        set_order: Ordering,
        fetch_order: Ordering,
        mut f: F,
    ) -> Result<T, T>
    where
        F: FnMut(T) -> Option<T>,
    {
        let mut previous = self.load(fetch_order);
        while let Some(next) = f(previous) {
            match self.compare_exchange(previous, next, set_order, fetch_order) {
                Ok(value) => return Ok(value),
                Err(value) => previous = value,
            }
        }
        Err(previous)
    }

    /// Reads or writes the value non-atomically, through exclusive access.
    #[track_caller]
    pub fn with_mut<R>(&mut self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.get_mut())
    }

    /// Exclusive access: a non-atomic read now, and a non-atomic write when the guard goes if the value changed.
    #[track_caller]
    pub fn get_mut(&mut self) -> AtomicMut<'_, T> {
        let site = Location::caller();
        let value = T::from_bits(self.object.plain_value(Kind::Read, 0, "get_mut", site));
        AtomicMut {
            atomic: self,
            value,
            before: value,
            site,
        }
    }

    /// The value, taken out non-atomically.
    #[track_caller]
    pub fn into_inner(self) -> T {
        T::from_bits(
            self.object
                .plain_value(Kind::Read, 0, "into_inner", Location::caller()),
        )
    }

    /// A non-atomic read (loom's name).
    ///
    /// # Safety
    /// None is needed here, since a race ends the run; `unsafe` for compatibility with loom.
    #[track_caller]
    pub unsafe fn unsync_load(&self) -> T {
        T::from_bits(
            self.object
                .plain_value(Kind::Read, 0, "unsync_load", Location::caller()),
        )
    }

    #[track_caller]
    fn update(&self, role: &'static str, order: Ordering, f: impl Fn(T) -> T) -> T {
        let old = self
            .object
            .update(Order::from_std(order), role, Location::caller(), |bits| {
                f(T::from_bits(bits)).to_bits()
            });
        T::from_bits(old)
    }
}

impl<T: Value + fmt::Debug> fmt::Debug for Atomic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Atomic").finish_non_exhaustive()
    }
}

impl<T: Value + Default> Default for Atomic<T> {
    #[track_caller]
    fn default() -> Atomic<T> {
        Atomic::new(T::default())
    }
}

impl<T: Value> From<T> for Atomic<T> {
    #[track_caller]
    fn from(value: T) -> Atomic<T> {
        Atomic::new(value)
    }
}

/// See [`Atomic::get_mut`].
#[derive(Debug)]
pub struct AtomicMut<'a, T: Value> {
    atomic: &'a mut Atomic<T>,
    value: T,
    before: T,
    site: &'static Location<'static>,
}

impl<T: Value> Deref for AtomicMut<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Value> DerefMut for AtomicMut<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: Value> Drop for AtomicMut<'_, T> {
    fn drop(&mut self) {
        if self.value != self.before {
            let bits = self.value.to_bits();
            let site = Site::in_destructor("get_mut", self.site);
            let object = &self.atomic.object;
            object.plain_value(Kind::Write, bits, "get_mut", site);
        }
    }
}

macro_rules! integers {
    (@all $($alias:ident($int:ty);)*) => {$(
        #[doc = concat!("`std::sync::atomic::", stringify!($alias), "`")]
        pub type $alias = Atomic<$int>;

        impl value::Sealed for $int {}
        impl Value for $int {
            const ADDRESS: bool = false;
            fn to_bits(self) -> u64 {
                self as u64
            }
            fn from_bits(bits: u64) -> $int {
                bits as $int
            }
        }

        impl Atomic<$int> {
            integers!(@fetch $int;
                fetch_add(old, v) = old.wrapping_add(v);
                fetch_sub(old, v) = old.wrapping_sub(v);
                fetch_and(old, v) = old & v;
                fetch_or(old, v) = old | v;
                fetch_xor(old, v) = old ^ v;
                fetch_nand(old, v) = !(old & v);
                fetch_max(old, v) = old.max(v);
                fetch_min(old, v) = old.min(v);
            );
        }
    )*};
    (@fetch $int:ty; $($name:ident($old:ident, $v:ident) = $new:expr;)*) => {$(
        #[doc = concat!("As std's `", stringify!($name), "`.")]
        #[track_caller]
        pub fn $name(&self, $v: $int, order: Ordering) -> $int {
            self.update(stringify!($name), order, |$old| $new)
        }
    )*};
}

integers! { @all
    AtomicU8(u8);
    AtomicU16(u16);
    AtomicU32(u32);
    AtomicU64(u64);
    AtomicUsize(usize);
    AtomicI8(i8);
    AtomicI16(i16);
    AtomicI32(i32);
    AtomicI64(i64);
    AtomicIsize(isize);
}

impl Atomic<bool> {
    integers!(@fetch bool;
        fetch_and(old, v) = old & v;
        fetch_or(old, v) = old | v;
        fetch_xor(old, v) = old ^ v;
        fetch_nand(old, v) = !(old & v);
    );

    /// As std's `fetch_not`.
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.update("fetch_not", order, |old| !old)
    }
}

/// As std's `fence`.
///
/// # Panics
/// Panics if the order is `Relaxed`, as std does.
#[track_caller]
pub fn fence(order: Ordering) {
    assert!(
        order != Ordering::Relaxed,
        "there is no such thing as a relaxed fence"
    );
    perform(&Event::new(
        Kind::Fence,
        Order::from_std(order),
        Location::caller(),
    ));
}

/// As std's `compiler_fence`: it orders nothing between threads, so it is no event.
pub fn compiler_fence(order: Ordering) {
    assert!(
        order != Ordering::Relaxed,
        "there is no such thing as a relaxed compiler fence"
    );
}
