//! What the program's atomics and cells have in common: a location of the graph.

use std::cell::Cell;
use std::panic::Location;

use crate::cell::CELL_ORDER;
use crate::event::{Compare, Event, Kind, LocationId, Order, Site};
use crate::runtime::{Phase, enter, perform};

/// An object of the program: its location, and the run that it belongs to.
#[derive(Debug)]
pub(crate) struct Object {
    loc: LocationId,
    serial: u64,
    address: bool,
}

impl Object {
    pub(crate) fn create(
        name: Option<&'static str>,
        cell: bool,
        value: u64,
        address: bool,
        site: &'static Location<'static>,
    ) -> Object {
        let (loc, serial) = match enter() {
            Phase::Running(cx) => (
                cx.exec.borrow_mut().next_location(name, cell, site),
                cx.serial,
            ),
            // Created by a destructor after the run: a number that no graph has.
            Phase::Aftermath(cx) => {
                thread_local! { static NEXT: Cell<u32> = const { Cell::new(u32::MAX - 1) } }
                let n = NEXT.get();
                NEXT.set(n.wrapping_sub(1).max(u32::MAX / 2));
                (LocationId(n), cx.serial)
            }
        };
        let object = Object {
            loc,
            serial,
            address,
        };
        let mut request = Event::new(Kind::Init, Order::NonAtomic, site);
        (request.loc, request.value, request.address) = (loc, value, address);
        perform(&request);
        object
    }

    /// An object for the location that some event creates itself (a park token).
    pub(crate) fn existing(loc: LocationId, serial: u64) -> Object {
        Object {
            loc,
            serial,
            address: false,
        }
    }

    pub(crate) fn rename(&self, name: &'static str) {
        if let Phase::Running(cx) = enter() {
            cx.exec.borrow_mut().graph.loc_mut(self.loc).name = Some(name);
        }
    }

    /// Says what the graphs call the object if it has no name, and how they show its values.
    pub(crate) fn shown_as(self, noun: &'static str, words: fn(u64) -> String) -> Object {
        if let Phase::Running(cx) = enter() {
            let mut exec = cx.exec.borrow_mut();
            let loc = exec.graph.loc_mut(self.loc);
            (loc.noun, loc.words) = (noun, Some(words));
        }
        self
    }

    fn location(&self) -> LocationId {
        let (Phase::Running(cx) | Phase::Aftermath(cx)) = enter();
        assert!(
            cx.serial == self.serial,
            "an object of an earlier run: weft's types must not live in statics or outlive the model's closure"
        );
        self.loc
    }

    fn request(&self, kind: Kind, order: Order, site: impl Into<Site>) -> Event {
        let mut request = Event::new(kind, order, site);
        (request.loc, request.address) = (self.location(), self.address);
        request
    }

    pub(crate) fn load(
        &self,
        order: Order,
        role: &'static str,
        site: &'static Location<'static>,
    ) -> u64 {
        let mut request = self.request(Kind::Read, order, site);
        request.role = role;
        perform(&request).0
    }

    pub(crate) fn store(
        &self,
        value: u64,
        order: Order,
        role: &'static str,
        site: impl Into<Site>,
    ) {
        let mut request = self.request(Kind::Write, order, site);
        (request.role, request.value) = (role, value);
        perform(&request);
    }

    /// A read-modify-write that always takes effect.
    pub(crate) fn update(
        &self,
        order: Order,
        role: &'static str,
        site: impl Into<Site>,
        f: impl FnOnce(u64) -> u64,
    ) -> u64 {
        self.choose(order, role, site, |_| 1, |old, _| f(old))
    }

    /// A read-modify-write that always takes effect, but has as many ways to do it as `choices` says.
    pub(crate) fn choose(
        &self,
        order: Order,
        role: &'static str,
        site: impl Into<Site>,
        choices: fn(u64) -> u32,
        f: impl FnOnce(u64, u32) -> u64,
    ) -> u64 {
        let mut request = self.request(Kind::Read, order, site);
        (request.role, request.rmw, request.choices) = (role, true, Some(choices));
        let (old, _) = perform(&request);
        let way = last_way();
        (request.kind, request.choices) = (Kind::Write, None);
        request.value = f(old, way);
        perform(&request);
        old
    }

