//! Which candidates a memory model has: its axioms, as published.
//!
//! - RC11: Lahav, Vafeiadis, Kang, Hur, Dreyer, "Repairing sequential consistency in C/C++11", PLDI 2017,
//!   with the release sequences of C++20.
//! - The Linux-kernel memory model: `tools/memory-model/linux-kernel.cat` in the kernel's sources,
//!   without RCU and locks, which no test here has.
//! - AArch64: the ordered-before relation of the Arm architecture's axiomatic model, as far as the
//!   instructions that the tests use take part in it.
//!
//! Nothing rests on this alone: each test that herd7 has judged must come out as herd7 says, with the
//! same numbers of executions.

use super::candidate::{Candidate, candidates};
use super::program::{Barrier, Language, Litmus, Mark, Verdict};
use super::relation::Relation;

/// What the model of a test's language says of it; `show` is called with each execution that has
/// the outcome.
pub(super) fn judge(litmus: &Litmus, show: &mut dyn FnMut(&Candidate)) -> Verdict {
    let mut verdict = Verdict {
        positive: 0,
        negative: 0,
        race: false,
    };
    candidates(litmus, &mut |candidate| {
        let basic = Basic::of(candidate);
        if !basic.is_coherent() {
            return;
        }
        let (allowed, races) = match litmus.language {
            Language::C11 => rc11(&basic),
            Language::Lkmm => lkmm(&basic),
            Language::AArch64 => (aarch64(&basic), false),
        };
        if allowed {
            verdict.race |= races;
            if candidate.ends(&litmus.exists) {
                verdict.positive += 1;
                show(candidate);
            } else {
                verdict.negative += 1;
            }
        }
    });
    verdict
}

/// What all models start from.
struct Basic<'c> {
    it: &'c Candidate,
    fr: Relation,
    /// Same location.
    loc: Relation,
    /// Different threads.
    ext: Relation,
}

impl<'c> Basic<'c> {
    fn of(it: &'c Candidate) -> Self {
        let count = it.events.len();
        let events = &it.events;
        Self {
            it,
            fr: it.rf.inverse().then(&it.co),
            loc: Relation::of(count, |a, b| {
                events[a].location().is_some() && events[a].location() == events[b].location()
            }),
            ext: Relation::of(count, |a, b| events[a].thread != events[b].thread),
        }
    }

    fn count(&self) -> usize {
        self.it.events.len()
    }

    /// The events of a kind, each with itself.
    fn on(&self, holds: impl Fn(usize) -> bool) -> Relation {
        Relation::on(self.count(), holds)
    }

    fn marked(&self, is: impl Fn(Mark) -> bool, reads: bool) -> Relation {
        let events = &self.it.events;
        self.on(|event| {
            let kind = if reads {
                events[event].is_read()
            } else {
                events[event].is_write()
            };
            kind && is(events[event].mark)
        })
    }

    fn reads(&self) -> Relation {
        self.marked(|_| true, true)
    }

    fn writes(&self) -> Relation {
        self.marked(|_| true, false)
    }

    fn fences(&self, barrier: Barrier) -> Relation {
        self.on(|event| self.it.events[event].is_fence(barrier))
    }

    /// Pairs with such a fence between.
    fn around(&self, barrier: Barrier) -> Relation {
        self.it.po.then(&self.fences(barrier)).then(&self.it.po)
    }

    fn external(&self, relation: &Relation) -> Relation {
        relation.and(&self.ext)
    }

    fn internal(&self, relation: &Relation) -> Relation {
        relation.less(&self.ext)
    }

    fn communication(&self) -> Relation {
        self.it.rf.or(&self.it.co).or(&self.fr)
    }

    /// Sequential consistency of each location, and read-modify-writes with nothing between.
    fn is_coherent(&self) -> bool {
        let between = self.external(&self.fr).then(&self.external(&self.it.co));
        self.it
            .po
            .and(&self.loc)
            .or(&self.communication())
            .is_acyclic()
            && self.it.rmw.and(&between).is_empty()
    }
}

const fn releases(mark: Mark) -> bool {
    matches!(mark, Mark::Release | Mark::SeqCst)
}

const fn acquires(mark: Mark) -> bool {
    matches!(mark, Mark::Acquire | Mark::SeqCst)
}

fn is_plain(mark: Mark) -> bool {
    mark == Mark::Plain
}

