//! Telling waiting loops from other yields.
//!
//! A `spin_loop` or `yield_now` says that a loop turn ends, not where it began; some are in no loop at all, some in one
//! that writes, some in one that gives up after so many turns. So the arrival at such a place is a probe: the thread goes
//! on alone, and reads exactly what it just read. If it goes round, it waits: it blocks, and another graph gives it
//! something else to read. If it does anything else, the yield means nothing here.
//!
//! By default a turn is probed once it has read the same as the turn before it, and must then repeat itself
//! [`ROUNDS`] times. With [`Builder::awaits`](crate::Builder::awaits) every turn is, whatever it read, and one
//! repetition is enough; where it began is not known then, and found by trying.
//!
//! Retries that fail spuriously are probed like turns that waited: a weak compare-exchange in a loop may go on failing for
//! ever, and two such failures in a row tell nothing that one does not, unless the program counts them.
//!
//! A probe is a function of the thread's own past, and nothing of it is kept: neither its events, which leave the graph
//! again, nor what it found.

use std::panic::Location;

use crate::event::{Event, EventId, Kind};
use crate::exec::{Answer, Exec, Status, Stop};
use crate::graph::Graph;
use crate::guide::Guide;
use crate::report::{FailureKind, internal_error};

/// How often a turn has to repeat itself before it is believed to do so for ever. More than any retry or spin budget
/// that a model has a reason to count up to.
pub(crate) const ROUNDS: u32 = 256;

/// A probe for the beginning of a turn stops here: nobody's waiting loop is that long.
const LONGEST_TURN: u32 = 1_000;

/// A yield that a thread has come to in this run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Yield {
    site: &'static Location<'static>,
    executed: u32,
}

/// What is assumed to repeat itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Repeated {
    /// A turn that ends with a yield.
    Turn,
    /// A turn that ends with a compare-exchange that fails spuriously.
    Retry,
}

/// A place that a probe has found out about: it is good for as long as the run is, which starts again after each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refuted {
    what: Repeated,
    thread: u32,
    executed: u32,
    /// No turn begins before this event. None begins at all if this is where the thread is.
    from: u32,
}

/// A probe under way, and what to go back to afterwards.
#[derive(Debug)]
pub(crate) struct Probe {
    what: Repeated,
    site: &'static Location<'static>,
    thread: u32,
    start: u32,
    last: EventId,
    guide: Option<Guide>,
    /// The first event that the turn can begin with.
    from: u32,
    /// The length of the turn in events, once it is known.
    turn: Option<u32>,
    rounds: u32,
}

impl Exec {
    /// The current thread yields. `Wait` if this ended the turn of a waiting loop: nothing that the thread does next is
    /// worth exploring before it reads something else.
    pub(crate) fn yielded(&mut self, site: &'static Location<'static>) -> Answer {
        let (thread, executed) = (self.current, self.me().executed);
        if self.idles() {
            return self.too_many_events();
        }
        if self.probe.is_some() {
            return self.came_round(site);
        }
        if !self.goes_on() {
            let events = &self.graph.threads[thread as usize].events;
            let quiet = quiet(events).max(self.threads[thread as usize].quiet);
            let turn = self.repeated_turn(site, quiet);
            let waits = turn.is_some() || self.rules.awaits && last_read(events, quiet).is_some();
            let from = self.refuted(Repeated::Turn).map_or(quiet, |r| r.from);
            if waits && from < executed {
                if self.left > 0 {
                    return Answer::Wait(Status::ReplayEnd);
                }
                if self.another_is_half_done() {
                    return Answer::Wait(Status::Ready);
                }
                self.begin_probe(Repeated::Turn, site, from, turn);
                return Answer::Done(0, false);
            }
        }
        if !self.rules.awaits {
            let me = self.me();
            let again = |y: &Yield| (y.site, y.executed) == (site, executed);
            if !me.yields.last().is_some_and(again) {
                me.yields.push(Yield { site, executed });
            }
        }
        Answer::Done(0, false)
    }

    /// Before the current thread does something new: whether it only does so because it has failed spuriously again, and
    /// would do so for ever. Begins a probe if that is to be found out.
    pub(crate) fn probe_retry(&mut self) {
        let (thread, executed) = (self.current, self.me().executed);
        let Some(last) = executed.checked_sub(1) else {
            return;
        };
        let events = &self.graph.threads[thread as usize].events;
        if !events[last as usize].spurious || self.guide.is_some() {
            return;
        }
        let quiet = quiet(events).max(self.threads[thread as usize].quiet);
        let site = events[last as usize].site;
        let turn = (quiet..last)
            .rev()
            .map(|earlier| last - earlier)
            .find(|&turn| self.graph.repeats(thread, executed, turn, quiet));
        if turn.is_some() && self.refuted(Repeated::Retry).is_none() {
            self.begin_probe(Repeated::Retry, site, quiet, turn);
        }
    }

