//! Locks and condition variables with std's interface.

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use crate::event::{Compare, Order, Site};
use crate::object::Object;
use crate::panics::panicking;
use crate::runtime::wait_for_last_read;
use crate::thread::{wakes_by_itself, woken};

const FREE: u64 = 0;
const HELD: u64 = 1;
const POISONED: u64 = 2;

fn lock_words(state: u64) -> String {
    match state {
        FREE => "free",
        HELD => "held",
        _ => "poisoned",
    }
    .to_string()
}

/// `std::sync::Mutex`: locking is an acquire read-modify-write, unlocking a release store.
///
/// A thread that waits for a lock that nobody will give back is a deadlock, and fails the model. Poisoning is std's: a guard
/// dropped by a panic of the program's own marks the mutex.
pub struct Mutex<T: ?Sized> {
    state: Object,
    value: UnsafeCell<T>,
}

// SAFETY: the lock gives the value to one thread at a time; the model's threads all run on one OS thread, and their
// events are ordered by the lock's.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// A free mutex.
    ///
    /// # Panics
    /// Panics outside a model.
    #[track_caller]
    pub fn new(value: T) -> Mutex<T> {
        let state = Object::create(None, false, FREE, false, Location::caller());
        Mutex {
            state: state.shown_as("lock", lock_words),
            value: UnsafeCell::new(value),
        }
    }

    /// Gives the lock a name for the graphs.
    pub fn named(self, name: &'static str) -> Mutex<T> {
        self.state.rename(name);
        self
    }

    /// The value.
    ///
    /// # Errors
    /// If the mutex is poisoned.
    #[track_caller]
    pub fn into_inner(self) -> LockResult<T> {
        let state = self
            .state
            .plain_value(crate::Kind::Read, 0, "into_inner", Location::caller());
        let value = self.value.into_inner();
        if state == POISONED {
            Err(PoisonError::new(value))
        } else {
            Ok(value)
        }
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Waits for the lock and takes it.
    ///
    /// # Errors
    /// If the mutex is poisoned; the error holds the guard.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let site = Location::caller();
        loop {
            match self.take(site) {
                Some(result) => return result,
                None => wait_for_last_read(),
            }
        }
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    /// If it is held, or poisoned.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        match self.take(Location::caller()) {
            Some(Ok(guard)) => Ok(guard),
            Some(Err(poisoned)) => Err(TryLockError::Poisoned(poisoned)),
            None => Err(TryLockError::WouldBlock),
        }
    }

    /// The value, through exclusive access.
    ///
    /// # Errors
    /// If the mutex is poisoned.
    #[track_caller]
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let state = self
            .state
            .plain_value(crate::Kind::Read, 0, "get_mut", Location::caller());
        let value = self.value.get_mut();
        if state == POISONED {
            Err(PoisonError::new(value))
        } else {
            Ok(value)
        }
    }

    /// One compare-exchange; `None` if the lock was held in what it read.
    fn take(&self, site: &'static Location<'static>) -> Option<LockResult<MutexGuard<'_, T>>> {
        let compare = |expected| Compare {
            expected,
            success: Order::Acquire,
            failure: Order::Relaxed,
            weak: false,
        };
        let (seen, took) = self.state.exchange(compare(FREE), HELD, "lock", site);
        if took {
            return Some(Ok(self.guard(false, site)));
        }
        if seen == POISONED {
            let (_, took) = self.state.exchange(compare(POISONED), HELD, "lock", site);
            if took {
                return Some(Err(PoisonError::new(self.guard(true, site))));
            }
        }
        None
    }

    fn guard(&self, poisoned: bool, site: &'static Location<'static>) -> MutexGuard<'_, T> {
        MutexGuard {
            mutex: self,
            panicking: panicking(),
            poisoned,
            site,
        }
    }
}

impl<T: ?Sized> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mutex").finish_non_exhaustive()
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

/// A held lock.
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    /// The lock was taken while a panic was under way, which then is not what poisons it.
    panicking: bool,
    poisoned: bool,
    site: &'static Location<'static>,
}

