//! Which of many numbers come several times: told in a fraction of the time that sorting them takes.

use std::collections::HashSet;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

/// A table that keeps a few bits of each number, at a place that a hash gives it.
///
/// The hash has a factor of its own in each run, so that a log cannot be written to make numbers
/// meet in one place.
#[derive(Debug)]
pub(crate) struct Repeats {
    table: Vec<u32>,
    factor: u64,
}

impl Default for Repeats {
    fn default() -> Repeats {
        Repeats { table: Vec::new(), factor: RandomState::default().hash_one(0) | 1 }
    }
}

impl Repeats {
    /// Those of so many numbers that come several times: all of them, and hardly any other.
    pub(crate) fn of(
        &mut self,
        count: usize,
        numbers: impl Iterator<Item = u64>,
    ) -> HashSet<u64, RandomState> {
        let len = (2 * count).next_power_of_two().max(2);
        self.table.clear();
        self.table.resize(len, 0);
        numbers.filter(|number| self.has_seen(*number)).collect()
    }

    /// Whether the table has this number, or one that cannot be told from it; then it has.
    #[inline]
    fn has_seen(&mut self, number: u64) -> bool {
        let mask = self.table.len() - 1;
        let product = u128::from(number) * u128::from(self.factor);
        let halves = [product & u128::from(u64::MAX), product >> u64::BITS];
        let [low, high] = halves.map(|half| u64::try_from(half).unwrap_or_default());
        let product = low ^ high;
        let mut slot = usize::try_from(product >> (u64::BITS - self.table.len().ilog2()));
        // Never 0, which is a free place.
        let bits = u32::try_from(product & 0xffff_ffff).unwrap_or(0) | 1;
        while let Ok(place) = slot {
            match self.table[place] {
                0 => {
                    self.table[place] = bits;
                    return false;
                }
                kept if kept == bits => return true,
                _ => slot = Ok((place + 1) & mask),
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ok_every_repeated_number_is_told(numbers in prop::collection::vec(0..60_u64, 0..200)) {
            // Numbers that differ in few bits, at either end.
            for shift in [0, 32, 58] {
                let numbers: Vec<_> = numbers.iter().map(|number| number << shift).collect();
                let told = Repeats::default().of(numbers.len(), numbers.iter().copied());
                for number in &numbers {
                    let count = numbers.iter().filter(|other| *other == number).count();
                    prop_assert!(count == 1 || told.contains(number));
                }
            }
        }
    }
}
