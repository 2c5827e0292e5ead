//! Telling waiting loops from other yields.
//!
//! A `spin_loop` or `yield_now` says that a loop turn ends, not where it began; and some are in no loop at all, or in
//! one that writes. So the first arrival at such a place is a probe: the thread goes on alone, and reads exactly what it
//! just read. If it comes back without having written, the place is the end of a waiting loop, whose turn is as long as
//! the way round was; later arrivals block. If it does not, the turn may begin with a later read: there is another
//! probe; when no read is left, the yield means nothing. The probe itself is forgotten: the run starts again from the
//! graph that it had.

use std::collections::HashMap;
use std::panic::Location;

use crate::decisions::Step;
use crate::event::{Event, EventId, Kind, LocationId};
use crate::exec::{Answer, Exec, Item, Status, Stop};
use crate::report::FailureKind;

/// A yield, by its place in the program and that of the last read before it.
type Place = (&'static Location<'static>, &'static Location<'static>);

/// A yield as the probes' findings know it: its place, and the places and locations of the reads since the thread last
/// did something. Helpers that load and yield for many loops make the place alone ambiguous.
type Arrival = (Place, Vec<(&'static Location<'static>, LocationId)>);

/// What is known about a yield: the length of the loop's turn in events; `None` if it ends no waiting loop.
type Turn = Option<u32>;

/// A probe stops here: nobody's waiting loop is that long.
const LONGEST_TURN: u32 = 1_000;

/// Everything that the probes of a search have found.
#[derive(Debug, Default)]
pub(crate) struct Loops {
    known: HashMap<Arrival, Turn>,
    /// Of arrivals that are still unknown: how many events to skip before the turn's first read.
    skip: HashMap<Arrival, u32>,
}

/// A probe under way, and what to go back to afterwards.
#[derive(Debug)]
pub(crate) struct Probe {
    place: Place,
    arrival: Arrival,
    thread: u32,
    start: u32,
    last: EventId,
    items: Vec<Item>,
    guide: Option<Vec<Step>>,
    /// Where the thread last had an effect.
    quiet: u32,
    /// The turn's first read, once the probe has done a read.
    first: Option<u32>,
    /// The next of the thread's events to do again.
    again: u32,
}

impl Exec {
    /// The current thread yields. `Wait` if this ended the turn of a waiting loop: nothing that the thread does next is
    /// worth exploring before it reads something else.
    pub(crate) fn yielded(&mut self, site: &'static Location<'static>) -> Answer {
        let (thread, executed) = (self.current, self.me().executed);
        let events = &self.graph.threads[thread as usize].events[..executed as usize];
        let quiet = events.iter().rposition(effect).map_or(0, |i| i + 1) as u32;
        let Some(read) = last_read(events, quiet) else {
            return Answer::Done(0, false);
        };
        let place = (site, events[read as usize].site);
        if let Some(probe) = &self.probe {
            if read >= probe.start && probe.place == place {
                let whole = last_read(&events[..probe.start as usize], probe.again).is_none();
                let turn = executed - probe.start;
                return self.learn(whole.then_some(turn));
            }
            return Answer::Done(0, false);
        }
        let reads = events[quiet as usize..]
            .iter()
            .filter(|e| e.is_read())
            .map(|e| (e.site, e.loc))
            .collect();
        let arrival = (place, reads);
        match self.loops.known.get(&arrival).copied() {
            Some(None) => Answer::Done(0, false),
            Some(Some(turn)) => self.wait(executed.saturating_sub(turn).max(quiet)),
            None if self.left > 0 => Answer::Wait(Status::ReplayEnd),
            None => {
                let skip = self.loops.skip.get(&arrival).copied().unwrap_or(0);
                self.probe = Some(Probe {
                    place,
                    arrival,
                    thread,
                    start: executed,
                    last: self
                        .graph
                        .inserted
                        .last()
                        .copied()
                        .unwrap_or(EventId { thread, index: 0 }),
                    items: self.items.clone(),
                    guide: self.guide.take(),
                    first: None,
                    quiet,
                    again: quiet + skip,
                });
                Answer::Done(0, false)
            }
        }
    }

