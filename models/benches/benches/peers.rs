//! The engine and what one would otherwise take, each used as its documentation shows it.

use flipside::Threads;
use flipside_benches::{Build, Contest, Offload, OneByOne, Page, Work, engine, in_batches};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

fn main() {
    let contest = Contest {
        contenders: ALL,
        batches: false,
        again: "cargo bench -p flipside-benches --bench peers",
    };
    contest.run();
}

/// The first is what the others are compared with.
const ALL: &[(&str, Build)] = &[
    ("flipside", |work, workers, ring| {
        Box::new(OneByOne(engine(Threads::builder(), work, workers, ring)))
    }),
    ("flipside batch", |work, workers, ring| {
        Box::new(Batches(engine(Threads::builder(), work, workers, ring)))
    }),
    ("std mpsc", |work, workers, ring| {
        Box::new(Mpsc::new(work, workers, ring))
    }),
    ("crossbeam-channel", |work, workers, ring| {
        Box::new(Crossbeam::new(work, workers, ring))
    }),
    ("rayon spawn", |work, workers, ring| {
        Box::new(Rayon::new(work, workers, ring))
    }),
    ("Mutex + Condvar", |work, workers, ring| {
        Box::new(Locked::new(work, workers, ring))
    }),
];

struct Batches(Threads<Page>);

impl Offload for Batches {
    fn stream(&mut self, requests: u64) -> u64 {
        in_batches(&mut self.0, requests)
    }
}

/// Pages that are not under way, and what to do with those that come back; the same for every
/// contender that sends its pages through queues.
struct Hand {
    #[expect(clippy::vec_box, reason = "the boxes are what goes through the queues")]
    pages: Vec<Box<Page>>,
    under_way: usize,
    sum: u64,
}

impl Hand {
    fn new(work: Work, pages: usize) -> Self {
        Self {
            pages: (0..pages).map(|_| Box::new(Page::new(work))).collect(),
            under_way: 0,
            sum: 0,
        }
    }

    /// Keeps all pages going round through the two queues until every request is done.
    fn stream(
        &mut self,
        requests: u64,
        mut send: impl FnMut(Box<Page>),
        mut receive: impl FnMut() -> Box<Page>,
    ) -> u64 {
        self.sum = 0;
        for number in 0..requests {
            let mut page = match self.pages.pop() {
                Some(page) => page,
                None => self.take(receive()),
            };
            page.fill(number);
            self.under_way += 1;
            send(page);
        }
        while self.under_way > 0 {
            let page = self.take(receive());
            self.pages.push(page);
        }
        self.sum
    }

    fn take(&mut self, page: Box<Page>) -> Box<Page> {
        self.under_way -= 1;
        self.sum = self.sum.wrapping_add(page.result());
        page
    }
}

/// A bounded channel to each worker, and one back from all of them.
struct Mpsc {
    hand: Hand,
    to_workers: Vec<SyncSender<Box<Page>>>,
    next: usize,
    back: Receiver<Box<Page>>,
    workers: Vec<JoinHandle<()>>,
}

impl Mpsc {
    fn new(work: Work, workers: usize, ring: usize) -> Self {
        let (done, back) = sync_channel(workers * ring);
        let start = |_| {
            let (to_worker, pages) = sync_channel::<Box<Page>>(ring);
            let done = done.clone();
            let worker = thread::spawn(move || {
                for mut page in pages {
                    page.work();
                    done.send(page).expect("the submitter listens");
                }
            });
            (to_worker, worker)
        };
        let (to_workers, threads) = (0..workers).map(start).unzip();
        Self {
            hand: Hand::new(work, workers * ring),
            to_workers,
            next: 0,
            back,
            workers: threads,
        }
    }
}

impl Offload for Mpsc {
    fn stream(&mut self, requests: u64) -> u64 {
        let (to_workers, next) = (&self.to_workers, &mut self.next);
        let send = |page| {
            to_workers[*next].send(page).expect("the worker lives");
            *next = (*next + 1) % to_workers.len();
        };
        let back = || self.back.recv().expect("a worker lives");
        self.hand.stream(requests, send, back)
    }
}

impl Drop for Mpsc {
    fn drop(&mut self) {
        self.to_workers.clear();
        join(&mut self.workers);
    }
}

/// One bounded channel to all workers, and one back.
struct Crossbeam {
    hand: Hand,
    to_workers: Option<crossbeam_channel::Sender<Box<Page>>>,
    back: crossbeam_channel::Receiver<Box<Page>>,
    workers: Vec<JoinHandle<()>>,
}

