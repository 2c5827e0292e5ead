//! The ordering sites: every place where the protocol needs an order between memory accesses.
//!
//! What orders accesses to shared words is asked for here, by site: as a standalone fence beside
//! `Relaxed` accesses, or, by a [`Recipe`], as the ordering of the access itself. Each site names
//! the obligations that it discharges and the sites at the other end of its edge. A normal build
//! compiles each call to the bare fence or ordering. Under a checker a site can be weakened at run
//! time by its name, which is how the models show that each one is needed.

use crate::sync::{self, Ordering};

/// What a barrier orders, in the names of the Linux kernel; see [`Site::kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `smp_wmb`, here a release fence: what came before it is visible to whoever sees a later store.
    Wmb,
    /// `smp_rmb`, here an acquire fence: what comes after it sees what an earlier load's writer saw.
    Rmb,
    /// `smp_mb`, here a sequentially consistent fence: also orders a store before a later load.
    Mb,
    /// Both of the first two in one, an acquire-release fence. No site asks for it: a full barrier
    /// can be weakened to it.
    AcqRel,
}

impl Kind {
    /// The ordering of its fence, or of an access that is itself such a barrier.
    #[must_use]
    pub const fn ordering(self) -> Ordering {
        match self {
            Self::Wmb => Ordering::Release,
            Self::Rmb => Ordering::Acquire,
            Self::Mb => Ordering::SeqCst,
            Self::AcqRel => Ordering::AcqRel,
        }
    }
}

macro_rules! sites {
    ($( $(#[doc = $doc:literal])+ $site:ident = $name:literal, $kind:ident,
        [$($obligation:literal),+], pairs with [$($partner:ident),+]; )+) => {
        /// A place in the engine where an ordering matters.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Site { $( $(#[doc = $doc])+ $site, )+ }

        impl Site {
            /// Every site, in the order of a request's life.
            pub const ALL: &'static [Site] = &[$(Site::$site),+];

            /// The site's name, as the mutants, the seeds and the proofs write it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Site::$site => $name),+ }
            }

            /// The barrier that stands here.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Site::$site => Kind::$kind),+ }
            }

            /// The obligations that the barrier discharges.
            #[must_use]
            pub const fn obligations(self) -> &'static [&'static str] {
                match self { $(Site::$site => &[$($obligation),+]),+ }
            }

            /// The sites at the other end of the edge.
            #[must_use]
            pub const fn partners(self) -> &'static [Site] {
                match self { $(Site::$site => &[$(Site::$partner),+]),+ }
            }
        }
    };
}

sites! {
    /// Before the submitter's flip of `fill`: the request as it was filled, and every earlier read
    /// of its last result, come before the worker's turn.
    CommitWmb = "commit.wmb", Wmb, ["O1", "O4"], pairs with [TakeRmb];
    /// After the worker's look at `fill`: what it reads of the request is what was filled.
    TakeRmb = "take.rmb", Rmb, ["O1", "O4"], pairs with [CommitWmb];
    /// Before the worker's flip of `done`: the result, the mark of a panic, and every read of the
    /// request come before the submitter's turn.
    CompleteWmb = "complete.wmb", Wmb, ["O2", "O3", "O10"], pairs with [ReapRmb, FlushRmb];
    /// After `prepare`'s look at `done`: the result is whole, and the worker is through with it.
    ReapRmb = "reap.rmb", Rmb, ["O2", "O3", "O10"], pairs with [CompleteWmb];
    /// The same in `wait_done`, `deliver` and `deliver_wait`.
    FlushRmb = "flush.rmb", Rmb, ["O2", "O3", "O5", "O10"], pairs with [CompleteWmb];
    /// On a worker's load that sees its turn at the lock of `ptr_ring`: it goes on where the last
    /// holder stopped.
    LockRmb = "lock.rmb", Rmb, ["O8"], pairs with [LockWmb];
    /// On the store that gives the lock on.
    LockWmb = "lock.wmb", Wmb, ["O8"], pairs with [LockRmb];
    /// Between the flip of `fill` and the look at whether the worker sleeps.
    CommitMb = "commit.mb", Mb, ["O6"], pairs with [WorkerSleepMb];
    /// Between a worker's word that it sleeps and its last look for work or for the stop flag.
    WorkerSleepMb = "worker_sleep.mb", Mb, ["O6"], pairs with [CommitMb, StopMb];
    /// Between the flip of `done` and the look at whether the submitter sleeps.
    CompleteMb = "complete.mb", Mb, ["O6"], pairs with [SubmitterSleepMb];
    /// Between the submitter's word that it sleeps and its last look for finished requests.
    SubmitterSleepMb = "submitter_sleep.mb", Mb, ["O6"], pairs with [CompleteMb];
    /// Before the store of the stop flag: every commit is visible to a worker that sees the flag.
    StopWmb = "stop.wmb", Wmb, ["O7"], pairs with [StopRmb];
    /// After a worker saw the stop flag, before its last look for work.
    StopRmb = "stop.rmb", Rmb, ["O7"], pairs with [StopWmb];
    /// Between the store of the stop flag and the look at which workers sleep.
    StopMb = "stop.mb", Mb, ["O6", "O7"], pairs with [WorkerSleepMb];
}