    /// The events from `start` on are an operation or a turn that waits. The thread is blocked until a revisit gives
    /// its last read another source.
    pub(crate) fn wait(&mut self, start: u32) -> Answer {
        if self.probe.is_some() {
            return self.learn(None);
        }
        let (thread, executed) = (self.current, self.me().executed);
        let events = &self.graph.threads[thread as usize].events;
        let Some(index) = last_read(&events[..executed as usize], start) else {
            return Answer::Done(0, false);
        };
        if events.len() as u32 > executed {
            let kind = FailureKind::blocked_early(&events[executed as usize]);
            return self.fail(kind, None);
        }
        if self.graph.settled(EventId { thread, index }) {
            return self.stopped(Stop::Pruned);
        }
        Answer::Wait(Status::Await(start))
    }

    /// Ends the probe: the run is over, and will start again.
    pub(crate) fn learn(&mut self, turn: Turn) -> Answer {
        self.stopped(Stop::Probed(turn))
    }

    /// Goes back to before the probe that stopped the run.
    pub(crate) fn forget_probe(&mut self, turn: Turn) {
        if let Some(probe) = self.probe.take() {
            match (turn, probe.first) {
                // What was done again did not lead back; the turn may begin with a later read.
                (None, Some(first)) => {
                    self.loops
                        .skip
                        .insert(probe.arrival, first + 1 - probe.quiet);
                }
                _ => {
                    self.loops.skip.remove(&probe.arrival);
                    self.loops.known.insert(probe.arrival, turn);
                }
            }
            self.graph.truncate_after(probe.last);
            self.items = probe.items;
            self.guide = probe.guide;
        }
        self.restart();
    }

    /// Whether the probe should end before this event: it has an effect, or there are too many.
    pub(crate) fn probe_ends(&self, request: &Event) -> bool {
        self.probe.as_ref().is_some_and(|p| {
            effect(request)
                || request.kind == Kind::End
                || self.current != p.thread
                || self.threads[p.thread as usize].executed - p.start > LONGEST_TURN
        })
    }

    /// What a read of the probe reads: the same as in the turn before, consistent or not, since the events of the
    /// probe are forgotten. `None` if the thread reads something else: it is not in the turn that the probe assumes.
    pub(crate) fn probe_source(&mut self, request: &Event) -> Option<(EventId, bool)> {
        let probe = self.probe.as_mut()?;
        let events = &self.graph.threads[probe.thread as usize].events;
        let same = |i: &u32| {
            let e = &events[*i as usize];
            e.is_read() && e.loc == request.loc && e.site == request.site
        };
        let left = probe.again..probe.start;
        let again = if probe.first.is_none() {
            left.into_iter().find(same)?
        } else {
            let atomic_read = |i: &u32| {
                let e = &events[*i as usize];
                e.is_read() && e.is_atomic()
            };
            left.into_iter().find(atomic_read).filter(same)?
        };
        probe.first.get_or_insert(again);
        probe.again = again + 1;
        let e = &events[again as usize];
        e.rf.map(|source| (source, e.spurious))
    }
}

fn last_read(events: &[Event], from: u32) -> Option<u32> {
    let from = from as usize;
    events[from..]
        .iter()
        .rposition(|e| e.is_read() && e.is_atomic())
        .map(|i| (from + i) as u32)
}

/// Whether an event does something that a waiting loop's turn does not.
fn effect(e: &Event) -> bool {
    matches!(
        e.kind,
        Kind::Write | Kind::Init | Kind::Spawn(_) | Kind::Join(_) | Kind::Choice(_) | Kind::Begin
    ) || (e.kind == Kind::Read && e.rmw)
}
