//! What is seen while it runs, on stderr: bars on a terminal, lines elsewhere.

use super::rows::Row;
use super::task::{BUILT, Done, Task};
use crate::process::say::line;
use crate::text::grouped;
use flipside_record::channel::Message;
use flipside_record::verdict::Verdict;
use flipside_scenarios::checker::Checker;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// In a pipe something is said at least this often while cases are running: some build services
/// take a job for hung that says nothing for minutes.
const SIGN_OF_LIFE: Duration = Duration::from_secs(60);

/// Shared by those who run the tasks.
pub(super) struct Progress {
    tasks: Vec<Task>,
    state: Mutex<State>,
}

struct State {
    running: Vec<Running>,
    done: usize,
    display: Display,
}

struct Running {
    index: usize,
    executions: u64,
}

enum Display {
    Bars {
        all: MultiProgress,
        each: Vec<(Checker, ProgressBar)>,
        awake: bool,
    },
    Lines {
        spoken: Instant,
    },
}

impl Progress {
    pub(super) fn new(tasks: &[Task], terminal: bool) -> Self {
        let display = if terminal {
            bars(tasks)
        } else {
            Display::Lines {
                spoken: Instant::now(),
            }
        };
        Self {
            tasks: tasks.to_vec(),
            state: Mutex::new(State {
                running: Vec::new(),
                done: 0,
                display,
            }),
        }
    }

    pub(super) fn started(&self, index: usize) {
        self.update(|state| {
            state.wake();
            state.running.push(Running {
                index,
                executions: 0,
            });
            state.show(&self.tasks);
        });
    }

    /// What a case's process says before its findings.
    pub(super) fn heard(&self, index: usize, message: &Message) {
        let (Message::Progress { executions } | Message::Failed { executions, .. }) = message
        else {
            return;
        };
        self.update(|state| {
            if let Message::Failed { why, .. } = message {
                let first = why.lines().next().unwrap_or_default();
                let task = &self.tasks[index];
                let checker = task.checker();
                state.say(&format!("FAILED: {checker} {task}: {first}"));
            }
            for running in &mut state.running {
                if running.index == index {
                    running.executions = *executions;
                }
            }
            state.show(&self.tasks);
        });
    }

    /// What did not come to its end was stopped, and there is nothing to say.
    pub(super) fn finished(&self, index: usize, came: Option<&Done>) {
        self.update(|state| {
            state.running.retain(|running| running.index != index);
            if let Some(came) = came {
                state.done += 1;
                state.tell(&self.tasks, index, came);
            }
            state.show(&self.tasks);
        });
    }

    /// Takes the bars away, so that the table stands alone.
    pub(super) fn close(self) {
        self.update(|state| {
            if let Display::Bars { all, each, .. } = &state.display {
                for (_, bar) in each {
                    bar.finish_and_clear();
                }
                // The bars are all that a failure to clear could leave.
                let _ = all.clear();
            }
        });
    }

    /// Says something that is of no task.
    pub(super) fn say(&self, text: &str) {
        self.update(|state| state.say(text));
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl State {
    /// The bars are drawn from the first case on: after a build that was interrupted, never.
    fn wake(&mut self) {
        if let Display::Bars { each, awake, .. } = &mut self.display
            && !*awake
        {
            *awake = true;
            for (_, bar) in each {
                bar.reset_elapsed();
                bar.enable_steady_tick(Duration::from_millis(500));
            }
        }
    }

    fn show(&mut self, tasks: &[Task]) {
        match &mut self.display {
            Display::Bars { each, .. } => {
                for (checker, bar) in each {
                    let of_checker =
                        |running: &&Running| tasks[running.index].checker() == *checker;
                    let now: Vec<_> = self
                        .running
                        .iter()
                        .filter(of_checker)
                        .map(|running| running.text(tasks))
                        .collect();
                    bar.set_message(now.join("; "));
                }
            }
            Display::Lines { spoken } if spoken.elapsed() >= SIGN_OF_LIFE => {
                *spoken = Instant::now();
                for running in &self.running {
                    let checker = tasks[running.index].checker();
                    line(&format!("still running: {checker} {}", running.text(tasks)));
                }
            }
            Display::Lines { .. } => {}
        }
    }

    fn tell(&mut self, tasks: &[Task], index: usize, came: &Done) {
        let checker = tasks[index].checker();
        let (said, failure) = result(&tasks[index], came);
        if let Display::Bars { each, .. } = &self.display {
            let mut bars = each.iter();
            if let Some((_, bar)) = bars.find(|(of, _)| *of == checker) {
                bar.inc(1);
            }
        }
        self.say(&format!("[{}/{}] {said}", self.done, tasks.len()));
        if let Some(why) = failure {
            self.say(&format!("    {why}"));
        }
    }

    fn say(&mut self, text: &str) {
        match &mut self.display {
            // Above the bars. That they cannot be drawn is no reason to stop.
            Display::Bars { all, .. } => drop(all.println(text.trim_end())),
            Display::Lines { spoken } => {
                *spoken = Instant::now();
                line(text);
            }
        }
    }
}

/// A line on what came of a task, and in what way it failed.
fn result<'done>(task: &Task, came: &'done Done) -> (String, Option<&'done str>) {
    let checker = task.checker().name();
    let first = |why: &'done str| why.lines().next().unwrap_or_default();
    let (what, failure) = match (task, came) {
        (Task::Case(case), Done::Case(findings)) => {
            let row = Row::new((case, Some(findings)));
            let what = format!(
                "{:8} {} ({} executions)",
                row.verdict.text(),
                case.program(),
                grouped(findings.executions)
            );
            let failure = match &findings.verdict {
                Verdict::Changed(why) | Verdict::Failed(why) => Some(first(why)),
                Verdict::Complete | Verdict::Bounded(_) => None,
            };
            (what, failure)
        }
        (task, Done::Attacks(Ok(attacked))) => {
            let is_killed = |verdict: &Verdict| matches!(verdict, Verdict::Failed(_));
            let killed = attacked.iter().filter(|one| is_killed(&one.verdict));
            let what = format!("{task}: {} of {} killed", killed.count(), attacked.len());
            (what, None)
        }
        (task, Done::Attacks(Err(why)) | Done::Outcomes(Err(why))) => {
            (format!("{task}: FAILED"), Some(first(why)))
        }
        (task, Done::Outcomes(Ok(_)) | Done::Case(_)) => (task.to_string(), None),
    };
    (format!("{checker:7} {what}"), failure)
}

impl Running {
    fn text(&self, tasks: &[Task]) -> String {
        let task = &tasks[self.index];
        match self.executions {
            0 => task.to_string(),
            executions => format!("{task}: {}", grouped(executions)),
        }
    }
}

fn bars(tasks: &[Task]) -> Display {
    let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    let each = BUILT
        .into_iter()
        .filter(|checker| tasks.iter().any(|task| task.checker() == *checker))
        .map(|checker| {
            let total = tasks
                .iter()
                .filter(|task| task.checker() == checker)
                .count();
            let bar = ProgressBar::new(total as u64).with_prefix(checker.name());
            let bar = all.add(bar);
            let template = "{prefix:7} [{bar:20}] {pos:>2}/{len} {elapsed:>4}  {wide_msg}";
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            (checker, bar)
        })
        .collect();
    Display::Bars {
        all,
        each,
        awake: false,
    }
}
