//! What is seen while it runs, on stderr: bars on a terminal, lines elsewhere.

use super::rows::{Row, Word};
use crate::process::say::line;
use crate::text::grouped;
use flipside_record::verdict::{Findings, Verdict};
use flipside_scenarios::case::Case;
use flipside_scenarios::checker::Checker;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// In a pipe something is said at least this often while cases are running: some build services
/// take a job for hung that says nothing for minutes.
const SIGN_OF_LIFE: Duration = Duration::from_secs(60);

/// Shared by those who run the cases.
pub(super) struct Progress {
    cases: Vec<Case>,
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
    pub(super) fn new(cases: &[Case], terminal: bool) -> Self {
        let display = if terminal {
            bars(cases)
        } else {
            Display::Lines {
                spoken: Instant::now(),
            }
        };
        Self {
            cases: cases.to_vec(),
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
            state.show(&self.cases);
        });
    }

    pub(super) fn advanced(&self, index: usize, executions: u64) {
        self.update(|state| {
            for running in &mut state.running {
                if running.index == index {
                    running.executions = executions;
                }
            }
            state.show(&self.cases);
        });
    }

    /// Without findings the case was stopped, and there is nothing to say.
    pub(super) fn finished(&self, index: usize, findings: Option<&Findings>) {
        self.update(|state| {
            state.running.retain(|running| running.index != index);
            if let Some(findings) = findings {
                state.done += 1;
                state.say(&self.cases, index, findings);
            }
            state.show(&self.cases);
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

    fn show(&mut self, cases: &[Case]) {
        match &mut self.display {
            Display::Bars { each, .. } => {
                for (checker, bar) in each {
                    let of_checker = |running: &&Running| cases[running.index].checker == *checker;
                    let now: Vec<_> = self
                        .running
                        .iter()
                        .filter(of_checker)
                        .map(|running| running.text(cases))
                        .collect();
                    bar.set_message(now.join("; "));
                }
            }
            Display::Lines { spoken } if spoken.elapsed() >= SIGN_OF_LIFE => {
                *spoken = Instant::now();
                for running in &self.running {
                    let checker = cases[running.index].checker;
                    line(&format!("still running: {checker} {}", running.text(cases)));
                }
            }
            Display::Lines { .. } => {}
        }
    }

    fn say(&mut self, cases: &[Case], index: usize, findings: &Findings) {
        let row = Row::new((&cases[index], Some(findings)));
        let said = format!(
            "{:7} {:14} {:6} {:8} {:>10} executions",
            row.checker,
            row.scenario,
            row.size,
            row.verdict.text(),
            grouped(findings.executions)
        );
        match &mut self.display {
            Display::Bars { all, each, .. } => {
                let mut bars = each.iter();
                if let Some((_, bar)) = bars.find(|(c, _)| *c == cases[index].checker) {
                    bar.inc(1);
                }
                // The table comes at the end; a failure is worth knowing of at once.
                if row.verdict == Word::Failed {
                    let _ = all.println(said.trim_end());
                }
            }
            Display::Lines { spoken } => {
                *spoken = Instant::now();
                line(&format!("[{}/{}] {said}", self.done, cases.len()));
                if let Verdict::Failed(why) = &findings.verdict {
                    line(&format!("    {}", why.lines().next().unwrap_or_default()));
                }
            }
        }
    }
}

impl Running {
    fn text(&self, cases: &[Case]) -> String {
        let Case { scenario, size, .. } = &cases[self.index];
        match self.executions {
            0 => format!("{} {size}", scenario.name),
            executions => format!("{} {size}: {}", scenario.name, grouped(executions)),
        }
    }
}

fn bars(cases: &[Case]) -> Display {
    let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10));
    let each = super::checkers(cases)
        .into_iter()
        .map(|checker| {
            let total = cases.iter().filter(|case| case.checker == checker).count();
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
