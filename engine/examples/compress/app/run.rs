//! The way through the engine: pages go to the workers as they are read and come back in order.
//!
//! Requests of different workers finish in any order, so a page that comes back early waits in a
//! window until those before it are written. A page is handed out only if it has a place in the
//! window, which bounds the memory however slow one worker is.

use super::error::Error;
use super::page::Page;
use flipside::{Builder, Outcome};
use std::mem;

/// What the pages come from and go to.
pub(crate) trait Stream {
    /// Fills the next page; `false` at the end.
    fn read(&mut self, page: &mut Page) -> Result<bool, Error>;
    /// Takes the next page, in the order in which they were read.
    fn write(&mut self, page: &Page) -> Result<(), Error>;
}

/// Reads every page of the stream, has a worker do on it what `tool` made for that worker, and writes
/// it; returns how many pages and workers there were.
pub(crate) fn run<W: FnMut(&mut Page) + Send>(
    threads: Builder,
    tool: impl Fn() -> W,
    stream: &mut impl Stream,
) -> Result<(u64, usize), Error> {
    threads
        .scope_with(
            |_| Ok(Page::new()),
            |_| Ok(tool()),
            |threads| {
                let window = 2 * threads.workers() * threads.ring_size();
                let mut line = Line::new(stream, window);
                for number in 0.. {
                    // One worker is far behind the others: no place before its page is back.
                    while !line.has_place(number)
                        && threads.deliver_wait(|page| line.join(page)) > 0
                    {}
                    let mut page = threads.prepare_wait(|page| line.join(page));
                    page.number = number;
                    if !line.read(&mut page)? {
                        break;
                    }
                    page.commit();
                }
                threads.wait_done(|page| line.join(page));
                Ok((line.finish()?, threads.workers()))
            },
        )
        .map_err(Error::Spawn)?
}

/// The pages that came back before their turn, and the stream that the others went to.
struct Line<'a, S> {
    stream: &'a mut S,
    /// The next page to write.
    next: u64,
    /// Where page `n` waits: `n % window.len()`, if it is there.
    window: Box<[Waiting]>,
    /// The first error; nothing is written behind it.
    failure: Option<Error>,
}

struct Waiting {
    here: bool,
    page: Page,
}

impl<'a, S: Stream> Line<'a, S> {
    fn new(stream: &'a mut S, window: usize) -> Self {
        let waiting = || Waiting {
            here: false,
            page: Page::new(),
        };
        Self {
            stream,
            next: 0,
            window: (0..window).map(|_| waiting()).collect(),
            failure: None,
        }
    }

    fn has_place(&self, number: u64) -> bool {
        number - self.next < self.window.len() as u64
    }

    /// The next page from the stream, unless writing has failed in the meantime.
    fn read(&mut self, page: &mut Page) -> Result<bool, Error> {
        self.check()?;
        self.stream.read(page)
    }

    /// A page came back: write it and those that waited for it, or let it wait for its turn.
    fn join(&mut self, outcome: Outcome<'_, Page>) {
        if self.failure.is_some() {
            return;
        }
        self.failure = match outcome {
            Ok(page) => self.place(page).err(),
            Err(mut panicked) => Some(Error::Worker {
                page: panicked.request().number,
                message: panicked.message().unwrap_or("a panic").to_owned(),
            }),
        };
    }

    fn place(&mut self, page: &mut Page) -> Result<(), Error> {
        if page.number != self.next {
            // Their buffers change places, so nothing is copied.
            let slot = self.slot(page.number);
            let waiting = &mut self.window[slot];
            waiting.here = true;
            mem::swap(&mut waiting.page, page);
            return Ok(());
        }
        self.stream.write(page)?;
        self.next += 1;
        loop {
            let slot = self.slot(self.next);
            let waiting = &mut self.window[slot];
            if !mem::take(&mut waiting.here) {
                return Ok(());
            }
            self.stream.write(&waiting.page)?;
            self.next += 1;
        }
    }

    fn slot(&self, number: u64) -> usize {
        (number % self.window.len() as u64) as usize
    }

    fn check(&mut self) -> Result<(), Error> {
        self.failure.take().map_or(Ok(()), Err)
    }

    fn finish(mut self) -> Result<u64, Error> {
        self.check().map(|()| self.next)
    }
}
