//! Few addresses that never get through, however often they try, where most others do: whatever is wrong there is
//! wrong with them. A balancer that keeps each at one node may put several at the same one. Of many it may be the
//! node: it may refuse some of its clients always.

use std::collections::{HashMap, HashSet};

use crate::summary::attempts::Attempt;

/// Who never got through tried at least so often.
const OFTEN: usize = 10;

/// More than so many are not few.
const FEW: usize = 5;

/// What one address has tried.
#[derive(Clone, Copy, Default)]
struct Tries {
    count: usize,
    is_through: bool,
}

/// These addresses. None where they are not few, or where most do not get through by way of this peer, or of all
/// others: it may be what is bad. Both sides are asked the same, so that neither gains by it.
pub(super) fn stuck(attempts: &[Attempt], own: u32) -> HashSet<u64> {
    let of = |is_own: bool| tries(attempts.iter().filter(move |it| (it.peer == own) == is_own));
    if ![true, false].map(of).iter().all(most_get_through) {
        return HashSet::new();
    }
    let is_stuck = |it: &Tries| it.count >= OFTEN && !it.is_through;
    let of_all = tries(attempts.iter()).into_iter();
    let stuck: HashSet<u64> = of_all.filter(|(_, it)| is_stuck(it)).map(|it| it.0).collect();
    if stuck.len() > FEW { HashSet::new() } else { stuck }
}

fn tries<'a>(attempts: impl Iterator<Item = &'a Attempt>) -> HashMap<u64, Tries> {
    let mut tries: HashMap<u64, Tries> = HashMap::new();
    for attempt in attempts {
        let of_one = tries.entry(attempt.address).or_default();
        of_one.count += 1;
        of_one.is_through |= !attempt.is_failed;
    }
    tries
}

fn most_get_through(tries: &HashMap<u64, Tries>) -> bool {
    2 * tries.values().filter(|it| it.is_through).count() > tries.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So often by way of this peer, and which of these tries get through.
    fn of(address: u64, peer: u32, count: i64, through: &[i64]) -> Vec<Attempt> {
        let one = |start| Attempt {
            path: 0,
            turn: 0,
            start,
            address,
            is_failed: !through.contains(&start),
            peer,
        };
        (0..count).map(one).collect()
    }

    fn stuck_of(all: &[Vec<Attempt>]) -> Vec<u64> {
        let mut stuck: Vec<u64> = stuck(&all.concat(), 0).into_iter().collect();
        stuck.sort_unstable();
        stuck
    }

    #[test]
    fn ok_who_never_gets_through_where_most_do() {
        let fine = [0, 1].map(|peer| {
            let each = (0..5).map(|it| of(10 * u64::from(peer) + it, peer, 3, &[2]));
            each.collect::<Vec<_>>().concat()
        });
        let with = |all: Vec<Attempt>| stuck_of(&[&fine[..], &[all]].concat());
        assert_eq!(with(of(77, 0, 10, &[])), [77]);
        assert_eq!(with(of(77, 1, 10, &[])), [77]);
        // Wherever it tries.
        assert_eq!(with([of(77, 0, 5, &[]), of(77, 1, 5, &[])].concat()), [77]);
        assert!(with(of(77, 0, 9, &[])).is_empty());
        assert!(with(of(77, 0, 500, &[321])).is_empty());
        assert!(with([of(77, 0, 20, &[]), of(77, 1, 1, &[0])].concat()).is_empty());
    }

    #[test]
    fn ok_many_that_never_get_through_are_no_few_clients() {
        let fine = (0..20).map(|it| of(it, u32::from(it < 9), 3, &[0]));
        let stuck = |count: u64| {
            let all = fine.clone().chain((0..count).map(|it| of(100 + it, 0, 30, &[])));
            stuck_of(&all.collect::<Vec<_>>()).len()
        };
        assert_eq!([stuck(1), stuck(5), stuck(6)], [1, 5, 0]);
    }

    #[test]
    fn ok_where_few_get_through_it_is_the_peer() {
        for bad in [0, 1] {
            let fine = (0..5).map(|it| of(it, 1 - bad, 3, &[0]));
            let few = (10..13).map(|it| of(it, bad, 3, &[0]));
            let never = (20..23).map(|it| of(it, bad, 30, &[]));
            let all: Vec<_> = fine.chain(few).chain(never).collect();
            assert!(stuck_of(&all).is_empty());
            // One more makes them most.
            let all = [&all[..], &[of(30, bad, 1, &[0])]].concat();
            assert_eq!(stuck_of(&all), [20, 21, 22]);
        }
        assert!(stuck_of(&[of(1, 0, 30, &[])]).is_empty());
        assert!(stuck_of(&[]).is_empty());
    }
}
