//! What the program's atomics and cells have in common: a location of the graph.

use std::panic::Location;

use crate::cell::CELL_ORDER;
use crate::event::{Compare, Event, Kind, LocationId, Order, Site};
use crate::memory::arena::Block;
use crate::runtime::{Context, context, in_model, obey, perform, perform_update};

/// An object of the program: its location, and the run that it belongs to.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Object {
    /// The run's, which no other word of its memory is likely to be: it finds the objects of a block.
    serial: u64,
    loc: LocationId,
    address: bool,
    /// Its end is the end of the location.
    owner: bool,
}

impl Object {
    pub(crate) fn create(
        name: Option<&'static str>,
        cell: bool,
        value: u64,
        address: bool,
        site: &'static Location<'static>,
    ) -> Object {
        let (loc, serial, value) = in_model(|cx| {
            let loc = cx.exec().next_location(name, cell, site);
            (loc, cx.serial, cx.stored(value))
        });
        let mut request = Event::new(Kind::Init, Order::NonAtomic, site);
        (request.loc, request.value, request.address) = (loc, value, address);
        perform(&request);
        Object {
            loc,
            serial,
            address,
            owner: true,
        }
    }

    /// An object for the location that some event creates itself (a park token).
    pub(crate) fn existing(loc: LocationId, serial: u64) -> Object {
        Object {
            loc,
            serial,
            address: false,
            owner: false,
        }
    }

    /// The location, which now has no owner whose end is its end.
    pub(crate) fn into_location(mut self) -> LocationId {
        self.owner = false;
        self.loc
    }

    pub(crate) fn rename(&self, name: &'static str) {
        in_model(|cx| cx.exec().graph.loc_mut(self.loc).name = Some(name));
    }

    /// Says what the graphs call the object if it has no name, and how they show its values.
    pub(crate) fn shown_as(self, noun: &'static str, words: fn(u64) -> String) -> Object {
        in_model(|cx| {
            let mut exec = cx.exec();
            let loc = exec.graph.loc_mut(self.loc);
            (loc.noun, loc.words) = (noun, Some(words));
        });
        self
    }

    /// An access of the object, which must not have ended.
    fn request(&self, kind: Kind, order: Order, site: impl Into<Site>) -> Event {
        in_model(|cx| {
            let mut request = Event::new(kind, order, site);
            let address = std::ptr::from_ref(self).addr();
            if self.is_freed(cx, address) {
                request.loc = LocationId::NONE;
            } else if cx.serial == self.serial {
                (request.loc, request.address) = (self.loc, self.address);
            } else {
                // What else has been written where an object was (on a stack) is nothing to go by.
                let place = cx.arena().in_graph(address as u64) as usize;
                let ended = cx.exec().ended_at(place);
                #[expect(clippy::expect_used, reason = "the program's own mistake")]
                let loc = ended.expect(
                    "an object of an earlier run, or of a stack that is gone: weft's types must not live in statics or outlive the \
                     model's closure",
                );
                request.loc = loc;
            }
            obey(cx, || {
                let mut exec = cx.exec();
                let mut arena = cx.arena();
                let answer = exec.access(&request, address, &mut arena);
                if answer.is_allowed() && self.owner {
                    exec.graph.loc_mut(self.loc).address = arena.in_graph(address as u64) as usize;
                }
                answer
            });
            request
        })
    }

    /// Whether the object's memory has been given back, so that nothing of it can be believed.
    fn is_freed(&self, cx: &Context, address: usize) -> bool {
        let mut arena = cx.arena();
        arena
            .block(address)
            .is_some_and(|block| block.freed.is_some())
    }

    pub(crate) fn load(
        &self,
        order: Order,
        role: &'static str,
        site: &'static Location<'static>,
    ) -> u64 {
        let mut request = self.request(Kind::Read, order, site);
        request.role = role;
        outward(perform(&request).0)
    }

    pub(crate) fn store(
        &self,
        value: u64,
        order: Order,
        role: &'static str,
        site: impl Into<Site>,
    ) {
        let mut request = self.request(Kind::Write, order, site);
        (request.role, request.value) = (role, inward(value));
        perform(&request);
    }