impl Crossbeam {
    fn new(work: Work, workers: usize, ring: usize) -> Self {
        let (to_workers, pages) = crossbeam_channel::bounded::<Box<Page>>(workers * ring);
        let (done, back) = crossbeam_channel::bounded(workers * ring);
        let start = |_| {
            let (pages, done) = (pages.clone(), done.clone());
            thread::spawn(move || {
                for mut page in pages {
                    page.work();
                    done.send(page).expect("the submitter listens");
                }
            })
        };
        Self {
            hand: Hand::new(work, workers * ring),
            to_workers: Some(to_workers),
            back,
            workers: (0..workers).map(start).collect(),
        }
    }
}

impl Offload for Crossbeam {
    fn stream(&mut self, requests: u64) -> u64 {
        let to_workers = self.to_workers.as_ref().expect("not dropped yet");
        let send = |page| to_workers.send(page).expect("a worker lives");
        let back = || self.back.recv().expect("a worker lives");
        self.hand.stream(requests, send, back)
    }
}

impl Drop for Crossbeam {
    fn drop(&mut self) {
        self.to_workers = None;
        join(&mut self.workers);
    }
}

/// A task for each request; all pages are out at once, and all are back at the end of a scope.
struct Rayon {
    pool: rayon::ThreadPool,
    pages: Vec<Page>,
}

impl Rayon {
    fn new(work: Work, workers: usize, ring: usize) -> Self {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build();
        Self {
            pool: pool.expect("a pool of rayon's"),
            pages: (0..workers * ring).map(|_| Page::new(work)).collect(),
        }
    }
}

impl Offload for Rayon {
    fn stream(&mut self, requests: u64) -> u64 {
        let (mut number, mut sum) = (0, 0u64);
        while number < requests {
            let size = (requests - number).min(self.pages.len() as u64) as usize;
            let pages = &mut self.pages[..size];
            // In place: the submitter is no worker here either.
            self.pool.in_place_scope(|scope| {
                for page in &mut *pages {
                    page.fill(number);
                    number += 1;
                    scope.spawn(|_| page.work());
                }
            });
            sum = (pages.iter()).fold(sum, |sum, page| sum.wrapping_add(page.result()));
        }
        sum
    }
}

/// The pool that everyone has written once: a queue behind a lock for each way.
struct Locked {
    hand: Hand,
    queues: Arc<Queues>,
    workers: Vec<JoinHandle<()>>,
}

struct Queues {
    to_workers: Queue,
    back: Queue,
}

struct Queue {
    /// `None` once it is closed.
    pages: Mutex<Option<VecDeque<Box<Page>>>>,
    more: Condvar,
}

impl Queue {
    fn new(capacity: usize) -> Self {
        Self {
            pages: Mutex::new(Some(VecDeque::with_capacity(capacity))),
            more: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<VecDeque<Box<Page>>>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, page: Box<Page>) {
        if let Some(pages) = &mut *self.lock() {
            pages.push_back(page);
        }
        self.more.notify_one();
    }

    fn pop(&self) -> Option<Box<Page>> {
        let mut pages = self.lock();
        loop {
            match pages.as_mut()?.pop_front() {
                Some(page) => return Some(page),
                None => {
                    let waited = self.more.wait(pages);
                    pages = waited.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    fn close(&self) {
        *self.lock() = None;
        self.more.notify_all();
    }
}

impl Locked {
    fn new(work: Work, workers: usize, ring: usize) -> Self {
        let queues = Arc::new(Queues {
            to_workers: Queue::new(workers * ring),
            back: Queue::new(workers * ring),
        });
        let start = |_| {
            let queues = Arc::clone(&queues);
            thread::spawn(move || {
                while let Some(mut page) = queues.to_workers.pop() {
                    page.work();
                    queues.back.push(page);
                }
            })
        };
        let threads = (0..workers).map(start).collect();
        Self {
            hand: Hand::new(work, workers * ring),
            queues,
            workers: threads,
        }
    }
}

impl Offload for Locked {
    fn stream(&mut self, requests: u64) -> u64 {
        let queues = &*self.queues;
        let send = |page| queues.to_workers.push(page);
        let back = || queues.back.pop().expect("it is not closed yet");
        self.hand.stream(requests, send, back)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.queues.to_workers.close();
        join(&mut self.workers);
    }
}

fn join(workers: &mut Vec<JoinHandle<()>>) {
    for worker in workers.drain(..) {
        worker.join().expect("a worker that ends");
    }
}
