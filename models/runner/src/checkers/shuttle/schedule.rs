//! Schedules as lists: noted while another scheduler decides, and followed.

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use std::sync::{Arc, Mutex, PoisonError};

/// Which task ran for how many steps.
pub(super) type Runs = Vec<(usize, usize)>;

/// The schedule of the execution that is running or was run last.
#[derive(Clone, Debug, Default)]
pub struct Noted(Arc<Mutex<Runs>>);

impl Noted {
    /// The schedule so far.
    #[must_use]
    pub fn runs(&self) -> Vec<(usize, usize)> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn begin(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn add(&self, task: usize) {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match runs.last_mut() {
            Some((last, steps)) if *last == task => *steps += 1,
            _ => runs.push((task, 1)),
        }
    }
}

/// Notes what another scheduler decides.
#[derive(Debug)]
pub struct Noting<S>(pub S, pub Noted);

impl<S: Scheduler> Scheduler for Noting<S> {
    fn new_execution(&mut self) -> Option<Schedule> {
        let schedule = self.0.new_execution()?;
        self.1.begin();
        Some(schedule)
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        let next = self.0.next_task(runnable, current, is_yielding)?;
        self.1.add(next.into());
        Some(next)
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
}

/// Follows a list, once.
#[derive(Debug)]
pub(super) struct Following {
    runs: std::vec::IntoIter<(usize, usize)>,
    now: (usize, usize),
    /// Whether to give up where the list does not fit; else the list's next entry that can be
    /// followed is, and after its end nothing is preempted.
    strictly: bool,
    begun: bool,
}

impl Following {
    pub(super) fn new(runs: Runs, strictly: bool) -> Self {
        Self {
            runs: runs.into_iter(),
            now: (0, 0),
            strictly,
            begun: false,
        }
    }
}

impl Scheduler for Following {
    fn new_execution(&mut self) -> Option<Schedule> {
        let first = !std::mem::replace(&mut self.begun, true);
        first.then(|| Schedule::new(0))
    }

    fn next_task(
        &mut self,
        runnable: &[&Task],
        current: Option<TaskId>,
        is_yielding: bool,
    ) -> Option<TaskId> {
        let find = |task: usize| {
            runnable
                .iter()
                .map(|t| t.id())
                .find(|&id| usize::from(id) == task)
        };
        loop {
            let (task, steps) = self.now;
            if steps > 0 {
                match find(task) {
                    Some(id) => {
                        self.now.1 -= 1;
                        return Some(id);
                    }
                    None if self.strictly => return None,
                    None => {}
                }
            }
            match self.runs.next() {
                Some(next) => self.now = next,
                None if self.strictly => return None,
                None => break,
            }
        }
        self.now.1 = 0;
        let current = current.map(usize::from);
        let stays = current.and_then(find).filter(|_| !is_yielding);
        let after = |id: &TaskId| current.is_some_and(|current| usize::from(*id) > current);
        let mut ids = runnable.iter().map(|task| task.id());
        stays
            .or_else(|| ids.clone().find(after))
            .or_else(|| ids.next())
    }

    fn next_u64(&mut self) -> u64 {
        0
    }
}
