//! How plans are made at random, and made smaller.
//!
//! Each choice names its simplest case first, which is where shrinking ends up: one worker, one
//! request, quick handlers, no waiting. The weights put the pools where the code has borders: a
//! ring that is soon full, and one that just needs a second word.

use crate::plan::{Behaviour, Config, End, Job, Op, Plan};
use flipside::{Design, Dispatch};
use proptest::prelude::*;

/// Any plan, half of them for the default design.
pub fn plans() -> impl Strategy<Value = Plan> {
    let designs = prop_oneof![Just(Design::default()), prop::sample::select(Design::ALL)];
    of(designs)
}

/// Any plan for one design.
pub fn plans_of(design: Design) -> impl Strategy<Value = Plan> {
    of(Just(design))
}

fn of(designs: impl Strategy<Value = Design>) -> impl Strategy<Value = Plan> {
    let ops = prop::collection::vec(ops(), 0..14);
    (configs(designs), ops).prop_map(|(config, ops)| Plan { config, ops })
}

fn configs(designs: impl Strategy<Value = Design>) -> impl Strategy<Value = Config> {
    let rings = prop_oneof![6 => 1usize..=4, 1 => 5usize..=63, 3 => 64usize..=70];
    let dispatches = prop_oneof![Just(Dispatch::RoundRobin), Just(Dispatch::FillFirst)];
    let spins = prop_oneof![
        4 => Just(Some(0)),
        2 => (1u32..=4).prop_map(Some),
        2 => Just(None),
    ];
    (designs, 1usize..=4, rings, dispatches, spins).prop_map(
        |(design, workers, ring, dispatch, spin)| Config {
            design,
            workers,
            ring,
            dispatch,
            spin,
        },
    )
}

fn jobs() -> impl Strategy<Value = Job> {
    let behaviours = prop_oneof![
        4 => Just(Behaviour::Quick),
        2 => (1u8..=3).prop_map(Behaviour::Yields),
        1 => Just(Behaviour::Panics),
    ];
    (behaviours, prop_oneof![0u8..=3, 4u8..=40])
        .prop_map(|(behaviour, size)| Job { behaviour, size })
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![8 => Just(End::Commit), 2 => Just(End::Drop), 1 => Just(End::Forget)]
}

fn ops() -> impl Strategy<Value = Op> {
    let counts = prop_oneof![8 => 0u8..=6, 1 => 7u8..=40, 2 => 65u8..=150];
    prop_oneof![
        8 => (jobs(), any::<bool>(), ends()).prop_map(|(job, wait, end)| Op::One { job, wait, end }),
        4 => (counts, jobs(), any::<bool>(), ends())
            .prop_map(|(count, job, wait, end)| Op::Batch { count, job, wait, end }),
        2 => Just(Op::WaitDone),
        3 => Just(Op::Deliver),
        2 => Just(Op::DeliverWait),
        2 => (1u8..=4).prop_map(Op::Pause),
        4 => (0u8..=3, 1u8..=5).prop_map(|(worker, count)| Op::Release { worker, count }),
        1 => Just(Op::Stop),
        1 => Just(Op::Drop),
    ]
}
