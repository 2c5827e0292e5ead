//! What the program's atomics and cells have in common: a location of the graph.

use std::cell::Cell;
use std::panic::Location;

use crate::cell::CELL_ORDER;
use crate::event::{Compare, Event, Kind, LocationId, Order};
use crate::runtime::{Phase, enter, perform};

/// An object of the program: its location, and the run that it belongs to.
#[derive(Debug)]
pub(crate) struct Object {
    loc: LocationId,
    serial: u32,
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
                cx.serial.get(),
            ),
            // Created by a destructor after the run: a number that no graph has.
            Phase::Aftermath(cx) => {
                thread_local! { static NEXT: Cell<u32> = const { Cell::new(u32::MAX - 1) } }
                let n = NEXT.get();
                NEXT.set(n.wrapping_sub(1).max(u32::MAX / 2));
                (LocationId(n), cx.serial.get())
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
    pub(crate) fn existing(loc: LocationId, serial: u32) -> Object {
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

    fn location(&self) -> LocationId {
        let (Phase::Running(cx) | Phase::Aftermath(cx)) = enter();
        assert!(
            cx.serial.get() == self.serial,
            "an object of an earlier run: weft's types must not live in statics or outlive the model's closure"
        );
        self.loc
    }

    fn request(&self, kind: Kind, order: Order, site: &'static Location<'static>) -> Event {
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
        site: &'static Location<'static>,
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
        site: &'static Location<'static>,
        f: impl FnOnce(u64) -> u64,
    ) -> u64 {
        self.choose(order, role, site, |_| 1, |old, _| f(old))
    }

    /// A read-modify-write that always takes effect, but has as many ways to do it as `choices` says.
    pub(crate) fn choose(
        &self,
        order: Order,
        role: &'static str,
        site: &'static Location<'static>,
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

    /// A non-atomic access. Answers how many events the thread has had.
    pub(crate) fn plain(
        &self,
        kind: Kind,
        role: &'static str,
        site: &'static Location<'static>,
    ) -> u32 {
        self.plain_value(kind, 0, role, site);
        executed()
    }

    /// A non-atomic access with a value; answers the value.
    pub(crate) fn plain_value(
        &self,
        kind: Kind,
        value: u64,
        role: &'static str,
        site: &'static Location<'static>,
    ) -> u64 {
        let mut request = self.request(kind, CELL_ORDER, site);
        (request.role, request.value) = (role, value);
        perform(&request).0
    }

    /// A non-atomic access that lasts while `f` runs.
    pub(crate) fn around<R>(
        &self,
        kind: Kind,
        site: &'static Location<'static>,
        f: impl FnOnce() -> R,
    ) -> R {
        let before = self.plain(kind, "", site);
        let result = f();
        self.finish(kind, before, site);
        result
    }

    /// Ends an access that began `before`: if the thread did something in between that others can see, the access is
    /// no longer one point, and its end is checked too.
    pub(crate) fn finish(&self, kind: Kind, before: u32, site: &'static Location<'static>) {
        if visible_since(before) {
            self.plain(kind, "end of access", site);
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