/// Whether RC11 has it, and whether it races.
fn rc11(basic: &Basic<'_>) -> (bool, bool) {
    let Candidate {
        po, rf, co, rmw, ..
    } = basic.it;
    let events = &basic.it.events;
    let atomic = |mark: Mark| !is_plain(mark);
    let release_fences = basic.fences(Barrier::Wmb).or(&basic.fences(Barrier::Mb));
    let acquire_fences = basic.fences(Barrier::Rmb).or(&basic.fences(Barrier::Mb));
    let sequence = basic.marked(atomic, false).then(&rf.then(rmw).any());
    let release = basic
        .marked(releases, false)
        .or(&release_fences.then(po))
        .then(&sequence);
    let acquire = rf
        .then(&basic.marked(atomic, true))
        .then(&basic.marked(acquires, true).or(&po.then(&acquire_fences)));
    // The threads start after the locations have begun.
    let begins = Relation::of(basic.count(), |a, b| {
        events[a].thread.is_none() && events[b].thread.is_some()
    });
    let hb = po.or(&release.then(&acquire)).or(&begins).repeated();
    let eco = basic.communication().repeated();
    let coherent = hb.then(&eco.maybe()).is_irreflexive();
    let no_thin_air = po.or(rf).is_acyclic();
    let far = po.less(&basic.loc);
    let scb = po
        .or(&far.then(&hb).then(&far))
        .or(&hb.and(&basic.loc))
        .or(co)
        .or(&basic.fr);
    let sc = basic.on(|event| events[event].mark == Mark::SeqCst);
    let fences = basic.fences(Barrier::Mb);
    let begin = sc.or(&fences.then(&hb.maybe()));
    let end = sc.or(&hb.maybe().then(&fences));
    let psc_fences = fences.then(&hb.or(&hb.then(&eco).then(&hb))).then(&fences);
    let psc = begin.then(&scb).then(&end).or(&psc_fences);
    let races = Relation::of(basic.count(), |a, b| {
        let conflict = events[a].is_write() || events[b].is_write();
        let both = is_plain(events[a].mark) || is_plain(events[b].mark);
        conflict && both && a != b
    });
    let ordered = hb.or(&hb.inverse());
    let races = races.and(&basic.loc).and(&basic.ext).less(&ordered);
    (
        coherent && no_thin_air && psc.is_acyclic(),
        !races.is_empty(),
    )
}

