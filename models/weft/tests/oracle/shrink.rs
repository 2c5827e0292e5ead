//! The programs one step smaller than a given one, most radical steps first.

use super::ast::{Cas, Instr, Mode, Program, Val};

pub(crate) fn smaller(p: &Program) -> Vec<Program> {
    let mut out = Vec::new();
    for t in 1..p.threads.len() {
        out.push(without_thread(p, t));
    }
    let early = Program::of(
        strip(&p.threads[0]),
        p.threads[1..].iter().map(|body| strip(body)).collect(),
    );
    if early != *p {
        out.push(early);
    }
    for (t, body) in p.threads.iter().enumerate() {
        for changed in bodies(body) {
            let mut q = p.clone();
            q.threads[t] = changed;
            q.complete();
            out.push(q);
        }
    }
    out.retain(Program::sound);
    out
}

/// A body without its spawns and joins: they go to the ends of main.
fn strip(body: &[Instr]) -> Vec<Instr> {
    change(body, &|i| match i {
        Instr::Spawn(_) | Instr::Join(_) => None,
        other => Some(other.clone()),
    })
}

fn without_thread(p: &Program, gone: usize) -> Program {
    let mut q = p.clone();
    q.threads.remove(gone);
    let renumber = |t: usize| if t > gone { t - 1 } else { t };
    for body in &mut q.threads {
        *body = change(body, &|i| match i {
            Instr::Spawn(t) | Instr::Join(t) if *t == gone => None,
            Instr::Spawn(t) => Some(Instr::Spawn(renumber(*t))),
            Instr::Join(t) => Some(Instr::Join(renumber(*t))),
            other => Some(other.clone()),
        });
    }
    // What the thread spawned.
    q.complete();
    q
}

/// Changes or drops every instruction, those under conditions too; what is left without any goes.
fn change(body: &[Instr], f: &impl Fn(&Instr) -> Option<Instr>) -> Vec<Instr> {
    let changed = |instr: &Instr| match instr {
        Instr::If(value, inner) => {
            let inner = change(inner, f);
            (!inner.is_empty()).then_some(Instr::If(*value, inner))
        }
        other => f(other),
    };
    body.iter().filter_map(changed).collect()
}

/// A body with one instruction removed, unwrapped or made simpler.
fn bodies(body: &[Instr]) -> Vec<Vec<Instr>> {
    let mut out = Vec::new();
    let manages = |i: &Instr| matches!(i, Instr::Spawn(_) | Instr::Join(_));
    for (i, instr) in body.iter().enumerate() {
        let replaced = |new: &[Instr]| {
            let mut b = body.to_vec();
            b.splice(i..=i, new.iter().cloned());
            b
        };
        if manages(instr) {
            continue;
        }
        out.push(replaced(&[]));
        if let Instr::If(value, inner) = instr {
            out.push(replaced(inner));
            for changed in bodies(inner) {
                let new = if changed.is_empty() {
                    vec![]
                } else {
                    vec![Instr::If(*value, changed)]
                };
                out.push(replaced(&new));
            }
        }
    }
    for (i, instr) in body.iter().enumerate() {
        for new in simpler(instr) {
            let mut b = body.to_vec();
            b[i] = new;
            out.push(b);
        }
    }
    out
}

/// Weaker orders, smaller values, a simpler kind of access.
fn simpler(instr: &Instr) -> Vec<Instr> {
    match *instr {
        Instr::Load(l, m) => weaker(m).map(|m| Instr::Load(l, m)).collect(),
        Instr::Await(l, m, v) => {
            let mut out = vec![Instr::Load(l, m)];
            out.extend(weaker(m).map(|m| Instr::Await(l, m, v)));
            out
        }
        Instr::Both([a, b], m, [v, w]) | Instr::Either([a, b], m, [v, w]) => {
            let mut out = vec![Instr::Await(a, m, v), Instr::Await(b, m, w)];
            let both = matches!(instr, Instr::Both(..));
            out.extend(weaker(m).map(|m| match both {
                true => Instr::Both([a, b], m, [v, w]),
                false => Instr::Either([a, b], m, [v, w]),
            }));
            out
        }
        Instr::Spin(c) => vec![Instr::Cas(c)],
        Instr::Store(l, m, v) => {
            let mut out: Vec<Instr> = weaker(m).map(|m| Instr::Store(l, m, v)).collect();
            out.extend(lower(v).map(|v| Instr::Store(l, m, v)));
            out
        }
        Instr::Swap(l, m, v) | Instr::Add(l, m, v) => {
            let mut out = vec![
                Instr::Load(l, if m == Mode::Sc { m } else { Mode::Rlx }),
                Instr::Store(l, if m == Mode::Sc { m } else { Mode::Rlx }, Val::Const(v)),
            ];
            let add = matches!(instr, Instr::Add(..));
            let same = |m| {
                if add {
                    Instr::Add(l, m, v)
                } else {
                    Instr::Swap(l, m, v)
                }
            };
            out.extend(weaker(m).map(same));
            out
        }
        Instr::Cas(c) => {
            let mut out = vec![
                Instr::Load(c.loc, c.failure),
                Instr::Swap(c.loc, c.success, c.new),
            ];
            out.extend(weaker(c.success).map(|success| Instr::Cas(Cas { success, ..c })));
            out.extend(weaker(c.failure).map(|failure| Instr::Cas(Cas { failure, ..c })));
            if c.weak {
                out.push(Instr::Cas(Cas { weak: false, ..c }));
            }
            out
        }
        Instr::Fence(m) => weaker(m)
            .filter(|m| *m != Mode::Rlx)
            .map(Instr::Fence)
            .collect(),
        Instr::Write(l, v) => lower(v).map(|v| Instr::Write(l, v)).collect(),
        Instr::Read(_) | Instr::If(..) | Instr::Spawn(_) | Instr::Join(_) => Vec::new(),
        Instr::New(_) | Instr::Fail => Vec::new(),
    }
}

/// Weaker orders that are legal wherever this one is.
fn weaker(mode: Mode) -> impl Iterator<Item = Mode> {
    let all: &[Mode] = match mode {
        Mode::Rlx => &[],
        Mode::Acq | Mode::Rel => &[Mode::Rlx],
        Mode::AcqRel => &[Mode::Rlx, Mode::Acq, Mode::Rel],
        // Loads and stores take no other order that RMWs take too.
        Mode::Sc => &[Mode::Rlx],
    };
    all.iter().copied()
}

fn lower(v: Val) -> impl Iterator<Item = Val> {
    let all = match v {
        Val::Const(0 | 1) => vec![],
        // An address stays one.
        Val::Const(100..) => vec![],
        Val::Const(_) => vec![Val::Const(1)],
        Val::Last(c) => vec![Val::Const(c.max(1))],
    };
    all.into_iter()
}
