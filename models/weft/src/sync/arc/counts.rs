//! The counts of an [`Arc`](super::Arc): whether they are events, and what they do then.
//!
//! Most programs never find out who let go last. So the counts of a kind of value (where it is created, and its type) are no
//! events until a run shows that they matter: a count is read, or the last owner's destructor does something that
//! other threads could see. Then the search starts again with that kind counted, with std's operations and orderings.
//! Until then the last owner's destructor knows what all owners had done, which is what the counts would give it.

use std::panic::Location;

use crate::clock::{Which, join};
use crate::event::{Compare, Event, EventId, Kind, LocationId, Order, Site};
use crate::exec::{Answer, Exec, Stop};
use crate::object::Object;
use crate::runtime::{context, in_model, obey, perform};

/// One shared value of a run.
#[derive(Debug)]
pub(crate) struct Shared {
    type_name: &'static str,
    site: &'static Location<'static>,
    /// Whether the last owner is ordered after the others by letting go, and may know it.
    orders: bool,
    /// The locations of the strong and the weak count, if they are events.
    counts: Option<(LocationId, LocationId)>,
    /// What the owners that have let go had done.
    seen: Vec<u32>,
    /// Where they let go: thread, and how many events of it come before.
    drops: Vec<(u32, u32)>,
}

/// A shared value's count locations, as objects of this run.
pub(super) struct Counts {
    strong: Object,
    weak: Object,
    /// Where the value was created.
    site: &'static Location<'static>,
}

/// The destructor of a value that is not counted runs, on behalf of all who had shared it.
pub(super) struct Destructor;

impl Drop for Destructor {
    fn drop(&mut self) {
        context(|cx| cx.exec().me().destructors.pop());
    }
}

/// A value is dropped until this goes.
pub(super) struct Dropping;

impl Dropping {
    pub(super) fn new() -> Dropping {
        context(|cx| cx.exec().me().arcs_dropped += 1);
        Dropping
    }
}

impl Drop for Dropping {
    fn drop(&mut self) {
        context(|cx| cx.exec().me().arcs_dropped -= 1);
    }
}

impl Shared {
    /// `an Arc of src/lib.rs:7`
    pub(crate) fn text(&self) -> String {
        format!("an Arc of {}:{}", self.site.file(), self.site.line())
    }

    /// A number for its kind, the same in every process.
    fn kind(&self) -> u32 {
        let (line, column) = (self.site.line(), self.site.column());
        let numbers = line.to_le_bytes().into_iter().chain(column.to_le_bytes());
        let names = self.site.file().bytes().chain(self.type_name.bytes());
        // FNV-1a
        names.chain(numbers).fold(0x811C_9DC5, |h, byte| {
            (h ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        })
    }
}

/// A new value is shared from now on by so many owners; `key` is its address.
pub(super) fn begin(
    key: usize,
    owners: u64,
    type_name: &'static str,
    site: &'static Location<'static>,
    orders: bool,
) {
    let shared = Shared {
        type_name,
        site,
        orders,
        counts: None,
        seen: Vec::new(),
        drops: Vec::new(),
    };
    let counted = context(|cx| {
        let mut exec = cx.exec();
        let counted = !exec.counted.is_empty() && exec.counted.contains(&shared.kind());
        exec.shared.insert(cx.arena().in_graph(key as u64), shared);
        counted
    });
    if counted == Some(true) {
        let count = |name, n| Object::create(Some(name), false, n, false, site).into_location();
        let counts = (count("strong count", owners), count("weak count", 1));
        in_model(|cx| {
            let key = cx.arena().in_graph(key as u64);
            if let Some(shared) = cx.exec().shared.get_mut(&key) {
                shared.counts = Some(counts);
            }
        });
    }
}

/// The counts of a value, if they are events. None also for what was shared outside of the model.
pub(super) fn of(key: usize) -> Option<Counts> {
    context(|cx| {
        let exec = cx.exec();
        let key = cx.arena().in_graph(key as u64);
        let shared = exec.shared.get(&key)?;
        let (strong, weak) = shared.counts?;
        let object = |loc| Object::existing(loc, cx.serial);
        Some(Counts {
            strong: object(strong),
            weak: object(weak),
            site: shared.site,
        })
    })
    .flatten()
}

/// The counts of a value that are about to be read, which makes them events. None only for what was shared outside
/// of the model.
pub(super) fn read(key: usize) -> Option<Counts> {
    if let Some(counts) = of(key) {
        return Some(counts);
    }
    context(|cx| {
        let key = cx.arena().in_graph(key as u64);
        obey(cx, || cx.exec().count_shared(key));
    });
    None
}

/// An owner of a value that is not counted lets go. If no other is left, its destructor runs until the answer goes.
pub(super) fn let_go(key: usize, last: bool) -> Option<Destructor> {
    let running = context(|cx| {
        let key = cx.arena().in_graph(key as u64);
        matches!(obey(cx, || cx.exec().let_go(key, last)), (_, true))
    });
    (running == Some(true)).then_some(Destructor)
}

/// The value and all that refers to it are gone: its place may hold another.
pub(super) fn end(key: usize) {
    context(|cx| {
        let key = cx.arena().in_graph(key as u64);
        cx.exec().shared.remove(&key);
    });
}

impl Exec {
    /// Makes a value's kind counted, which starts the search again. `Done` if it is none of this run's.
    fn count_shared(&mut self, key: u64) -> Answer {
        match self.shared.get(&key) {
            Some(shared) => {
                let kind = shared.kind();
                self.count_kinds(vec![kind])
            }
            None => Answer::Done(0, false),
        }
    }

