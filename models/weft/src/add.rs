//! Adding one event to the graph: taking the default way, and noting every other.
//!
//! What is wrong with an execution is asked last, of a graph that the axioms allow: an error of one that they
//! forbid is none.

use crate::cell::UNINIT;
use crate::clock::Which;
use crate::decisions::Choice;
use crate::event::{Event, EventId, Kind, Order};
use crate::exec::{Answer, Exec, Item, Status, Stop, Update};
use crate::graph::Graph;
use crate::report::FailureKind;

impl Exec {
    pub(crate) fn add(&mut self, request: &Event, update: Option<Update<'_>>) -> Answer {
        let thread = self.current;
        if let Kind::Join(child) = request.kind
            && self.end_of(child).is_none()
        {
            self.me().joins_at = Some(request.site);
            return Answer::Wait(Status::Join(child));
        }
        let mut event = *request;
        event.label = self.me().label.take();
        if let Some(c) = &mut event.compare {
            c.weak &= self.rules.spurious_cas;
        }
        let step = match self.guide.as_mut().map(|g| g.follow(&event)).transpose() {
            Ok(step) => step,
            Err(misfit) => return self.refuse(misfit),
        };
        let id = self.graph.push(thread, event);
        match event.kind {
            Kind::Begin => {
                if let Some(spawn) = self.graph.spawn_of(thread) {
                    self.graph.synchronise(id, spawn);
                } else {
                    self.graph.loc_mut(event.loc).co.push(id);
                }
            }
            Kind::Join(child) => {
                if let Some(end) = self.end_of(child) {
                    self.graph.synchronise(id, end);
                }
            }
            Kind::Spawn(_) => self.graph.loc_mut(event.loc).co.push(id),
            Kind::Init => {
                let loc = self.graph.loc_mut(event.loc);
                loc.co.push(id);
                loc.plain.push(id);
            }
            Kind::End => {}
            Kind::Choice(_) => return self.add_choice(id, step),
            Kind::Fence => self.graph.set_fence(id),
            Kind::Read | Kind::Write if event.order == Order::NonAtomic => {
                return self.add_plain(id);
            }
            Kind::Read => return self.add_read(id, step, update),
            Kind::Write => return self.add_write(id, step),
        }
        Answer::Done(event.value, false)
    }

    fn add_choice(&mut self, id: EventId, step: Option<Choice>) -> Answer {
        let others = std::mem::take(&mut self.graph.ev_mut(id).way);
        let pick = match step {
            Some(Choice::Pick(pick)) => pick,
            Some(_) => 0,
            None => {
                let picks = (1..=others).rev();
                self.items
                    .extend(picks.map(|pick| Item::Choose { event: id, pick }));
                0
            }
        };
        self.graph.ev_mut(id).kind = Kind::Choice(pick);
        self.graph.ev_mut(id).value = u64::from(pick);
        Answer::Done(u64::from(pick), false)
    }

    fn add_plain(&mut self, id: EventId) -> Answer {
        let e = *self.graph.ev(id);
        let loc = self.graph.loc_mut(e.loc);
        let newest = loc.co.last().copied();
        loc.plain.push(id);
        if e.is_write() {
            loc.co.push(id);
        } else {
            loc.reads.push(id);
        }
        if let (Kind::Read, Some(newest)) = (e.kind, newest) {
            let value = self.graph.ev(newest).value;
            let ev = self.graph.ev_mut(id);
            (ev.rf, ev.value) = (Some(newest), value);
        }
        if let Some(race) = self.graph.race_at(id) {
            return self.fail(race, Some(id));
        }
        let value = self.graph.ev(id).value;
        if e.is_read() && value == UNINIT && self.graph.loc(e.loc).cell {
            return self.fail(FailureKind::Uninitialised { read: id }, Some(id));
        }
        Answer::Done(value, false)
    }

