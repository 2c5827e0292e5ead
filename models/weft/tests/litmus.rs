//! The classic litmus tests: which outcomes RC11 allows, and how many graphs there are.
//!
//! An outcome is what the threads read, in the order of the threads, then the final values of the locations. A graph
//! count is the number of ways to choose rf and co within the axioms; where co is not visible in what is read and
//! left, there are more graphs than outcomes.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

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
    if std::env::var_os("LITMUS_SHOW").is_some() {
        println!("{name}: {}, {seen}", report.complete);
        return;
    }
    assert_eq!(seen, outcomes, "outcomes of {name}");
    assert_eq!(report.complete, graphs, "graphs of {name}");
}

macro_rules! threads {
    ($(|$v:ident| $body:expr),* $(,)?) => {
        vec![$(Box::new(move |$v: &Vars| -> Vec<u32> { $body.into() }) as Body),*]
    };
}

/// A fence, or none for `Relaxed`.
fn fence_if(order: Ordering) {
    if order != Relaxed {
        fence(order);
    }
}

fn store_buffering(
    name: &str,
    graphs: u64,
    outcomes: &str,
    store: Ordering,
    load: Ordering,
    f: Ordering,
) {
    litmus(
        name,
        graphs,
        outcomes,
        threads![
            |v| {
                v.x.store(1, store);
                fence_if(f);
                [v.y.load(load)]
            },
            |v| {
                v.y.store(1, store);
                fence_if(f);
                [v.x.load(load)]
            },
        ],
    );
}

#[test]
fn sb() {
    let all = "00/110 01/110 10/110 11/110";
    let no_00 = "01/110 10/110 11/110";
    store_buffering("SB rlx", 4, all, Relaxed, Relaxed, Relaxed);
    store_buffering("SB rel acq", 4, all, Release, Acquire, Relaxed);
    store_buffering("SB sc", 3, no_00, SeqCst, SeqCst, Relaxed);
    store_buffering("SB sc fences", 3, no_00, Relaxed, Relaxed, SeqCst);
    store_buffering("SB acqrel fences", 4, all, Relaxed, Relaxed, AcqRel);
    // One side only is not enough.
    store_buffering("SB sc stores", 4, all, SeqCst, Relaxed, Relaxed);
    store_buffering("SB sc loads", 4, all, Relaxed, SeqCst, Relaxed);
    litmus(
        "SB one fence",
        4,
        all,
        threads![
            |v| {
                v.x.store(1, Relaxed);
                fence(SeqCst);
                [v.y.load(Relaxed)]
            },
            |v| {
                v.y.store(1, Relaxed);
                [v.x.load(Relaxed)]
            },
        ],
    );
    // A SeqCst read-modify-write does not order a later relaxed load.
    litmus(
        "SB sc rmws",
        4,
        all,
        threads![
            |v| {
                v.x.fetch_xor(1, SeqCst);
                [v.y.load(Relaxed)]
            },
            |v| {
                v.y.fetch_xor(1, SeqCst);
                [v.x.load(Relaxed)]
            },
        ],
    );
    litmus(
        "SB rmw and fence",
        4,
        all,
        threads![
            |v| {
                v.x.fetch_xor(1, SeqCst);
                [v.y.load(Relaxed)]
            },
            |v| {
                v.y.store(1, Relaxed);
                fence(SeqCst);
                [v.x.load(Relaxed)]
            },
        ],
    );
}

fn message_passing(
    name: &str,
    graphs: u64,
    outcomes: &str,
    w: (Ordering, Ordering),
    r: (Ordering, Ordering),
) {
    litmus(
        name,
        graphs,
        outcomes,
        threads![
            |v| {
                v.x.store(1, Relaxed);
                fence_if(w.0);
                v.y.store(1, w.1);
                []
            },
            |v| {
                let flag = v.y.load(r.1);
                fence_if(r.0);
                [flag, v.x.load(Relaxed)]
            },
        ],
    );
}

