//! Threads that wait for ever: who would have had to do what.

use crate::event::{EventId, Kind};
use crate::graph::Graph;
use crate::report::Failure;

/// What a thread waits for when nothing goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wait {
    /// Another value than this read has.
    Value(EventId),
    /// That thread's end.
    End(u32),
}

/// What a waiting thread may say of itself, or leave to another's sentence.
type Waits<'a> = &'a [(u32, Wait)];

impl Failure {
    pub(super) fn advice_on_waits(&self) -> Option<String> {
        let (graph, waits) = (&self.graph, &self.waiting);
        let mut sentences: Vec<String> = Vec::new();
        for &(thread, wait) in waits {
            let Wait::Value(read) = wait else { continue };
            let sentence = match graph.ev(read).role {
                "lock" => graph.lock_that_stays(thread, read, waits),
                "park" => graph.token_that_stays_away(thread, read),
                "wait" => graph.notification_that_stays_away(thread, read),
                _ => Some(graph.value_that_stays_away(read)),
            };
            // Two threads that wait for each other say the same.
            sentences.extend(sentence.filter(|s| !sentences.contains(s)));
        }
        (!sentences.is_empty()).then(|| sentences.join("; "))
    }
}

impl Graph {
    /// Who took the lock that a thread waits for.
    fn holder(&self, read: EventId) -> Option<EventId> {
        let loc = self.ev(read).location()?;
        let &last = self.coherence(loc).last()?;
        (self.ev(last).role == "lock").then_some(last)
    }

    fn lock_that_stays(&self, thread: u32, read: EventId, waits: Waits<'_>) -> Option<String> {
        let taken = self.holder(read)?;
        let (lock, me, holder) = (
            self.name_at(read),
            self.thread_name(thread),
            self.thread_name(taken.thread),
        );
        let at = self.shown(taken);
        if taken.thread == thread {
            return Some(format!(
                "{me} waits for {lock}, which it holds itself since {at}"
            ));
        }
        if self.has_ended(taken.thread) {
            return Some(format!(
                "{holder} took {lock} at {at} and has ended without giving it back"
            ));
        }
        if let Some(circle) = self.circle(thread, waits) {
            return Some(circle + ": take locks in the same order everywhere");
        }
        let wait = waits.iter().find(|(t, _)| *t == taken.thread);
        Some(match wait {
            Some((_, Wait::End(child))) => {
                let child = self.thread_name(*child);
                format!(
                    "{holder} joins {child} while it holds {lock}, taken at {at}: give it back first"
                )
            }
            _ => format!("{holder} waits while it holds {lock}, taken at {at}: give it back first"),
        })
    }

    /// The circle of threads, each of which waits for a lock that the next holds, with `thread` in it. It is told from
    /// the lowest thread on.
    fn circle(&self, thread: u32, waits: Waits<'_>) -> Option<String> {
        let next = |thread: u32| {
            let (_, wait) = waits.iter().find(|(t, _)| *t == thread)?;
            match *wait {
                Wait::Value(read) if self.ev(read).role == "lock" => {
                    Some((read, self.holder(read)?))
                }
                _ => None,
            }
        };
        let mut members = Vec::new();
        let mut at = thread;
        while !members.contains(&at) {
            members.push(at);
            at = next(at)?.1.thread;
        }
        if at != thread {
            return None;
        }
        let lowest = members.iter().enumerate().min_by_key(|(_, t)| **t)?.0;
        members.rotate_left(lowest);
        let told = members.iter().map(|&t| {
            let (read, taken) = next(t)?;
            let (waiter, holder) = (self.thread_name(t), self.thread_name(taken.thread));
            let (lock, at) = (self.name_at(read), self.shown(taken));
            Some(format!(
                "{waiter} waits for {lock}, which {holder} holds since {at}"
            ))
        });
        Some(told.collect::<Option<Vec<_>>>()?.join(", "))
    }

