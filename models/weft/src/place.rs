//! Places in the program that an event's own site does not name.
//!
//! A destructor has no caller that `Location::caller` knows: an unlock has the line of its lock. So once an execution has
//! failed, its graph is run once more, every event that comes from a destructor keeps the stack that led to it, and the
//! program's innermost frame of it is the event's place. Where the program was compiled without lines there is none.

use std::backtrace::Backtrace;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use crate::event::{Event, EventId};
use crate::exec::{Answer, Counted, Exec, Rules, Status};
use crate::report::Failure;
use crate::runtime::Pool;

/// A line of the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Place {
    pub(crate) file: String,
    pub(crate) line: u32,
}

/// What a thread did as its how-manieth; the thread goes by its spawns, as the numbers are the run's own.
type Nth = (&'static [u32], u32);

/// The stacks of what a run has met and whose sites are not its own: events, and the ends of objects and blocks.
#[derive(Debug, Default)]
pub(crate) struct Stacks {
    events: BTreeMap<Nth, Backtrace>,
    ends: BTreeMap<Nth, Backtrace>,
}

impl Stacks {
    /// Keeps the calling stack if the event, which the program is about to do, needs it.
    pub(crate) fn note(&mut self, (thread, index): Nth, event: &Event) {
        if event.lacks_its_place() {
            // Whatever RUST_BACKTRACE says. What costs is not this but reading the lines.
            self.events
                .insert((thread, index), Backtrace::force_capture());
        }
    }

    /// Keeps the calling stack, which ends something.
    pub(crate) fn note_end(&mut self, (thread, nth): Nth) {
        self.ends.insert((thread, nth), Backtrace::force_capture());
    }

    /// Gives the failure the places in the program, as far as it was compiled with lines.
    pub(crate) fn tell(&self, failure: &mut Failure) {
        let graph = &mut failure.graph;
        let all = graph.threads.iter().flat_map(|t| &t.events);
        let files: BTreeSet<&str> = all.map(|e| e.site.file()).collect();
        let place = |stack: &Backtrace| {
            let mut place = innermost(&stack.to_string())?;
            place.file = as_the_compiler_names_it(&place.file, &files);
            Some(place)
        };
        let known = graph.inserted.iter().filter_map(|id| {
            let thread = graph.threads[id.thread as usize].path;
            let stack = self.events.get(&(thread, id.index))?;
            Some((*id, place(stack)?))
        });
        graph.places = known.collect();
        for free in failure.kind.frees_mut() {
            let thread = graph.threads[free.thread as usize].path;
            let stack = self.ends.get(&(thread, free.nth));
            free.at = stack
                .and_then(place)
                .map(|p| format!("{}:{}", p.file, p.line).into_boxed_str());
        }
    }
}

impl Event {
    /// Whether its site is that of something else: of what a destructor ends, or a line of std's.
    pub(crate) fn lacks_its_place(&self) -> bool {
        !self.site_of.is_empty() || is_std(self.site.file())
    }
}

/// How far a run that is only there for the places goes.
#[derive(Debug)]
pub(crate) struct Retrace {
    /// The threads that go on after their last event of the graph: they end something there.
    beyond: Vec<u32>,
}

impl Exec {
    /// Keeps a thread from what the graph does not have; to be asked with the event that it is about to do, or has done.
    pub(crate) fn retraced(&self, next: EventId) -> Option<Answer> {
        let retrace = self.retrace.as_ref()?;
        let over = next.index >= self.graph.len(next.thread);
        let stays = over && !retrace.beyond.contains(&next.thread);
        stays.then_some(Answer::Wait(Status::Await(next.index)))
    }
}

/// Runs the graph of a failure once more, up to its last events, for the places of those that do not know theirs.
pub(crate) fn locate(
    failure: &mut Failure,
    pool: &mut Pool,
    rules: Rules,
    program: &(dyn Fn() + Sync),
) {
    let graph = &failure.graph;
    let frees: Vec<u32> = failure.kind.frees_mut().iter().map(|f| f.thread).collect();
    let lacks = |&id: &EventId| graph.ev(id).lacks_its_place();
    // What does not do the same again is nowhere.
    let nothing = frees.is_empty() && !graph.inserted.iter().any(lacks);
    if nothing || failure.is_of_the_replay() {
        return;
    }
    let mut graph = graph.clone();
    // What was refused is shown, but has not been done.
    if let [.., last, refused] = graph.inserted[..]
        && matches!(graph.ev(refused).role, "freed" | "nothing")
    {
        graph.truncate_after(last);
    }
    let counted = Counted::clone(&failure.decisions.counted);
    let mut exec = Exec::new(graph, Vec::new(), rules, counted, None);
    exec.stacks = Some(Stacks::default());
    exec.retrace = Some(Retrace { beyond: frees });
    if let Some(stacks) = pool.run(exec, program).stacks {
        stacks.tell(failure);
    }
}

/// The innermost frame of the program's own code; none if that has no line.
fn innermost(stack: &str) -> Option<Place> {
    let mut lines = stack.lines().map(str::trim).peekable();
    let mut weft = None;
    while let Some(line) = lines.next() {
        if line.starts_with("at ") {
            continue;
        }
        // `12: symbol`, or just `symbol` of what was inlined.
        let symbol = match line.split_once(": ") {
            Some((number, symbol)) if number.bytes().all(|b| b.is_ascii_digit()) => symbol,
            _ => line,
        };
        let at = lines.peek().and_then(|next| next.strip_prefix("at "));
        let place = at.and_then(file_and_line);
        let own = symbol.trim_start_matches(['<', '&']);
        let starts = |crates: &[&str]| crates.iter().any(|c| own.starts_with(c));
        let foreign = match place {
            Some((file, _)) if is_std(file) => true,
            // What is inlined may have lost its crate's name. This file's own frame comes first.
            Some((file, _)) => {
                let folder = *weft.get_or_insert(file.strip_suffix("place.rs"));
                folder.is_some_and(|folder| file.starts_with(folder))
            }
            None => starts(&["std::", "core::", "alloc::"]),
        };
        if foreign || starts(&["weft::", "corosensei::"]) {
            continue;
        }
        return place.map(|(file, line)| Place {
            file: file.to_string(),
            line,
        });
    }
    None
}

/// `src/lib.rs:7:13` as `src/lib.rs` and 7.
fn file_and_line(at: &str) -> Option<(&str, u32)> {
    let (rest, last) = at.rsplit_once(':')?;
    match rest.rsplit_once(':') {
        Some((file, line)) if line.bytes().all(|b| b.is_ascii_digit()) => {
            Some((file, line.parse().ok()?))
        }
        _ => Some((rest, last.parse().ok()?)),
    }
}

/// Whether a file is one of the standard library's.
pub(crate) fn is_std(file: &str) -> bool {
    let file = file.replace('\\', "/");
    file.starts_with("/rustc/") || file.contains("/rustlib/src/rust/library/")
}

/// A file's path as the program's sites have it, `files` among them: those of a workspace's crates are relative to it,
/// while a stack has whole paths, or such as are relative to the current directory.
fn as_the_compiler_names_it(file: &str, files: &BTreeSet<&str>) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let whole: PathBuf = here.join(file).components().filter(no_dot).collect();
    if let Some(known) = files.iter().find(|known| whole.ends_with(known)) {
        return (*known).to_string();
    }
    let workspace = files.iter().find_map(|known| {
        let above = |dir: &&Path| dir.join(known).is_file();
        here.ancestors().find(above)
    });
    let root = workspace.unwrap_or(&here);
    let short = whole.strip_prefix(root).unwrap_or(&whole);
    short.display().to_string()
}

