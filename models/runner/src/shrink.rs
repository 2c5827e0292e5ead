//! Delta debugging: the least of a failing schedule that still fails.

use std::time::{Duration, Instant};

/// When to give up.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// After so many attempts at one list. What came out within this limit is not made smaller by doing
    /// it again.
    pub attempts: usize,
    /// After this time.
    pub time: Duration,
}

/// Takes runs of items out, long ones first, and tries the given edits, as long as something gets
/// better. `attempt` says what became of a list, if it still fails: a list of its own and what
/// that costs. Gives up at the limit, with the best so far.
pub fn shrink<T: Clone, C: Ord, E: Iterator<Item = Vec<T>>>(
    start: (Vec<T>, C),
    limit: Limit,
    edits: impl Fn(&[T]) -> E,
    mut attempt: impl FnMut(&[T]) -> Option<(Vec<T>, C)>,
) -> (Vec<T>, C) {
    let begun = Instant::now();
    let mut best = start;
    loop {
        let candidates = removals(&best.0).chain(edits(&best.0));
        let mut in_time = candidates
            .take(limit.attempts)
            .take_while(|_| begun.elapsed() < limit.time);
        let better =
            in_time.find_map(|candidate| attempt(&candidate).filter(|(_, cost)| *cost < best.1));
        match better {
            Some(better) => best = better,
            None => return best,
        }
    }
}

/// The list less one stretch: of half its length, then of a quarter, and so on.
fn removals<T: Clone>(list: &[T]) -> impl Iterator<Item = Vec<T>> + use<T> {
    let list = list.to_vec();
    let lengths = std::iter::successors(Some(list.len() / 2), |length| Some(length / 2));
    lengths
        .take_while(|&length| length > 0)
        .flat_map(move |length| {
            let list = list.clone();
            (0..list.len()).step_by(length).map(move |from| {
                let to = list.len().min(from + length);
                [&list[..from], &list[to..]].concat()
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::iter;

    fn none(_: &[u32]) -> impl Iterator<Item = Vec<u32>> + use<> {
        iter::empty()
    }

    fn after(attempts: usize) -> Limit {
        Limit {
            attempts,
            time: Duration::MAX,
        }
    }

    #[test]
    fn what_the_failure_needs_is_what_stays() {
        let start: Vec<u32> = (0..100).collect();
        let needs = |list: &[u32]| {
            let fails = [3, 50, 97].iter().all(|item| list.contains(item));
            fails.then(|| (list.to_vec(), list.len()))
        };
        let (least, cost) = shrink((start, 100), after(10_000), none, needs);
        assert_eq!((least, cost), (vec![3, 50, 97], 3));
    }

    #[test]
    fn an_attempt_may_answer_with_another_list() {
        let start = vec![8, 8, 8];
        let halves = |list: &[u32]| iter::once(list.iter().map(|n| n / 2).collect());
        let sum = |list: &[u32]| {
            let sum: u32 = list.iter().sum();
            (sum >= 3).then(|| (vec![sum], sum))
        };
        assert_eq!(shrink((start, 24), after(100), halves, sum), (vec![4], 4));
    }

    #[test]
    fn the_limit_ends_it() {
        let mut attempts = 0;
        let never = |_: &[u32]| {
            attempts += 1;
            None
        };
        let start = ((0..64).collect(), 64);
        assert_eq!(shrink(start, after(5), none, never).1, 64);
        assert_eq!(attempts, 5);
    }

    #[test]
    fn so_does_the_end_of_the_time() {
        let at_once = Limit {
            attempts: usize::MAX,
            time: Duration::ZERO,
        };
        let any = |list: &[u32]| Some((list.to_vec(), list.len()));
        assert_eq!(shrink((vec![1, 2, 3], 3), at_once, none, any).1, 3);
    }

    #[test]
    fn what_came_out_is_not_made_smaller_by_doing_it_again() {
        let one_less =
            |list: &[u32]| iter::once(list.iter().map(|n| n.saturating_sub(1)).collect());
        let sum = |list: &[u32]| Some((list.to_vec(), list.iter().sum::<u32>()));
        let keeps = |list: &[u32]| sum(list).filter(|_| list.len() == 1);
        let out = shrink((vec![100], 100), after(3), one_less, keeps);
        assert_eq!(
            out,
            (vec![0], 0),
            "each improvement is worth as many attempts again"
        );
    }

    #[test]
    fn nothing_is_left_as_it_is() {
        let empty: (Vec<u32>, u32) = (Vec::new(), 0);
        assert_eq!(shrink(empty.clone(), after(5), none, |_| None), empty);
    }
}
