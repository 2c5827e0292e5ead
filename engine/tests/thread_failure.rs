//! When the system does not start a thread, the pool that was half up is taken down again.
//!
//! The test brings it about by asking for large stacks in little address space: it runs itself
//! again under a limit. Without the test harness, whose threads would need such stacks too.

#[cfg(all(target_os = "linux", not(any(loom, shuttle, weft))))]
mod common;

#[cfg(all(target_os = "linux", not(any(loom, shuttle, weft))))]
mod limited {
    use super::common::eventually;
    use flipside::{SpawnError, Threads};
    use std::error::Error;
    use std::process::Command;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::{env, fs};

    const INNER: &str = "FLIPSIDE_TEST_LIMITED";
    const STACK: u64 = 256 << 20;
    const WORKERS: usize = 64;
    const RING: usize = 3;

    static DROPS: AtomicUsize = AtomicUsize::new(0);

    struct Request;

    impl Drop for Request {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// A thread that was joined may still be listed for a moment.
    fn all_threads_end() {
        eventually("the end of every other thread", || {
            let tasks = fs::read_dir("/proc/self/task").ok()?;
            (tasks.count() == 1).then_some(())
        });
    }

    /// Under the limit: a few threads can be started, but not all.
    fn inner() {
        all_threads_end();
        let pool = Threads::builder()
            .workers(WORKERS)
            .ring_size(RING)
            .spawn(|_| Ok(Request), |_: &mut Request| ());
        let error = pool.expect_err("64 stacks of 256 MiB in 2 GiB");
        let SpawnError::Thread { worker, ref source } = error else {
            panic!("{error}");
        };
        assert!((1..WORKERS).contains(&worker), "worker {worker}");
        let text = format!("the thread of worker {worker} could not be started");
        assert_eq!(error.to_string(), text);
        let cause = error.source().expect("what the system said");
        assert_eq!(cause.to_string(), source.to_string());
        assert_eq!(DROPS.load(Ordering::SeqCst), WORKERS * RING);
        all_threads_end();

        let run = Threads::builder().workers(WORKERS).ring_size(RING).scope(
            |_| Ok(Request),
            |_: &mut Request| (),
            |_| unreachable!("the body of a pool that did not start"),
        );
        assert!(matches!(run, Err(SpawnError::Thread { .. })));
        assert_eq!(DROPS.load(Ordering::SeqCst), 2 * WORKERS * RING);
        all_threads_end();
    }

    pub(crate) fn main() {
        if env::var_os(INNER).is_some() {
            return inner();
        }
        let limited = Command::new("sh")
            .args(["-c", "ulimit -v 2097152 && exec \"$0\""])
            .arg(env::current_exe().expect("this test"))
            .env(INNER, "1")
            .env("RUST_MIN_STACK", STACK.to_string())
            .status();
        match limited {
            Ok(status) => assert!(status.success(), "under the limit: {status}"),
            Err(error) => println!("skipped: no shell to set a limit with: {error}"),
        }
    }
}

fn main() {
    #[cfg(all(target_os = "linux", not(any(loom, shuttle, weft))))]
    limited::main();
    #[cfg(not(all(target_os = "linux", not(any(loom, shuttle, weft)))))]
    println!("skipped: needs Linux, and the engine outside of a checker");
}
