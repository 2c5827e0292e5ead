//! Treiber's stack with boxes for nodes, and what becomes of a popped one.

use super::reclaim::{Broken, Reclaim};
use super::*;
use std::ptr::null_mut;

pub(crate) struct Node {
    value: AtomicU32,
    next: AtomicPtr<Node>,
}

struct Stack {
    head: AtomicPtr<Node>,
    reclaim: Reclaim<Node>,
}

impl Stack {
    fn new(reclaim: Reclaim<Node>) -> Stack {
        Stack {
            head: AtomicPtr::new(null_mut()).named("head"),
            reclaim,
        }
    }

    fn push(&self, value: u32) {
        let node = Box::into_raw(Box::new(Node {
            value: AtomicU32::new(value).named("value"),
            next: AtomicPtr::new(null_mut()).named("next"),
        }));
        loop {
            let head = self.head.load(Relaxed);
            // SAFETY: nobody else has it yet.
            unsafe { (*node).next.store(head, Relaxed) };
            let pushed = self.head.compare_exchange(head, node, Release, Relaxed);
            if pushed.is_ok() {
                return;
            }
        }
    }

    fn pop(&self, me: usize) -> Option<u32> {
        self.reclaim.enter(me);
        loop {
            let head = self.reclaim.protect(me, &self.head);
            if head.is_null() {
                self.reclaim.leave(me);
                return None;
            }
            // SAFETY: protected, if the scheme is right.
            let next = unsafe { (*head).next.load(Relaxed) };
            let popped = self.head.compare_exchange(head, next, Acquire, Relaxed);
            if popped.is_ok() {
                // SAFETY: as above.
                let value = unsafe { (*head).value.load(Relaxed) };
                self.reclaim.leave(me);
                self.reclaim.retire(head);
                return Some(value);
            }
        }
    }
}

/// Two threads pop what main has pushed.
fn program(reclaim: fn() -> Reclaim<Node>) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let stack = Arc::new(Stack::new(reclaim()));
        stack.push(1);
        stack.push(2);
        let own = Arc::clone(&stack);
        let other = thread::spawn(move || own.pop(1));
        let mine = stack.pop(0);
        let yours = other.join().unwrap();
        let mut both = [mine.unwrap(), yours.unwrap()];
        both.sort_unstable();
        assert_eq!(both, [1, 2]);
    }
}

#[test]
fn schemes_that_are_right() {
    for reclaim in [|| Reclaim::Leak, Reclaim::hazards, Reclaim::epochs] {
        complete(program(reclaim));
    }
}

#[test]
fn schemes_that_are_wrong() {
    let freed_at_once = || Reclaim::AtOnce;
    let hazards = || Reclaim::broken_hazards(Broken::NoFence);
    let hazards_unread = || Reclaim::broken_hazards(Broken::NoSecondLook);
    let epochs = || Reclaim::broken_epochs();
    let all: [fn() -> Reclaim<Node>; 4] = [freed_at_once, hazards, hazards_unread, epochs];
    for (k, reclaim) in all.into_iter().enumerate() {
        let found = found(program(reclaim));
        found.assert_use_after_free(&format!("scheme {k}"));
    }
}
