//! An idle pool uses about no processor time, nor does a submitter that waits long.
#![cfg(not(any(loom, shuttle, weft)))]

mod common;

use common::in_time_once;
use flipside::{Builder, Threads};
use std::fs;
use std::thread;
use std::time::Duration;

/// Of the processor time of the process, in hundredths of a second: the unit of Linux's reports.
fn ticks() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the name, which may hold anything, the 12th and 13th: in user mode and in the kernel.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let kernel: u64 = fields.next()?.parse().ok()?;
    Some(user + kernel)
}

const WORKERS: usize = 4;
const SECOND: Duration = Duration::from_secs(1);

/// A single busy thread would use 100 ticks in a second, and the pool has four of them.
const MOST: u64 = 5;

fn used(by: &str, during: impl FnOnce()) {
    let before = ticks().expect("the processor time");
    during();
    let used = ticks().expect("the processor time") - before;
    assert!(used <= MOST, "{by} took {used} hundredths of a second");
}

fn idle(builder: Builder) {
    let threads = builder.workers(WORKERS).ring_size(8).spawn(
        |_| Ok(Duration::ZERO),
        |time: &mut Duration| thread::sleep(*time),
    );
    let mut threads = threads.expect("a pool");
    // Everyone has been awake and has gone to sleep again.
    for _ in 0..100 {
        threads.prepare_wait(|_| ()).commit();
    }
    threads.wait_done(|_| ());
    thread::sleep(SECOND / 10);
    used("an idle pool", || thread::sleep(SECOND));

    // One request that takes its time, and a submitter that waits for it, by each way of waiting.
    let slow = |threads: &mut Threads<Duration>| {
        let mut request = threads.prepare_wait(|_| ());
        *request = SECOND;
        request.commit();
    };
    slow(&mut threads);
    used("a submitter in wait_done", || threads.wait_done(|_| ()));
    for _ in 0..WORKERS * 8 {
        slow(&mut threads);
    }
    used("a submitter in prepare_wait", || {
        drop(threads.prepare_wait(|_| ()));
    });
    // Not to wait for the others: the process ends before they do.
    std::mem::forget(threads);
}

/// One test, since it measures the whole process.
#[test]
fn waiting_is_sleeping() {
    if ticks().is_none() {
        println!("skipped: the processor time is read from Linux's /proc/self/stat");
        return;
    }
    in_time_once(|| {
        idle(Threads::builder());
        idle(Threads::builder().spin_budget(std::time::Duration::ZERO));
    });
}
