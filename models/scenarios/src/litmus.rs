//! Litmus programs: the smallest in which orderings show. Written once, for each checker's types.
//!
//! They are here for the comparison of the checkers: what one checker shows, another that
//! claims more has to show too.

#[cfg(loom)]
use loom::{sync::atomic, thread::spawn};
#[cfg(shuttle)]
use shuttle::{sync::atomic, thread::spawn};
#[cfg(not(any(loom, shuttle, weft)))]
use std::{sync::atomic, thread::spawn};
#[cfg(weft)]
use weft::{sync::atomic, thread::spawn};

use atomic::{AtomicUsize, fence};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

/// A litmus program: returns what its threads read.
#[derive(Clone, Copy)]
pub struct Litmus {
    /// The field's name for it, and its orderings.
    pub name: &'static str,
    /// The program.
    pub run: fn() -> String,
    /// Why loom shows outcomes here that the C11 model does not have, where it is known to.
    pub loom_false_alarm: Option<&'static str>,
}

impl fmt::Debug for Litmus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Litmus").field(&self.name).finish()
    }
}

/// Three words, zero at first.
struct Words {
    x: AtomicUsize,
    y: AtomicUsize,
    z: AtomicUsize,
}

/// Runs each thread but the last on a thread of its own, and the last on this one.
fn threads<const N: usize>(bodies: [fn(&Words) -> usize; N]) -> String {
    let words = Arc::new(Words {
        x: AtomicUsize::new(0),
        y: AtomicUsize::new(0),
        z: AtomicUsize::new(0),
    });
    let (spawned, own) = bodies.split_at(N - 1);
    let handles: Vec<_> = spawned
        .iter()
        .map(|&body| {
            let words = Arc::clone(&words);
            spawn(move || body(&words))
        })
        .collect();
    let own: Vec<_> = own.iter().map(|body| body(&words)).collect();
    let read = handles.into_iter().map(|handle| match handle.join() {
        Ok(read) => read,
        Err(panic) => std::panic::resume_unwind(panic),
    });
    let read: Vec<_> = read.chain(own).collect();
    // The last values too, so that coherence shows: everything is joined, so these are the newest.
    let last = [&words.x, &words.y, &words.z].map(|word| word.load(Relaxed));
    format!("read {read:?}, left {last:?}")
}

/// Two reads in one number.
fn pair(first: usize, second: usize) -> usize {
    10 * first + second
}

fn write_two(words: &Words, second: Ordering) -> usize {
    words.x.store(1, Relaxed);
    words.y.store(1, second);
    0
}

fn read_two(words: &Words, first: Ordering) -> usize {
    let y = words.y.load(first);
    pair(y, words.x.load(Relaxed))
}

const fn plain(name: &'static str, run: fn() -> String) -> Litmus {
    Litmus {
        name,
        run,
        loom_false_alarm: None,
    }
}

/// Every litmus program.
pub const LITMUS: &[Litmus] = &[
    plain("MP, relaxed", || {
        threads([|w| write_two(w, Relaxed), |w| read_two(w, Relaxed)])
    }),
    plain("MP, release and acquire", || {
        threads([|w| write_two(w, Release), |w| read_two(w, Acquire)])
    }),
    plain("MP, fences", || {
        threads([
            |w| {
                w.x.store(1, Relaxed);
                fence(Release);
                w.y.store(1, Relaxed);
                0
            },
            |w| {
                let y = w.y.load(Relaxed);
                fence(Acquire);
                pair(y, w.x.load(Relaxed))
            },
        ])
    }),
    plain("SB, relaxed", || {
        threads([
            |w| {
                w.x.store(1, Relaxed);
                w.y.load(Relaxed)
            },
            |w| {
                w.y.store(1, Relaxed);
                w.x.load(Relaxed)
            },
        ])
    }),
    plain("SB, sequentially consistent fences", || {
        threads([
            |w| {
                w.x.store(1, Relaxed);
                fence(SeqCst);
                w.y.load(Relaxed)
            },
            |w| {
                w.y.store(1, Relaxed);
                fence(SeqCst);
                w.x.load(Relaxed)
            },
        ])
    }),
    Litmus {
        name: "SB, sequentially consistent accesses",
        run: || {
            threads([
                |w| {
                    w.x.store(1, SeqCst);
                    w.y.load(SeqCst)
                },
                |w| {
                    w.y.store(1, SeqCst);
                    w.x.load(SeqCst)
                },
            ])
        },
        loom_false_alarm: Some("loom treats SeqCst accesses as AcqRel"),
    },
    plain("LB, relaxed", || {
        threads([
            |w| {
                let x = w.x.load(Relaxed);
                w.y.store(1, Relaxed);
                x
            },
            |w| {
                let y = w.y.load(Relaxed);
                w.x.store(1, Relaxed);
                y
            },
        ])
    }),
    plain("2+2W, relaxed", || {
        threads([
            |w| {
                w.x.store(1, Relaxed);
                w.y.store(2, Relaxed);
                0
            },
            |w| {
                w.y.store(1, Relaxed);
                w.x.store(2, Relaxed);
                0
            },
        ])
    }),
    plain("CoRR, relaxed", || {
        threads([
            |w| {
                w.x.store(1, Relaxed);
                0
            },
            |w| {
                let first = w.x.load(Relaxed);
                pair(first, w.x.load(Relaxed))
            },
        ])
    }),
    plain("S, release and acquire", || {
        threads([
            |w| {
                w.x.store(2, Relaxed);
                w.y.store(1, Release);
                0
            },
            |w| {
                let y = w.y.load(Acquire);
                w.x.store(1, Relaxed);
                y
            },
        ])
    }),
    plain("R, sequentially consistent fences", || {
        threads([
            |w| {
                w.x.store(1, Relaxed);
                fence(SeqCst);
                w.y.store(1, Relaxed);
                0
            },
            |w| {
                w.y.store(2, Relaxed);
                fence(SeqCst);
                w.x.load(Relaxed)
            },
        ])
    }),
    plain("WRC, release and acquire", || {
        threads([
            |w| {
                w.x.store(1, Relaxed);
                0
            },
            |w| {
                let x = w.x.load(Relaxed);
                w.y.store(1, Release);
                x
            },
            |w| read_two(w, Acquire),
        ])
    }),
    plain("ISA2, release and acquire", || {
        threads([
            |w| write_two(w, Release),
            |w| {
                let y = w.y.load(Acquire);
                w.z.store(1, Release);
                y
            },
            |w| {
                let z = w.z.load(Acquire);
                pair(z, w.x.load(Relaxed))
            },
        ])
    }),
    plain("release sequence through an exchange", || {
        threads([
            |w| write_two(w, Release),
            |w| w.y.fetch_add(1, Relaxed),
            |w| read_two(w, Acquire),
        ])
    }),
    plain("two exchanges", || {
        threads([|w| w.x.fetch_add(1, AcqRel), |w| w.x.fetch_add(1, AcqRel)])
    }),
    Litmus {
        name: "an exchange against a plain store",
        run: || {
            threads([
                |w| w.x.swap(1, AcqRel),
                |w| {
                    w.x.store(2, Relaxed);
                    w.x.load(Relaxed)
                },
            ])
        },
        loom_false_alarm: Some("loom lets a plain store come between the halves of an exchange"),
    },
    plain("sleep and wake, full barrier on one side", || {
        threads([
            |w| {
                w.x.swap(1, SeqCst);
                w.y.load(Relaxed)
            },
            |w| {
                w.y.store(1, Relaxed);
                fence(SeqCst);
                w.x.load(Relaxed)
            },
        ])
    }),
];
