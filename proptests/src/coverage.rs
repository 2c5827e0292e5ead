//! What the plans of a run reached: counted and demanded, not assumed.

use flipside::Design;
use std::fmt;

macro_rules! reached {
    ($( $(#[doc = $doc:literal])+ $name:ident; )+) => {
        /// Something that a plan can bring about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Reached { $( $(#[doc = $doc])+ $name, )+ }

        impl Reached {
            /// All of it.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// What it is, in words.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim()),+ }
            }
        }
    };
}

reached! {
    /// state Free: a request that holds nothing is prepared
    Free;
    /// state Busy: seen after a step
    Busy;
    /// state Done: seen after a step
    Done;
    /// Free → Busy by a commit
    Commit;
    /// Free → Busy by a batch
    BatchCommit;
    /// Free → Free by a drop or a forget
    Abandon;
    /// Free → Free by a batch that is not committed
    BatchAbandon;
    /// Done → Free in prepare
    DeliveredByClaim;
    /// Done → Free in deliver
    DeliveredByDeliver;
    /// Done → Free in wait_done
    DeliveredByFlush;
    /// Done → Free in stop
    DeliveredByStop;
    /// every request with the workers: prepare finds none
    Full;
    /// every request in the batch: its prepare finds none
    AllStaged;
    /// prepare_wait with every request committed
    ClaimWaited;
    /// deliver_wait with every result still to come
    DeliverWaited;
    /// the search goes on from the cursor's worker to another
    SearchWentOn;
    /// a worker's ring wraps around
    CursorWrapped;
    /// a worker's ring goes on into a second word
    WordBorder;
    /// a handler's panic is delivered
    Panic;
    /// a result without a byte
    EmptyResult;
    /// a result with bytes
    Result;
    /// a pool is stopped with requests in flight
    StoppedEarly;
    /// a pool is dropped with requests in flight
    DroppedEarly;
    /// the submitter sleeps
    SubmitterSlept;
    /// a worker sleeps
    WorkerSlept;
}

/// What one plan reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage(u32);

impl Coverage {
    /// Adds one.
    pub fn add(&mut self, reached: Reached) {
        self.0 |= 1 << reached as u32;
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether it is among them.
    #[must_use]
    pub fn has(self, reached: Reached) -> bool {
        self.0 >> reached as u32 & 1 == 1
    }
}

/// How many plans of a run reached what.
#[derive(Clone, Debug)]
pub struct Tally {
    plans: usize,
    counts: Vec<usize>,
    designs: Vec<usize>,
    /// What this layer can't see or do.
    beyond: &'static [Reached],
}

impl Tally {
    /// For a layer that cannot reach, or not see, some of it.
    #[must_use]
    pub fn beyond(beyond: &'static [Reached]) -> Self {
        let counts = vec![0; Reached::ALL.len()];
        Self {
            plans: 0,
            counts,
            designs: vec![0; Design::ALL.len()],
            beyond,
        }
    }

    /// Counts one plan.
    pub fn count(&mut self, design: Design, coverage: Coverage) {
        self.plans += 1;
        self.designs[place(design)] += 1;
        for &reached in Reached::ALL {
            self.counts[reached as usize] += usize::from(coverage.has(reached));
        }
    }

    /// How many plans were counted.
    #[must_use]
    pub fn plans(&self) -> usize {
        self.plans
    }

    /// Fails unless everything that the layer can reach was reached by at least one plan in 200:
    /// a fifth of what the rarest takes, so random variation does not come near it.
    ///
    /// Fewer than 200 plans demand nothing.
    ///
    /// # Panics
    ///
    /// If something was not reached.
    pub fn demand(&self) {
        let floor = self.plans / 200;
        let reached = Reached::ALL
            .iter()
            .filter(|reached| !self.beyond.contains(reached))
            .filter(|&&reached| self.counts[reached as usize] < floor)
            .map(|reached| reached.text());
        let designs = Design::ALL
            .iter()
            .filter(|&&design| self.designs[place(design)] < floor)
            .map(|design| design.name());
        let missed: Vec<_> = reached.chain(designs).collect();
        assert!(
            missed.is_empty(),
            "fewer than {floor} of {} plans reached: {}\n{self}",
            self.plans,
            missed.join("; ")
        );
    }
}

fn place(design: Design) -> usize {
    let mut all = Design::ALL.iter();
    all.position(|&other| other == design).unwrap_or(0)
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>8} plans, of which reached", self.plans)?;
        for &reached in Reached::ALL {
            if self.beyond.contains(&reached) {
                writeln!(f, "       – {} (not to be seen here)", reached.text())?;
            } else {
                writeln!(f, "{:>8} {}", self.counts[reached as usize], reached.text())?;
            }
        }
        for &design in Design::ALL {
            writeln!(f, "{:>8} design {design}", self.designs[place(design)])?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_plan_reached_fails_the_run() {
        let mut all = Coverage::default();
        Reached::ALL.iter().for_each(|&reached| all.add(reached));
        let designs = || Design::ALL.iter().copied().cycle();
        let mut tally = Tally::beyond(&[Reached::WorkerSlept]);
        for design in designs().take(400) {
            tally.count(design, all);
        }
        tally.demand();
        let mut most = Coverage::default();
        Reached::ALL[1..]
            .iter()
            .for_each(|&reached| most.add(reached));
        for (coverage, designs, missed) in [
            (most, Design::ALL, "reached: state Free"),
            (all, &Design::ALL[1..], "reached: flip-striped"),
        ] {
            let mut but_one = Tally::beyond(&[]);
            for &design in designs.iter().cycle().take(400) {
                but_one.count(design, coverage);
            }
            let failed = std::panic::catch_unwind(|| but_one.demand()).expect_err(missed);
            let why = failed.downcast_ref::<String>().expect("a message");
            assert!(why.contains(missed), "{why}");
        }
    }
}
