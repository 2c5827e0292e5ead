//! Who ends something: whether destructors of std's `Arc` are among the callers.

use std::backtrace::Backtrace;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// How many values of std's `Arc`s the calling thread is dropping. The names of its callers say so; as they cost much, they are
/// asked for once for each way to get here.
pub(crate) fn std_arcs() -> u32 {
    static KNOWN: Mutex<BTreeMap<Vec<usize>, u32>> = Mutex::new(BTreeMap::new());
    let Some(way) = addresses() else {
        return count();
    };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    *known.entry(way).or_insert_with(count)
}

fn count() -> u32 {
    let stack = Backtrace::force_capture().to_string();
    let lines: Vec<&str> = stack.lines().collect();
    // With debug information the type's name may be missing, but then the file is there.
    let is_arc = |k: usize| {
        let file = lines
            .get(k + 1)
            .is_some_and(|at| at.contains("alloc/src/sync.rs"));
        file || lines[k].contains("sync::Arc<")
    };
    let drops = (0..lines.len()).filter(|&k| lines[k].contains("drop_slow") && is_arc(k));
    drops.count() as u32
}

/// Where the callers stand in the program's code.
#[cfg(unix)]
fn addresses() -> Option<Vec<usize>> {
    use std::ffi::{c_int, c_void};

    /// Callers of a thread that goes deeper are not told apart beyond that: they are asked for their names.
    const DEPTH: usize = 256;
    /// The unwinder's word for going on.
    const NO_REASON: c_int = 0;
    const END_OF_STACK: c_int = 5;

    type Note = unsafe extern "C" fn(*mut c_void, *mut c_void) -> c_int;
    // Of the runtime that unwinds panics, which is always there.
    unsafe extern "C" {
        fn _Unwind_Backtrace(note: Note, data: *mut c_void) -> c_int;
        fn _Unwind_GetIP(frame: *mut c_void) -> usize;
    }
    unsafe extern "C" fn note(frame: *mut c_void, data: *mut c_void) -> c_int {
        // SAFETY: the vector below, which nobody else uses meanwhile.
        let found = unsafe { &mut *data.cast::<Vec<usize>>() };
        if found.len() == DEPTH {
            return END_OF_STACK;
        }
        // SAFETY: the unwinder's own frame.
        found.push(unsafe { _Unwind_GetIP(frame) });
        NO_REASON
    }
    let mut found = Vec::with_capacity(DEPTH);
    // SAFETY: the callback gets what it expects, and does not unwind: there is room for what it pushes.
    unsafe { _Unwind_Backtrace(note, (&raw mut found).cast()) };
    (found.len() < DEPTH).then_some(found)
}

#[cfg(not(unix))]
fn addresses() -> Option<Vec<usize>> {
    None
}
