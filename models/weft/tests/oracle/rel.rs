//! Binary relations over at most 64 events, as rows of bits, with the operators of the papers.

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Rel {
    rows: Vec<u64>,
}

impl Rel {
    pub(crate) fn empty(n: usize) -> Rel {
        assert!(n <= 64, "a relation holds 64 events at most");
        Rel { rows: vec![0; n] }
    }

    /// `[S]`: the identity on the events that satisfy the predicate.
    pub(crate) fn identity(n: usize, member: impl Fn(usize) -> bool) -> Rel {
        let mut r = Rel::empty(n);
        for a in (0..n).filter(|a| member(*a)) {
            r.add(a, a);
        }
        r
    }

    pub(crate) fn from_fn(n: usize, holds: impl Fn(usize, usize) -> bool) -> Rel {
        let mut r = Rel::empty(n);
        for a in 0..n {
            for b in 0..n {
                if holds(a, b) {
                    r.add(a, b);
                }
            }
        }
        r
    }

    pub(crate) fn size(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn add(&mut self, a: usize, b: usize) {
        self.rows[a] |= 1 << b;
    }

    pub(crate) fn has(&self, a: usize, b: usize) -> bool {
        self.rows[a] >> b & 1 == 1
    }

    /// Union.
    pub(crate) fn or(&self, other: &Rel) -> Rel {
        self.zip(other, |a, b| a | b)
    }

    /// Intersection.
    pub(crate) fn and(&self, other: &Rel) -> Rel {
        self.zip(other, |a, b| a & b)
    }

    /// Difference.
    pub(crate) fn minus(&self, other: &Rel) -> Rel {
        self.zip(other, |a, b| a & !b)
    }

    fn zip(&self, other: &Rel, op: impl Fn(u64, u64) -> u64) -> Rel {
        Rel {
            rows: self
                .rows
                .iter()
                .zip(&other.rows)
                .map(|(a, b)| op(*a, *b))
                .collect(),
        }
    }

    /// Composition, `self ; other`.
    pub(crate) fn then(&self, other: &Rel) -> Rel {
        let rows = self.rows.iter().map(|&row| {
            let (mut image, mut left) = (0, row);
            while left != 0 {
                image |= other.rows[left.trailing_zeros() as usize];
                left &= left - 1;
            }
            image
        });
        Rel {
            rows: rows.collect(),
        }
    }

    pub(crate) fn inverse(&self) -> Rel {
        let mut r = Rel::empty(self.size());
        for (a, &row) in self.rows.iter().enumerate() {
            let mut left = row;
            while left != 0 {
                r.add(left.trailing_zeros() as usize, a);
                left &= left - 1;
            }
        }
        r
    }

    /// Reflexive closure, `r?`.
    pub(crate) fn opt(&self) -> Rel {
        self.or(&Rel::identity(self.size(), |_| true))
    }

    /// Transitive closure, `r+`.
    pub(crate) fn plus(&self) -> Rel {
        let mut rows = self.rows.clone();
        for via in 0..rows.len() {
            let row = rows[via];
            for r in &mut rows {
                if *r >> via & 1 == 1 {
                    *r |= row;
                }
            }
        }
        Rel { rows }
    }

    /// Reflexive and transitive closure, `r*`.
    pub(crate) fn star(&self) -> Rel {
        self.plus().opt()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.iter().all(|r| *r == 0)
    }

    pub(crate) fn irreflexive(&self) -> bool {
        self.rows.iter().enumerate().all(|(a, r)| r >> a & 1 == 0)
    }

    pub(crate) fn acyclic(&self) -> bool {
        self.plus().irreflexive()
    }
}