    /// A read-modify-write that always takes effect.
    pub(crate) fn update(
        &self,
        order: Order,
        role: &'static str,
        site: impl Into<Site>,
        f: impl Fn(u64) -> u64,
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
        f: impl Fn(u64, u32) -> u64,
    ) -> u64 {
        let mut request = self.request(Kind::Read, order, site);
        (request.role, request.rmw, request.choices) = (role, true, Some(choices));
        // What another execution may write here; this one says below what it does.
        let update = |old, way| {
            let new = f(outward(old), way);
            in_model(|cx| cx.arena().in_graph(new))
        };
        let old = outward(perform_update(&request, Some(&update)).0);
        let way = last_way();
        (request.kind, request.choices) = (Kind::Write, None);
        request.value = inward(f(old, way));
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
        let expected = inward(compare.expected);
        (request.role, request.compare) = (
            role,
            Some(Compare {
                expected,
                ..compare
            }),
        );
        let new = inward(new);
        let (old, took) = perform_update(&request, Some(&|_, _| new));
        if took {
            let mut request = self.request(Kind::Write, compare.success, site);
            (request.role, request.rmw, request.value) = (role, true, new);
            perform(&request);
        }
        (outward(old), took)
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
        (request.role, request.value) = (role, inward(value));
        outward(perform(&request).0)
    }

    /// A non-atomic access that lasts until what is answered goes.
    pub(crate) fn begin(&self, kind: Kind, site: &'static Location<'static>) -> Access<'_> {
        self.plain(kind, "", site);
        let before = in_model(|cx| {
            let mut exec = cx.exec();
            let opened = Open {
                loc: self.loc,
                writes: kind == Kind::Write,
                site,
            };
            exec.me().open.push(opened);
            exec.me().executed
        });
        Access {
            object: self,
            kind,
            site,
            before,
        }
    }

    /// One thread must not access a cell within a conflicting access of its own.
    fn assert_apart(&self, kind: Kind, site: &'static Location<'static>) {
        let overlaps = |open: &&Open| open.loc == self.loc && (open.writes || kind == Kind::Write);
        let first = in_model(|cx| cx.exec().me().open.iter().find(overlaps).copied());
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
        in_model(|cx| {
            let mut exec = cx.exec();
            let open = &mut exec.me().open;
            if let Some(this) = open.iter().rposition(|o| o.loc == loc) {
                open.remove(this);
            }
        });
        if visible_since(self.before) {
            let site = Site::in_destructor("access begun", self.site);
            let mut request = self.object.request(self.kind, CELL_ORDER, site);
            request.role = "end of access";
            request.since = Some(self.before - 1);
            perform(&request);
        }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        // What outlives its run ends unseen.
        context(|cx| {
            let address = std::ptr::from_ref(self).addr();
            if self.is_freed(cx, address) {
                obey(cx, || cx.exec().free(address, &mut cx.arena(), cx.serial));
            } else if self.owner && cx.serial == self.serial {
                let place = cx.arena().in_graph(address as u64) as usize;
                obey(cx, || cx.exec().drop_object(self.loc, place));
            }
        });
    }
}

/// The objects of the run in a block at `address` that is still allocated, and where in it they are.
pub(crate) fn objects_of(block: &Block, address: usize, serial: u64) -> Vec<(LocationId, usize)> {
    let words = std::ptr::with_exposed_provenance::<u64>(address);
    let count = block.size as usize / size_of::<u64>();
    // SAFETY: the block is mapped, and aligned to more than a word.
    let word = |k: usize| unsafe { words.wrapping_add(k).read_volatile() };
    let after = |k: usize| word(k + 1).to_ne_bytes();
    (0..count.saturating_sub(1))
        .filter(|&k| word(k) == serial)
        .map(|k| {
            let [a, b, c, d, ..] = after(k);
            let loc = LocationId(u32::from_ne_bytes([a, b, c, d]));
            (loc, k * size_of::<u64>())
        })
        .collect()
}

/// Ends the run if the memory at `address` has been given back.
pub(crate) fn assert_alive(address: usize, site: &'static Location<'static>) {
    context(|cx| {
        let request = Event::new(Kind::Read, Order::NonAtomic, site);
        obey(cx, || cx.exec().access(&request, address, &mut cx.arena()));
    });
}

/// Whether the thread has done something since that can order it with others.
fn visible_since(before: u32) -> bool {
    in_model(|cx| {
        let exec = cx.exec();
        let me = exec.current as usize;
        let now = exec.threads[me].executed as usize;
        exec.graph.threads[me].events[before as usize..now]
            .iter()
            .any(|e| {
                e.order != Order::NonAtomic || matches!(e.kind, Kind::Spawn(_) | Kind::Join(_))
            })
    })
}

/// In which way the thread's last event goes on.
fn last_way() -> u32 {
    in_model(|cx| {
        let exec = cx.exec();
        let thread = exec.current as usize;
        let events = &exec.graph.threads[thread].events;
        let last = exec.threads[thread].executed as usize - 1;
        events[last].way
    })
}

/// The program's value as graphs hold it.
fn inward(value: u64) -> u64 {
    in_model(|cx| cx.stored(value))
}

/// A graph's value as the program knows it.
fn outward(value: u64) -> u64 {
    in_model(|cx| cx.arena().in_run(value))
}
