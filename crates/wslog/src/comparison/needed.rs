//! How many more would have to be seen.

use crate::comparison::Trend;
use crate::comparison::chance::{Sight, Table, least, trend};
use crate::diagnosis::fisher::Group;

/// More than this nobody waits for.
const MOST: u64 = 1 << 30;

/// How many of which none is affected would be enough to show, among so many tests, that this rate fell.
pub(super) fn needed(before: Group, tests: usize) -> Option<u64> {
    let is_enough = |total: u64| {
        let table = Table { before, after: Group { failed: 0, total } };
        trend(least(&[table], Sight::EQUAL), tests).0 == Trend::Fell
    };
    let mut enough = 1;
    while !is_enough(enough) {
        enough *= 2;
        if enough > MOST {
            return None;
        }
    }
    let mut few = enough / 2;
    while enough - few > 1 {
        let middle = few + (enough - few) / 2;
        match is_enough(middle) {
            true => enough = middle,
            false => few = middle,
        }
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_what_is_rare_takes_long() {
        let needed = |failed, total| needed(Group { failed, total }, 1);
        assert_eq!(needed(10, 20), Some(11));
        assert_eq!(needed(0, 20), None);
        let rare = needed(10, 10_000);
        assert!(rare > Some(5_000) && rare < Some(12_000), "{rare:?}");
        // By chance alone all of four fail as often as that.
        assert!(needed(1, 4) > Some(400));
    }
}