/// Whether the Linux-kernel memory model has it, and whether it races. The names are the model's.
fn lkmm(basic: &Basic<'_>) -> (bool, bool) {
    let Candidate {
        po, rf, co, rmw, ..
    } = basic.it;
    let events = &basic.it.events;
    let m = basic.reads().or(&basic.writes());
    let plain =
        basic.on(|event| events[event].location().is_some() && is_plain(events[event].mark));
    let marked = basic.on(|_| true).less(&plain);
    let reads = basic.on(|event| events[event].is_read() && !events[event].unreturned);
    let writes = basic.writes();
    let rmb = reads.then(&basic.around(Barrier::Rmb)).then(&reads);
    let wmb = writes.then(&basic.around(Barrier::Wmb)).then(&writes);
    let halves = basic
        .on(|event| (0..basic.count()).any(|other| rmw.has(event, other) || rmw.has(other, event)));
    let before_atomic = m.then(&basic.around(Barrier::BeforeAtomic)).then(&halves);
    let mb = m.then(&basic.around(Barrier::Mb)).then(&m);
    let strong = mb.or(&before_atomic.then(&po.maybe()).then(&m));
    let acq_po = basic.marked(acquires, true).then(po).then(&m);
    let po_rel = m.then(po).then(&basic.marked(releases, false));
    let nonrw_fence = strong.or(&po_rel).or(&acq_po);
    let fence = nonrw_fence.or(&wmb).or(&rmb);
    let rfi = basic.internal(rf);
    let rfe = basic.external(rf);
    let carried = basic.it.data.then(&rfi).any();
    let data = carried.then(&basic.it.data);
    let control = carried.then(&basic.it.control);
    let overwrite = co.or(&basic.fr);
    let to_w = data
        .or(&control)
        .then(&writes)
        .or(&basic.internal(&overwrite));
    let to_r = data.then(&marked).then(&rfi);
    let ppo = to_r.or(&to_w).or(&basic.internal(&fence));
    let cumulative = rfe.then(&marked).maybe();
    let rmw_sequence = rf.then(rmw).any();
    let cumul_fence = marked
        .then(&cumulative.then(&strong.or(&po_rel)).or(&wmb))
        .then(&marked)
        .then(&rmw_sequence);
    let prop = marked
        .then(&basic.external(&overwrite).maybe())
        .then(&cumul_fence.any())
        .then(&marked)
        .then(&rfe.maybe())
        .then(&marked);
    let same = basic.on(|_| true);
    let again = basic.internal(&prop.less(&same));
    let hb = marked.then(&ppo.or(&rfe).or(&again)).then(&marked);
    let pb = prop.then(&strong).then(&hb.any()).then(&marked);
    let xbstar = hb.or(&pb).any();
    let vis = cumul_fence.any().then(&rfe.maybe()).then(&marked).then(
        &strong
            .then(&marked)
            .then(&xbstar)
            .or(&basic.internal(&xbstar)),
    );
    let returned = basic.on(|event| !events[event].unreturned);
    let w_pre = marked.then(&fence.maybe());
    let r_pre = marked.then(
        &nonrw_fence
            .or(&reads.then(&basic.around(Barrier::Rmb)).then(&returned))
            .maybe(),
    );
    let w_post = fence.maybe().then(&marked).then(&rmw_sequence);
    let r_post = nonrw_fence
        .or(&returned.then(&basic.around(Barrier::Rmb)).then(&reads))
        .maybe()
        .then(&marked);
    let visible = |pre: &Relation| {
        fence
            .or(&strong.then(&xbstar).then(pre))
            .or(&w_post.then(&vis).then(pre))
    };
    let (ww_vis, wr_vis) = (visible(&w_pre), visible(&r_pre));
    let rw_xbstar = fence.or(&r_post.then(&xbstar).then(&w_pre));
    let pre_race = Relation::of(basic.count(), |a, b| {
        let access = |event: usize| events[event].location().is_some();
        let begins = events[a].thread.is_none();
        access(a) && access(b) && (plain.has(a, a) || (!begins && plain.has(b, b)))
    });
    let pre_race = pre_race.and(&basic.ext);
    let incoherent = rf
        .and(&rw_xbstar.inverse())
        .or(&basic.fr.and(&wr_vis.inverse()))
        .or(&co.and(&ww_vis.inverse()))
        .and(&pre_race);
    let allowed = hb.is_acyclic() && pb.is_acyclic() && incoherent.is_empty();

    let first_marked = Relation::of(basic.count(), |a, _| marked.has(a, a));
    let second_marked = first_marked.inverse();
    let ww_nonrace = ww_vis
        .and(&first_marked.or(&rw_xbstar))
        .and(&second_marked.or(&wr_vis));
    let ww_race = pre_race.and(co).less(&ww_nonrace);
    let wr_race = pre_race
        .and(&co.maybe().then(rf))
        .less(&wr_vis)
        .less(&rw_xbstar.inverse());
    let rw_race = pre_race.and(&basic.fr).less(&rw_xbstar);
    (allowed, !ww_race.or(&wr_race).or(&rw_race).is_empty())
}

/// Whether the architecture has it.
fn aarch64(basic: &Basic<'_>) -> bool {
    let Candidate {
        po,
        rf,
        rmw,
        data,
        control,
        co,
        ..
    } = basic.it;
    let (reads, writes) = (basic.reads(), basic.writes());
    let observed = basic.external(&rf.or(co).or(&basic.fr));
    let dependencies = data
        .or(&control.then(&writes))
        .or(&data.then(&basic.internal(rf)));
    // The load of an STEOR is not of a register: a barrier for loads does not see it.
    let loads =
        basic.on(|event| basic.it.events[event].is_read() && !basic.it.events[event].unreturned);
    let barriers = basic
        .around(Barrier::Mb)
        .or(&loads.then(&basic.around(Barrier::Rmb)))
        .or(&writes.then(&basic.around(Barrier::Wmb)).then(&writes))
        .or(&basic.marked(acquires, true).then(po))
        .or(&po.then(&basic.marked(releases, false)));
    let ordered = observed.or(&dependencies).or(rmw).or(&barriers);
    let all = reads.or(&writes).or(&ordered);
    all.less(&basic.on(|_| true)).is_acyclic()
}
