//! Coherence, and updates of one location.

use super::*;

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
