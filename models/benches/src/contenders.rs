//! What all contenders can do, and the engine as one of them.

use crate::job::{Page, Work};
use flipside::seam::Handoff;
use flipside::{Builder, Threads};

/// What all of them can do.
pub trait Offload {
    /// Sends so many requests through the workers; returns the sum of the results.
    fn stream(&mut self, requests: u64) -> u64;

    /// The same in batches, where there are any.
    fn stream_in_batches(&mut self, requests: u64) -> u64 {
        self.stream(requests)
    }

    /// One request at a time, there and back.
    fn round_trips(&mut self, requests: u64) -> u64 {
        (0..requests).map(|_| self.stream(1)).sum()
    }
}

/// Builds a contender for some work, so many workers, and so many requests for each.
pub type Build = fn(Work, usize, usize) -> Box<dyn Offload>;

/// A pool of the engine, whose hand-off is of that design.
///
/// # Panics
///
/// If it cannot be started.
#[must_use]
pub fn engine<H: Handoff>(
    builder: Builder<H>,
    work: Work,
    workers: usize,
    ring: usize,
) -> Threads<Page, H> {
    let builder = builder.workers(workers).ring_size(ring);
    let threads = builder.spawn(|_| Ok(Page::new(work)), Page::work);
    threads.expect("a pool of the engine")
}

/// The engine, each request committed by itself.
#[derive(Debug)]
pub struct OneByOne<H: Handoff>(pub Threads<Page, H>);

impl<H: Handoff> Offload for OneByOne<H> {
    fn stream(&mut self, requests: u64) -> u64 {
        let mut sum = 0u64;
        let mut done = |page: flipside::Outcome<'_, Page>| {
            sum = sum.wrapping_add(page.map_or(0, |page| page.result()));
        };
        for number in 0..requests {
            let mut page = self.0.prepare_wait(&mut done);
            page.fill(number);
            page.commit();
        }
        self.0.wait_done(&mut done);
        sum
    }

    fn stream_in_batches(&mut self, requests: u64) -> u64 {
        in_batches(&mut self.0, requests)
    }
}

/// Sends so many requests through the engine's workers in batches; returns the sum of the results.
pub fn in_batches<H: Handoff>(threads: &mut Threads<Page, H>, requests: u64) -> u64 {
    let mut sum = 0u64;
    let mut done = |page: flipside::Outcome<'_, Page>| {
        sum = sum.wrapping_add(page.map_or(0, |page| page.result()));
    };
    let mut number = 0;
    while number < requests {
        let mut batch = threads.batch();
        // Waits for one, then takes along whatever else is free.
        let mut waits = true;
        while number < requests {
            let next = match waits {
                true => batch.prepare_wait(&mut done),
                false => batch.prepare(&mut done),
            };
            let Some(mut page) = next else { break };
            page.fill(number);
            page.commit();
            number += 1;
            waits = false;
        }
        batch.commit();
    }
    threads.wait_done(&mut done);
    sum
}