/// Write barrier: accesses before it come before stores after it, for whoever reads those stores
/// and then passes an [`smp_rmb`].
#[inline(always)]
#[track_caller]
pub fn smp_wmb(site: Site) {
    barrier(site, Kind::Wmb);
}

/// Read barrier: accesses after it come after what the writers of values read before it did
/// before their [`smp_wmb`].
#[inline(always)]
#[track_caller]
pub fn smp_rmb(site: Site) {
    barrier(site, Kind::Rmb);
}

/// Full barrier: besides both of the above, of two threads that each store, pass one and then load
/// the other's word, at least one sees the other's store.
#[inline(always)]
#[track_caller]
pub fn smp_mb(site: Site) {
    barrier(site, Kind::Mb);
}

#[inline(always)]
#[track_caller]
fn barrier(site: Site, kind: Kind) {
    assert_is(site, kind);
    sync::fence(site.name(), kind.ordering());
}

/// The ordering of an access that is itself an end of an edge.
#[inline(always)]
#[must_use]
pub fn access(site: Site, kind: Kind) -> Ordering {
    assert_is(site, kind);
    sync::ordering(site.name(), kind.ordering())
}

#[inline(always)]
fn assert_is(site: Site, kind: Kind) {
    assert_eq!(site.kind(), kind, "{} is another barrier", site.name());
}

/// How the two ends of an edge are written down.
///
/// Both recipes, [`Accesses`] and standalone fences, give the same order where this engine asks for
/// it. A fence orders all accesses around it; an access orders those on its one side of itself.
pub trait Recipe: Send + Sync + 'static {
    /// Before stores that publish what came before.
    fn before_stores(site: Site);
    /// The ordering of each of those stores.
    fn store(site: Site) -> Ordering;
    /// The ordering of a load that may bring news.
    fn load(site: Site) -> Ordering;
    /// After a load that did bring news.
    fn after_load(site: Site);
}

/// Per-access orderings: one release store, one acquire load. On AArch64 a `stlr` and a `ldar`,
/// where the fences need a `dmb ish` and a `dmb ishld` beside the accesses.
#[derive(Debug)]
pub struct Accesses;

impl Recipe for Accesses {
    #[inline(always)]
    fn before_stores(_site: Site) {}

    #[inline(always)]
    fn store(site: Site) -> Ordering {
        access(site, Kind::Wmb)
    }

    #[inline(always)]
    fn load(site: Site) -> Ordering {
        access(site, Kind::Rmb)
    }

    #[inline(always)]
    fn after_load(_site: Site) {}
}