    pub(crate) fn count_kinds(&mut self, kinds: Vec<u32>) -> Answer {
        self.stopped(Stop::Counted(kinds))
    }

    /// Before the current thread does something that others may see: an answer if it is a destructor that does so on
    /// behalf of all who had shared a value. Who does it matters then.
    pub(crate) fn seen_in_destructor(&mut self) -> Option<Answer> {
        if self.me().destructors.is_empty() {
            return None;
        }
        let kinds = self.kinds_in_destruction();
        Some(self.count_kinds(kinds))
    }

    /// The kinds of the values that the current thread drops on behalf of all who had shared them.
    pub(crate) fn kinds_in_destruction(&mut self) -> Vec<u32> {
        let destructors = &self.me().destructors;
        destructors.iter().map(|(kind, _)| *kind).collect()
    }

    /// `Done` says whether a destructor runs from now on.
    fn let_go(&mut self, key: u64, last: bool) -> Answer {
        let (thread, position) = (self.current, self.me().executed);
        let Some(index) = position.checked_sub(1) else {
            return Answer::Done(0, false);
        };
        let here = EventId { thread, index };
        let Some(shared) = self.shared.get_mut(&key) else {
            // Shared outside of the model: nothing is known of its owners.
            return Answer::Done(0, false);
        };
        let hb = self.graph.clock(here, Which::Hb);
        if shared.seen.len() < hb.len() {
            shared.seen.resize(hb.len(), 0);
        }
        join(&mut shared.seen, hb);
        if !last {
            shared.drops.push((thread, position));
            return Answer::Done(0, false);
        }
        // Where the others must have let go before, their counts order this thread after them, which it can tell.
        let porf = self.graph.clock(here, Which::Porf);
        let before = |clock: &[u32]| {
            let passed = |&(t, p): &(u32, u32)| t == thread || clock[t as usize] > p;
            shared.drops.iter().all(passed)
        };
        let (kind, seen) = (shared.kind(), shared.seen.clone());
        if shared.orders && before(porf) && !before(hb) {
            return self.count_kinds(vec![kind]);
        }
        self.me().destructors.push((kind, seen));
        Answer::Done(0, true)
    }
}

impl Counts {
    /// The site of what a destructor does, which knows only where the value was created.
    pub(super) fn site(&self) -> Site {
        Site::in_destructor("Arc made", self.site)
    }

    /// As std's `clone`.
    pub(super) fn clone_strong(&self, site: &'static Location<'static>) {
        self.strong.update(Order::Relaxed, "clone", site, |n| n + 1);
    }

    /// As std's `drop`, until the value is to be dropped: whether it is.
    pub(super) fn drop_strong(&self, site: impl Into<Site>) -> bool {
        self.released(&self.strong, "drop", site)
    }

    /// As std's `Weak::clone`.
    pub(super) fn clone_weak(&self, site: &'static Location<'static>) {
        self.weak
            .update(Order::Relaxed, "clone of a Weak", site, |n| n + 1);
    }

    /// As std's `new_cyclic`, once the value is there.
    pub(super) fn first_owner(&self, site: &'static Location<'static>) {
        self.strong
            .update(Order::Release, "new_cyclic", site, |_| 1);
    }

