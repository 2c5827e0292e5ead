//! Michael and Scott's queue with boxes for nodes.

use super::reclaim::{Broken, Reclaim};
use super::*;
use std::ptr::null_mut;

pub(crate) struct Node {
    value: AtomicU32,
    next: AtomicPtr<Node>,
}

fn node(value: u32) -> *mut Node {
    Box::into_raw(Box::new(Node {
        value: AtomicU32::new(value).named("value"),
        next: AtomicPtr::new(null_mut()).named("next"),
    }))
}

struct Queue {
    head: AtomicPtr<Node>,
    tail: AtomicPtr<Node>,
    reclaim: Reclaim<Node>,
}

impl Queue {
    fn new(reclaim: Reclaim<Node>) -> Queue {
        let first = node(0);
        Queue {
            head: AtomicPtr::new(first).named("head"),
            tail: AtomicPtr::new(first).named("tail"),
            reclaim,
        }
    }

    fn push(&self, me: usize, value: u32) {
        let new = node(value);
        self.reclaim.enter(me);
        loop {
            let tail = self.reclaim.protect(me, &self.tail);
            // SAFETY: protected, if the scheme is right.
            let last = unsafe { &*tail };
            let next = last.next.load(Acquire);
            if !next.is_null() {
                let _ = self.tail.compare_exchange(tail, next, Release, Relaxed);
                continue;
            }
            let linked = last
                .next
                .compare_exchange(null_mut(), new, Release, Relaxed);
            if linked.is_ok() {
                let _ = self.tail.compare_exchange(tail, new, Release, Relaxed);
                break;
            }
        }
        self.reclaim.leave(me);
    }

    fn pop(&self, me: usize) -> Option<u32> {
        self.reclaim.enter(me);
        let popped = loop {
            let head = self.reclaim.protect(me, &self.head);
            // SAFETY: protected, if the scheme is right.
            let next = unsafe { (*head).next.load(Acquire) };
            if next.is_null() {
                break None;
            }
            let tail = self.tail.load(Acquire);
            if head == tail {
                let _ = self.tail.compare_exchange(tail, next, Release, Relaxed);
                continue;
            }
            if self
                .head
                .compare_exchange(head, next, AcqRel, Relaxed)
                .is_ok()
            {
                // SAFETY: the new first node stays until it is popped itself, and then by nobody else here.
                break Some((head, unsafe { (*next).value.load(Relaxed) }));
            }
        };
        self.reclaim.leave(me);
        let (head, value) = popped?;
        self.reclaim.retire(head);
        Some(value)
    }
}

/// Two threads pop what main has pushed.
fn program(reclaim: fn() -> Reclaim<Node>) -> impl Fn() + Send + Sync + Clone + 'static {
    move || {
        let queue = Arc::new(Queue::new(reclaim()));
        queue.push(0, 1);
        let own = Arc::clone(&queue);
        let other = thread::spawn(move || own.pop(1));
        let mine = queue.pop(0);
        let yours = other.join().unwrap();
        assert_eq!(mine.xor(yours), Some(1));
    }
}

#[test]
fn both_ends() {
    // One thread pushes while the other pops: nobody else looks at what the one frees.
    for reclaim in [|| Reclaim::Leak, || Reclaim::AtOnce, Reclaim::hazards] {
        let graphs = complete(move || {
            let queue = Arc::new(Queue::new(reclaim()));
            let own = Arc::clone(&queue);
            let other = thread::spawn(move || own.push(1, 1));
            let popped = queue.pop(0);
            other.join().unwrap();
            assert!(matches!(popped, None | Some(1)));
        });
        assert!(graphs > 2);
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
    let epochs = || Reclaim::broken_epochs();
    let all: [fn() -> Reclaim<Node>; 3] = [freed_at_once, hazards, epochs];
    for (k, reclaim) in all.into_iter().enumerate() {
        let found = found(program(reclaim));
        found.assert_use_after_free(&format!("scheme {k}"));
    }
}
