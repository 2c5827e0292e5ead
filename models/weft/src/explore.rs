//! The search: TruSt over the program's runs.
//!
//! Kokologiannakis, Marmanis, Gladstein and Vafeiadis, "Truly stateless, optimal dynamic partial order
//! reduction" (POPL 2022). A stack of frames, each a graph and the items still to be tried on it. An item of
//! the last event is tried in place, after cutting the graph back to that event; a revisit starts a new frame
//! with a graph of its own, since it forgets events from the middle. The stack is as deep as revisits nest.

use crate::advice::Wait;
use std::sync::Arc;

use crate::clock::Which;
use crate::event::{EventId, Kind};
use crate::exec::{Counted, Exec, Item, Rules, Status, Stop};
use crate::graph::Graph;
use crate::pulse::Pulse;
use crate::report::{Bound, Failure, FailureKind, internal_error};
use crate::runtime::Pool;
use crate::sync::Shared;

/// A graph and what is left to try on it.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) graph: Graph,
    pub(crate) items: Vec<Item>,
}

/// What one run came to.
pub(crate) enum Outcome {
    Complete,
    Blocked,
    /// Nothing that another graph does not show.
    Redundant,
    /// Not all of an execution: a limit ended it.
    Limit(Bound),
    /// The search is to start again, with the counts of these kinds of shared values as events.
    Counted(Vec<u32>),
    Failed(Box<Failure>),
}

/// The program under test.
pub(crate) type Program = Arc<dyn Fn() + Send + Sync>;

/// The search of one OS thread.
pub(crate) struct Search {
    frames: Vec<Frame>,
    spare: Vec<Graph>,
    pool: Pool,
    rules: Rules,
    counted: Counted,
    urgent: Option<u32>,
    program: Program,
}

impl Search {
    pub(crate) fn new(
        program: Program,
        rules: Rules,
        counted: Counted,
        stack_size: usize,
        pulse: Arc<Pulse>,
    ) -> Search {
        Search {
            frames: Vec::new(),
            spare: Vec::new(),
            pool: Pool::new(stack_size, pulse),
            rules,
            counted,
            urgent: None,
            program,
        }
    }

    /// Starts from what the item makes of the graph.
    pub(crate) fn begin(&mut self, frame: Frame) {
        self.frames.push(frame);
    }

    /// The graph that the last run ended with.
    pub(crate) fn graph(&self) -> Option<&Graph> {
        self.frames.last().map(|f| &f.graph)
    }

    /// Runs the program over the topmost graph until it is complete, blocked or a failure.
    pub(crate) fn run(&mut self) -> Outcome {
        let Some(frame) = self.frames.pop() else {
            internal_error("a run without a graph");
        };
        let counted = Counted::clone(&self.counted);
        let mut exec = Exec::new(frame.graph, frame.items, self.rules, counted, None);
        exec.urgent = self.urgent.take();
        let (outcome, exec) = run_once(&mut self.pool, exec, &*self.program);
        self.frames.push(Frame {
            graph: exec.graph,
            items: exec.items,
        });
        outcome
    }

