//! What one event of an execution graph is.

use std::fmt;
use std::panic::Location;
use std::sync::atomic::Ordering;

/// An event's place: which thread, and how many events of that thread come before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EventId {
    /// The thread, numbered in the order in which the checker first met it; main is 0.
    pub thread: u32,
    /// Position in the thread's program order.
    pub index: u32,
}

impl EventId {
    /// The event before this one in program order, which must not be the first: the read half of the
    /// read-modify-write whose write half this is, for one.
    pub(crate) fn previous(self) -> EventId {
        EventId {
            thread: self.thread,
            index: self.index - 1,
        }
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.thread, self.index)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A location's number within one graph; see [`Graph::locations`](crate::Graph::locations).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct LocationId(pub(crate) u32);

impl LocationId {
    pub(crate) const NONE: LocationId = LocationId(u32::MAX);
}

/// How strongly an access or a fence is ordered, weakest first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Order {
    /// Not atomic: a race with it is an error.
    NonAtomic,
    /// `Ordering::Relaxed`
    Relaxed,
    /// `Ordering::Acquire`
    Acquire,
    /// `Ordering::Release`
    Release,
    /// `Ordering::AcqRel`
    AcqRel,
    /// `Ordering::SeqCst`
    SeqCst,
}

impl Order {
    pub(crate) fn from_std(order: Ordering) -> Order {
        match order {
            Ordering::Relaxed => Order::Relaxed,
            Ordering::Acquire => Order::Acquire,
            Ordering::Release => Order::Release,
            Ordering::AcqRel => Order::AcqRel,
            _ => Order::SeqCst,
        }
    }

    /// Whether a read or fence of this order acquires.
    pub fn acquires(self) -> bool {
        matches!(self, Order::Acquire | Order::AcqRel | Order::SeqCst)
    }

    /// Whether a write or fence of this order releases.
    pub fn releases(self) -> bool {
        matches!(self, Order::Release | Order::AcqRel | Order::SeqCst)
    }

    /// The order in the memory-model literature's abbreviation.
    pub fn short(self) -> &'static str {
        match self {
            Order::NonAtomic => "na",
            Order::Relaxed => "rlx",
            Order::Acquire => "acq",
            Order::Release => "rel",
            Order::AcqRel => "acqrel",
            Order::SeqCst => "sc",
        }
    }
}

/// What an event does.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// The thread starts.
    Begin,
    /// The thread has ended; its joiners may go on.
    End,
    /// The thread with this number was spawned.
    Spawn(u32),
    /// The thread with this number was joined.
    Join(u32),
    /// A location comes to be with its initial value: a non-atomic write, first in coherence order.
    Init,
    /// A read, possibly the read half of a read-modify-write.
    Read,
    /// A write, possibly the write half of a read-modify-write.
    Write,
    /// A fence.
    Fence,
    /// One of several ways to go on that no memory access decides (a spurious wake-up).
    Choice(u32),
}

/// The comparison of a compare-exchange.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Compare {
    pub(crate) expected: u64,
    pub(crate) success: Order,
    pub(crate) failure: Order,
    /// `compare_exchange_weak`, and this one may fail spuriously.
    pub(crate) weak: bool,
}

/// Where in the program an operation stands, as far as it knows itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    pub(crate) at: &'static Location<'static>,
    of: &'static str,
}

impl Site {
    /// Of an operation that a destructor does, which knows no place of its own: that of what it ends, and what that is.
    /// See [`place`](crate::place).
    pub(crate) fn in_destructor(of: &'static str, at: &'static Location<'static>) -> Site {
        Site { at, of }
    }
}

impl From<&'static Location<'static>> for Site {
    fn from(at: &'static Location<'static>) -> Site {
        Site { at, of: "" }
    }
}

