//! Makes a failing plan smaller, one step at a time, for as long as it fails.
//!
//! proptest shrinks by what it drew; on a failure that only some schedules show it stops early,
//! since a smaller plan may pass by luck. Here each step is tried on many more schedules, and a
//! step that failed before is tried again once another one has succeeded.

use crate::plan::{Behaviour, End, Job, Op, Plan};
use flipside::{Design, Dispatch};

/// A plan that fails and of which no smaller one does, as far as `fails` can tell.
pub fn minimal(mut plan: Plan, fails: impl Fn(&Plan) -> bool) -> Plan {
    while let Some(smaller) = smaller(&plan).into_iter().find(&fails) {
        plan = smaller;
    }
    plan
}

/// All plans that are smaller by one step, those that are smaller by much first.
fn smaller(plan: &Plan) -> Vec<Plan> {
    let mut plans = Vec::new();
    let mut with = |change: &dyn Fn(&mut Plan)| {
        let mut smaller = plan.clone();
        change(&mut smaller);
        if smaller != *plan {
            plans.push(smaller);
        }
    };
    for at in (0..plan.ops.len()).rev() {
        with(&|plan| {
            plan.ops.remove(at);
        });
    }
    for workers in 1..plan.config.workers {
        with(&|plan| plan.config.workers = workers);
    }
    let ring = plan.config.ring;
    for ring in [1, 2, ring / 2, ring - 1]
        .into_iter()
        .filter(|less| (1..ring).contains(less))
    {
        with(&|plan| plan.config.ring = ring);
    }
    with(&|plan| plan.config.design = Design::default());
    with(&|plan| plan.config.dispatch = Dispatch::RoundRobin);
    if plan.config.spin != Some(0) {
        with(&|plan| plan.config.spin = Some(0));
    }
    for (at, &op) in plan.ops.iter().enumerate() {
        for op in simpler(op) {
            with(&|plan| plan.ops[at] = op);
        }
    }
    plans
}

/// Simpler operations in the place of one. Never one from which there is a way back.
fn simpler(op: Op) -> Vec<Op> {
    let quick = Job {
        behaviour: Behaviour::Quick,
        size: 0,
    };
    match op {
        Op::One { job, wait, end } => {
            let mut ops = vec![Op::One {
                job: quick,
                wait,
                end,
            }];
            if job.size > 0 {
                ops.push(Op::One {
                    job: Job { size: 0, ..job },
                    wait,
                    end,
                });
            }
            if wait {
                ops.push(Op::One {
                    job,
                    wait: false,
                    end,
                });
            }
            if end == End::Forget {
                ops.push(Op::One {
                    job,
                    wait,
                    end: End::Drop,
                });
            }
            ops
        }
        Op::Batch {
            count,
            job,
            wait,
            end,
        } => {
            let mut ops = vec![
                Op::One { job, wait, end },
                Op::Batch {
                    count,
                    job: quick,
                    wait,
                    end,
                },
            ];
            for less in [1, 2, count / 2, count.saturating_sub(1)] {
                if less < count {
                    ops.push(Op::Batch {
                        count: less,
                        job,
                        wait,
                        end,
                    });
                }
            }
            if wait {
                ops.push(Op::Batch {
                    count,
                    job,
                    wait: false,
                    end,
                });
            }
            ops
        }
        Op::Pause(times) if times > 1 => vec![Op::Pause(1)],
        Op::Release { .. } => vec![Op::Pause(1)],
        Op::Stop => vec![Op::Drop, Op::WaitDone],
        Op::WaitDone => vec![Op::DeliverWait, Op::Deliver],
        Op::Drop | Op::DeliverWait => vec![Op::Deliver],
        Op::Pause(_) | Op::Deliver => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::plans;
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;

    #[test]
    fn what_does_not_matter_goes() {
        let panics =
            |op: &Op| matches!(op, Op::One { job, .. } if job.behaviour == Behaviour::Panics);
        let fails = |plan: &Plan| plan.config.ring > 3 && plan.ops.iter().any(panics);
        let mut runner = TestRunner::deterministic();
        let mut found = 0;
        for _ in 0..300 {
            let plan = plans().new_tree(&mut runner).expect("a plan").current();
            if fails(&plan) {
                let plan = minimal(plan, fails).to_string();
                assert!(
                    plan.starts_with("pool 1x4 round-robin spin 0\none try "),
                    "{plan}"
                );
                assert!(plan.ends_with(" panics 0 0\n"), "{plan}");
                found += 1;
            }
        }
        assert!(found > 10);
    }
}
