//! Following a decision list, and saying where it leads nowhere.

use std::fmt;

use crate::decisions::{Choice, Decisions, Step};
use crate::event::{Event, EventId, Kind, Order};
use crate::exec::{Answer, Exec, Status, Stop};
use crate::report::FailureKind;

/// Where a decision list and the program part ways. Steps are counted from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Misfit {
    /// A step is of a thread that no step before it has spawned.
    NotSpawned {
        /// The step.
        step: usize,
        /// The thread, in the list's numbers.
        thread: u32,
    },
    /// A step is of a thread that has ended.
    Ended {
        /// The step.
        step: usize,
        /// The thread, in the list's numbers.
        thread: u32,
    },
    /// A step is of a thread that waits: for another to end, a lock, a token or a value.
    Waits {
        /// The step.
        step: usize,
        /// The thread, in the list's numbers.
        thread: u32,
    },
    /// A step chooses something that what the thread does there does not leave open.
    Kind {
        /// The step.
        step: usize,
        /// As the list has it.
        choice: String,
        /// What the thread does.
        found: String,
    },
    /// A step reads from or writes after a write that is not there, or that coherence and atomicity rule out.
    NoSuchWrite {
        /// The step.
        step: usize,
        /// As the list has it.
        choice: String,
    },
    /// With this step no execution is left: the SC axiom or atomicity forbids them all.
    Forbidden {
        /// The step.
        step: usize,
    },
    /// The execution ends, or fails, before the list does.
    LeftOver {
        /// The first step that is left.
        step: usize,
        /// How many are left.
        steps: usize,
    },
    /// The program looks at counts of shared values that the list has no steps for.
    Counts,
    /// Every step fits, but the execution is not the one that the list was made from.
    Other {
        /// The list's fingerprint.
        expected: u32,
        /// That of this execution.
        found: u32,
    },
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::NotSpawned { step, thread } => write!(
                f,
                "step {step} is of thread {thread}, which no step before it has spawned"
            ),
            Misfit::Ended { step, thread } => {
                write!(f, "step {step} is of thread {thread}, which has ended")
            }
            Misfit::Waits { step, thread } => {
                write!(f, "step {step} is of thread {thread}, which waits there")
            }
            Misfit::Kind {
                step,
                choice,
                found,
            } => write!(f, "step {step} is `{choice}`, but the thread does: {found}"),
            Misfit::NoSuchWrite { step, choice } => write!(
                f,
                "step {step} is `{choice}`, but there is no such write for it to read from or to come after"
            ),
            Misfit::Forbidden { step } => {
                write!(
                    f,
                    "after step {step} the memory model forbids every execution"
                )
            }
            Misfit::LeftOver { step, steps } => write!(
                f,
                "the execution is over before step {step}: {steps} steps are left"
            ),
            Misfit::Counts => write!(
                f,
                "the program looks at counts of an Arc that the list has no steps for"
            ),
            Misfit::Other { expected, found } => write!(
                f,
                "every step fits, but leads to another execution: its fingerprint is #{found:08x}, not #{expected:08x}"
            ),
        }
    }
}

/// A decision list on its way.
#[derive(Debug)]
pub(crate) struct Guide {
    /// What is left, last first.
    steps: Vec<Step>,
    taken: Option<Step>,
    total: usize,
    /// The run's number of each thread of the list.
    threads: Vec<u32>,
}

impl Guide {
    pub(crate) fn new(decisions: &Decisions) -> Guide {
        Guide {
            steps: decisions.steps.iter().rev().copied().collect(),
            taken: None,
            total: decisions.steps.len(),
            threads: vec![0],
        }
    }

    fn next(&self) -> Option<(Step, Option<u32>)> {
        let step = *self.steps.last()?;
        Some((step, self.threads.get(step.thread as usize).copied()))
    }

    /// The number of the step that was taken last.
    pub(crate) fn step(&self) -> usize {
        self.total - self.steps.len()
    }

