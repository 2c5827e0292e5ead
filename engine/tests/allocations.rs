//! In the steady state no thread of a pool allocates or frees: not the submitter, not the workers,
//! not when they go to sleep or are woken.
//!
//! Without the test harness, whose own threads allocate when they like.

#[cfg(not(any(loom, shuttle, weft)))]
mod counted {
    use flipside::{Builder, Dispatch, Threads};
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::hint::black_box;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    /// The system's allocator, with a count of all calls by all threads.
    struct Counting;

    static CALLS: AtomicUsize = AtomicUsize::new(0);

    fn count() {
        CALLS.fetch_add(1, Ordering::SeqCst);
    }

    // SAFETY: each method is the system's own, and counting neither allocates nor unwinds.
    unsafe impl GlobalAlloc for Counting {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            count();
            // SAFETY: the caller's obligations are the system allocator's.
            unsafe { System.alloc(layout) }
        }

        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            count();
            // SAFETY: the caller's obligations are the system allocator's.
            unsafe { System.alloc_zeroed(layout) }
        }

        unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            count();
            // SAFETY: the caller's obligations are the system allocator's.
            unsafe { System.realloc(old, layout, size) }
        }

        unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
            count();
            // SAFETY: the caller's obligations are the system allocator's.
            unsafe { System.dealloc(old, layout) }
        }
    }

    #[global_allocator]
    static ALLOCATOR: Counting = Counting;

    /// How often the allocator was called meanwhile.
    fn calls_during(work: impl FnOnce()) -> usize {
        let before = CALLS.load(Ordering::SeqCst);
        work();
        CALLS.load(Ordering::SeqCst) - before
    }

    struct Request {
        bytes: [u8; 256],
        slow: bool,
    }

    fn handle(request: &mut Request) {
        if request.slow {
            // Long enough for the submitter to go to sleep.
            thread::sleep(Duration::from_millis(2));
        }
        request.bytes.reverse();
    }

    /// Every operation, with full rings, empty rings, and both sides asleep in between.
    fn round(threads: &mut Threads<Request>, ring: usize) {
        let mut sum = 0u64;
        let mut take = |done: flipside::Outcome<'_, Request>| {
            sum += done.map_or(0, |request| u64::from(request.bytes[0]));
        };
        for turn in 0..4 * ring {
            let mut request = threads.prepare_wait(&mut take);
            request.bytes[1] = turn as u8;
            request.slow = turn == ring;
            request.commit();
        }
        while let Some(mut request) = threads.prepare(&mut take) {
            request.slow = false;
            request.commit();
        }
        threads.deliver(&mut take);
        black_box(threads.prepare(&mut take).is_some());
        threads.wait_done(&mut take);
        // The workers go to sleep.
        thread::sleep(Duration::from_millis(2));

        let mut batch = threads.batch();
        while let Some(mut request) = batch.prepare_wait(&mut take) {
            request.slow = request.index() == 0;
            request.commit();
        }
        batch.commit();
        let mut batch = threads.batch();
        if let Some(request) = batch.prepare_wait(&mut take) {
            request.commit();
        }
        drop(batch);
        threads.wait_done(&mut take);
        black_box(sum);
    }

    fn steady_state(builder: Builder, ring: usize) -> usize {
        let request = |_| {
            Ok(Request {
                bytes: [1; 256],
                slow: false,
            })
        };
        let threads = builder.ring_size(ring).spawn(request, handle);
        let mut threads = threads.expect("a pool");
        // What the system's threads set up when they first sleep is not the steady state.
        round(&mut threads, ring);
        calls_during(|| {
            for _ in 0..10 {
                round(&mut threads, ring);
            }
        })
    }

    pub(crate) fn main() {
        let noticed = calls_during(|| {
            let other = thread::spawn(|| drop(black_box(Box::new(1))));
            other.join().expect("the other thread");
        });
        assert!(noticed >= 2, "the count misses other threads");

        for workers in [1, 2, 3] {
            for ring in [1, 64, 130] {
                for dispatch in [Dispatch::RoundRobin, Dispatch::FillFirst] {
                    let builder = Threads::builder().workers(workers).dispatch(dispatch);
                    let patiences = [
                        (
                            "sleeping at once",
                            builder.clone().spin_budget(std::time::Duration::ZERO),
                        ),
                        ("by default", builder.clone()),
                        ("never sleeping", builder.busy_wait()),
                    ];
                    for (name, builder) in patiences {
                        let calls = steady_state(builder, ring);
                        assert_eq!(
                            calls, 0,
                            "calls of the allocator: {workers} workers, ring {ring}, {dispatch:?}, {name}"
                        );
                    }
                }
            }
        }
        println!("no allocation in the steady state of 54 pools");
    }
}

fn main() {
    #[cfg(not(any(loom, shuttle, weft)))]
    counted::main();
    #[cfg(any(loom, shuttle, weft))]
    println!("nothing to do: the engine runs only inside a model under a checker");
}
