//! The engine's designs, side by side.

use crate::contenders::{Build, OneByOne, engine};
use flipside::{Design, Threads};

macro_rules! contenders {
    ($($design:ident),+ $(,)?) => {
        /// The first is what the others are compared with.
        pub(crate) const ALL: &[(&str, Build)] = &[$(
            (Design::$design.name(), |work, workers, ring| {
                let builder = Threads::builder().design(Design::$design);
                Box::new(OneByOne(engine(builder, work, workers, ring)))
            }),
        )+];
    };
}

contenders![
    FlipStriped,
    FlipStripedFences,
    FlipShared,
    FlipSharedFences,
    PtrRing,
    CompletionBitmap,
    OneBit,
];
