//! Events and the sightings they fit, in parts that do not share any.

use std::collections::BTreeMap;
use std::ops::Range;

/// Events that all say the same in the same second, and what fits them; all by number, in the order of
/// time.
#[derive(Debug)]
pub(super) struct Same {
    pub(super) events: Range<usize>,
    /// The sightings that they may be about, in ascending order.
    pub(super) fitting: Vec<usize>,
    /// Whether they are known to be about one of these.
    pub(super) is_sure: bool,
}

/// The parts of which no event fits a sighting of another part.
pub(super) fn hanging_together(all: &[Same], sightings: usize) -> Vec<Vec<&Same>> {
    let mut roots: Vec<usize> = (0..sightings).collect();
    for same in all {
        for two in same.fitting.windows(2) {
            let (one, other) = (root(&mut roots, two[0]), root(&mut roots, two[1]));
            roots[one.max(other)] = one.min(other);
        }
    }
    let mut parts: BTreeMap<usize, Vec<&Same>> = BTreeMap::new();
    for same in all {
        if let Some(&first) = same.fitting.first() {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_parts_share_no_sighting() {
        let same =
            |fitting: &[usize]| Same { events: 0..1, fitting: fitting.to_vec(), is_sure: true };
        let all = [same(&[0, 1]), same(&[3]), same(&[]), same(&[1, 2]), same(&[4, 5])];
        let parts = hanging_together(&all, 6);
        let parts: Vec<Vec<&[usize]>> =
            parts.iter().map(|part| part.iter().map(|it| &it.fitting[..]).collect()).collect();
        assert_eq!(parts, [vec![&[0, 1][..], &[1, 2]], vec![&[3]], vec![&[4, 5]]]);
    }
}