    fn token_that_stays_away(&self, thread: u32, read: EventId) -> Option<String> {
        let me = self.thread_name(thread);
        let changes = self.changes(read);
        let unparks = || changes.iter().filter(|&&w| self.ev(w).role == "unpark");
        let twice = unparks().find(|w| self.ev(w.previous()).value != 0);
        Some(if let Some(&twice) = twice {
            format!(
                "the unpark at {} found {me}'s token still there: two unparks before a park wake it once",
                self.shown(twice)
            )
        } else if let Some(&last) = unparks().next_back() {
            let (last, waker) = (self.shown(last), self.thread_name(last.thread));
            let gone = if self.has_ended(last.thread) {
                format!(", and {waker} has ended")
            } else {
                String::new()
            };
            format!("the token of the last unpark, {last}, was taken by an earlier park{gone}")
        } else {
            format!(
                "nobody unparks {me}. Announce the wait, then look at the condition again, then park; change the condition, \
                 then look who waits"
            )
        })
    }

    fn notification_that_stays_away(&self, thread: u32, read: EventId) -> Option<String> {
        let me = self.thread_name(thread);
        let began = (0..read.index).rev().map(|index| EventId { index, ..read });
        let began = began.into_iter().find(|&id| {
            let e = self.ev(id);
            e.role == "wait" && e.kind == Kind::Read && e.rmw
        })?;
        let loc = self.ev(read).location()?;
        let place = |w: EventId| self.co_pos(loc, w);
        let after = EventId {
            index: began.index + 1,
            ..began
        };
        let changes = self.changes(read);
        let mut notices = changes
            .iter()
            .filter(|&&w| self.ev(w).role.starts_with("notify"));
        let after = |w: &&EventId| place(**w) > place(after);
        let name = self.name_at(read);
        if let Some(&other) = notices.clone().find(after) {
            let other = self.shown(other);
            return Some(format!(
                "notify_one at {other} woke another thread that waits for {name}: where any of several may have to go on, \
                 notify_all"
            ));
        }
        Some(match notices.next_back() {
            Some(&early) => format!(
                "the notification of {name} at {} came before {me} waited, at {began}: change the condition with the lock \
                 held, and look at it with the lock held before waiting",
                self.shown(early)
            ),
            None => format!("nobody notifies {name}"),
        })
    }

    fn value_that_stays_away(&self, read: EventId) -> String {
        let (name, value) = (self.name_at(read), self.value_text(read));
        let e = self.ev(read);
        let co = e.location().map_or(&[][..], |loc| self.coherence(loc));
        let Some(&last) = co.last() else {
            return format!("nobody writes {name}");
        };
        let writer = self.thread_name(last.thread);
        let mut text = match self.ev(last).kind {
            Kind::Write => format!(
                "no further value comes: {name} stays {value}, {writer} wrote it last, at {}",
                self.shown(last)
            ),
            _ => format!("no further value comes: {name} stays {value}, nobody writes it"),
        };
        if self.has_ended(last.thread) && self.ev(last).kind == Kind::Write {
            text.push_str(", and has ended");
        } else {
            text.push_str(", and every other thread has ended or waits too");
        }
        let other = co.iter().rev().skip(1).find(|&&w| {
            let w = self.ev(w);
            w.kind == Kind::Write && w.value != self.ev(last).value
        });
        if let Some(&other) = other {
            let (other, was) = (self.shown(other), self.value_text(other));
            text.push_str(&format!(
                ". It was {was} from {other} on, but not for long enough to be seen"
            ));
        }
        text
    }

    /// The writes to what is read, but for its creation.
    fn changes(&self, read: EventId) -> Vec<EventId> {
        let loc = self.ev(read).location();
        let co = loc.map_or(&[][..], |loc| self.coherence(loc));
        let written = co.iter().filter(|&&w| self.ev(w).kind == Kind::Write);
        written.copied().collect()
    }
}
