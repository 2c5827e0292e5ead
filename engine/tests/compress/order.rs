//! Pages are written in order whatever the workers do, and what goes wrong on the way is the end.

use super::app::error::Error;
use super::app::page::Page;
use super::app::run::{Stream, run};
use flipside::Threads;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

/// Pages of nothing but a number, and the numbers that came back.
struct Numbers<'a> {
    pages: u64,
    read: u64,
    written: Vec<u64>,
    on_read: Box<dyn FnMut(u64) + 'a>,
    fails_at: Option<u64>,
}

impl<'a> Numbers<'a> {
    fn new(pages: u64, on_read: impl FnMut(u64) + 'a) -> Self {
        Self {
            pages,
            read: 0,
            written: Vec::new(),
            on_read: Box::new(on_read),
            fails_at: None,
        }
    }
}

impl Stream for Numbers<'_> {
    fn read(&mut self, page: &mut Page) -> Result<bool, Error> {
        assert_eq!(page.number, self.read);
        (self.on_read)(self.read);
        page.plain.clear();
        page.plain.extend_from_slice(&self.read.to_le_bytes());
        self.read += 1;
        Ok(page.number < self.pages)
    }

    fn write(&mut self, page: &Page) -> Result<(), Error> {
        if self.fails_at == Some(page.number) {
            return Err(Error::NotAFile(PathBuf::from("full")));
        }
        // The content went with the number.
        assert_eq!(page.plain, page.number.to_le_bytes());
        self.written.push(page.number);
        Ok(())
    }
}

fn pages(count: u64) -> Vec<u64> {
    (0..count).collect()
}

#[test]
fn a_page_that_takes_longest_is_waited_for() {
    const WORKERS: usize = 2;
    const RING: usize = 3;
    const WINDOW: u64 = 2 * (WORKERS * RING) as u64;
    // Page 0 is through only when as many pages were read as the window has room for, so its
    // worker stands still and all others must wait in the window for their turn.
    let (release, released): (Sender<()>, Receiver<()>) = channel();
    let released = Mutex::new(released);
    let mut most_read = 0;
    let mut stream = Numbers::new(100, |number| {
        most_read = number;
        if number == WINDOW - 1 {
            release.send(()).expect("page 0 waits");
        }
    });
    let work = |page: &mut Page| {
        if page.number == 0 {
            let released = released.lock().unwrap_or_else(PoisonError::into_inner);
            released.recv().expect("the window was filled");
        }
    };
    let threads = Threads::builder().workers(WORKERS).ring_size(RING);
    let (count, workers) = run(threads, || work, &mut stream).expect("no errors");
    assert_eq!((count, workers), (100, WORKERS));
    assert_eq!(stream.written, pages(100));
}

#[test]
fn nothing_is_written_behind_a_failure_to_write() {
    for fails_at in [0, 1, 17, 70] {
        let mut stream = Numbers::new(100, |_| ());
        stream.fails_at = Some(fails_at);
        let threads = Threads::builder().workers(2).ring_size(4);
        let error = run(threads, || |_: &mut Page| (), &mut stream).expect_err("a full disk");
        assert!(matches!(error, Error::NotAFile(_)), "{error}");
        assert_eq!(stream.written, pages(fails_at));
        // Nor is the rest read for nothing.
        assert!(stream.read <= fails_at + 18, "{} pages read", stream.read);
    }
}

#[test]
fn a_panic_in_a_worker_is_an_error_that_names_the_page() {
    let mut stream = Numbers::new(50, |_| ());
    let work = |page: &mut Page| assert_ne!(page.number, 20, "page 20 is cursed");
    let threads = Threads::builder().workers(2).ring_size(4);
    let error = run(threads, || work, &mut stream).expect_err("a panic");
    let text = error.to_string();
    assert!(
        text.contains("page 21") && text.contains("cursed"),
        "{text}"
    );
    // Those of the other worker may have been written, but none twice and none out of turn.
    assert_eq!(stream.written, pages(stream.written.len() as u64));
    assert!(stream.written.len() <= 20);
}
