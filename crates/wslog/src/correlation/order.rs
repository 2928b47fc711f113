//! The order in which requests pass vantage points, as far as it is known.

use std::collections::HashSet;

use crate::correlation::pair::{Before, Pair};
use crate::correlation::{Correlation, is_client};
use crate::directory::Directory;
use crate::map::Map;

/// Which vantage points are before which. Of two that are said to be before each other, neither is.
pub(super) struct Order {
    /// For each vantage point those that are somewhere behind it.
    behind: Map<u32, HashSet<u32>>,
}

impl Order {
    /// What was gathered of vantage points that `group` says are one is said of that one.
    pub(super) fn of(
        correlation: &Correlation,
        directory: &Directory,
        split_names: &HashSet<u32>,
        group: &dyn Fn(u32) -> u32,
    ) -> Order {
        let mut pairs: Map<(u32, u32), Pair> = Map::default();
        // A name that several have is the address of none.
        let is_split = |vantage| {
            let name = directory.vantages.get(vantage).and_then(|vantage| vantage.name);
            name.is_some_and(|name| split_names.contains(&name))
        };
        for (&(first, second), &pair) in &correlation.pairs {
            let pair = pair.without_names([is_split(first), is_split(second)]);
            let (first, second) = (group(first), group(second));
            if first < second {
                pairs.entry((first, second)).or_default().absorb(pair);
            } else if first > second {
                pairs.entry((second, first)).or_default().absorb(pair.turned());
            }
        }
        let is_clients =
            |vantage| directory.vantages.get(vantage).is_some_and(|it| is_client(it.seat));
        let mut next: Map<u32, Vec<u32>> = Map::default();
        for ((first, second), pair) in pairs {
            let before = match (is_clients(first), is_clients(second)) {
                (true, false) => Before::First,
                (false, true) => Before::Second,
                (true, true) => Before::Unknown,
                (false, false) => pair.before(),
            };
            match before {
                Before::First => next.entry(first).or_default().push(second),
                Before::Second => next.entry(second).or_default().push(first),
                Before::Unknown => {}
            }
        }
        Order { behind: closure(&next).unwrap_or_default() }
    }

    pub(super) fn is_before(&self, one: u32, other: u32) -> bool {
        let reaches = |from, to| self.behind.get(&from).is_some_and(|all| all.contains(&to));
        reaches(one, other) && !reaches(other, one)
    }
}

/// Most pairs of vantage points of which one is behind the other. A capture may be made to show any
/// number of servers in a row: of so many nothing is known.
const MOST_PAIRS: usize = 1 << 20;

/// For each vantage point those that are somewhere behind it, unless they are too many.
fn closure(next: &Map<u32, Vec<u32>>) -> Option<Map<u32, HashSet<u32>>> {
    let mut left = MOST_PAIRS;
    let mut behind = Map::default();
    for &from in next.keys() {
        let reached = reached(from, next, left)?;
        left -= reached.len();
        behind.insert(from, reached);
    }
    Some(behind)
}

/// Those behind one, unless they are more than `most`.
fn reached(from: u32, next: &Map<u32, Vec<u32>>, most: usize) -> Option<HashSet<u32>> {
    let mut reached = HashSet::new();
    let mut open = vec![from];
    while let Some(vantage) = open.pop() {
        let after = next.get(&vantage).into_iter().flatten();
        open.extend(after.copied().filter(|vantage| reached.insert(*vantage)));
        if reached.len() > most {
            return None;
        }
    }
    Some(reached)
}
