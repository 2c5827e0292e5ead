//! Litmus tests in which order is handed from thread to thread.

use super::*;

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
