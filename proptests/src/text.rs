//! Plans as text: one line for the pool, one for each operation, to be read by people and by
//! [`FromStr`].

use crate::plan::{Behaviour, Config, End, Job, Op, Plan};
use flipside::{Design, Dispatch};
use std::fmt;
use std::str::FromStr;

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Config {
            design,
            workers,
            ring,
            dispatch,
            spin,
        } = self.config;
        let dispatch = match dispatch {
            Dispatch::FillFirst => "fill-first",
            _ => "round-robin",
        };
        write!(f, "pool {workers}x{ring} {dispatch} ")?;
        match spin {
            Some(turns) => write!(f, "spin {turns}")?,
            None => write!(f, "busy-wait")?,
        }
        if design != Design::default() {
            write!(f, " {design}")?;
        }
        writeln!(f)?;
        self.ops.iter().try_for_each(|op| writeln!(f, "{op}"))
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waits = |wait| if wait { "wait" } else { "try" };
        match *self {
            Self::One { job, wait, end } => write!(f, "one {} {end} {job}", waits(wait)),
            Self::Batch {
                count,
                job,
                wait,
                end,
            } => {
                write!(f, "batch {count} {} {end} {job}", waits(wait))
            }
            Self::Deliver => f.write_str("deliver"),
            Self::DeliverWait => f.write_str("deliver-wait"),
            Self::WaitDone => f.write_str("wait-done"),
            Self::Pause(times) => write!(f, "pause {times}"),
            Self::Release { worker, count } => write!(f, "release {worker} {count}"),
            Self::Stop => f.write_str("stop"),
            Self::Drop => f.write_str("drop"),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Commit => "commit",
            Self::Drop => "drop",
            Self::Forget => "forget",
        })
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.behaviour {
            Behaviour::Quick => write!(f, "quick 0 {}", self.size),
            Behaviour::Yields(times) => write!(f, "yields {times} {}", self.size),
            Behaviour::Panics => write!(f, "panics 0 {}", self.size),
        }
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default();
        let config = config(first).ok_or_else(|| {
            format!("`{first}` is no pool: write, as in `pool 2x3 round-robin spin 0`, workers 1 to 4 and a ring of 1 to 70")
        })?;
        let op = |line| op(line).ok_or_else(|| format!("`{line}` is no operation of a plan"));
        Ok(Self {
            config,
            ops: lines.map(op).collect::<Result<_, _>>()?,
        })
    }
}

fn config(line: &str) -> Option<Config> {
    let words: Vec<_> = line.split_whitespace().collect();
    let (pool, dispatch, spin, design) = match *words {
        ["pool", pool, dispatch, "busy-wait", ref design @ ..] => (pool, dispatch, None, design),
        ["pool", pool, dispatch, "spin", turns, ref design @ ..] => {
            (pool, dispatch, Some(turns.parse().ok()?), design)
        }
        _ => return None,
    };
    let design = match *design {
        [] => Design::default(),
        [name] => name.parse().ok()?,
        _ => return None,
    };
    let (workers, ring) = pool.split_once('x')?;
    let in_range = |text: &str, most| {
        text.parse()
            .ok()
            .filter(|number| (1..=most).contains(number))
    };
    Some(Config {
        design,
        workers: in_range(workers, 4)?,
        ring: in_range(ring, 70)?,
        dispatch: match dispatch {
            "round-robin" => Dispatch::RoundRobin,
            "fill-first" => Dispatch::FillFirst,
            _ => return None,
        },
        spin,
    })
}

fn op(line: &str) -> Option<Op> {
    let words: Vec<_> = line.split_whitespace().collect();
    Some(match *words {
        ["one", wait, end, ref job @ ..] => Op::One {
            job: self::job(job)?,
            wait: self::wait(wait)?,
            end: self::end(end)?,
        },
        ["batch", count, wait, end, ref job @ ..] => Op::Batch {
            count: count.parse().ok()?,
            job: self::job(job)?,
            wait: self::wait(wait)?,
            end: self::end(end)?,
        },
        ["deliver"] => Op::Deliver,
        ["deliver-wait"] => Op::DeliverWait,
        ["wait-done"] => Op::WaitDone,
        ["pause", times] => Op::Pause(times.parse().ok()?),
        ["release", worker, count] => Op::Release {
            worker: worker.parse().ok()?,
            count: count.parse().ok()?,
        },
        ["stop"] => Op::Stop,
        ["drop"] => Op::Drop,
        _ => return None,
    })
}

fn wait(word: &str) -> Option<bool> {
    match word {
        "wait" => Some(true),
        "try" => Some(false),
        _ => None,
    }
}

fn end(word: &str) -> Option<End> {
    match word {
        "commit" => Some(End::Commit),
        "drop" => Some(End::Drop),
        "forget" => Some(End::Forget),
        _ => None,
    }
}

fn job(words: &[&str]) -> Option<Job> {
    let &[behaviour, times, size] = words else {
        return None;
    };
    Some(Job {
        behaviour: match behaviour {
            "quick" => Behaviour::Quick,
            "yields" => Behaviour::Yields(times.parse().ok()?),
            "panics" => Behaviour::Panics,
            _ => return None,
        },
        size: size.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use crate::plan::Plan;
    use crate::strategy::plans;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_plan_is_read_as_it_was_written(plan in plans()) {
            prop_assert_eq!(plan.to_string().parse::<Plan>(), Ok(plan));
        }
    }
}
