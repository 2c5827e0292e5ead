//! Memory that is not atomic: every access is checked for races.

use std::cell;
use std::fmt;
use std::mem::MaybeUninit;
use std::panic::Location;

use crate::event::{Kind, Order};
use crate::object::{Access, Object};

/// `std::cell::UnsafeCell` whose accesses are checked for data races, with loom's interface.
///
/// An access lasts as long as its closure runs: any other that neither happens before its beginning nor after its end
/// races with it. One thread that accesses a cell within an access of its own, one of the two a write, panics.
pub struct UnsafeCell<T: ?Sized> {
    object: Object,
    value: cell::UnsafeCell<T>,
}

// SAFETY: as for std's `UnsafeCell`, which is not `Sync`; sharing it is the user's obligation, and the wrapper that
// shares it says so. The object number is plain data.
unsafe impl<T: ?Sized + Send> Send for UnsafeCell<T> {}

impl<T> UnsafeCell<T> {
    /// A cell with an initial value.
    ///
    /// # Panics
    /// Panics outside a model.
    #[track_caller]
    pub fn new(value: T) -> UnsafeCell<T> {
        UnsafeCell {
            object: Object::create(None, true, 0, false, Location::caller()),
            value: cell::UnsafeCell::new(value),
        }
    }

    /// The value, taken out: a write.
    #[track_caller]
    pub fn into_inner(self) -> T {
        self.object
            .plain(Kind::Write, "into_inner", Location::caller());
        self.value.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// Gives the cell a name for the graphs.
    pub fn named(self, name: &'static str) -> UnsafeCell<T>
    where
        T: Sized,
    {
        self.object.rename(name);
        self
    }

    /// Reads through a shared pointer.
    #[track_caller]
    pub fn with<F, R>(&self, f: F) -> R
    where
        F: FnOnce(*const T) -> R,
    {
        let _access = self.object.begin(Kind::Read, Location::caller());
        f(self.value.get())
    }

    /// Writes (or reads) through an exclusive pointer.
    #[track_caller]
    pub fn with_mut<F, R>(&self, f: F) -> R
    where
        F: FnOnce(*mut T) -> R,
    {
        let _access = self.object.begin(Kind::Write, Location::caller());
        f(self.value.get())
    }

    /// A shared pointer that is a read while it lives.
    #[track_caller]
    pub fn get(&self) -> ConstPtr<'_, T> {
        ConstPtr {
            cell: self,
            _access: self.object.begin(Kind::Read, Location::caller()),
        }
    }

    /// An exclusive pointer that is a write while it lives.
    #[track_caller]
    pub fn get_mut(&self) -> MutPtr<'_, T> {
        MutPtr {
            cell: self,
            _access: self.object.begin(Kind::Write, Location::caller()),
        }
    }
}

impl<T: ?Sized> fmt::Debug for UnsafeCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsafeCell").finish_non_exhaustive()
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    #[track_caller]
    fn default() -> UnsafeCell<T> {
        UnsafeCell::new(T::default())
    }
}

impl<T> From<T> for UnsafeCell<T> {
    #[track_caller]
    fn from(value: T) -> UnsafeCell<T> {
        UnsafeCell::new(value)
    }
}

/// See [`UnsafeCell::get`].
#[derive(Debug)]
pub struct ConstPtr<'a, T: ?Sized> {
    cell: &'a UnsafeCell<T>,
    _access: Access<'a>,
}

impl<T: ?Sized> ConstPtr<'_, T> {
    /// The value.
    ///
    /// # Safety
    /// As for dereferencing the pointer that `std::cell::UnsafeCell::get` gives; races are checked.
    pub unsafe fn deref(&self) -> &T {
        // SAFETY: the caller's obligation.
        unsafe { &*self.cell.value.get() }
    }

    /// Passes the pointer on.
    pub fn with<F, R>(&self, f: F) -> R
    where
        F: FnOnce(*const T) -> R,
    {
        f(self.cell.value.get())
    }
}

/// See [`UnsafeCell::get_mut`].
#[derive(Debug)]
pub struct MutPtr<'a, T: ?Sized> {
    cell: &'a UnsafeCell<T>,
    _access: Access<'a>,
}

impl<T: ?Sized> MutPtr<'_, T> {
    /// The value.
    ///
    /// # Safety
    /// As for dereferencing the pointer that `std::cell::UnsafeCell::get` gives; races are checked.
    #[expect(clippy::mut_from_ref, reason = "loom's signature")]
    pub unsafe fn deref(&self) -> &mut T {
        // SAFETY: the caller's obligation.
        unsafe { &mut *self.cell.value.get() }
    }

    /// Passes the pointer on.
    pub fn with<F, R>(&self, f: F) -> R
    where
        F: FnOnce(*mut T) -> R,
    {
        f(self.cell.value.get())
    }
}

/// A cell that starts without a value: reading it before the first write is an error, as is a race.
pub struct MaybeUninitCell<T> {
    cell: UnsafeCell<MaybeUninit<T>>,
}

impl<T> MaybeUninitCell<T> {
    /// An empty cell.
    ///
    /// # Panics
    /// Panics outside a model.
    #[track_caller]
    pub fn uninit() -> MaybeUninitCell<T> {
        let object = Object::create(None, true, UNINIT, false, Location::caller());
        MaybeUninitCell {
            cell: UnsafeCell {
                object,
                value: cell::UnsafeCell::new(MaybeUninit::uninit()),
            },
        }
    }

    /// Gives the cell a name for the graphs.
    pub fn named(self, name: &'static str) -> MaybeUninitCell<T> {
        self.cell.object.rename(name);
        self
    }

    /// Writes a value, without dropping an earlier one.
    #[track_caller]
    pub fn write(&self, value: T) {
        self.cell.object.plain(Kind::Write, "", Location::caller());
        // SAFETY: the write was found to race with nothing, so nothing else holds a reference now.
        unsafe { (*self.cell.value.get()).write(value) };
    }

    /// Reads the value in place. An empty cell ends the run with a failure.
    #[track_caller]
    pub fn with<F, R>(&self, f: F) -> R
    where
        F: FnOnce(*const T) -> R,
    {
        let pointer = self.cell.value.get().cast::<T>().cast_const();
        let _access = self.cell.object.begin(Kind::Read, Location::caller());
        f(pointer)
    }

    /// Takes the value out by copying its bytes, as `MaybeUninit::assume_init_read` does; the cell is empty afterwards.
    ///
    /// # Safety
    /// The value must not be used through the cell again, unless it is `Copy`.
    #[track_caller]
    pub unsafe fn take(&self) -> T {
        let site = Location::caller();
        self.cell.object.plain(Kind::Read, "", site);
        self.cell
            .object
            .plain_value(Kind::Write, UNINIT, "take", site);
        // SAFETY: the read event found that no other thread writes the cell.
        let cell = unsafe { &*self.cell.value.get() };
        // SAFETY: the read event found a value in the cell.
        unsafe { cell.assume_init_read() }
    }
}

impl<T> fmt::Debug for MaybeUninitCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaybeUninitCell")
            .field("cell", &self.cell)
            .finish()
    }
}

/// The value that stands for "none yet" in a cell's events: cells have no other visible values.
pub(crate) const UNINIT: u64 = u64::MAX;

pub(crate) const CELL_ORDER: Order = Order::NonAtomic;
