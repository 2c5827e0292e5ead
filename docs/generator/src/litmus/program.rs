//! A litmus test, before it is written out for one language: threads of a few steps, and an outcome.

/// The language, and with it the memory model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Language {
    /// C11, under RC11.
    C11,
    /// C of the Linux kernel, under the Linux-kernel memory model.
    Lkmm,
    /// Arm's 64-bit architecture.
    AArch64,
}

/// How an access is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Not atomic in C11, not `ONCE` in the kernel.
    Plain,
    /// `memory_order_relaxed`, `READ_ONCE` and `WRITE_ONCE`.
    Relaxed,
    /// An acquire load.
    Acquire,
    /// A release store.
    Release,
    /// `memory_order_seq_cst`.
    SeqCst,
}

/// A barrier: a C11 fence, a kernel barrier, or an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Barrier {
    /// A release fence, `smp_wmb`, `dmb ishst`.
    Wmb,
    /// An acquire fence, `smp_rmb`, `dmb ishld`.
    Rmb,
    /// A sequentially consistent fence, `smp_mb`, `dmb ish`.
    Mb,
    /// `smp_mb__before_atomic`.
    BeforeAtomic,
}

/// What is stored.
#[derive(Clone, Copy, Debug)]
pub(super) enum Value {
    /// A number.
    Is(i64),
    /// What a register holds.
    Of(&'static str),
    /// That and a number.
    Plus(&'static str, i64),
    /// That with bits flipped.
    Flipped(&'static str, i64),
}

/// When steps are taken.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    /// The two registers differ: the worker owns the request.
    Differ(&'static str, &'static str),
    /// They agree: the submitter owns it.
    Agree(&'static str, &'static str),
    /// The register holds that.
    Is(&'static str, i64),
}

/// A step of a thread.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A store.
    Store(&'static str, Value, Mark),
    /// A load into a register.
    Load(&'static str, &'static str, Mark),
    /// An atomic exclusive-or; with a register if the old value is asked for.
    Flip(&'static str, i64, Mark, Option<&'static str>),
    /// A barrier.
    Barrier(Barrier),
    /// Steps that are taken if the condition holds.
    If(When, Vec<Step>),
}

/// An outcome.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// A thread's register holds that at the end.
    Register(usize, &'static str, i64),
    /// The location does not hold that at the end.
    MemoryIsNot(&'static str, i64),
    /// All of them.
    All(Vec<Outcome>),
    /// One of them.
    Any(Vec<Outcome>),
}

/// How often the outcome is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Executions with the outcome.
    pub(super) positive: u32,
    /// Executions without it.
    pub(super) negative: u32,
    /// Whether some execution has a data race: then C11 promises nothing.
    pub(super) race: bool,
}

/// A litmus test.
#[derive(Clone, Debug)]
pub(super) struct Litmus {
    /// What it is written in.
    pub(super) language: Language,
    /// Its name, and that of its file.
    pub(super) name: &'static str,
    /// The obligations that it is about.
    pub(super) obligations: &'static [&'static str],
    /// What is special about it.
    pub(super) about: &'static str,
    /// What memory holds at first, where that is not 0.
    pub(super) initial: &'static [(&'static str, i64)],
    /// The threads.
    pub(super) threads: Vec<Vec<Step>>,
    /// The outcome that is asked for.
    pub(super) exists: Outcome,
    /// What herd7 says, of the tests that it has judged.
    pub(super) herd: Option<Verdict>,
}

impl Verdict {
    /// As herd7 writes it.
    #[must_use]
    pub(super) const fn observation(self) -> &'static str {
        match (self.positive, self.negative) {
            (0, _) => "Never",
            (_, 0) => "Always",
            _ => "Sometimes",
        }
    }
}

impl Language {
    /// All of them.
    pub(super) const ALL: [Self; 3] = [Self::C11, Self::Lkmm, Self::AArch64];

    /// The directory of its tests.
    #[must_use]
    pub(super) const fn directory(self) -> &'static str {
        match self {
            Self::C11 => "c11",
            Self::Lkmm => "lkmm",
            Self::AArch64 => "aarch64",
        }
    }

    /// What herd7 is called with.
    #[must_use]
    pub(super) const fn herd_arguments(self) -> &'static str {
        match self {
            Self::C11 => "-model rc11.cat",
            Self::Lkmm => "-conf linux-kernel.cfg",
            Self::AArch64 => "-model aarch64.cat",
        }
    }

    /// The memory model's name.
    #[must_use]
    pub(super) const fn model(self) -> &'static str {
        match self {
            Self::C11 => "RC11",
            Self::Lkmm => "LKMM",
            Self::AArch64 => "AArch64",
        }
    }
}

/// Each step with those that stand under a condition.
pub(super) fn flat(steps: &[Step]) -> Vec<&Step> {
    let mut all = Vec::new();
    for step in steps {
        all.push(step);
        if let Step::If(_, then) = step {
            all.extend(flat(then));
        }
    }
    all
}

impl Step {
    /// The location that is accessed, and the mark.
    pub(super) const fn access(&self) -> Option<(&'static str, Mark)> {
        match self {
            Self::Store(location, _, mark)
            | Self::Load(_, location, mark)
            | Self::Flip(location, _, mark, _) => Some((location, *mark)),
            Self::Barrier(_) | Self::If(..) => None,
        }
    }
}
