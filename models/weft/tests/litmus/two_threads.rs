//! Litmus tests of two threads.

use super::*;

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