    /// As std's drop of a `Weak`, and of the one that all owners have together.
    pub(super) fn drop_weak(&self, site: impl Into<Site>) -> bool {
        self.released(&self.weak, "drop of a Weak", site)
    }

    fn released(&self, count: &Object, role: &'static str, site: impl Into<Site>) -> bool {
        let site = site.into();
        let last = count.update(Order::Release, role, site, |n| n.wrapping_sub(1)) == 1;
        if last {
            acquire(site);
        }
        last
    }

    /// As std's `try_unwrap`, until the value is taken: whether it may be.
    pub(super) fn take(&self, site: &'static Location<'static>) -> bool {
        let took = exchange(&self.strong, 1, 0, Order::Relaxed, "try_unwrap", site);
        if took {
            acquire(site);
        }
        took
    }

    /// As std's `get_mut`: whether there is one owner, and no `Weak`.
    pub(super) fn is_unique(&self, site: &'static Location<'static>) -> bool {
        let locked = u64::MAX;
        if !exchange(&self.weak, 1, locked, Order::Acquire, "get_mut", site) {
            return false;
        }
        let unique = self.strong.load(Order::Acquire, "get_mut", site) == 1;
        self.weak.store(1, Order::Release, "get_mut", site);
        unique
    }

    /// As std's `make_mut`, until it knows what to do.
    pub(super) fn make_unique(&self, site: &'static Location<'static>) -> Unique {
        if !exchange(&self.strong, 1, 0, Order::Acquire, "make_mut", site) {
            return Unique::Shared;
        }
        if self.weak.load(Order::Relaxed, "make_mut", site) != 1 {
            return Unique::Watched;
        }
        self.strong.store(1, Order::Release, "make_mut", site);
        Unique::Alone
    }

    /// As std's `downgrade`.
    pub(super) fn downgrade(&self, site: &'static Location<'static>) {
        let role = "downgrade";
        let mut seen = self.weak.load(Order::Relaxed, role, site);
        loop {
            if seen == u64::MAX {
                crate::runtime::yielded(site);
                seen = self.weak.load(Order::Relaxed, role, site);
                continue;
            }
            let compare = Compare {
                expected: seen,
                success: Order::Acquire,
                failure: Order::Relaxed,
                weak: false,
            };
            match self.weak.exchange(compare, seen + 1, role, site) {
                (_, true) => return,
                (now, false) => seen = now,
            }
        }
    }

    /// As std's `upgrade`: whether an owner was left.
    pub(super) fn upgrade(&self, site: &'static Location<'static>) -> bool {
        let role = "upgrade";
        let mut seen = self.strong.load(Order::Relaxed, role, site);
        while seen != 0 {
            let compare = Compare {
                expected: seen,
                success: Order::Acquire,
                failure: Order::Relaxed,
                weak: false,
            };
            match self.strong.exchange(compare, seen + 1, role, site) {
                (_, true) => return true,
                (now, false) => seen = now,
            }
        }
        false
    }

    /// As std's `strong_count`.
    pub(super) fn strong_count(&self, site: &'static Location<'static>) -> usize {
        self.strong.load(Order::Relaxed, "strong_count", site) as usize
    }

    /// The weak count as it stands there: the owners together have one. std's `Arc` reads it with `Relaxed`, its `Weak` with
    /// `Acquire`.
    pub(super) fn weak_count(&self, order: Order, site: &'static Location<'static>) -> usize {
        match self.weak.load(order, "weak_count", site) {
            u64::MAX => 1,
            n => n as usize,
        }
    }
}

/// Whether a value can be changed in place.
pub(super) enum Unique {
    /// It has one owner, and no `Weak`.
    Alone,
    /// It has one owner, who has taken it out of the reach of its `Weak`s.
    Watched,
    Shared,
}

fn exchange(
    count: &Object,
    expected: u64,
    new: u64,
    success: Order,
    role: &'static str,
    site: &'static Location<'static>,
) -> bool {
    let compare = Compare {
        expected,
        success,
        failure: Order::Relaxed,
        weak: false,
    };
    count.exchange(compare, new, role, site).1
}

fn acquire(site: impl Into<Site>) {
    let mut fence = Event::new(Kind::Fence, Order::Acquire, site);
    fence.role = "last owner";
    perform(&fence);
}
