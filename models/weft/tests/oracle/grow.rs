//! Programs that are not laid out at the start: locations that come to be on the way, and threads within threads.

use super::ast::{FIRST_PLAIN, Instr, Loc, Mode, Program, Val};
use super::random::{Flavour, for_load, for_store};
use proptest::prelude::Rng;
use proptest::test_runner::TestRng;

/// Moves some spawns into other threads and under conditions, and adds a location that some thread makes.
pub(crate) fn grow(flavour: &Flavour, p: &mut Program, rng: &mut TestRng) {
    for child in 1..p.threads.len() {
        if rng.random_ratio(1, 2) {
            let parent = rng.random_range(0..child);
            plant(p, parent, child, rng);
        }
    }
    for loc in [Loc(FIRST_PLAIN - 1), Loc(FIRST_PLAIN)] {
        if rng.random_ratio(2, 3) {
            make(flavour, p, loc, rng);
        }
    }
    p.complete();
}

/// The parent spawns the child somewhere, perhaps only after a certain value, and perhaps joins it.
fn plant(p: &mut Program, parent: usize, child: usize, rng: &mut TestRng) {
    let main = &mut p.threads[0];
    main.retain(|i| !matches!(i, Instr::Spawn(t) | Instr::Join(t) if *t == child));
    let mut planted = vec![Instr::Spawn(child)];
    if rng.random_ratio(1, 3) {
        planted.push(Instr::Join(child));
    }
    let body = &mut p.threads[parent];
    let at = rng.random_range(0..=body.len());
    if rng.random_ratio(1, 2) {
        body.insert(at, Instr::If(rng.random_range(0..=1), planted));
    } else {
        body.splice(at..at, planted);
    }
}

/// A thread makes the location and publishes it; others use it if they find it.
fn make(flavour: &Flavour, p: &mut Program, loc: Loc, rng: &mut TestRng) {
    let maker = rng.random_range(0..p.threads.len());
    let slot = Loc(rng.random_range(0..flavour.locs));
    let mode = |rng: &mut TestRng| flavour.modes[rng.random_range(0..flavour.modes.len())];
    let publish = Instr::Store(slot, for_store(mode(rng)), Val::Const(loc.address()));
    let mut made = vec![Instr::New(loc)];
    made.extend((0..rng.random_range(0..=1)).map(|_| access(loc, mode(rng), rng)));
    made.insert(rng.random_range(1..=made.len()), publish);
    if flavour.fence > 0 && rng.random_ratio(1, 2) {
        made.push(flavour.instr(rng));
    }
    let body = &mut p.threads[maker];
    let at = rng.random_range(0..=body.len());
    body.splice(at..at, made);
    for _ in 0..rng.random_range(1..=2) {
        let user = rng.random_range(0..p.threads.len());
        let mut found: Vec<Instr> = (0..rng.random_range(0..=2))
            .map(|_| flavour.instr(rng))
            .collect();
        let mut used = vec![access(loc, mode(rng), rng)];
        if rng.random_ratio(1, 2) {
            // Only if what was read on the way says so.
            used = vec![Instr::If(rng.random_range(0..=1), used)];
        }
        found.append(&mut used);
        let read = Instr::Load(slot, for_load(mode(rng)));
        let body = &mut p.threads[user];
        let at = rng.random_range(0..=body.len());
        body.splice(at..at, [read, Instr::If(loc.address(), found)]);
    }
}

fn access(loc: Loc, mode: Mode, rng: &mut TestRng) -> Instr {
    match (loc.plain(), rng.random_range(0..4)) {
        (true, 0 | 1) => Instr::Read(loc),
        (true, _) => Instr::Write(loc, Val::Const(1)),
        (_, 0 | 1) => Instr::Load(loc, for_load(mode)),
        (_, 2) => Instr::Store(loc, for_store(mode), Val::Const(1)),
        _ => Instr::Add(loc, mode, 1),
    }
}