    /// How many steps are left.
    pub(crate) fn left(&self) -> usize {
        self.steps.len()
    }

    pub(crate) fn is_turn_of(&self, thread: u32) -> bool {
        self.next().is_none_or(|(_, t)| t == Some(thread))
    }

    /// Whether a later step is of this thread.
    pub(crate) fn has_more_of(&self, thread: u32) -> bool {
        let number = self.threads.iter().position(|&t| t == thread);
        self.steps.iter().any(|s| Some(s.thread as usize) == number)
    }

    /// The thread of the next step: as the list calls it, and as the run does if it has been spawned.
    pub(crate) fn waits_for(&self) -> Option<(u32, Option<u32>)> {
        self.next().map(|(step, thread)| (step.thread, thread))
    }

    /// Takes the next step, by which the event happens: how, in the run's numbers. After the last step everything happens
    /// as it does by default.
    pub(crate) fn follow(&mut self, event: &Event) -> Result<Choice, Misfit> {
        let Some(step) = self.steps.pop() else {
            return Ok(Choice::Default);
        };
        self.taken = Some(step);
        if let Kind::Spawn(child) = event.kind {
            self.threads.push(child);
        }
        let atomic = event.order != Order::NonAtomic;
        let fits = match (step.choice, event.kind) {
            (Choice::Default, _) => true,
            (Choice::Read(..), Kind::Read) => atomic,
            (Choice::After(_), Kind::Write) => atomic && !event.rmw,
            (Choice::Pick(pick), Kind::Choice(_)) => pick <= event.way,
            _ => false,
        };
        if !fits {
            return Err(Misfit::Kind {
                step: self.step(),
                choice: step.to_string(),
                found: crate::report::describe(event),
            });
        }
        let known = |id: EventId| {
            let thread = self.threads.get(id.thread as usize).copied();
            thread.map(|thread| EventId { thread, ..id })
        };
        let choice = match step.choice {
            Choice::Read(id, way) => known(id).map(|id| Choice::Read(id, way)),
            Choice::After(id) => known(id).map(Choice::After),
            choice => Some(choice),
        };
        choice.ok_or_else(|| self.no_such_write())
    }

    /// The choice of the step that was taken last is none.
    pub(crate) fn no_such_write(&self) -> Misfit {
        Misfit::NoSuchWrite {
            step: self.step(),
            choice: self.taken.map_or(String::new(), |step| step.to_string()),
        }
    }
}

impl Exec {
    /// Why the decisions that are left are not followed, if some are.
    pub(crate) fn misfit(&self) -> Option<Misfit> {
        let guide = self.guide.as_ref()?;
        let (number, thread) = guide.waits_for()?;
        let (step, steps) = (guide.step() + 1, guide.left());
        if let Some(Stop::Failed(_)) = self.stop {
            return Some(Misfit::LeftOver { step, steps });
        }
        let status = thread.map(|t| self.threads[t as usize].status);
        Some(match status {
            None => Misfit::NotSpawned {
                step,
                thread: number,
            },
            Some(Status::Ended) => Misfit::Ended {
                step,
                thread: number,
            },
            Some(Status::Join(_) | Status::Await(_)) => Misfit::Waits {
                step,
                thread: number,
            },
            Some(_) => Misfit::LeftOver { step, steps },
        })
    }

    /// Nothing that could still be added makes this graph one that the axioms allow.
    pub(crate) fn forbidden(&mut self) -> Answer {
        match &self.guide {
            Some(guide) => {
                let step = guide.step();
                self.refuse(Misfit::Forbidden { step })
            }
            None => self.stopped(Stop::Pruned),
        }
    }

    /// The decisions lead nowhere.
    pub(crate) fn refuse(&mut self, misfit: Misfit) -> Answer {
        self.fail(FailureKind::Decisions(misfit), None)
    }
}
