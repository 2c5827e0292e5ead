//! Delta debugging: the least of a failing schedule that still fails.

/// Takes runs of items out, long ones first, and tries the given edits, as long as something gets
/// better. `attempt` says what became of a list, if it still fails: a list of its own and what
/// that costs. Gives up after `limit` attempts, with the best so far.
pub fn shrink<T: Clone, C: Ord>(
    start: (Vec<T>, C),
    limit: usize,
    edits: impl Fn(&[T]) -> Vec<Vec<T>>,
    mut attempt: impl FnMut(&[T]) -> Option<(Vec<T>, C)>,
) -> (Vec<T>, C) {
    let mut best = start;
    let mut left = limit;
    loop {
        let candidates = removals(&best.0).chain(edits(&best.0));
        let mut better = None;
        for candidate in candidates {
            if left == 0 {
                return best;
            }
            left -= 1;
            better = attempt(&candidate).filter(|(_, cost)| *cost < best.1);
            if better.is_some() {
                break;
            }
        }
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

    fn none(_: &[u32]) -> Vec<Vec<u32>> {
        Vec::new()
    }

    #[test]
    fn what_the_failure_needs_is_what_stays() {
        let start: Vec<u32> = (0..100).collect();
        let needs = |list: &[u32]| {
            let fails = [3, 50, 97].iter().all(|item| list.contains(item));
            fails.then(|| (list.to_vec(), list.len()))
        };
        let (least, cost) = shrink((start, 100), 10_000, none, needs);
        assert_eq!((least, cost), (vec![3, 50, 97], 3));
    }

    #[test]
    fn an_attempt_may_answer_with_another_list() {
        let start = vec![8, 8, 8];
        let halves = |list: &[u32]| vec![list.iter().map(|n| n / 2).collect()];
        let sum = |list: &[u32]| {
            let sum: u32 = list.iter().sum();
            (sum >= 3).then(|| (vec![sum], sum))
        };
        assert_eq!(shrink((start, 24), 100, halves, sum), (vec![4], 4));
    }

    #[test]
    fn the_limit_ends_it() {
        let mut attempts = 0;
        let never = |_: &[u32]| {
            attempts += 1;
            None
        };
        let start = ((0..64).collect(), 64);
        assert_eq!(shrink(start, 5, none, never).1, 64);
        assert_eq!(attempts, 5);
    }

    #[test]
    fn nothing_is_left_as_it_is() {
        let empty: (Vec<u32>, u32) = (Vec::new(), 0);
        assert_eq!(shrink(empty.clone(), 5, none, |_| None), empty);
    }
}
