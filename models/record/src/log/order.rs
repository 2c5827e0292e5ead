//! Happens-before in an execution.

use super::{Event, Execution, What};

/// Whose steps each step comes after: how many of each thread's events happen before or at it.
pub(super) type Clock = Vec<usize>;

fn join(clock: &mut Clock, other: &Clock) {
    for (mine, theirs) in clock.iter_mut().zip(other) {
        *mine = (*mine).max(*theirs);
    }
}

pub(super) fn clocks(execution: &Execution) -> Vec<Clock> {
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
            What::Write(_) | What::Fence { .. } | What::Cell(..) | What::Note(_) => {}
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

pub(super) fn before(clocks: &[Clock], events: &[Event], a: usize, b: usize) -> bool {
    let thread = events[a].thread;
    a != b && clocks[a][thread] <= clocks[b][thread]
}
