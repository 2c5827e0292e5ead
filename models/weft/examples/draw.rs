//! Draws the executions of a small program: `cargo run --example draw -- svg out.svg`.

use weft::cell::UnsafeCell;
use weft::sync::Arc;
use weft::sync::atomic::{AtomicU32, Ordering::*, fence};
use weft::{Builder, thread, trace};

struct Slot {
    full: AtomicU32,
    data: UnsafeCell<u32>,
}

// SAFETY: the checker ends an execution before any access to the cell that races.
unsafe impl Sync for Slot {}

fn program() {
    let slot = Arc::new(Slot {
        full: AtomicU32::new(0).named("full"),
        data: UnsafeCell::new(0).named("data"),
    });
    let filler = Arc::clone(&slot);
    let t = thread::Builder::new().name("filler".into()).spawn(move || {
        // SAFETY: nobody reads before `full` says so.
        filler.data.with_mut(|p| unsafe { *p = 7 });
        trace::label("publish");
        fence(Release);
        filler.full.store(1, Relaxed);
        filler.full.fetch_add(1, Relaxed);
    });
    if slot.full.load(Relaxed) == 2 {
        trace::label("take");
        fence(Acquire);
        // SAFETY: the fences order the read after the write.
        assert_eq!(slot.data.with(|p| unsafe { *p }), 7);
    }
    t.expect("spawning never fails")
        .join()
        .expect("it does not panic");
}

fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let form = args.first().map_or("text", String::as_str);
    let mut drawings = Vec::new();
    let report = Builder::default().visit(
        |graph| {
            drawings.push(match form {
                "svg" => graph.to_svg(),
                "dot" => graph.to_dot(),
                _ => graph.to_string(),
            });
        },
        program,
    );
    match (args.get(1), drawings.last()) {
        (Some(path), Some(drawing)) => std::fs::write(path, drawing)?,
        _ => println!("{}\n{report}", drawings.join("\n")),
    }
    Ok(())
}
