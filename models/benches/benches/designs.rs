//! The designs side by side, each in the engine's place for it.

use flipside::Threads;
use flipside::seam::{Accesses, Striped};
use flipside_benches::{Build, Contest, OneByOne, engine};
use flipside_designs::{CompletionBitmap, Design, Fences, OneBit, PtrRing, Shared};

fn main() {
    let contest = Contest {
        contenders: ALL,
        batches: true,
        again: "cargo bench -p flipside-benches --bench designs",
    };
    contest.run();
}

macro_rules! contenders {
    ($($design:ident, $words:ty;)+) => {
        /// The first is what the others are compared with.
        const ALL: &[(&str, Build)] = &[$(
            (Design::$design.name(), |work, workers, ring| {
                let builder = Threads::builder().design::<$words>(());
                Box::new(OneByOne(engine(builder, work, workers, ring)))
            }),
        )+];
    };
}

contenders! {
    FlipStriped, Striped<Accesses>;
    FlipStripedFences, Striped<Fences>;
    FlipShared, Shared<Accesses>;
    FlipSharedFences, Shared<Fences>;
    PtrRing, PtrRing;
    CompletionBitmap, CompletionBitmap;
    OneBit, OneBit;
}