/// One event of an execution graph.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What it does.
    pub kind: Kind,
    /// Its memory ordering; `NonAtomic` for events that are no access and no fence.
    pub order: Order,
    /// Whether it is one half of a read-modify-write that took effect.
    pub rmw: bool,
    /// A compare-exchange that failed although the value was the expected one.
    pub spurious: bool,
    /// The value read or written. Cells have no value that the checker can see: 0 there.
    pub value: u64,
    /// The operation that the event belongs to, when it is not simply the kind: `park`, `lock`, ….
    pub role: &'static str,
    /// The label that [`trace::label`](crate::trace::label) gave it.
    pub label: Option<&'static str>,
    /// Where in the program. Of what a destructor does, where what it ends began: where its lock was taken, for one.
    pub site: &'static Location<'static>,
    /// What the operation makes of what it read, where that is not one thing only; 0 is the default. Of a choice that is asked
    /// for: how many ways there are but the default.
    pub(crate) way: u32,
    /// How many such ways a value leaves.
    pub(crate) choices: Option<fn(u64) -> u32>,
    pub(crate) loc: LocationId,
    pub(crate) rf: Option<EventId>,
    pub(crate) compare: Option<Compare>,
    /// The value is an address: it may differ when the program runs again.
    pub(crate) address: bool,
    /// One more than the index of the last release fence at or before this event; 0 for none.
    pub(crate) release_fence: u32,
    /// It has revisited a read: an older read may read from it.
    pub(crate) revisits: bool,
    /// The end of an access of a cell: the index of its beginning.
    pub(crate) since: Option<u32>,
    /// What its site is the place of, if not of the event itself: `lock taken`, ….
    pub(crate) site_of: &'static str,
    /// When it was added to the graph, relative to the others.
    pub(crate) stamp: u32,
}

impl Event {
    pub(crate) fn new(kind: Kind, order: Order, site: impl Into<Site>) -> Event {
        let site = site.into();
        Event {
            kind,
            order,
            rmw: false,
            spurious: false,
            way: 0,
            choices: None,
            value: 0,
            role: "",
            label: None,
            site: site.at,
            loc: LocationId::NONE,
            rf: None,
            compare: None,
            address: false,
            release_fence: 0,
            revisits: false,
            since: None,
            site_of: site.of,
            stamp: 0,
        }
    }

    /// Whether it reads memory.
    pub fn is_read(&self) -> bool {
        self.kind == Kind::Read
    }

    /// Whether it is a write that a read can read from: a store, a location's beginning, or the spawn that
    /// gives a thread its empty park token.
    pub fn is_write(&self) -> bool {
        match self.kind {
            Kind::Write | Kind::Init => true,
            Kind::Spawn(_) | Kind::Begin => self.loc != LocationId::NONE,
            _ => false,
        }
    }

    /// Whether it is an atomic read or write.
    pub fn is_atomic(&self) -> bool {
        matches!(self.kind, Kind::Read | Kind::Write) && self.order != Order::NonAtomic
    }

    /// How many ways the operation has to go on from a value read: a weak compare-exchange can fail spuriously, a
    /// notification can wake any of those that wait.
    pub(crate) fn ways(&self, value: u64) -> u32 {
        match (self.compare, self.choices) {
            (Some(c), _) if c.weak && c.expected == value => 2,
            (_, Some(choices)) => choices(value).max(1),
            _ => 1,
        }
    }

    /// Whether a read that reads this value, in this way, is the read half of an update.
    pub(crate) fn updates(&self, value: u64, way: u32) -> bool {
        match self.compare {
            Some(c) => c.expected == value && way == 0,
            None => self.rmw,
        }
    }

    pub(crate) fn is_sc(&self) -> bool {
        self.order == Order::SeqCst
    }

    /// The location it accesses.
    pub fn location(&self) -> Option<LocationId> {
        (self.loc != LocationId::NONE).then_some(self.loc)
    }

    /// The write that it reads from.
    pub fn reads_from(&self) -> Option<EventId> {
        self.rf
    }
}