    /// Whether the thread is known not to stop here: the graph or the decisions have more of it.
    fn goes_on(&self) -> bool {
        let thread = self.current;
        let executed = self.threads[thread as usize].executed;
        let guided = self.guide.as_ref().is_some_and(|g| g.has_more_of(thread));
        self.graph.len(thread) > executed || guided
    }

    /// The length of the turn that ends with this yield, if it is the same as what came before it.
    fn repeated_turn(&self, site: &'static Location<'static>, quiet: u32) -> Option<u32> {
        let me = &self.threads[self.current as usize];
        let events = &self.graph.threads[self.current as usize].events;
        me.yields
            .iter()
            .rev()
            .filter(|y| y.site == site && y.executed < me.executed)
            .filter(|y| last_read(&events[..me.executed as usize], y.executed).is_some())
            .map(|y| me.executed - y.executed)
            .find(|&turn| self.graph.repeats(self.current, me.executed, turn, quiet))
    }

    fn refuted(&self, what: Repeated) -> Option<Refuted> {
        let (thread, executed) = (self.current, self.threads[self.current as usize].executed);
        let here = |r: &&Refuted| (r.what, r.thread, r.executed) == (what, thread, executed);
        self.refuted.iter().rev().find(here).copied()
    }

    fn begin_probe(
        &mut self,
        what: Repeated,
        site: &'static Location<'static>,
        from: u32,
        turn: Option<u32>,
    ) {
        let (thread, start) = (self.current, self.me().executed);
        let nothing = EventId { thread, index: 0 };
        self.probe = Some(Probe {
            what,
            site,
            thread,
            start,
            last: self.graph.inserted.last().copied().unwrap_or(nothing),
            guide: self.guide.take(),
            from,
            turn,
            rounds: if turn.is_some() { ROUNDS } else { 1 },
        });
    }

    /// A probe comes to a yield.
    fn came_round(&mut self, site: &'static Location<'static>) -> Answer {
        let executed = self.me().executed;
        let Some(p) = &self.probe else {
            internal_error("a probe that comes round without having begun");
        };
        let events = &self.graph.threads[p.thread as usize].events;
        let last =
            |end: u32| last_read(&events[..end as usize], 0).map(|i| events[i as usize].site);
        // One that waits in many places at once (a helper) is told from others by what it read.
        let here = p.site == site && last(p.start) == last(executed);
        match p.turn {
            Some(turn) if executed == p.start + turn * p.rounds && p.site == site => {
                match last_read(&events[..executed as usize], executed - turn) {
                    Some(_) => self.repeats(),
                    None => self.refute(),
                }
            }
            Some(_) if p.rounds == 1 && here => self.refute(),
            _ => Answer::Done(0, false),
        }
    }

    /// Before an event of a probe: an answer if the probe ends here.
    pub(crate) fn probe_ends(&mut self, request: &Event) -> Option<Answer> {
        let executed = self.me().executed;
        let p = self.probe.as_ref()?;
        let events = &self.graph.threads[p.thread as usize].events;
        if self.current != p.thread {
            return Some(self.refute());
        }
        let Some(turn) = p.turn else {
            let too_long = executed - p.start > LONGEST_TURN;
            let ends = effect(request, &events[..executed as usize]) || too_long;
            return ends.then(|| self.refute());
        };
        if executed >= p.start + turn * p.rounds {
            let went_round = p.rounds > 1;
            return Some(if went_round {
                self.repeats()
            } else {
                self.refute()
            });
        }
        let again = &events[(executed - turn) as usize];
        let ends = effect(request, &events[..executed as usize]) || !again.same_step(request);
        ends.then(|| self.refute())
    }

    /// What a read of the probe reads: the same as in the turn before, consistent or not, since the events of the
    /// probe are forgotten. `None` if the thread reads something else: it is not in the turn that the probe assumes.
    pub(crate) fn probe_source(&mut self, read: EventId) -> Option<(EventId, u32)> {
        let p = self.probe.as_mut()?;
        let events = &self.graph.threads[p.thread as usize].events;
        let turn = match p.turn {
            Some(turn) => turn,
            None => {
                let same = |&i: &u32| events[i as usize].same_step(&events[read.index as usize]);
                let first = (p.from..p.start).find(same)?;
                p.from = first;
                let turn = read.index - first;
                // What came before the first read must have been the same too.
                let before = (p.start.max(turn)..read.index)
                    .all(|i| events[(i - turn) as usize].same_step(&events[i as usize]));
                p.turn = Some(turn);
                if !before {
                    return None;
                }
                turn
            }
        };
        let again = &events[(read.index - turn) as usize];
        again.rf.map(|source| (source, again.way))
    }

