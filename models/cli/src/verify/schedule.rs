//! Running the tasks, several at once, each as soon as its checker is built: first the short ones of
//! the first checker, so that verdicts come soon; then the longest first, so that none is left alone
//! at the end.

use super::progress::Progress;
use super::task::{BUILT, Done, Task};
use crate::process::build::BuildError;
use crate::process::children::Children;
use flipside_record::channel::Message;
use flipside_scenarios::case::Profile;
use flipside_scenarios::checker::Checker;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A case of the first checker that takes no longer is run before all others.
const SHORT: f64 = 0.5;

/// The binaries of the checkers.
pub(super) type Binaries = BTreeMap<Checker, PathBuf>;

/// What came of the tasks.
#[derive(Debug)]
pub(super) struct Ran {
    /// Of each, in their order; none for one that did not run.
    pub(super) done: Vec<Option<Done>>,
    pub(super) binaries: Binaries,
    /// How long it took to build.
    pub(super) built: Duration,
}

/// What has to run, and with what.
struct Queue<'tasks> {
    tasks: &'tasks [Task],
    state: Mutex<State>,
    /// A binary is there, or no more are coming.
    changed: Condvar,
}

struct State {
    waiting: Vec<usize>,
    binaries: Binaries,
    building: bool,
}

impl Queue<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task whose checker is built, once there is one; none, when all that can run have begun.
    fn next(&self) -> Option<(usize, PathBuf)> {
        let mut state = self.state();
        loop {
            let built =
                |&&index: &&usize| state.binaries.contains_key(&self.tasks[index].checker());
            let best = state
                .waiting
                .iter()
                .filter(built)
                .copied()
                .min_by(|&a, &b| before(&self.tasks[a], &self.tasks[b]).then(a.cmp(&b)));
            if let Some(index) = best {
                state.waiting.retain(|&waiting| waiting != index);
                let binary = state.binaries.get(&self.tasks[index].checker()).cloned();
                return binary.map(|binary| (index, binary));
            }
            if !state.building {
                return None;
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn is_built(&self, checker: Checker, binary: PathBuf) {
        self.state().binaries.insert(checker, binary);
        self.changed.notify_all();
    }

    fn all_are_built(&self) {
        self.state().building = false;
        self.changed.notify_all();
    }
}

/// Which of two tasks comes first.
fn before(a: &Task, b: &Task) -> Ordering {
    let short = |task: &Task| {
        let is_case = matches!(task, Task::Case(_));
        is_case && task.checker() == BUILT[0] && task.seconds() <= SHORT
    };
    match (short(a), short(b)) {
        (true, true) => a.seconds().total_cmp(&b.seconds()),
        (false, false) => b.seconds().total_cmp(&a.seconds()),
        (a, b) => b.cmp(&a),
    }
}

/// Builds what is needed, one after the other, and runs the tasks meanwhile, `jobs` at once.
///
/// # Errors
///
/// Why a build failed. What was running then is stopped.
pub(super) fn run(
    tasks: &[Task],
    profile: Profile,
    jobs: usize,
    children: &Children,
    progress: &Progress,
    build: impl Fn(Checker) -> Result<PathBuf, BuildError> + Sync,
) -> Result<Ran, String> {
    let queue = Queue {
        tasks,
        state: Mutex::new(State {
            waiting: (0..tasks.len()).collect(),
            binaries: Binaries::new(),
            building: true,
        }),
        changed: Condvar::new(),
    };
    let done = Mutex::new(vec![None; tasks.len()]);
    let work = || {
        while let Some((index, binary)) = queue.next() {
            progress.started(index);
            let hear = |message: &Message| progress.heard(index, message);
            let came = tasks[index].run(profile, &binary, children, hear);
            progress.finished(index, came.as_ref());
            done.lock().unwrap_or_else(PoisonError::into_inner)[index] = came;
        }
    };
    let build_all = || {
        let start = Instant::now();
        let used = |checker: &Checker| tasks.iter().any(|task| task.checker() == *checker);
        let mut failure = None;
        for checker in BUILT.into_iter().filter(used) {
            match build(checker) {
                Ok(binary) => queue.is_built(checker, binary),
                Err(BuildError::Interrupted) => break,
                Err(BuildError::Failed(why)) => {
                    failure = Some(why);
                    children.interrupt();
                    break;
                }
            }
        }
        queue.all_are_built();
        (start.elapsed(), failure)
    };
    let (built, failure) = thread::scope(|scope| {
        for _ in 0..jobs.min(tasks.len()) {
            scope.spawn(work);
        }
        build_all()
    });
    match failure {
        Some(why) => Err(why),
        None => Ok(Ran {
            done: done.into_inner().unwrap_or_else(PoisonError::into_inner),
            binaries: queue
                .state
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner)
                .binaries,
            built,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flipside_scenarios::case::cases;

    #[test]
    fn short_cases_of_the_first_checker_come_first_and_then_the_longest() {
        let mut tasks: Vec<_> = cases(Profile::Quick).into_iter().map(Task::Case).collect();
        tasks.extend(Task::questions());
        tasks.sort_by(before);
        let short = tasks
            .iter()
            .take_while(|task| task.checker() == Checker::Weft && task.seconds() <= SHORT)
            .count();
        assert!(short > 10, "{short}");
        let rest = &tasks[short..];
        assert!(rest.is_sorted_by(|a, b| a.seconds() >= b.seconds()));
        assert!(tasks[0].seconds() <= tasks[short - 1].seconds());
    }

    /// No process is needed to see that a task waits for its own checker and no other.
    #[test]
    fn a_task_waits_for_its_checker() {
        let tasks = [Task::Outcomes(Checker::Loom), Task::Outcomes(Checker::Weft)];
        let queue = Queue {
            tasks: &tasks,
            state: Mutex::new(State {
                waiting: vec![0, 1],
                binaries: Binaries::new(),
                building: true,
            }),
            changed: Condvar::new(),
        };
        queue.is_built(Checker::Weft, "weft".into());
        assert_eq!(queue.next(), Some((1, "weft".into())));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| queue.next());
            queue.is_built(Checker::Loom, "loom".into());
            assert_eq!(waiting.join().ok().flatten(), Some((0, "loom".into())));
            let waiting = scope.spawn(|| queue.next());
            queue.all_are_built();
            assert_eq!(waiting.join().ok().flatten(), None);
        });
    }
}