impl<T: ?Sized> MutexGuard<'_, T> {
    /// The end of the guard that is not a destructor's doing.
    fn give_back(self, site: &'static Location<'static>) {
        ManuallyDrop::new(self).unlock(site);
    }

    fn unlock(&self, site: impl Into<Site>) {
        let poison = self.poisoned || (panicking() && !self.panicking);
        let state = if poison { POISONED } else { FREE };
        self.mutex
            .state
            .store(state, Order::Release, "unlock", site);
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the lock, and is borrowed exclusively.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.unlock(Site::in_destructor("lock taken", self.site));
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// `std::sync::Condvar`, without time-outs.
///
/// `notify_one` wakes any of those that wait, and each is explored. A wait ends without a notification only if the model's
/// [`Builder`](crate::Builder) allows spurious wake-ups, and then not twice in a row.
pub struct Condvar {
    /// How many waits have begun, and which of them are over: the high bits of one word, and a bit for each.
    state: Object,
}

/// One wait more.
const BEGUN: u64 = 1 << WAITS;

/// Waits that one condition variable can tell apart.
const WAITS: u32 = 56;

/// The waits that have begun, and those of them that no notification has ended.
fn waits(state: u64) -> (u64, u64) {
    let begun = (1 << (state >> WAITS)) - 1;
    (begun, begun & !state)
}

/// `nobody waits`, `1 waits (#0)`, `2 wait (#0 #2)`: a wait's number says how many had begun before it.
fn condvar_words(state: u64) -> String {
    let waiting = waits(state).1;
    let numbers = (0..WAITS).filter(|n| waiting >> n & 1 != 0);
    let numbers: Vec<String> = numbers.map(|n| format!("#{n}")).collect();
    match numbers.len() {
        0 => "nobody waits".to_string(),
        1 => format!("1 waits ({})", numbers[0]),
        many => format!("{many} wait ({})", numbers.join(" ")),
    }
}

/// The `nth` of the bits that are set.
fn nth_bit(mut bits: u64, nth: u32) -> u64 {
    for _ in 0..nth {
        bits &= bits.wrapping_sub(1);
    }
    bits & bits.wrapping_neg()
}

impl Condvar {
    /// A condition variable that nobody waits for.
    ///
    /// # Panics
    /// Panics outside a model.
    #[track_caller]
    pub fn new() -> Condvar {
        let state = Object::create(None, false, 0, false, Location::caller());
        Condvar {
            state: state.shown_as("condvar", condvar_words),
        }
    }

    /// Gives the condition variable a name for the graphs.
    pub fn named(self, name: &'static str) -> Condvar {
        self.state.rename(name);
        self
    }

    /// Gives back the lock, waits for a notification, and takes the lock again.
    ///
    /// # Errors
    /// If the mutex is poisoned.
    ///
    /// # Panics
    /// Panics in the 57th wait of an execution.
    #[track_caller]
    pub fn wait<'a, T: ?Sized>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let site = Location::caller();
        let mutex = guard.mutex;
        if wakes_by_itself("wait", site) {
            guard.give_back(site);
        } else {
            let before = self
                .state
                .update(Order::Relaxed, "wait", site, |s| s.wrapping_add(BEGUN));
            let ticket = before >> WAITS;
            assert!(
                ticket < u64::from(WAITS),
                "one condition variable is waited for more than {WAITS} times in one execution"
            );
            guard.give_back(site);
            // What a notifier did before is not ordered by the notification but by the lock, as in std.
            while self.state.load(Order::Relaxed, "wait", site) >> ticket & 1 == 0 {
                wait_for_last_read();
            }
            woken();
        }
        loop {
            match mutex.take(site) {
                Some(result) => return result,
                None => wait_for_last_read(),
            }
        }
    }

    /// Waits until the condition is false.
    ///
    /// # Errors
    /// If the mutex is poisoned.
    #[track_caller]
    pub fn wait_while<'a, T: ?Sized, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: F,
    ) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        while condition(&mut *guard) {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// Wakes a waiter, if there is one: any of them.
    #[track_caller]
    pub fn notify_one(&self) {
        self.state.choose(
            Order::Relaxed,
            "notify_one",
            Location::caller(),
            |state| waits(state).1.count_ones(),
            |state, way| state | nth_bit(waits(state).1, way),
        );
    }

    /// Wakes every waiter.
    #[track_caller]
    pub fn notify_all(&self) {
        self.state
            .update(Order::Relaxed, "notify_all", Location::caller(), |s| {
                s | waits(s).0
            });
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Condvar {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}
