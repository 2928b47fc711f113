//! How handshakes ended, by how old they were then.

use std::collections::BTreeMap;

use crate::profile::outcomes::Outcomes;
use crate::sighting::Sighting;

/// Sightings by their `$request_time`, in bins about whole seconds, which get wider with age.
#[derive(Clone, Debug, Default)]
pub(crate) struct AgeBins {
    bins: BTreeMap<u64, Outcomes>,
    /// Sightings whose lines do not tell how long they took.
    pub(crate) unknown: u64,
}

/// Up to which age bins are how wide, in ms; up to the first of these they begin at half a second.
const STEPS: [(u64, u64); 5] = [
    (600_500, 1_000),
    (7_200_500, 10_000),
    (172_800_500, 600_000),
    (2_592_000_500, 86_400_000),
    (u64::MAX, 2_592_000_000),
];

/// The greatest age that a sighting can tell, in ms.
const OLDEST: u64 = 1 << 38;

/// Half the width of the first bins: what a timer of whole seconds ends is in the middle of one.
const HALF: u64 = 500;

impl AgeBins {
    pub(crate) fn add(&mut self, sighting: &Sighting) {
        match sighting.request_time() {
            Some(age) => self.bins.entry(bounds(age.0).0).or_default().add(sighting),
            None => self.unknown += 1,
        }
    }

    pub(crate) fn absorb(&mut self, other: &AgeBins) {
        for (bin, outcomes) in &other.bins {
            self.bins.entry(*bin).or_default().absorb(outcomes);
        }
        self.unknown += other.unknown;
    }

    /// Those of these ages, which bins begin with, in their order; `None` if they are in another, or no bin
    /// begins there.
    pub(crate) fn from_parts(bins: Vec<(u64, Outcomes)>, unknown: u64) -> Option<AgeBins> {
        let is_table = bins.is_sorted_by(|(one, _), (next, _)| one < next)
            && bins.iter().all(|(from, _)| *from <= OLDEST && bounds(*from).0 == *from);
        is_table.then(|| AgeBins { bins: bins.into_iter().collect(), unknown })
    }

    /// The ages that the bins begin with which hold any, and how many are unknown, as
    /// [`AgeBins::from_parts`] takes them.
    pub(crate) fn parts(&self) -> (impl Iterator<Item = (u64, &Outcomes)>, u64) {
        let AgeBins { bins, unknown } = self;
        (bins.iter().map(|(from, outcomes)| (*from, outcomes)), *unknown)
    }

    /// The bins that hold any, the youngest first: from which age, to which, both in ms.
    pub(crate) fn bins(&self) -> impl Iterator<Item = ((u64, u64), Outcomes)> {
        self.bins.iter().map(|(from, outcomes)| (bounds(*from), *outcomes))
    }
}

/// The bin of an age: where it begins, and what the next one begins with.
fn bounds(age: u64) -> (u64, u64) {
    if age < HALF {
        return (0, HALF);
    }
    let mut first = HALF;
    for (end, width) in STEPS {
        if age < end {
            let from = first + (age - first) / width * width;
            return (from, from.saturating_add(width).min(end));
        }
        first = end;
    }
    (first, u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ok_a_timer_is_in_the_middle_of_a_bin() {
        for (age, bin) in [
            (0, (0, 500)),
            (59_999, (59_500, 60_500)),
            (60_021, (59_500, 60_500)),
            (600_499, (599_500, 600_500)),
            (600_500, (600_500, 610_500)),
            (3_600_000, (3_590_500, 3_600_500)),
            (86_400_000, (86_400_500 - 600_000, 86_400_500)),
        ] {
            assert_eq!(bounds(age), bin, "{age}");
        }
    }

    proptest! {
        #[test]
        fn ok_bins_hold_their_ages_and_touch(age in prop_oneof![0..1_000_000_u64, 0..1_u64 << 38]) {
            let (from, to) = bounds(age);
            prop_assert!((from..to).contains(&age));
            prop_assert_eq!(bounds(from), (from, to));
            prop_assert_eq!(bounds(to).0, to);
        }
    }
}
