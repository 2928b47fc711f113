//! Events and the sightings that ended with them, two by two.

use std::collections::BTreeMap;
use std::ops::Range;

/// Events that all say the same in the same second, and what fits them; all by number, in the order of
/// time.
#[derive(Debug)]
pub(super) struct Same {
    pub(super) events: Range<usize>,
    /// The sightings that may have ended with one of them.
    pub(super) ended: Vec<usize>,
    /// Whether one request cannot have several of them.
    pub(super) is_once: bool,
}

/// The parts of which no event fits a sighting of another part.
pub(super) fn hanging_together(all: &[Same], sightings: usize) -> Vec<Vec<&Same>> {
    let mut roots: Vec<usize> = (0..sightings).collect();
    for same in all {
        for two in same.ended.windows(2) {
            let (one, other) = (root(&mut roots, two[0]), root(&mut roots, two[1]));
            roots[one.max(other)] = one.min(other);
        }
    }
    let mut parts: BTreeMap<usize, Vec<&Same>> = BTreeMap::new();
    for same in all {
        if let Some(&first) = same.ended.first() {
            parts.entry(root(&mut roots, first)).or_default().push(same);
        }
    }
    parts.into_values().collect()
}

fn root(roots: &mut [usize], mut number: usize) -> usize {
    while roots[number] != number {
        roots[number] = roots[roots[number]];
        number = roots[number];
    }
    number
}

/// An event for every sighting, each event at most once, and beside them those that fit one sighting
/// alone; `None` if there are too few.
pub(super) fn pairs(together: &[&Same]) -> Option<Vec<(usize, usize)>> {
    let mut fitting: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, same) in together.iter().enumerate() {
        for &number in &same.ended {
            fitting.entry(number).or_default().push(place);
        }
    }
    let mut free: Vec<Range<usize>> = together.iter().map(|same| same.events.clone()).collect();
    let mut pairs = Vec::new();
    // Both are in the order of time, so the first that is free leaves most to those behind.
    for (number, places) in fitting {
        let event = places.into_iter().find_map(|place| free[place].next())?;
        pairs.push((event, number));
    }
    for (same, free) in together.iter().zip(free) {
        if let [only] = same.ended[..] {
            pairs.extend(free.map(|event| (event, only)));
        }
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paired(all: &[(usize, &[usize])]) -> Vec<Option<Vec<(usize, usize)>>> {
        let mut next = 0;
        let same = |&(count, ended): &(usize, &[usize])| {
            let start = next;
            next += count;
            Same { events: start..next, ended: ended.to_vec(), is_once: true }
        };
        let all: Vec<Same> = all.iter().map(same).collect();
        hanging_together(&all, 10).iter().map(|together| pairs(together)).collect()
    }

    #[test]
    fn ok_every_sighting_has_an_event_or_none_has() {
        assert_eq!(paired(&[(1, &[])]), []);
        assert_eq!(paired(&[(1, &[4])]), [Some(vec![(0, 4)])]);
        assert_eq!(paired(&[(1, &[4, 5])]), [None]);
        assert_eq!(paired(&[(2, &[4, 5])]), [Some(vec![(0, 4), (1, 5)])]);
        let chain: [(usize, &[usize]); 3] = [(1, &[0, 1]), (1, &[0, 1, 2]), (1, &[1, 2])];
        assert_eq!(paired(&chain), [Some(vec![(0, 0), (1, 1), (2, 2)])]);
        assert_eq!(paired(&chain[..2]), [None]);
    }

    #[test]
    fn ok_parts_do_not_share_their_fate() {
        assert_eq!(paired(&[(1, &[0, 1]), (1, &[2])]), [None, Some(vec![(1, 2)])]);
    }

    #[test]
    fn ok_more_events_than_sightings_are_joined_where_there_is_no_choice() {
        assert_eq!(paired(&[(2, &[7])]), [Some(vec![(0, 7), (1, 7)])]);
        assert_eq!(paired(&[(3, &[7, 8])]), [Some(vec![(0, 7), (1, 8)])]);
    }
}
