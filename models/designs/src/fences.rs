//! The other way to write the two ends of an edge down.

use flipside::seam::{Recipe, Site, smp_rmb, smp_wmb};
use std::sync::atomic::Ordering;

/// Standalone fences, as the mail has them: one for all stores that follow, and none after a load
/// without news.
#[derive(Debug)]
pub struct Fences;

impl Recipe for Fences {
    #[inline(always)]
    #[track_caller]
    fn before_stores(site: Site) {
        smp_wmb(site);
    }

    #[inline(always)]
    fn store(_site: Site) -> Ordering {
        Ordering::Relaxed
    }

    #[inline(always)]
    fn load(_site: Site) -> Ordering {
        Ordering::Relaxed
    }

    #[inline(always)]
    #[track_caller]
    fn after_load(site: Site) {
        smp_rmb(site);
    }
}