#[test]
fn mp() {
    let all = "00/110 01/110 10/110 11/110";
    let no_10 = "00/110 01/110 11/110";
    let none = (Relaxed, Relaxed);
    message_passing("MP rlx", 4, all, none, none);
    message_passing(
        "MP rel acq",
        3,
        no_10,
        (Relaxed, Release),
        (Relaxed, Acquire),
    );
    message_passing("MP rel", 4, all, (Relaxed, Release), none);
    message_passing("MP acq", 4, all, none, (Relaxed, Acquire));
    message_passing(
        "MP fences",
        3,
        no_10,
        (Release, Relaxed),
        (Acquire, Relaxed),
    );
    message_passing(
        "MP fence to acq",
        3,
        no_10,
        (Release, Relaxed),
        (Relaxed, Acquire),
    );
    message_passing(
        "MP rel to fence",
        3,
        no_10,
        (Relaxed, Release),
        (Acquire, Relaxed),
    );
    message_passing(
        "MP wrong fences",
        4,
        all,
        (Acquire, Relaxed),
        (Release, Relaxed),
    );
    message_passing("MP sc", 3, no_10, (Relaxed, SeqCst), (Relaxed, SeqCst));
    message_passing(
        "MP sc fences",
        3,
        no_10,
        (SeqCst, Relaxed),
        (SeqCst, Relaxed),
    );
}

#[test]
fn lb() {
    // RC11 forbids po ∪ rf cycles, so no order allows 1 and 1: this is what it leaves out.
    for order in [Relaxed, SeqCst] {
        let (load, store) = (order, order);
        litmus(
            "LB",
            3,
            "00/110 01/110 10/110",
            threads![
                |v| {
                    let r = v.x.load(load);
                    v.y.store(1, store);
                    [r]
                },
                |v| {
                    let r = v.y.load(load);
                    v.x.store(1, store);
                    [r]
                },
            ],
        );
    }
}

#[test]
fn two_plus_two_writes() {
    let all = "/110 /120 /210 /220";
    for (order, graphs, outcomes) in [
        (Relaxed, 4, all),
        (Release, 4, all),
        (SeqCst, 3, "/120 /210 /220"),
    ] {
        litmus(
            "2+2W",
            graphs,
            outcomes,
            threads![
                |v| {
                    v.x.store(1, order);
                    v.y.store(2, order);
                    []
                },
                |v| {
                    v.y.store(1, order);
                    v.x.store(2, order);
                    []
                },
            ],
        );
    }
    litmus(
        "2+2W sc fences",
        3,
        "/120 /210 /220",
        threads![
            |v| {
                v.x.store(1, Relaxed);
                fence(SeqCst);
                v.y.store(2, Relaxed);
                []
            },
            |v| {
                v.y.store(1, Relaxed);
                fence(SeqCst);
                v.x.store(2, Relaxed);
                []
            },
        ],
    );
}

#[test]
fn coherence() {
    litmus(
        "CoRR",
        6,
        "00/200 01/200 02/200 11/200 12/200 22/200",
        threads![
            |v| {
                v.x.store(1, Relaxed);
                v.x.store(2, Relaxed);
                []
            },
            |v| [v.x.load(Relaxed), v.x.load(Relaxed)],
        ],
    );
    // Two readers must agree on the order of two writers: of 2 co × 9 × 9 reads the increasing ones, 6 × 6 each.
    litmus(
        "CoRR2 writers",
        12,
        "00/100 00/200 01/100 01/200 02/100 02/200 11/100 11/200 12/200 21/100 22/100 22/200",
        threads![
            |v| {
                v.x.store(1, Relaxed);
                []
            },
            |v| {
                v.x.store(2, Relaxed);
                []
            },
            |v| [v.x.load(Relaxed), v.x.load(Relaxed)],
        ],
    );
    litmus(
        "CoWR",
        3,
        "1/100 1/200 2/200",
        threads![
            |v| {
                v.x.store(1, Relaxed);
                [v.x.load(Relaxed)]
            },
            |v| {
                v.x.store(2, Relaxed);
                []
            },
        ],
    );
    litmus(
        "CoRW",
        3,
        "0/100 0/200 2/100",
        threads![
            |v| {
                let r = v.x.load(Relaxed);
                v.x.store(1, Relaxed);
                [r]
            },
            |v| {
                v.x.store(2, Relaxed);
                []
            },
        ],
    );
    litmus(
        "CoWW",
        3,
        "/200 /300",
        threads![
            |v| {
                v.x.store(1, Relaxed);
                v.x.store(2, Relaxed);
                []
            },
            |v| {
                v.x.store(3, Relaxed);
                []
            },
        ],
    );
}

