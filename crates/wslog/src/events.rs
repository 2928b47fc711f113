//! What ended together and began together is one event: the sockets of a page, all clients after a restart.

use std::collections::{BTreeSet, VecDeque};

use crate::ages::Life;

/// So near, in ms, two have to begin, and to end.
pub(crate) const TOGETHER: i64 = 1_000;

/// Of each event one; of lives in the order of their ends.
pub(crate) fn events(lives: &[Life]) -> impl Iterator<Item = &Life> {
    let mut recent: VecDeque<&Life> = VecDeque::new();
    let mut starts: BTreeSet<i64> = BTreeSet::new();
    lives.iter().filter(move |life| {
        while let Some(first) = recent.front().filter(|first| first.end < life.end - TOGETHER) {
            starts.remove(&first.start);
            recent.pop_front();
        }
        let is_new = starts.range(life.start - TOGETHER..=life.start + TOGETHER).next().is_none();
        if is_new {
            starts.insert(life.start);
            recent.push_back(life);
        }
        is_new
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Client;

    fn count(spans: &[(i64, i64)]) -> usize {
        let mut lives: Vec<Life> = spans
            .iter()
            .map(|&(start, end)| Life {
                start,
                end,
                offset_minutes: 0,
                way: 0,
                client: Client::UNKNOWN,
            })
            .collect();
        lives.sort_unstable_by_key(|life| (life.end, life.start));
        events(&lives).count()
    }

    #[test]
    fn ok_what_begins_and_ends_together_is_one() {
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[(0, 60_000), (400, 60_001), (900, 60_020)]), 1);
        assert_eq!(count(&[(0, 60_000), (1_001, 60_000), (5_000, 60_000)]), 3);
        assert_eq!(count(&[(0, 60_000), (0, 61_001), (0, 62_002)]), 3);
    }
}