    /// A compare-exchange: the value read, and whether it took effect.
    pub(crate) fn exchange(
        &self,
        compare: Compare,
        new: u64,
        role: &'static str,
        site: &'static Location<'static>,
    ) -> (u64, bool) {
        let mut request = self.request(Kind::Read, compare.failure, site);
        (request.role, request.compare) = (role, Some(compare));
        let (old, took) = perform(&request);
        if took {
            let mut request = self.request(Kind::Write, compare.success, site);
            (request.role, request.rmw, request.value) = (role, true, new);
            perform(&request);
        }
        (old, took)
    }

    /// A non-atomic access that is one point.
    pub(crate) fn plain(&self, kind: Kind, role: &'static str, site: &'static Location<'static>) {
        self.plain_value(kind, 0, role, site);
    }

    /// A non-atomic access with a value; answers the value.
    pub(crate) fn plain_value(
        &self,
        kind: Kind,
        value: u64,
        role: &'static str,
        site: impl Into<Site>,
    ) -> u64 {
        let site = site.into();
        self.assert_apart(kind, site.at);
        let mut request = self.request(kind, CELL_ORDER, site);
        (request.role, request.value) = (role, value);
        perform(&request).0
    }

    /// A non-atomic access that lasts until what is answered goes.
    pub(crate) fn begin(&self, kind: Kind, site: &'static Location<'static>) -> Access<'_> {
        self.plain(kind, "", site);
        if let Phase::Running(cx) = enter() {
            let opened = Open {
                loc: self.loc,
                writes: kind == Kind::Write,
                site,
            };
            cx.exec.borrow_mut().me().open.push(opened);
        }
        Access {
            object: self,
            kind,
            site,
            before: executed(),
        }
    }

    /// One thread must not access a cell within a conflicting access of its own.
    fn assert_apart(&self, kind: Kind, site: &'static Location<'static>) {
        let Phase::Running(cx) = enter() else { return };
        let overlaps = |open: &&Open| open.loc == self.loc && (open.writes || kind == Kind::Write);
        let first = cx
            .exec
            .borrow_mut()
            .me()
            .open
            .iter()
            .find(overlaps)
            .copied();
        if let Some(first) = first {
            let what = |writes| if writes { "written" } else { "read" };
            panic!(
                "a cell is {} at {site} while this thread has it {} at {}",
                what(kind == Kind::Write),
                what(first.writes),
                first.site
            );
        }
    }
}

/// An access of a cell that a thread has begun and not ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    loc: LocationId,
    writes: bool,
    site: &'static Location<'static>,
}

/// A non-atomic access under way. If the thread does something in between that others can see, the access is no longer
/// one point, and its end is checked too.
#[derive(Debug)]
pub(crate) struct Access<'a> {
    object: &'a Object,
    kind: Kind,
    site: &'static Location<'static>,
    before: u32,
}

impl Drop for Access<'_> {
    fn drop(&mut self) {
        let loc = self.object.loc;
        if let Phase::Running(cx) = enter() {
            let mut exec = cx.exec.borrow_mut();
            let open = &mut exec.me().open;
            if let Some(this) = open.iter().rposition(|o| o.loc == loc) {
                open.remove(this);
            }
        }
        if visible_since(self.before) {
            let site = Site::in_destructor("access begun", self.site);
            let mut request = self.object.request(self.kind, CELL_ORDER, site);
            request.role = "end of access";
            request.since = Some(self.before - 1);
            perform(&request);
        }
    }
}

/// Whether the thread has done something since that can order it with others.
fn visible_since(before: u32) -> bool {
    match enter() {
        Phase::Running(cx) => {
            let exec = cx.exec.borrow();
            let me = exec.current as usize;
            let now = exec.threads[me].executed as usize;
            exec.graph.threads[me].events[before as usize..now]
                .iter()
                .any(|e| {
                    e.order != Order::NonAtomic || matches!(e.kind, Kind::Spawn(_) | Kind::Join(_))
                })
        }
        Phase::Aftermath(_) => false,
    }
}

/// In which way the thread's last event goes on.
fn last_way() -> u32 {
    match enter() {
        Phase::Running(cx) => {
            let exec = cx.exec.borrow();
            let thread = exec.current as usize;
            let events = &exec.graph.threads[thread].events;
            let last = exec.threads[thread].executed as usize - 1;
            events[last].way
        }
        Phase::Aftermath(_) => 0,
    }
}

fn executed() -> u32 {
    let (Phase::Running(cx) | Phase::Aftermath(cx)) = enter();
    let mut exec = cx.exec.borrow_mut();
    exec.me().executed
}
