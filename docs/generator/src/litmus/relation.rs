//! Relations between the events of one execution.

/// A relation between at most 64 events: a row of bits each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relation(Vec<u64>);

impl Relation {
    /// Of so many events, the pairs that are told.
    pub(super) fn of(events: usize, holds: impl Fn(usize, usize) -> bool) -> Self {
        let row = |a| {
            (0..events)
                .filter(|&b| holds(a, b))
                .fold(0, |row, b| row | 1 << b)
        };
        Self((0..events).map(row).collect())
    }

    /// Each event of a set with itself.
    pub(super) fn on(events: usize, holds: impl Fn(usize) -> bool) -> Self {
        Self::of(events, |a, b| a == b && holds(a))
    }

    pub(super) fn has(&self, a: usize, b: usize) -> bool {
        self.0[a] >> b & 1 == 1
    }

    fn each(&self, other: &Self, both: impl Fn(u64, u64) -> u64) -> Self {
        let rows = self.0.iter().zip(&other.0);
        Self(rows.map(|(&a, &b)| both(a, b)).collect())
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        self.each(other, |a, b| a | b)
    }

    pub(super) fn and(&self, other: &Self) -> Self {
        self.each(other, |a, b| a & b)
    }

    pub(super) fn less(&self, other: &Self) -> Self {
        self.each(other, |a, b| a & !b)
    }

    /// First this, then the other.
    pub(super) fn then(&self, other: &Self) -> Self {
        let through = |row: u64| {
            let ends = (0..other.0.len()).filter(|&b| row >> b & 1 == 1);
            ends.fold(0, |all, b| all | other.0[b])
        };
        Self(self.0.iter().map(|&row| through(row)).collect())
    }

    pub(super) fn inverse(&self) -> Self {
        Self::of(self.0.len(), |a, b| self.has(b, a))
    }

    /// This, or nothing.
    pub(super) fn maybe(&self) -> Self {
        self.or(&Self::on(self.0.len(), |_| true))
    }

    /// Once or more.
    pub(super) fn repeated(&self) -> Self {
        let mut closure = self.clone();
        for through in 0..closure.0.len() {
            let onwards = closure.0[through];
            for row in &mut closure.0 {
                if *row >> through & 1 == 1 {
                    *row |= onwards;
                }
            }
        }
        closure
    }

    /// Any number of times.
    pub(super) fn any(&self) -> Self {
        self.repeated().maybe()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|&row| row == 0)
    }

    pub(super) fn is_irreflexive(&self) -> bool {
        (0..self.0.len()).all(|event| !self.has(event, event))
    }

    pub(super) fn is_acyclic(&self) -> bool {
        self.repeated().is_irreflexive()
    }
}