fn no_dot(part: &Component<'_>) -> bool {
    *part != Component::CurDir
}

#[cfg(test)]
mod tests {
    use super::*;

    const STACK: &str = "\
   0: weft::place::Stacks::note
             at ./models/weft/src/place.rs:31:9
   1: <weft::sync::mutex::MutexGuard<T> as core::ops::drop::Drop>::drop
             at ./models/weft/src/sync/mutex.rs:240:14
   2: core::ptr::drop_in_place<weft::sync::mutex::MutexGuard<u32>>
             at /rustc/0123/library/core/src/ptr/mod.rs:805:1
      core::mem::drop
             at /rustc/0123/library/core/src/mem/mod.rs:970:24
   3: user::queue::push
             at ./src/queue.rs:17:9
   4: weft::thread::run
             at ./models/weft/src/thread.rs:190:18
";

    #[test]
    fn the_innermost_frame_of_the_programs_own_code() {
        let place = innermost(STACK).expect("it has a line");
        assert_eq!((place.file.as_str(), place.line), ("./src/queue.rs", 17));
    }

    #[test]
    fn inlined_frames_have_no_crates_names() {
        let inlined = STACK.replace("weft::place::Stacks::", "").replace(
            "<weft::sync::mutex::MutexGuard<T> as core::ops::drop::Drop>::",
            "",
        );
        assert_eq!(innermost(&inlined), innermost(STACK));
        assert!(inlined.contains("   1: drop\n"));
    }

    #[test]
    fn no_place_where_the_program_has_no_lines() {
        let without = STACK.replace("             at ./src/queue.rs:17:9\n", "");
        assert_eq!(innermost(&without), None);
        assert_eq!(innermost("   0: <unknown>\n   1: <unknown>\n"), None);
        assert_eq!(innermost(""), None);
    }

    #[test]
    fn files_are_named_as_the_compiler_does() {
        let known = BTreeSet::from(["models/a/src/lib.rs"]);
        let named = |file| as_the_compiler_names_it(file, &known);
        assert_eq!(
            named("/elsewhere/models/a/src/lib.rs"),
            "models/a/src/lib.rs"
        );
        assert_eq!(named("/elsewhere/b.rs"), "/elsewhere/b.rs");
        assert_eq!(named("./src/b.rs"), "src/b.rs");
    }
}