#[test]
fn iriw() {
    let readers = |name: &str, graphs, count: usize, store, load, f: Ordering| {
        let all: Vec<String> = (0..16)
            .map(|n| format!("{:04b}/110", n))
            .filter(|o| count == 16 || o != "1010/110")
            .collect();
        litmus(
            name,
            graphs,
            &all.join(" "),
            threads![
                |v| {
                    v.x.store(1, store);
                    []
                },
                |v| {
                    v.y.store(1, store);
                    []
                },
                |v| {
                    let a = v.x.load(load);
                    fence_if(f);
                    [a, v.y.load(load)]
                },
                |v| {
                    let a = v.y.load(load);
                    fence_if(f);
                    [a, v.x.load(load)]
                },
            ],
        );
    };
    readers("IRIW rlx", 16, 16, Relaxed, Relaxed, Relaxed);
    readers("IRIW rel acq", 16, 16, Release, Acquire, Relaxed);
    readers("IRIW sc", 15, 15, SeqCst, SeqCst, Relaxed);
    readers("IRIW sc fences", 15, 15, Relaxed, Relaxed, SeqCst);
}

#[test]
fn isa2() {
    // A chain of two messages: x is there once both arrived.
    let chain = |name: &str, graphs, outcomes: &str, store, load| {
        litmus(
            name,
            graphs,
            outcomes,
            threads![
                |v| {
                    v.x.store(1, Relaxed);
                    v.y.store(1, store);
                    []
                },
                |v| {
                    let a = v.y.load(load);
                    v.z.store(1, store);
                    [a]
                },
                |v| {
                    let a = v.z.load(load);
                    [a, v.x.load(Relaxed)]
                },
            ],
        );
    };
    chain(
        "ISA2 rlx",
        8,
        "000/111 001/111 010/111 011/111 100/111 101/111 110/111 111/111",
        Relaxed,
        Relaxed,
    );
    chain(
        "ISA2 rel acq",
        7,
        "000/111 001/111 010/111 011/111 100/111 101/111 111/111",
        Release,
        Acquire,
    );
}

#[test]
fn wrc() {
    let relay = |name: &str, graphs, outcomes: &str, store, load| {
        litmus(
            name,
            graphs,
            outcomes,
            threads![
                |v| {
                    v.x.store(1, Relaxed);
                    []
                },
                |v| {
                    let a = v.x.load(Relaxed);
                    v.y.store(1, store);
                    [a]
                },
                |v| {
                    let a = v.y.load(load);
                    [a, v.x.load(Relaxed)]
                },
            ],
        );
    };
    relay(
        "WRC rlx",
        8,
        "000/110 001/110 010/110 011/110 100/110 101/110 110/110 111/110",
        Relaxed,
        Relaxed,
    );
    // The reader of y must not read an older x than the writer of y had read.
    relay(
        "WRC rel acq",
        7,
        "000/110 001/110 010/110 011/110 100/110 101/110 111/110",
        Release,
        Acquire,
    );
}