    /// Goes on to the next graph to run, or says that there is none; a race can come to light on the way.
    pub(crate) fn advance(&mut self) -> Result<bool, Box<Failure>> {
        while let Some(frame) = self.frames.last_mut() {
            let Some(item) = frame.items.pop() else {
                if let Some(frame) = self.frames.pop() {
                    self.spare.push(frame.graph);
                }
                continue;
            };
            let applied = self.apply(item).map_err(|mut failure| {
                failure.decisions.counted = Counted::clone(&self.counted);
                failure
            });
            if applied? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether a thread was given up in the middle of a panic since this was asked last.
    pub(crate) fn gave_up_panicking(&mut self) -> bool {
        std::mem::take(&mut self.pool.panicking)
    }

    /// Gives away the oldest piece of work, if there is more than one.
    pub(crate) fn share(&mut self) -> Option<Frame> {
        if self.frames.iter().map(|f| f.items.len()).sum::<usize>() < 2 {
            return None;
        }
        let frame = self.frames.iter_mut().find(|f| !f.items.is_empty())?;
        let item = frame.items.remove(0);
        Some(Frame {
            graph: frame.graph.clone(),
            items: vec![item],
        })
    }

    /// Makes the graph what the item says. `false` if that is inconsistent.
    fn apply(&mut self, item: Item) -> Result<bool, Box<Failure>> {
        let Some(frame) = self.frames.last_mut() else {
            internal_error("an item without a graph");
        };
        let graph = &mut frame.graph;
        match item {
            Item::Start => Ok(true),
            Item::Read { event, source, way } => {
                graph.truncate_after(event);
                graph.set_read(event, source, way);
                self.urgent = Some(event.thread);
                Ok(graph.sc_consistent() && without_race(graph, event)?)
            }
            Item::Update {
                event,
                source,
                way,
                value,
            } => {
                graph.truncate_after(event);
                graph.set_read(event, source, way);
                if graph.sc_consistent() {
                    graph.update(event, value, &mut frame.items);
                }
                Ok(false)
            }
            Item::Place { event, after } => {
                graph.truncate_after(event);
                let loc = graph.ev(event).loc;
                graph.loc_mut(loc).co.retain(|&w| w != event);
                let place = graph.co_pos(loc, after) + 1;
                graph.loc_mut(loc).co.insert(place, event);
                Ok(graph.sc_consistent())
            }
            Item::Choose { event, pick } => {
                graph.truncate_after(event);
                graph.ev_mut(event).kind = Kind::Choice(pick);
                graph.ev_mut(event).value = u64::from(pick);
                Ok(true)
            }
            Item::Revisit { write, read, way } => {
                graph.truncate_after(write);
                self.urgent = Some(read.thread);
                if !frame.items.is_empty() {
                    let mut copy = self.spare.pop().unwrap_or_else(Graph::new);
                    copy.copy_from(&frame.graph);
                    self.frames.push(Frame {
                        graph: copy,
                        items: Vec::new(),
                    });
                }
                let Some(frame) = self.frames.last_mut() else {
                    internal_error("a revisit without a graph");
                };
                revisit(frame, write, read, way)
            }
        }
    }
}

fn revisit(
    frame: &mut Frame,
    write: EventId,
    read: EventId,
    way: u32,
) -> Result<bool, Box<Failure>> {
    let graph = &mut frame.graph;
    graph.cut(read, write);
    graph.set_read(read, write, way);
    graph.ev_mut(write).revisits = true;
    let e = *graph.ev(write);
    let low = graph
        .oldest_visible(e.loc, graph.clock(write, Which::Hb))
        .max(graph.oldest_visible(e.loc, graph.seen_before(read)));
    let len = graph.loc(e.loc).co.len();
    let place = if e.rmw {
        let own = write.previous();
        let Some(source) = graph.ev(own).rf else {
            internal_error("a read-modify-write that reads from nothing");
        };
        let k = graph.co_pos(e.loc, source);
        if k < low || graph.taken(e.loc, source, own).is_some() {
            return Ok(false);
        }
        k
    } else {
        for k in low..len - 1 {
            if graph.free_after(e.loc, k) {
                frame.items.push(Item::Place {
                    event: write,
                    after: graph.loc(e.loc).co[k],
                });
            }
        }
        len - 1
    };
    graph.loc_mut(e.loc).co.insert(place + 1, write);
    let consistent = place + 1 == len || graph.sc_consistent();
    if !consistent {
        return Ok(false);
    }
    if let Some(race) = graph.race_at(write) {
        // An update whose source was taken when it was added was not asked then. The read may lack its own write here.
        graph.forget(read);
        return Err(Box::new(Failure::new(race, graph, Some(write))));
    }
    without_race(graph, read)
}

/// Says yes, unless the read races.
fn without_race(graph: &Graph, read: EventId) -> Result<bool, Box<Failure>> {
    match graph.race_at(read) {
        None => Ok(true),
        Some(race) => Err(Box::new(Failure::new(race, graph, Some(read)))),
    }
}

/// Runs the program over one graph and says what that came to.
pub(crate) fn run_once(
    pool: &mut Pool,
    exec: Exec,
    program: &(dyn Fn() + Sync),
) -> (Outcome, Exec) {
    let mut exec = pool.run(exec, program);
    while let Some(Stop::Refuted) = exec.stop {
        exec.forget_probe();
        exec = pool.run(exec, program);
    }
    if let Some(misfit) = exec.misfit()
        && !matches!(exec.stop, Some(Stop::Limit(_) | Stop::Counted(_)))
    {
        let refused = matches!(&exec.stop, Some(Stop::Failed(f)) if f.is_of_the_replay());
        if !refused {
            exec.stop = None;
            exec.refuse(misfit);
        }
    }
    let mut outcome = match exec.stop.take() {
        Some(Stop::Refuted) => internal_error("a probe that outlives its run"),
        Some(Stop::Redundant) => Outcome::Redundant,
        Some(Stop::Limit(limit)) => Outcome::Limit(limit),
        Some(Stop::Counted(kinds)) => Outcome::Counted(kinds),
        Some(Stop::Failed(failure)) => Outcome::Failed(failure),
        Some(Stop::Pruned) => Outcome::Blocked,
        None if exec
            .threads
            .iter()
            .all(|t| !t.started || t.status == Status::Ended) =>
        {
            complete(pool, &exec)
        }
        None => blocked(&exec),
    };
    let ends = match &outcome {
        Outcome::Complete | Outcome::Limit(_) => true,
        Outcome::Failed(failure) => failure.is_of_the_end(),
        Outcome::Blocked | Outcome::Redundant | Outcome::Counted(_) => false,
    };
    if let Some(panic) = exec.untaken_panic().filter(|_| ends) {
        let failure = Failure::new(panic.kind(), &exec.graph, None);
        outcome = Outcome::Failed(Box::new(failure));
    }
    if let Outcome::Failed(failure) = &mut outcome {
        failure.decisions.counted = Counted::clone(&exec.counted);
    }
    (outcome, exec)
}

/// Every thread has ended.
fn complete(pool: &Pool, exec: &Exec) -> Outcome {
    let owed = exec.lifetimes.owed.values();
    let mut objects: Vec<String> = owed
        .map(|site| format!("what {}:{} allocates", site.file(), site.line()))
        .collect();
    if exec.rules.leaks {
        let name = |&loc: &_| exec.graph.location_name(loc);
        objects.extend(pool.leaked().iter().map(name));
        objects.extend(exec.shared.values().map(Shared::text));
    }
    if objects.is_empty() {
        return Outcome::Complete;
    }
    objects.sort();
    let kind = FailureKind::Leak { objects };
    Outcome::Failed(Box::new(Failure::new(kind, &exec.graph, None)))
}

/// Some thread is blocked for good. If each of them is although it read the newest value of everything, then no
/// fairness of the machine can wake them: a hang. If one read a stale value, another graph has it read the newer one.
fn blocked(exec: &Exec) -> Outcome {
    let graph = &exec.graph;
    let mut waiting = Vec::new();
    let mut spins = false;
    for (thread, t) in exec.threads.iter().enumerate() {
        let thread = thread as u32;
        match t.status {
            Status::Await(start) => {
                let events = start..graph.len(thread);
                for e in events.map(|index| graph.ev(EventId { thread, index })) {
                    let newest = || graph.loc(e.loc).co.last().map(|&w| graph.origin(w));
                    let newest = e.rf.is_none_or(|w| newest() == Some(graph.origin(w)));
                    if !newest || e.spurious {
                        return Outcome::Blocked;
                    }
                    spins |= e.rf.is_some() && (e.role.is_empty() || e.rmw);
                }
                waiting.push(thread);
            }
            Status::Join(_) => waiting.push(thread),
            _ => {}
        }
    }
    let (graph, numbers) = graph.normalised(None);
    waiting.sort_by_key(|&thread| numbers.thread(thread));
    let threads = waiting.iter().map(|&t| numbers.thread(t)).collect();
    let waits = waiting.iter().map(|&old| {
        let (thread, t) = (numbers.thread(old), &exec.threads[old as usize]);
        match t.status {
            Status::Join(child) => {
                graph.waits_for_an_end(thread, numbers.thread(child), t.joins_at)
            }
            Status::Await(start) => graph.waits_for_a_value(thread, start),
            _ => graph.thread_name(thread),
        }
    });
    let waits = waits.collect();
    let reasons = waiting.iter().filter_map(|&old| {
        let thread = numbers.thread(old);
        let wait = match exec.threads[old as usize].status {
            Status::Join(child) => Wait::End(numbers.thread(child)),
            Status::Await(start) => Wait::Value(graph.last_read(thread, start)?),
            _ => return None,
        };
        Some((thread, wait))
    });
    let reasons = reasons.collect();
    let kind = if spins {
        FailureKind::Hang { threads }
    } else {
        FailureKind::Deadlock { threads }
    };
    let mut failure = Failure::of_normalised(kind, graph);
    (failure.waits, failure.waiting) = (waits, reasons);
    Outcome::Failed(Box::new(failure))
}
