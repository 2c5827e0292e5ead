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
//! | `d` | `deliver` |
//! | `e` | `deliver_wait` |
//! | `f` | `wait_done` |
//! | `x` | stop |
//! | `k` | drop the pool |
//!
//! The others add nothing here: to forget a guard is to drop it, for the engine; a batch of one is
//! a commit; pauses are all explored; and spinning before sleeping is both at once. Plans that do
//! what a shorter or another one does are left out, see [`is_canonical`].

use crate::plan::{Behaviour, Config, End, Job, Op, Plan};
use crate::run::{run, subject};
use flipside::{Design, Dispatch, mutate};
use flipside_models::checkers::{Caught, weft_builder};
use flipside_record::log::normalised;
use flipside_record::seed::Schedule;
use flipside_record::seed::{PlanSeed, Versioned};
use flipside_scenarios::checker::Checker;
use flipside_scenarios::mutant::Mutant;
use std::fmt;

/// The signs of all operations.
const SIGNS: &str = "swpabcdefxk";

/// All plans of a family: a pool, and so many operations at most.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// How requests change hands.
    pub design: Design,
    /// Workers.
    pub workers: usize,
    /// Requests of each.
    pub ring: usize,
    /// Whether both sides sleep as soon as they wait, or never.
    pub sleeps: bool,
    /// Operations, at most.
    pub ops: usize,
}

/// Workers, requests of each, whether they sleep, operations.
type Pool = (usize, usize, bool, usize);

/// What the tests explore of the default design. Where both sides spin, all plans of four
/// operations. Where they sleep, each request multiplies the executions by twenty, so fewer.
const QUICK: &[Pool] = &[
    (1, 1, false, 4),
    (1, 2, false, 4),
    (2, 1, false, 4),
    (2, 2, false, 4),
    (1, 1, true, 2),
    (1, 2, true, 2),
    (2, 1, true, 1),
    (2, 2, true, 1),
];

/// And of each other one.
const QUICK_OTHERS: &[Pool] = &[(1, 2, false, 3), (2, 1, false, 2), (1, 1, true, 1)];

/// What those with more time explore besides.
const DEEP: &[Pool] = &[(1, 1, true, 3), (2, 1, true, 2), (1, 2, true, 3)];

/// And of each other one.
const DEEP_OTHERS: &[Pool] = &[(2, 1, false, 3), (1, 1, true, 2)];

/// What is explored.
#[must_use]
pub fn families(deep: bool) -> Vec<Family> {
    let of = |design: Design, pools: &[Pool]| -> Vec<Family> {
        let family = |&(workers, ring, sleeps, ops): &Pool| Family {
            design,
            workers,
            ring,
            sleeps,
            ops,
        };
        pools.iter().map(family).collect()
    };
    let (first, rest) = match deep {
        false => (QUICK, QUICK_OTHERS),
        true => (DEEP, DEEP_OTHERS),
    };
    let default = Design::default();
    let others = Design::ALL.iter().filter(|&&design| design != default);
    let others = others.flat_map(|&design| of(design, rest));
    of(default, first).into_iter().chain(others).collect()
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

    /// How many plans there are of so few operations, to be sure that none is left out.
    #[must_use]
    pub fn known(&self) -> Option<u64> {
        [1, 7, 57, 533, 5_121].get(self.ops).copied()
    }

    /// The plan with these signs.
    #[must_use]
    pub fn plan(&self, signs: &str) -> Plan {
        Plan {
            config: Config {
                design: self.design,
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
    pub fn explore(&self) -> Result<Explored, Failing> {
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
                let explored = match share.join() {
                    Ok(explored) => explored?,
                    Err(panic) => std::panic::resume_unwind(panic),
                };
                all.plans += explored.plans;
                all.executions += explored.executions;
            }
            Ok(all)
        })
    }
}

/// A plan that fails, and the first execution in which it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// The plan.
    pub plan: Plan,
    /// What was wrong.
    pub message: String,
    /// The execution; none, if the plan was not explored to its end.
    pub schedule: Option<Schedule>,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            design,
            workers,
            ring,
            sleeps,
            ops,
        } = self;
        let how = if *sleeps { "sleeping" } else { "spinning" };
        write!(f, "{design} {workers}x{ring} {how}, up to {ops} operations")
    }
}

/// Explores all executions of one plan, on the engine or on a mutant of it; how many there are.
///
/// # Errors
///
/// The execution that fails, and the plan.
pub fn check(plan: &Plan, mutant: Option<Mutant>) -> Result<u64, Failing> {
    let copy = plan.clone();
    let report = weft_builder().check(move || {
        mutate(mutant.map(|Mutant(mutation)| mutation));
        let _ = run(&copy);
    });
    if report.is_complete() {
        return Ok(report.complete);
    }
    let failure = report.failure();
    let schedule = failure.map(|failure| Schedule::Decisions(failure.decisions.to_string()));
    let message = failure.map_or_else(|| report.to_string(), weft::Failure::message);
    Err(Failing {
        plan: plan.clone(),
        message: normalised(&message),
        schedule,
    })
}

/// The seed of a plan that fails, by its smallest execution.
#[must_use]
pub fn seed(failing: &Failing, mutant: Option<Mutant>) -> PlanSeed {
    let Failing {
        plan,
        message,
        schedule,
    } = failing;
    let schedule = schedule.clone().map(|schedule| {
        let caught = Caught {
            failure: message.clone(),
            schedule,
        };
        subject(plan, mutant).minimise(caught).schedule.to_string()
    });
    PlanSeed {
        layer: "weft".to_owned(),
        found_by: Versioned::here(Checker::COMPILED),
        mutant: mutant.map(|mutant| mutant.to_string()),
        walk: "exploring every execution".to_owned(),
        schedule,
        fails: message.clone(),
        plan: plan.to_string(),
    }
}

/// Whether no other plan of the family does the same:
///
/// - a plan ends with `wait_done` and a drop anyway, which is what a stop does;
/// - where nothing is in flight, `deliver`, `deliver_wait` and `wait_done` do nothing, and a stop is a drop;
/// - where there is no pool, there is nothing to deliver, wait for, stop or drop.
#[must_use]
pub fn is_canonical(signs: &str) -> bool {
    let (mut pool, mut in_flight) = (false, false);
    for sign in signs.chars() {
        let nothing_to_do = match sign {
            'd' | 'e' | 'f' => !in_flight,
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
            'd' | 'e' => {}
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
        'e' => Op::DeliverWait,
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