#[test]
fn rwc() {
    let test = |name: &str, graphs, outcomes: &str, f: Ordering| {
        litmus(
            name,
            graphs,
            outcomes,
            threads![
                |v| {
                    v.x.store(1, Relaxed);
                    []
                },
                |v| {
                    let a = v.x.load(Relaxed);
                    fence_if(f);
                    [a, v.y.load(Relaxed)]
                },
                |v| {
                    v.y.store(1, Relaxed);
                    fence_if(f);
                    [v.x.load(Relaxed)]
                },
            ],
        );
    };
    test(
        "RWC rlx",
        8,
        "000/110 001/110 010/110 011/110 100/110 101/110 110/110 111/110",
        Relaxed,
    );
    test(
        "RWC sc fences",
        7,
        "000/110 001/110 010/110 011/110 101/110 110/110 111/110",
        SeqCst,
    );
}

#[test]
fn w_rwc() {
    // Two SeqCst accesses with a release and an acquire between them: their order counts although neither is SeqCst.
    let test = |name: &str, graphs, outcomes: &str, store, load| {
        litmus(
            name,
            graphs,
            outcomes,
            threads![
                |v| {
                    v.x.store(1, SeqCst);
                    v.z.store(1, store);
                    []
                },
                |v| [v.z.load(load), v.y.load(SeqCst)],
                |v| {
                    v.y.store(1, SeqCst);
                    [v.x.load(SeqCst)]
                },
            ],
        );
    };
    let all = "000/111 001/111 010/111 011/111 100/111 101/111 110/111 111/111";
    test("W+RWC rlx", 8, all, Relaxed, Relaxed);
    test(
        "W+RWC rel acq",
        7,
        &all.replace("100/111 ", ""),
        Release,
        Acquire,
    );
}

#[test]
fn s_and_r() {
    let s = |name: &str, graphs, outcomes: &str, store, load| {
        litmus(
            name,
            graphs,
            outcomes,
            threads![
                |v| {
                    v.x.store(2, Relaxed);
                    v.y.store(1, store);
                    []
                },
                |v| {
                    let a = v.y.load(load);
                    v.x.store(1, Relaxed);
                    [a]
                },
            ],
        );
    };
    s("S rlx", 4, "0/110 0/210 1/110 1/210", Relaxed, Relaxed);
    s("S rel acq", 3, "0/110 0/210 1/110", Release, Acquire);
    let r = |name: &str, graphs, outcomes: &str, f: Ordering| {
        litmus(
            name,
            graphs,
            outcomes,
            threads![
                |v| {
                    v.x.store(1, Relaxed);
                    fence_if(f);
                    v.y.store(1, Relaxed);
                    []
                },
                |v| {
                    v.y.store(2, Relaxed);
                    fence_if(f);
                    [v.x.load(Relaxed)]
                },
            ],
        );
    };
    r("R rlx", 4, "0/110 0/120 1/110 1/120", Relaxed);
    r("R sc fences", 3, "0/110 1/110 1/120", SeqCst);
}

#[test]
fn z6() {
    let z6 = |name: &str, graphs, outcomes: &str, f: Ordering| {
        litmus(
            name,
            graphs,
            outcomes,
            threads![
                |v| {
                    v.x.store(1, Relaxed);
                    fence_if(f);
                    v.y.store(1, Release);
                    []
                },
                |v| {
                    let a = v.y.load(Acquire);
                    v.z.store(1, Relaxed);
                    [a]
                },
                |v| {
                    v.z.store(2, Relaxed);
                    fence_if(f);
                    [v.x.load(Relaxed)]
                },
            ],
        );
    };
    let all = "00/111 00/112 01/111 01/112 10/111 10/112 11/111 11/112";
    z6("Z6 rel acq", 8, all, Relaxed);
    // z = 2 last and x = 0 read: the fences would have to come both ways round.
    z6(
        "Z6 sc fences",
        7,
        "00/111 00/112 01/111 01/112 10/111 11/111 11/112",
        SeqCst,
    );
}

