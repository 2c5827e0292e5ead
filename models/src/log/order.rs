//! Happens-before in an execution, and what is missing of it.

use super::{Event, Execution, What};
use serde::{Deserialize, Serialize};

/// Two accesses to one request that nothing orders, and what would have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missing {
    /// The access that should happen before the other.
    pub from: usize,
    /// The other.
    pub to: usize,
    /// The store after the one and the load before the other that reads it: the change of hands,
    /// which orders them only with a barrier on either side.
    pub handover: Option<(usize, usize)>,
    /// The barrier of those two that the mutant leaves out.
    pub barrier: Option<usize>,
}

/// Whose steps each step comes after: how many of each thread's events happen before or at it.
type Clock = Vec<usize>;

fn join(clock: &mut Clock, other: &Clock) {
    for (mine, theirs) in clock.iter_mut().zip(other) {
        *mine = (*mine).max(*theirs);
    }
}

fn clocks(execution: &Execution) -> Vec<Clock> {
    let threads = execution.threads.len();
    let zero = vec![0; threads];
    let mut now = vec![zero.clone(); threads];
    // What a later acquire fence brings, and what an earlier release fence gives to stores.
    let mut read = vec![zero.clone(); threads];
    let mut fenced = vec![zero.clone(); threads];
    let mut woken = vec![zero.clone(); threads];
    let mut parked = vec![false; threads];
    let mut given: Vec<Clock> = Vec::new();
    let mut all = Vec::new();
    for Event { thread, what, .. } in &execution.events {
        let me = *thread;
        if std::mem::take(&mut parked[me]) {
            let token = woken[me].clone();
            join(&mut now[me], &token);
        }
        now[me][me] += 1;
        let mut gives = fenced[me].clone();
        match what {
            What::Read { word, from } => {
                if let Some(clock) = from.and_then(|from| given.get(from)).cloned() {
                    join(&mut read[me], &clock);
                    if word.order.acquires() {
                        join(&mut now[me], &clock);
                    }
                }
            }
            What::Write(word) if word.order.releases() => gives = now[me].clone(),
            What::Update { word, from, .. } => {
                let before = from.and_then(|from| given.get(from)).cloned();
                let before = before.unwrap_or_else(|| zero.clone());
                join(&mut read[me], &before);
                if word.order.acquires() {
                    join(&mut now[me], &before);
                }
                if word.order.releases() {
                    gives = now[me].clone();
                }
                // It goes on with the release sequence of the write that it reads.
                join(&mut gives, &before);
            }
            What::Fence {
                order: Some(order), ..
            } => {
                if order.acquires() {
                    let clock = read[me].clone();
                    join(&mut now[me], &clock);
                }
                if order.releases() {
                    fenced[me] = now[me].clone();
                }
            }
            What::Spawn(child) => {
                let clock = now[me].clone();
                join(&mut now[*child], &clock);
            }
            What::Join(child) => {
                let clock = now[*child].clone();
                join(&mut now[me], &clock);
            }
            What::Unpark(sleeper) => {
                let clock = now[me].clone();
                join(&mut woken[*sleeper], &clock);
            }
            What::Park => parked[me] = true,
            What::Write(_) | What::Fence { .. } | What::Cell(_) | What::Note(_) => {}
        }
        given.push(gives);
        all.push(now[me].clone());
    }
    all
}

/// Whether one step happens before another, by program order, barriers, starts and ends.
#[must_use]
pub fn happens_before(execution: &Execution, a: usize, b: usize) -> bool {
    before(&clocks(execution), &execution.events, a, b)
}

fn before(clocks: &[Clock], events: &[Event], a: usize, b: usize) -> bool {
    let thread = events[a].thread;
    a != b && clocks[a][thread] <= clocks[b][thread]
}

/// The two accesses of a race: the last one, and the last one of another thread that it should
/// come after; and what should have ordered them.
#[must_use]
pub fn missing(execution: &Execution) -> Option<Missing> {
    let Execution { events, .. } = execution;
    let clocks = clocks(execution);
    let cells: Vec<(usize, &str)> = events
        .iter()
        .enumerate()
        .filter_map(|(index, event)| match &event.what {
            What::Cell(name) => Some((index, name.as_str())),
            _ => None,
        })
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
    let handover = events.iter().enumerate().find_map(|(read, event)| {
        let (_, Some(write)) = event.reads()? else {
            return None;
        };
        let there = events[write].thread == events[from].thread && write > from;
        let here = event.thread == events[to].thread && read < to;
        (there && here).then_some((write, read))
    });
    let barrier = handover.and_then(|(write, read)| {
        let left_out = |&index: &usize| {
            let side = (events[index].thread == events[from].thread
                && (from..=write).contains(&index))
                || (events[index].thread == events[to].thread && (read..to).contains(&index));
            side && events[index].is_mutated()
        };
        (0..events.len()).find(left_out)
    });
    Some(Missing {
        from,
        to,
        handover,
        barrier,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Order, Word};

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
        let request = || What::Cell("request 0".to_owned());
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
        assert_eq!(missing(&whole), None);
    }

    #[test]
    fn the_barrier_that_is_left_out_is_named() {
        for (left_out, barriers) in [
            (1, [None, Some(Order::Acquire)]),
            (4, [Some(Order::Release), None]),
        ] {
            let broken = message(barriers);
            assert!(!happens_before(&broken, 0, 5));
            let missing = missing(&broken);
            let expected = Missing {
                from: 0,
                to: 5,
                handover: Some((2, 3)),
                barrier: Some(left_out),
            };
            assert_eq!(missing, Some(expected));
        }
    }

    #[test]
    fn starts_ends_and_wake_ups_order_too() {
        let request = || What::Cell("request 0".to_owned());
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
        assert!(missing(&started(vec![])).is_some());
        assert!(missing(&started(vec![event(0, What::Spawn(1))])).is_none());
        assert!(missing(&started(vec![event(1, What::Join(0))])).is_none());
        let wake = vec![event(1, What::Park), event(0, What::Unpark(1))];
        assert!(missing(&started(wake)).is_none());
    }
}