    /// The probe went round as often as it had to.
    fn repeats(&mut self) -> Answer {
        let Some(p) = self.probe.take() else {
            internal_error("the end of a probe that never began");
        };
        self.graph.truncate_after(p.last);
        self.guide = p.guide;
        // The thread itself is where the probe went. It goes no further in this run.
        self.threads[p.thread as usize].executed = p.start;
        match p.what {
            Repeated::Turn => self.wait(p.start.saturating_sub(p.turn.unwrap_or(0))),
            Repeated::Retry => self.stopped(Stop::Redundant),
        }
    }

    /// Ends a probe that did not lead back: the run is over, and will start again.
    pub(crate) fn refute(&mut self) -> Answer {
        self.stopped(Stop::Refuted)
    }

    /// Goes back to before the probe that stopped the run.
    pub(crate) fn forget_probe(&mut self) {
        if let Some(p) = self.probe.take() {
            // Where the turn's beginning was a guess, it may begin with a later read.
            let from = match p.turn {
                Some(_) if p.rounds == 1 => p.from + 1,
                _ => p.start,
            };
            self.refuted.push(Refuted {
                what: p.what,
                thread: p.thread,
                executed: p.start,
                from,
            });
            self.graph.truncate_after(p.last);
            self.guide = p.guide;
        }
        self.restart();
    }

    /// The events from `start` on are an operation or a turn that waits. The thread is blocked until a revisit gives
    /// its last read another source.
    pub(crate) fn wait(&mut self, start: u32) -> Answer {
        if self.probe.is_some() {
            return self.refute();
        }
        let (thread, executed) = (self.current, self.me().executed);
        let events = &self.graph.threads[thread as usize].events;
        let Some(index) = last_read(&events[..executed as usize], start) else {
            internal_error("a thread that waits without having read");
        };
        if events.len() as u32 > executed {
            let kind = FailureKind::blocked_early(&events[executed as usize]);
            return self.fail(kind, None);
        }
        // Whether a read is settled depends on the order of insertion, which decisions do not keep.
        if self.guide.is_none() && self.graph.settled(EventId { thread, index }) {
            return self.stopped(Stop::Pruned);
        }
        Answer::Wait(Status::Await(start))
    }
}

impl Graph {
    /// Whether the thread's last `turn` events before `end` are what the `turn` before them were, all after `quiet`.
    fn repeats(&self, thread: u32, end: u32, turn: u32, quiet: u32) -> bool {
        if turn == 0 || end < quiet + 2 * turn {
            return false;
        }
        let events = &self.threads[thread as usize].events;
        let source = |e: &Event| e.rf.map(|w| self.origin(w));
        (end - turn..end).all(|i| {
            let (a, b) = (&events[(i - turn) as usize], &events[i as usize]);
            a.same_step(b) && a.way == b.way && source(a) == source(b)
        })
    }

    /// The write that a value really comes from: one that read-modify-writes have only written back since.
    pub(crate) fn origin(&self, mut write: EventId) -> EventId {
        loop {
            let e = self.ev(write);
            if e.kind != Kind::Write || !e.rmw {
                return write;
            }
            let read = self.ev(write.previous());
            match read.rf {
                Some(source) if read.value == e.value => write = source,
                _ => return write,
            }
        }
    }
}

impl Event {
    /// Whether the other is the same step of the program, as far as it is not a question of what is read.
    fn same_step(&self, other: &Event) -> bool {
        let written = |e: &Event| (e.kind == Kind::Write).then_some(e.value);
        self.kind == other.kind
            && self.loc == other.loc
            && self.site == other.site
            && written(self) == written(other)
    }
}

/// Where the thread's events since its last effect begin.
fn quiet(events: &[Event]) -> u32 {
    let last = (0..events.len()).rposition(|i| effect(&events[i], &events[..i]));
    last.map_or(0, |i| i + 1) as u32
}

fn last_read(events: &[Event], from: u32) -> Option<u32> {
    let from = from as usize;
    events[from..]
        .iter()
        .rposition(|e| e.is_read() && e.is_atomic())
        .map(|i| (from + i) as u32)
}

/// Whether an event does something that a waiting loop's turn does not. A read-modify-write that writes back what it read
/// changes nothing that a program could wait for.
fn effect(e: &Event, before: &[Event]) -> bool {
    match e.kind {
        Kind::Write => !(e.rmw && before.last().is_some_and(|r| r.value == e.value)),
        Kind::Init | Kind::Spawn(_) | Kind::Join(_) | Kind::Choice(_) => true,
        Kind::Begin | Kind::End => true,
        Kind::Read | Kind::Fence => false,
    }
}
