//! The edge that an execution lacks: two steps that would be ordered but for one barrier.

use super::order::{before, clocks};
use super::{Event, Execution, What};
use serde::{Deserialize, Serialize};

/// Two steps that the engine orders and its mutant does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The step that should come before the other.
    pub from: usize,
    /// The other.
    pub to: usize,
    /// What the order would go by.
    pub via: Option<Via>,
    /// The step whose barrier or ordering the mutant leaves out or weakens.
    pub barrier: Option<usize>,
}

/// How a barrier on either side orders two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// Message passing: a store after the one step, and a load before the other that reads it.
    Handover {
        /// The store.
        write: usize,
        /// The load.
        read: usize,
    },
    /// Store buffering: both steps are of one thread, a store and a later load. Another thread
    /// stores what that load misses, and then misses that store itself.
    Crossing {
        /// The other thread's store.
        write: usize,
        /// Its load.
        read: usize,
    },
}

/// The edge that an execution lacks: that of a race, or else one whose barrier is changed.
#[must_use]
pub fn missing(execution: &Execution, is_race: bool) -> Option<Missing> {
    if is_race {
        race(execution)
    } else if !execution.events.iter().any(Event::is_mutated) {
        // Nothing is changed, so that there is no barrier to name; the log may be very long.
        None
    } else {
        crossing(execution).or_else(|| stale(execution))
    }
}

/// The two accesses of a race: the last one, and the last one of another thread that it should
/// come after.
fn race(execution: &Execution) -> Option<Missing> {
    let events = &execution.events;
    let clocks = clocks(execution);
    let cells: Vec<(usize, &str)> = events
        .iter()
        .enumerate()
        .filter_map(|(index, event)| Some((index, event.accesses()?.0)))
        .collect();
    let races = |&(a, name): &(usize, &str), &(b, other): &(usize, &str)| {
        a < b
            && name == other
            && events[a].thread != events[b].thread
            && !before(&clocks, events, a, b)
    };
    let (from, to) = cells.iter().rev().find_map(|b| {
        let a = cells.iter().rev().find(|a| races(a, b))?;
        Some((a.0, b.0))
    })?;
    let handover = handover(execution, from, to);
    Some(Missing {
        from,
        to,
        via: handover.map(|(write, read)| Via::Handover { write, read }),
        barrier: handover.and_then(|handover| changed(execution, from, handover, to)),
    })
}

/// The first load before the one step that reads a store after the other.
fn handover(execution: &Execution, from: usize, to: usize) -> Option<(usize, usize)> {
    let events = &execution.events;
    events.iter().enumerate().find_map(|(read, event)| {
        let (_, Some(write)) = event.reads()? else {
            return None;
        };
        let there = events[write].thread == events[from].thread && write > from;
        let here = event.thread == events[to].thread && read < to;
        (there && here).then_some((write, read))
    })
}

/// The barrier on either side of a handover that the mutant changes.
fn changed(
    execution: &Execution,
    from: usize,
    (write, read): (usize, usize),
    to: usize,
) -> Option<usize> {
    let events = &execution.events;
    (0..events.len()).find(|&index| {
        let (thread, event) = (events[index].thread, &events[index]);
        let there = thread == events[from].thread && (from..=write).contains(&index);
        let here = thread == events[to].thread && (read..to).contains(&index);
        (there || here) && event.is_mutated()
    })
}

/// Store buffering around a full barrier that is changed: the last one that explains a lost
/// wake-up.
fn crossing(execution: &Execution) -> Option<Missing> {
    let events = &execution.events;
    let is_changed = |&index: &usize| {
        events[index].is_mutated() && matches!(events[index].what, What::Fence { .. })
    };
    (0..events.len())
        .rev()
        .filter(is_changed)
        .find_map(|fence| {
            let mine = |&index: &usize| events[index].thread == events[fence].thread;
            let stores = (0..fence).rev().filter(mine);
            let (from, to, write, read) = stores
                .filter(|&store| events[store].writes().is_some())
                .find_map(|from| {
                    let loads = (fence..events.len()).filter(mine);
                    let mut crossed = loads.filter_map(|to| {
                        let (write, read) = crossed(execution, from, to)?;
                        Some((from, to, write, read))
                    });
                    crossed.next()
                })?;
            Some(Missing {
                from,
                to,
                via: Some(Via::Crossing { write, read }),
                barrier: Some(fence),
            })
        })
}

/// Another thread's store that the load `to` misses, and a later load of that thread's that misses
/// the store `from`.
fn crossed(execution: &Execution, from: usize, to: usize) -> Option<(usize, usize)> {
    let events = &execution.events;
    let others = |&index: &usize| events[index].thread != events[to].thread;
    (0..events.len()).rev().filter(others).find_map(|write| {
        let after = |&index: &usize| events[index].thread == events[write].thread && index > write;
        let mut reads = (0..events.len()).rev().filter(after);
        let read = reads.find(|&read| misses(execution, read, from))?;
        misses(execution, to, write).then_some((write, read))
    })
}

/// Whether a load reads a word as it was before a store to it.
fn misses(execution: &Execution, load: usize, store: usize) -> bool {
    let events = &execution.events;
    let (Some((word, from)), Some(written)) = (events[load].reads(), events[store].writes()) else {
        return false;
    };
    word.name == written.name && from.is_none_or(|from| from < store)
}

