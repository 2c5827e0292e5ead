//! The checker's atomics, with a record of each access.

use super::backend;
use super::trace::{What, here, record, shown, word};
use std::panic::Location;
use std::sync::atomic::{AtomicU8, Ordering};

/// How a word has been written so far. A word is written by plain stores or by read-modify-writes,
/// never by both: between the load and the store of the one side, the other's update is lost.
#[derive(Debug)]
struct Written(AtomicU8);

#[derive(Clone, Copy)]
enum By {
    Store = 1,
    Update = 2,
}

impl Written {
    const fn never() -> Self {
        Self(AtomicU8::new(0))
    }

    #[track_caller]
    fn check(&self, by: By) {
        // Not the checker's atomic: it watches the program and is no part of it.
        let all = self.0.fetch_or(by as u8, Ordering::Relaxed) | by as u8;
        assert_ne!(
            all,
            By::Store as u8 | By::Update as u8,
            "a word is written both by plain stores and by read-modify-writes"
        );
    }
}

macro_rules! atomics {
    ($($name:ident, $value:ty, [$($update:ident),*];)+) => { $(
        #[doc = concat!("`std`'s `", stringify!($name), "`, as far as it is used.")]
        #[derive(Debug)]
        pub struct $name(backend::$name, Written);

        impl $name {
            /// A word with an initial value.
            #[track_caller]
            #[must_use]
            pub fn new(value: $value) -> Self {
                Self(backend::$name::new(value), Written::never())
            }

            /// An atomic load.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                let here = here();
                let value = self.0.load(order);
                if let Some(here) = here {
                    let what = What::Read(word(self, value as u64, order, here));
                    record(here, Location::caller(), what);
                }
                value
            }

            /// An atomic store.
            ///
            /// # Panics
            ///
            /// If the word was written by a read-modify-write before.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                let here = here();
                self.1.check(By::Store);
                self.0.store(value, order);
                if let Some(here) = here {
                    let what = What::Write(word(self, value as u64, order, here));
                    record(here, Location::caller(), what);
                }
            }

            $(
                /// An atomic read-modify-write; returns the value before.
                ///
                /// # Panics
                ///
                /// If the word was written by a plain store before.
                #[track_caller]
                pub fn $update(&self, operand: $value, order: Ordering) -> $value {
                    let here = here();
                    self.1.check(By::Update);
                    let old = self.0.$update(operand, order);
                    if let Some(here) = here {
                        // The operation's own arithmetic, on a copy.
                        let new = std::sync::atomic::$name::new(old);
                        new.$update(operand, Ordering::Relaxed);
                        let what = What::Update {
                            old: shown(self, old as u64),
                            new: word(self, new.into_inner() as u64, order, here),
                        };
                        record(here, Location::caller(), what);
                    }
                    old
                }
            )*
        }
    )+ };
}

atomics! {
    AtomicBool, bool, [];
    AtomicU64, u64, [fetch_xor, fetch_or, fetch_and, fetch_add];
    AtomicUsize, usize, [];
}