    fn add_read(
        &mut self,
        id: EventId,
        step: Option<Choice>,
        update: Option<Update<'_>>,
    ) -> Answer {
        let e = *self.graph.ev(id);
        let loc = e.loc;
        if self.probe.is_some() {
            let Some((source, way)) = self.probe_source(id) else {
                return self.refute();
            };
            self.graph.set_read(id, source, way);
            let e = self.graph.ev(id);
            return Answer::Done(e.value, e.rmw);
        }
        let mut sources = std::mem::take(&mut self.sources);
        sources.clear();
        // The coherence-last write comes first: it is always consistent, and the only maximal choice.
        self.graph.sources(id, &mut sources);
        self.graph.loc_mut(loc).reads.push(id);
        let picked = match step {
            Some(Choice::Read(source, way)) => {
                sources.iter().copied().find(|&s| s == (source, way))
            }
            Some(_) => sources.first().copied(),
            None => {
                for &(source, way) in sources.iter().skip(1).rev() {
                    let value = self.graph.ev(source).value;
                    let updates = e.updates(value, way);
                    let taken = updates && self.graph.taken(loc, source, id).is_some();
                    let event = id;
                    self.items.push(match update.filter(|_| taken) {
                        Some(update) => Item::Update {
                            event,
                            source,
                            way,
                            value: update(value, way),
                        },
                        None => Item::Read { event, source, way },
                    });
                }
                sources.first().copied()
            }
        };
        self.sources = sources;
        let Some((source, way)) = picked else {
            return self.no_such_write();
        };
        self.graph.set_read(id, source, way);
        let newest = self.graph.loc(loc).co.last() == Some(&source);
        if !newest && !self.graph.sc_consistent() {
            return self.forbidden();
        }
        if let Some(race) = self.graph.race_at(id) {
            return self.fail(race, Some(id));
        }
        let e = self.graph.ev(id);
        Answer::Done(e.value, e.rmw)
    }

    fn add_write(&mut self, id: EventId, step: Option<Choice>) -> Answer {
        if self.probe.is_some() {
            // It only writes back what it read, and is forgotten soon.
            let e = self.graph.ev(id);
            return Answer::Done(e.value, e.rmw);
        }
        self.graph.set_message(id);
        if step.is_none() {
            self.graph.revisits(id, &mut self.items);
        }
        let e = *self.graph.ev(id);
        let mut after = None;
        if e.rmw {
            let read = id.previous();
            after = self.graph.ev(read).rf;
            if after.is_some_and(|w| self.graph.taken(e.loc, w, read).is_some()) {
                return self.forbidden();
            }
        } else {
            let oldest = self
                .graph
                .oldest_visible(e.loc, self.graph.clock(id, Which::Hb));
            let co = &self.graph.loc(e.loc).co;
            match step {
                Some(Choice::After(place)) => {
                    let k = co.iter().rposition(|&w| w == place);
                    if !k.is_some_and(|k| k >= oldest && self.graph.free_after(e.loc, k)) {
                        return self.no_such_write();
                    }
                    after = Some(place);
                }
                Some(_) => {}
                None => {
                    for (k, &after) in co.iter().enumerate().skip(oldest) {
                        if k + 1 < co.len() && self.graph.free_after(e.loc, k) {
                            self.items.push(Item::Place { event: id, after });
                        }
                    }
                }
            }
        }
        let len = self.graph.loc(e.loc).co.len();
        let place = after.map_or(len, |w| self.graph.co_pos(e.loc, w) + 1);
        self.graph.loc_mut(e.loc).co.insert(place, id);
        if place < len && !self.graph.sc_consistent() {
            return self.forbidden();
        }
        if let Some(race) = self.graph.race_at(id) {
            return self.fail(race, Some(id));
        }
        Answer::Done(e.value, e.rmw)
    }

    /// There is nothing to read from, or not what the decisions say.
    fn no_such_write(&mut self) -> Answer {
        match &self.guide {
            Some(guide) => {
                let misfit = guide.no_such_write();
                self.refuse(misfit)
            }
            None => self.stopped(Stop::Pruned),
        }
    }
}

impl Graph {
    /// Finds the older reads that can read from the new write instead. Going back in the order of insertion,
    /// the first event that was not maximally added ends the search: every older read would forget it too.
    fn revisits(&self, write: EventId, items: &mut Vec<Item>) {
        let w = *self.ev(write);
        let porf = self.clock(write, Which::Porf);
        for &id in self.inserted.iter().rev() {
            if porf[id.thread as usize] > id.index {
                continue;
            }
            if !self.maximally_added(id, write) {
                break;
            }
            let e = self.ev(id);
            if e.is_read() && e.is_atomic() && e.loc == w.loc {
                let read = id;
                let ways = 0..e.ways(w.value);
                items.extend(ways.map(|way| Item::Revisit { write, read, way }));
            }
        }
    }

    /// Adds the write half of a read-modify-write whose read half, the newest event, reads what another one has taken. No
    /// execution has both; the write is there for the reads that it can revisit.
    pub(crate) fn update(&mut self, read: EventId, value: u64, items: &mut Vec<Item>) {
        let mut event = *self.ev(read);
        (event.kind, event.rmw, event.value) = (Kind::Write, true, value);
        (event.rf, event.compare, event.choices, event.label) = (None, None, None, None);
        let write = self.push(read.thread, event);
        self.set_message(write);
        self.revisits(write, items);
    }
}
