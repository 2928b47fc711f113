//! Durations counted so finely that a timer shows, in a memory that has a bound.

use crate::map::Map;

/// How often which duration was seen, in ms.
///
/// Below 8 s each ms has a bin of its own; from there on each octave has 4096 bins, so that a duration is known to one part in 4096: to 8 ms at a minute, to half a second at an hour.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    /// The bins of the first durations, one after the other, as long as there are few.
    few: Vec<u32>,
    /// Counts by bin, afterwards: those without any take no room, however long a duration is.
    many: Map<u32, u64>,
}

/// Durations that have stood in one bin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bin {
    /// The shortest, in ms.
    pub(crate) from: u64,
    /// What the next bin begins with.
    pub(crate) to: u64,
    pub(crate) count: u64,
}

const HALF_BITS: u32 = 12;
const HALF: u64 = 1 << HALF_BITS;

/// The longest duration that a sighting can tell, in ms.
const LONGEST: u64 = 1 << 38;

/// Most durations that are kept one by one: about as much room as the bins take.
const FEW: usize = 1 << 14;

impl Histogram {
    pub(crate) fn add(&mut self, millis: u64) {
        self.count(bin_of(millis), 1);
    }

    pub(crate) fn absorb(&mut self, other: Histogram) {
        other.few.into_iter().for_each(|bin| self.count(bin, 1));
        other.many.into_iter().for_each(|(bin, count)| self.count(bin, count));
    }

    fn count(&mut self, bin: u32, count: u64) {
        if self.many.is_empty() && self.few.len() < FEW && count == 1 {
            return self.few.push(bin);
        }
        for bin in std::mem::take(&mut self.few) {
            *self.many.entry(bin).or_default() += 1;
        }
        *self.many.entry(bin).or_default() += count;
    }

    /// One of these bins, each with how many are in it, in their order; `None` if they are in another, or of
    /// longer durations than there are.
    pub(crate) fn from_counts(counts: Vec<(u32, u64)>) -> Option<Histogram> {
        let is_table = counts.is_sorted_by(|(one, _), (next, _)| one < next)
            && counts.iter().all(|(bin, count)| *bin <= bin_of(LONGEST) && *count > 0);
        is_table.then(|| Histogram { few: Vec::new(), many: counts.into_iter().collect() })
    }

    /// The number of each bin that holds any, and how many, in their order.
    pub(crate) fn counts(&self) -> Vec<(u32, u64)> {
        let Histogram { few, many } = self;
        let mut few = few.clone();
        few.sort_unstable();
        let same = few.chunk_by(|one, next| one == next);
        let of_few =
            same.map(|same| (same.first().copied().unwrap_or_default(), same.len() as u64));
        let mut counts: Vec<_> =
            of_few.chain(many.iter().map(|(&bin, &count)| (bin, count))).collect();
        counts.sort_unstable();
        counts
    }

    /// How many durations there are.
    pub(crate) fn total(&self) -> u64 {
        self.few.len() as u64 + self.many.values().sum::<u64>()
    }

    /// The duration that this share of all, in percent, do not exceed, to the fineness of its bin; `None` of
    /// none.
    pub(crate) fn percentile(&self, percent: u64) -> Option<u64> {
        let total = u128::from(self.total());
        let mut seen = 0;
        let is_reached = |bin: &&Bin| {
            seen += u128::from(bin.count);
            seen * 100 >= total * u128::from(percent)
        };
        self.bins().iter().find(is_reached).map(|bin| bin.from)
    }

    /// The bins that hold any, the shortest first.
    pub(crate) fn bins(&self) -> Vec<Bin> {
        self.counts().into_iter().map(|(bin, count)| Bin::new(bin, count)).collect()
    }
}

impl Bin {
    fn new(bin: u32, count: u64) -> Bin {
        Bin { from: start_of(bin), to: start_of(bin + 1), count }
    }
}

/// How finely durations of this length are told, in ms.
pub(crate) fn width_at(millis: u64) -> u64 {
    let bin = bin_of(millis);
    start_of(bin + 1) - start_of(bin)
}

fn bin_of(millis: u64) -> u32 {
    let octave = (u64::BITS - millis.leading_zeros()).saturating_sub(HALF_BITS + 1);
    let bin = u64::from(octave) * HALF + (millis >> octave);
    u32::try_from(bin).unwrap_or(u32::MAX - 1)
}

/// The shortest duration of a bin.
fn start_of(bin: u32) -> u64 {
    let bin = u64::from(bin);
    let octave = (bin / HALF).saturating_sub(1);
    let rest = bin - octave * HALF;
    u32::try_from(octave).ok().and_then(|octave| rest.checked_shl(octave)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ok_percentiles_are_those_of_the_sorted_row() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.percentile(50), None);
        (1..=200).rev().for_each(|millis| histogram.add(millis));
        let of = |percent| histogram.percentile(percent).unwrap();
        assert_eq!([of(0), of(50), of(90), of(99), of(100)], [1, 100, 180, 198, 200]);
    }

    proptest! {
        #[test]
        fn ok_a_bin_holds_its_durations(millis in prop_oneof![0..20_000_u64, 0..1_u64 << 40]) {
            let Bin { from, to, count } = Bin::new(bin_of(millis), 1);
            prop_assert!((from..to).contains(&millis) && count == 1, "{from} {millis} {to}");
            prop_assert!(to - from <= 1 || (to - from) * HALF <= from);
        }

        #[test]
        fn ok_parts_make_the_whole(all in prop::collection::vec(0..9_000_u64, 0..40_000), cut: prop::sample::Index) {
            let of = |millis: &[u64]| {
                let mut histogram = Histogram::default();
                millis.iter().for_each(|millis| histogram.add(*millis));
                histogram
            };
            let (front, back) = all.split_at(cut.index(all.len() + 1));
            let (whole, mut parts) = (of(&all), of(front));
            parts.absorb(of(back));
            prop_assert_eq!(whole.bins(), parts.bins());
            prop_assert_eq!((whole.total(), parts.total()), (all.len() as u64, all.len() as u64));
        }
    }
}
