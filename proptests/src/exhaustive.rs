//! The smallest plans, all of them, each in all its executions: nothing is sampled.
//!
//! | sign | operation |
//! |---|---|
//! | `s` | prepare and commit; nothing if none is free |
//! | `w` | wait for a free request and commit it |
//! | `p` | as `s`, and the handler panics |
//! | `a` | prepare and drop |
//! | `b` | a batch of two, committed |
//! | `c` | a batch of two, dropped |
//! | `d` | deliver |
//! | `f` | `wait_done` |
//! | `x` | stop |
//! | `k` | drop the pool |
//!
//! The others add nothing here: to forget a guard is to drop it, for the engine; a batch of one is
//! a commit; pauses are all explored; and spinning before sleeping is both at once. Plans that do
//! what a shorter or another one does are left out, see [`is_canonical`].

use crate::plan::{Behaviour, Config, End, Job, Op, Plan};
use crate::run::run;
use flipside::{Dispatch, Mutation, mutate};

/// The signs of all operations.
const SIGNS: &str = "swpabcdfxk";

/// All plans of a family: a pool, and so many operations at most.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Workers.
    pub workers: usize,
    /// Requests of each.
    pub ring: usize,
    /// Whether both sides sleep as soon as they wait, or never.
    pub sleeps: bool,
    /// Operations, at most.
    pub ops: usize,
}

/// What exploring a family took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Explored {
    /// Plans.
    pub plans: u64,
    /// Executions, each another behaviour.
    pub executions: u64,
}

impl Family {
    /// Its plans, by their signs.
    #[must_use]
    pub fn plans(&self) -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..self.ops {
            last = last
                .iter()
                .flat_map(|plan| SIGNS.chars().map(move |sign| format!("{plan}{sign}")))
                .collect();
            all.extend_from_slice(&last);
        }
        all.retain(|signs| is_canonical(signs));
        all
    }

    /// The plan with these signs.
    #[must_use]
    pub fn plan(&self, signs: &str) -> Plan {
        Plan {
            config: Config {
                workers: self.workers,
                ring: self.ring,
                dispatch: Dispatch::RoundRobin,
                spin: self.sleeps.then_some(0),
            },
            ops: signs.chars().map(op).collect(),
        }
    }

    /// Explores all executions of all its plans, on as many threads as the machine runs at once.
    ///
    /// # Errors
    ///
    /// The first plan that fails, and the execution in which it does.
    pub fn explore(&self) -> Result<Explored, String> {
        let plans = self.plans();
        let threads = std::thread::available_parallelism().map_or(1, |count| count.get());
        let share = |thread: usize| {
            let mut explored = Explored::default();
            for signs in plans.iter().skip(thread).step_by(threads) {
                explored.plans += 1;
                explored.executions += check(&self.plan(signs), None)?;
            }
            Ok(explored)
        };
        std::thread::scope(|scope| {
            let shares: Vec<_> = (0..threads)
                .map(|thread| scope.spawn(move || share(thread)))
                .collect();
            let mut all = Explored::default();
            for share in shares {
                let explored = share
                    .join()
                    .unwrap_or_else(|_| Err("weft gave up".to_owned()))?;
                all.plans += explored.plans;
                all.executions += explored.executions;
            }
            Ok(all)
        })
    }
}

/// Explores all executions of one plan, on the engine or on a mutant of it; how many there are.
///
/// # Errors
///
/// The execution that fails, and the plan.
pub fn check(plan: &Plan, mutation: Option<Mutation>) -> Result<u64, String> {
    let copy = plan.clone();
    let report = weft::Builder::new().check(move || {
        mutate(mutation);
        let _ = run(&copy);
    });
    if report.is_complete() {
        return Ok(report.complete);
    }
    Err(format!("{report}\n{plan}"))
}

/// Whether no other plan of the family does the same:
///
/// - a plan ends with `wait_done` and a drop anyway, which is what a stop does;
/// - where nothing is in flight, `deliver` and `wait_done` do nothing, and a stop is a drop;
/// - where there is no pool, there is nothing to deliver, wait for, stop or drop.
#[must_use]
pub fn is_canonical(signs: &str) -> bool {
    let (mut pool, mut in_flight) = (false, false);
    for sign in signs.chars() {
        let nothing_to_do = match sign {
            'd' | 'f' => !in_flight,
            'x' => !in_flight || !pool,
            'k' => !pool,
            _ => false,
        };
        if nothing_to_do {
            return false;
        }
        match sign {
            's' | 'w' | 'p' | 'b' => (pool, in_flight) = (true, true),
            'f' => in_flight = false,
            'x' | 'k' => (pool, in_flight) = (false, false),
            'd' => {}
            _ => pool = true,
        }
    }
    !signs.ends_with(['f', 'x'])
}

fn op(sign: char) -> Op {
    let job = Job {
        behaviour: if sign == 'p' {
            Behaviour::Panics
        } else {
            Behaviour::Quick
        },
        size: 2,
    };
    let (wait, count) = (sign == 'w', 2);
    match sign {
        'a' => Op::One {
            job,
            wait,
            end: End::Drop,
        },
        'b' => Op::Batch {
            count,
            job,
            wait,
            end: End::Commit,
        },
        'c' => Op::Batch {
            count,
            job,
            wait,
            end: End::Drop,
        },
        'd' => Op::Deliver,
        'f' => Op::WaitDone,
        'x' => Op::Stop,
        'k' => Op::Drop,
        _ => Op::One {
            job,
            wait,
            end: End::Commit,
        },
    }
}
