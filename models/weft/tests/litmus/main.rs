//! The classic litmus tests: which outcomes RC11 allows, and how many graphs there are.
//!
//! An outcome is what the threads read, in the order of the threads, then the final values of the locations. A graph
//! count is the number of ways to choose rf and co within the axioms; where co is not visible in what is read and
//! left, there are more graphs than outcomes.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

macro_rules! threads {
    ($(|$v:ident| $body:expr),* $(,)?) => {
        vec![$(Box::new(move |$v: &Vars| -> Vec<u32> { $body.into() }) as Body),*]
    };
}

mod chains;
mod one_location;
mod two_threads;

use std::collections::BTreeSet;
use std::sync::Mutex;

use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering, Ordering::*, fence};
use weft::{Builder, thread};

struct Vars {
    x: AtomicU32,
    y: AtomicU32,
    z: AtomicU32,
}

type Body = Box<dyn Fn(&Vars) -> Vec<u32> + Send + Sync>;

/// Explores the threads and checks the number of graphs and the set of outcomes.
fn litmus(name: &str, graphs: u64, outcomes: &str, threads: Vec<Body>) {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let (out, threads) = (Arc::clone(&seen), Arc::new(threads));
    let report = Builder::default().check(move || {
        let vars = Arc::new(Vars {
            x: AtomicU32::new(0).named("x"),
            y: AtomicU32::new(0).named("y"),
            z: AtomicU32::new(0).named("z"),
        });
        let running: Vec<_> = (0..threads.len())
            .map(|i| {
                let (threads, vars) = (Arc::clone(&threads), Arc::clone(&vars));
                thread::spawn(move || threads[i](&vars))
            })
            .collect();
        let read: Vec<String> = running
            .into_iter()
            .flat_map(|t| t.join().unwrap())
            .map(|v| v.to_string())
            .collect();
        let last = [&vars.x, &vars.y, &vars.z].map(|v| v.load(Relaxed).to_string());
        out.lock()
            .unwrap()
            .insert(format!("{}/{}", read.concat(), last.concat()));
    });
    assert!(report.is_complete(), "{name}: {report}");
    let seen = seen
        .lock()
        .unwrap()
        .iter()
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    assert_eq!(seen, outcomes, "outcomes of {name}");
    assert_eq!(report.complete, graphs, "graphs of {name}");
}

/// A fence, or none for `Relaxed`.
fn fence_if(order: Ordering) {
    if order != Relaxed {
        fence(order);
    }
}
