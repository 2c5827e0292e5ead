//! In one thread every method does what std's does.

use super::*;

/// The same lines over both types.
macro_rules! same {
    ($($name:ident $body:block)*) => {$(
        #[test]
        fn $name() {
            let of_std = {
                #[allow(unused_imports, reason = "not every body uses both")]
                use std::sync::{Arc, Weak};
                format!("{:?}", $body)
            };
            let own = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
            let seen = std::sync::Arc::clone(&own);
            let report = Builder::default().check(move || {
                #[allow(unused_imports, reason = "not every body uses both")]
                use weft::sync::{Arc, Weak};
                let text = format!("{:?}", $body);
                seen.lock().unwrap().push(text);
            });
            assert!(report.is_complete(), "{report}");
            assert_eq!(report.complete, 1);
            // The last execution is the one that counts: earlier ones may have found out that counts matter.
            assert_eq!(own.lock().unwrap().last(), Some(&of_std));
        }
    )*};
}

same! {
    counts {
        let a = Arc::new(5);
        let b = Arc::clone(&a);
        let w = Arc::downgrade(&a);
        let v = w.clone();
        let before = (Arc::strong_count(&a), Arc::weak_count(&a), w.strong_count(), v.weak_count());
        drop((b, v));
        let between = (Arc::strong_count(&a), Arc::weak_count(&a), w.strong_count(), w.weak_count());
        drop(a);
        (before, between, w.strong_count(), w.weak_count(), w.upgrade())
    }
    nothing {
        let none = Weak::<u32>::new();
        let other = Weak::<u32>::default();
        (none.upgrade(), none.strong_count(), none.weak_count(), none.ptr_eq(&other), none.clone())
    }
    unwrapping {
        let a = Arc::new(String::from("a"));
        let b = Arc::clone(&a);
        let refused = Arc::try_unwrap(a).is_err();
        let c = Arc::clone(&b);
        let none = Arc::into_inner(c);
        let inner = Arc::into_inner(b);
        (refused, none, inner)
    }
    unwrapping_or_cloning {
        let a = Arc::new(vec![1]);
        let b = Arc::clone(&a);
        let cloned = Arc::unwrap_or_clone(a);
        (cloned, Arc::strong_count(&b), Arc::unwrap_or_clone(b))
    }
    changing {
        let mut a = Arc::new(1);
        *Arc::get_mut(&mut a).unwrap() += 1;
        let w = Arc::downgrade(&a);
        let watched = Arc::get_mut(&mut a).is_none();
        drop(w);
        let b = Arc::clone(&a);
        let shared = Arc::get_mut(&mut a).is_none();
        drop(b);
        *Arc::get_mut(&mut a).unwrap() += 1;
        (watched, shared, a)
    }
    making_unique {
        let mut a = Arc::new(1);
        *Arc::make_mut(&mut a) += 1;
        let b = Arc::clone(&a);
        *Arc::make_mut(&mut a) += 10;
        let w = Arc::downgrade(&a);
        *Arc::make_mut(&mut a) += 100;
        (*a, *b, w.upgrade(), Arc::ptr_eq(&a, &b), Arc::strong_count(&a), Arc::weak_count(&a))
    }
    raw_pointers {
        let a = Arc::new(7);
        let same = Arc::as_ptr(&a);
        let raw = Arc::into_raw(a);
        // SAFETY: it came from into_raw, and each count has its owner; here and below.
        unsafe { Arc::increment_strong_count(raw) };
        // SAFETY: as above.
        let a = unsafe { Arc::from_raw(raw) };
        let two = Arc::strong_count(&a);
        // SAFETY: as above.
        unsafe { Arc::decrement_strong_count(raw) };
        let w = Arc::downgrade(&a).into_raw();
        // SAFETY: as above.
        let w = unsafe { Weak::from_raw(w) };
        (same == raw, two, Arc::strong_count(&a), *w.upgrade().unwrap(), w.as_ptr() == raw)
    }
    unsized_values {
        let text: Arc<str> = Arc::from("text");
        let owned: Arc<str> = Arc::from(String::from("text"));
        let slice: Arc<[u32]> = Arc::from(vec![1, 2]);
        let copied: Arc<[u32]> = Arc::from(&[3, 4][..]);
        let collected: Arc<[u32]> = (5..8).collect();
        let boxed: Arc<dyn Fn(u32) -> u32> = Arc::from(Box::new(|x: u32| x + 1) as Box<dyn Fn(u32) -> u32>);
        let again = Arc::clone(&boxed);
        let weak = Arc::downgrade(&slice);
        let equal = text == owned;
        (equal, text.len(), slice, copied, collected, boxed(1), again(2), weak.upgrade().map(|s| s.len()))
    }
    downcasting {
        let any: Arc<dyn std::any::Any + Send + Sync> = Arc::from(Box::new(5u32) as Box<dyn std::any::Any + Send + Sync>);
        let again = Arc::clone(&any);
        let right = any.downcast::<u32>().map(|n| *n).ok();
        let wrong = again.downcast::<String>().is_err();
        (right, wrong)
    }
    comparing {
        use std::collections::{BTreeSet, HashSet};
        let (a, b) = (Arc::new(1), Arc::new(2));
        let tree: BTreeSet<_> = [Arc::clone(&a), Arc::clone(&b), Arc::new(1)].into();
        let table: HashSet<_> = [Arc::clone(&a), Arc::new(1)].into();
        let from: Arc<i32> = 3.into();
        let default = Arc::<u32>::default();
        (a < b, a == b, a.cmp(&b), tree, table.len(), from, default, format!("{a} {a:?}"), *a.as_ref())
    }
    cycles {
        struct Node(Weak<Node>, u32);
        let node = Arc::new_cyclic(|me: &Weak<Node>| {
            assert!(me.upgrade().is_none());
            Node(me.clone(), me.strong_count() as u32)
        });
        let again = node.0.upgrade().unwrap();
        let counts = (Arc::strong_count(&node), Arc::weak_count(&node), again.1);
        let weak = Arc::downgrade(&node);
        drop((node, again));
        (counts, weak.strong_count(), weak.upgrade().is_none())
    }
    pinned {
        let pin = Arc::pin(5);
        (*pin, pin)
    }
    nothing_in_it {
        let a = Arc::new(());
        let b = Arc::clone(&a);
        let w = Arc::downgrade(&a);
        drop(a);
        (Arc::strong_count(&b), w.upgrade().is_some(), Arc::try_unwrap(b).is_ok(), w.upgrade().is_some())
    }
    destructors_in_order {
        use std::sync::Mutex;
        struct Named(&'static str, std::sync::Arc<Mutex<Vec<&'static str>>>);
        impl Drop for Named {
            fn drop(&mut self) {
                self.1.lock().unwrap().push(self.0);
            }
        }
        let log = std::sync::Arc::<Mutex<Vec<&'static str>>>::default();
        let named = |name| Arc::new(Named(name, std::sync::Arc::clone(&log)));
        let (a, b, mut c) = (named("a"), named("b"), named("c"));
        assert_eq!(c.0, "c");
        let a_too = Arc::clone(&a);
        drop(a);
        drop(b);
        drop(a_too);
        c = named("d");
        let w = Arc::downgrade(&c);
        drop(c);
        let gone = w.upgrade().is_none();
        let log = log.lock().unwrap().clone();
        (gone, log)
    }
}