/// A load of old news: it misses a store that comes before a handover to its thread.
fn stale(execution: &Execution) -> Option<Missing> {
    let events = &execution.events;
    (0..events.len()).rev().find_map(|to| {
        let stores = (0..to).rev();
        stores
            .filter(|&from| events[from].thread != events[to].thread && misses(execution, to, from))
            .find_map(|from| {
                let (write, read) = handover(execution, from, to)?;
                let barrier = changed(execution, from, (write, read), to)?;
                Some(Missing {
                    from,
                    to,
                    via: Some(Via::Handover { write, read }),
                    barrier: Some(barrier),
                })
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Order, Purpose, Word, happens_before};

    fn event(thread: usize, what: What) -> Event {
        Event {
            thread,
            what,
            file: String::new(),
            line: 0,
        }
    }

    fn word(name: &str) -> Word {
        Word {
            name: name.to_owned(),
            value: "1".to_owned(),
            order: Order::Relaxed,
            site: None,
            mutated: false,
        }
    }

    fn fence(order: Option<Order>) -> What {
        What::Fence {
            site: "here".to_owned(),
            order,
            mutated: order.is_none(),
        }
    }

    /// A write of the request, a barrier, a flag; and in the other thread the reverse.
    fn message(barriers: [Option<Order>; 2]) -> Execution {
        let request = || What::Cell("request 0".to_owned(), Purpose::Fill);
        let read = What::Read {
            word: word("fill"),
            from: Some(2),
        };
        Execution {
            threads: vec!["a".to_owned(), "b".to_owned()],
            events: vec![
                event(0, request()),
                event(0, fence(barriers[0])),
                event(0, What::Write(word("fill"))),
                event(1, read),
                event(1, fence(barriers[1])),
                event(1, request()),
            ],
            ..Execution::default()
        }
    }

    #[test]
    fn both_barriers_order_the_accesses() {
        let whole = message([Some(Order::Release), Some(Order::Acquire)]);
        assert!(happens_before(&whole, 0, 5));
        assert!(!happens_before(&whole, 5, 0));
        assert_eq!(missing(&whole, true), None);
    }

    #[test]
    fn the_barrier_that_is_left_out_is_named() {
        for (left_out, barriers) in [
            (1, [None, Some(Order::Acquire)]),
            (4, [Some(Order::Release), None]),
        ] {
            let broken = message(barriers);
            assert!(!happens_before(&broken, 0, 5));
            let missing = missing(&broken, true);
            let expected = Missing {
                from: 0,
                to: 5,
                via: Some(Via::Handover { write: 2, read: 3 }),
                barrier: Some(left_out),
            };
            assert_eq!(missing, Some(expected));
        }
    }

    #[test]
    fn starts_ends_and_wake_ups_order_too() {
        let request = || What::Cell("request 0".to_owned(), Purpose::Fill);
        let started = |between: Vec<Event>| {
            let mut events = vec![event(0, request())];
            events.extend(between);
            events.push(event(1, request()));
            Execution {
                threads: vec!["a".to_owned(), "b".to_owned()],
                events,
                ..Execution::default()
            }
        };
        assert!(missing(&started(vec![]), true).is_some());
        assert!(missing(&started(vec![event(0, What::Spawn(1))]), true).is_none());
        assert!(missing(&started(vec![event(1, What::Join(0))]), true).is_none());
        let wake = vec![event(1, What::Park), event(0, What::Unpark(1))];
        assert!(missing(&started(wake), true).is_none());
    }
    fn read(name: &str, from: Option<usize>) -> What {
        What::Read {
            word: word(name),
            from,
        }
    }

    /// Each thread stores, passes its barrier and loads the other's word.
    fn store_buffering(barriers: [Option<Order>; 2], reads: [Option<usize>; 2]) -> Execution {
        Execution {
            threads: vec!["a".to_owned(), "b".to_owned()],
            events: vec![
                event(0, What::Write(word("x"))),
                event(0, fence(barriers[0])),
                event(1, What::Write(word("y"))),
                event(1, fence(barriers[1])),
                event(1, read("x", reads[1])),
                event(0, read("y", reads[0])),
            ],
            ..Execution::default()
        }
    }

    #[test]
    fn a_lost_wake_up_lacks_the_order_of_a_store_and_a_later_load() {
        let full = Some(Order::SeqCst);
        for (barriers, from, to, barrier, write, read) in
            [([None, full], 0, 5, 1, 2, 4), ([full, None], 2, 4, 3, 0, 5)]
        {
            let lost = store_buffering(barriers, [None, None]);
            let expected = Missing {
                from,
                to,
                via: Some(Via::Crossing { write, read }),
                barrier: Some(barrier),
            };
            assert_eq!(missing(&lost, false), Some(expected));
            // One of the two sees the other's store: nothing is lost.
            let seen = store_buffering(barriers, [Some(2), None]);
            assert_eq!(missing(&seen, false), None);
        }
        let engine = store_buffering([full, full], [None, None]);
        assert_eq!(missing(&engine, false), None);
    }

    #[test]
    fn old_news_behind_new_ones_lack_the_barrier_of_the_new() {
        for (left_out, barriers) in [
            (1, [None, Some(Order::Acquire)]),
            (4, [Some(Order::Release), None]),
        ] {
            let execution = Execution {
                threads: vec!["a".to_owned(), "b".to_owned()],
                events: vec![
                    event(0, What::Write(word("fill"))),
                    event(0, fence(barriers[0])),
                    event(0, What::Write(word("stop"))),
                    event(1, read("stop", Some(2))),
                    event(1, fence(barriers[1])),
                    event(1, read("fill", None)),
                ],
                ..Execution::default()
            };
            let expected = Missing {
                from: 0,
                to: 5,
                via: Some(Via::Handover { write: 2, read: 3 }),
                barrier: Some(left_out),
            };
            assert_eq!(missing(&execution, false), Some(expected));
        }
    }
}
