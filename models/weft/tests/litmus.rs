//! Litmus tests.
use std::collections::BTreeSet;
use std::sync::{Arc as StdArc, Mutex};
use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering, Ordering::*, fence};
use weft::{Builder, Report, thread};

type Outcomes = BTreeSet<Vec<u32>>;

fn explore(f: impl Fn() -> Vec<u32> + Send + Sync + 'static) -> (Report, Outcomes) {
    let seen = StdArc::new(Mutex::new(Outcomes::new()));
    let out = StdArc::clone(&seen);
    let report = Builder::default().check(move || {
        let o = f();
        out.lock().unwrap().insert(o);
    });
    let seen = seen.lock().unwrap().clone();
    (report, seen)
}

#[test]
fn basic() {
    let (r, o) = explore(|| {
        let x = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let y = x.clone();
        let t = thread::spawn(move || {
            x.0.store(1, Relaxed);
            x.1.store(1, Relaxed);
        });
        let t2 = thread::spawn(move || vec![y.1.load(Relaxed), y.0.load(Relaxed)]);
        t.join().unwrap();
        t2.join().unwrap()
    });
    println!("MP rlx {r} {o:?}");
    let (r, o) = explore(|| {
        let x = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let y = x.clone();
        let t = thread::spawn(move || {
            x.0.store(1, Relaxed);
            x.1.store(1, Release);
        });
        let t2 = thread::spawn(move || vec![y.1.load(Acquire), y.0.load(Relaxed)]);
        t.join().unwrap();
        t2.join().unwrap()
    });
    println!("MP relacq {r} {o:?}");
    for ord in [Relaxed, SeqCst] {
        let (r, o) = explore(move || {
            let x = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
            let y = x.clone();
            let t = thread::spawn(move || {
                x.0.store(1, ord);
                x.1.load(ord)
            });
            let t2 = thread::spawn(move || {
                y.1.store(1, ord);
                y.0.load(ord)
            });
            vec![t.join().unwrap(), t2.join().unwrap()]
        });
        println!("SB {ord:?} {r} {o:?}");
        let (r, o) = explore(move || {
            let x = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
            let y = x.clone();
            let t = thread::spawn(move || {
                let a = x.1.load(ord);
                x.0.store(1, ord);
                a
            });
            let t2 = thread::spawn(move || {
                let a = y.0.load(ord);
                y.1.store(1, ord);
                a
            });
            vec![t.join().unwrap(), t2.join().unwrap()]
        });
        println!("LB {ord:?} {r} {o:?}");
        let (r, o) = explore(move || {
            let x = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
            let (y, z) = (x.clone(), x.clone());
            let t = thread::spawn(move || {
                x.0.store(1, ord);
                x.1.store(2, ord)
            });
            let t2 = thread::spawn(move || {
                y.1.store(1, ord);
                y.0.store(2, ord)
            });
            t.join().unwrap();
            t2.join().unwrap();
            vec![z.0.load(Relaxed), z.1.load(Relaxed)]
        });
        println!("2+2W {ord:?} {r} {o:?}");
    }
    let (r, o) = explore(|| {
        let x = Arc::new((AtomicU32::new(0), AtomicU32::new(0)));
        let y = x.clone();
        let t = thread::spawn(move || {
            x.0.store(1, Relaxed);
            fence(SeqCst);
            x.1.load(Relaxed)
        });
        let t2 = thread::spawn(move || {
            y.1.store(1, Relaxed);
            fence(SeqCst);
            y.0.load(Relaxed)
        });
        vec![t.join().unwrap(), t2.join().unwrap()]
    });
    println!("SB+fences {r} {o:?}");
    let (r, o) = explore(|| {
        let x = Arc::new(AtomicU32::new(0));
        let y = x.clone();
        let z = x.clone();
        let t = thread::spawn(move || {
            x.store(1, Relaxed);
            x.store(2, Relaxed)
        });
        let t2 = thread::spawn(move || vec![y.load(Relaxed), y.load(Relaxed)]);
        t.join().unwrap();
        let _ = z;
        t2.join().unwrap()
    });
    println!("CoRR {r} {o:?}");
    for n in [2, 3, 4] {
        let (r, o) = explore(move || {
            let x = Arc::new(AtomicU32::new(0));
            let ts: Vec<_> = (0..n)
                .map(|_| {
                    let x = x.clone();
                    thread::spawn(move || x.fetch_add(1, Relaxed))
                })
                .collect();
            ts.into_iter().map(|t| t.join().unwrap()).collect()
        });
        println!("RMW {n} {r} {}", o.len());
    }
    let _: Ordering = Relaxed;
}