#[test]
fn release_sequences() {
    // A read-modify-write of another thread carries the release on.
    // It reads 0: of its write nothing is known, so y = 1 may come with either x (5 graphs). It reads 1: then both 1 and 2
    // come with x = 1 (4 graphs).
    litmus(
        "release sequence by rmw",
        9,
        "000/110 001/110 010/110 011/110 100/120 101/120 111/120 121/120",
        threads![
            |v| {
                v.x.store(1, Relaxed);
                v.y.store(1, Release);
                []
            },
            |v| [v.y.fetch_add(1, Relaxed)],
            |v| {
                let a = v.y.load(Acquire);
                [a, v.x.load(Relaxed)]
            },
        ],
    );
    // A later plain store of the releasing thread does not (since C++20).
    litmus(
        "no release sequence by po",
        5,
        "00/120 01/120 11/120 20/120 21/120",
        threads![
            |v| {
                v.x.store(1, Relaxed);
                v.y.store(1, Release);
                v.y.store(2, Relaxed);
                []
            },
            |v| {
                let a = v.y.load(Acquire);
                [a, v.x.load(Relaxed)]
            },
        ],
    );
}

#[test]
fn read_modify_writes() {
    for (n, graphs) in [(1u64, 1), (2, 2), (3, 6), (4, 24)] {
        let report = Builder::default().check(move || {
            let x = Arc::new(AtomicU32::new(0));
            let adders: Vec<_> = (0..n)
                .map(|_| {
                    let x = Arc::clone(&x);
                    thread::spawn(move || x.fetch_add(1, Relaxed))
                })
                .collect();
            let mut seen: Vec<u32> = adders.into_iter().map(|t| t.join().unwrap()).collect();
            seen.sort_unstable();
            assert!(seen.iter().copied().eq(0..n as u32), "two took one number");
        });
        assert!(report.is_complete(), "{report}");
        assert_eq!(report.complete, graphs, "{n} adders");
    }
    // One of two compare-exchanges wins.
    litmus(
        "CAS",
        2,
        "01/100 10/100",
        threads![
            |v| [u32::from(
                v.x.compare_exchange(0, 1, AcqRel, Acquire).is_ok()
            )],
            |v| [u32::from(
                v.x.compare_exchange(0, 1, AcqRel, Acquire).is_ok()
            )],
        ],
    );
    // A read-modify-write cannot be separated from what it read by a plain store (loom #254).
    litmus(
        "RMW and store",
        2,
        "0/500 5/600",
        threads![|v| [v.x.fetch_add(1, Relaxed)], |v| {
            v.x.store(5, Relaxed);
            []
        },],
    );
}

#[test]
fn spurious_failures() {
    let program = || {
        let x = AtomicU32::new(0);
        let _ = x.compare_exchange_weak(0, 1, Relaxed, Relaxed);
    };
    assert_eq!(Builder::default().check(program).complete, 2);
    let strict = Builder {
        spurious_cas: false,
        ..Builder::default()
    };
    assert_eq!(strict.check(program).complete, 1);
}

#[test]
fn a_redundant_load_loses_no_outcome() {
    // The program of loom's issue 166: loom drops an outcome when the extra load is there.
    let run = |extra: bool| {
        let seen = Arc::new(Mutex::new(BTreeSet::new()));
        let out = Arc::clone(&seen);
        let report = Builder::default().check(move || {
            let entry = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
            let (a, b) = (Arc::clone(&entry), Arc::clone(&entry));
            let writer = thread::spawn(move || {
                a.0.store(1, SeqCst);
                a.1.store(1, SeqCst);
                a.1.store(0, SeqCst);
                if extra {
                    a.0.load(SeqCst);
                }
                a.0.store(0, SeqCst);
            });
            let reader = thread::spawn(move || (b.1.load(SeqCst), b.0.load(SeqCst)));
            writer.join().unwrap();
            out.lock().unwrap().insert(reader.join().unwrap());
        });
        assert!(report.is_complete());
        std::mem::take(&mut *seen.lock().unwrap())
    };
    let all = BTreeSet::from([(0, 0), (0, 1), (1, 0), (1, 1)]);
    assert_eq!(run(false), all);
    assert_eq!(run(true), all);
}
