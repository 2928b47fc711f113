//! Which runs frames are of: that none is missing, and none is there twice.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fingerprint::fingerprint;
use crate::partials::bucket::Buckets;

/// A run that wrote partials, by the fingerprint of what it counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Run(u64);

impl Run {
    /// The run that wrote this frame of counts.
    pub(super) fn of(frame: &[u8]) -> Run {
        Run(fingerprint(&[frame]))
    }
}

/// How often each run's counts are there, and each of its buckets.
#[derive(Debug, Default)]
pub(super) struct Runs {
    counted: BTreeMap<Run, u64>,
    kept: BTreeMap<(Run, Buckets), BTreeMap<u16, u64>>,
}

impl Runs {
    pub(super) fn add_counted(&mut self, runs: &[Run]) {
        runs.iter().for_each(|run| *self.counted.entry(*run).or_default() += 1);
    }

    pub(super) fn add_bucket(&mut self, runs: &[Run], number: u16, of: Buckets) {
        for run in runs {
            let buckets = self.kept.entry((*run, of)).or_default();
            *buckets.entry(number).or_default() += 1;
        }
    }

    /// Whether anything is there twice.
    pub(super) fn are_repeated(&self) -> bool {
        let kept = self.kept.values().flat_map(BTreeMap::values);
        self.counted.values().chain(kept).any(|&count| count > 1)
    }

    /// How many frames are missing of runs of which some are there.
    pub(super) fn missing(&self) -> u64 {
        let without_counts =
            self.kept.keys().filter(|(run, _)| !self.counted.contains_key(run)).count() as u64;
        let lacking = |(run, times): (&Run, &u64)| {
            let of_run = self.kept.range((*run, Buckets::ONE)..=(*run, Buckets::MOST));
            let mut is_any = false;
            let mut lacking = 0;
            for ((_, of), buckets) in of_run {
                is_any = true;
                let there: u64 = buckets.values().map(|count| count.min(times)).sum();
                lacking += (u64::from(of.get()) * times).saturating_sub(there);
            }
            if is_any { lacking } else { 1 }
        };
        without_counts + self.counted.iter().map(lacking).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(counted: &[u64], kept: &[(u64, u16)]) -> Runs {
        let two = Buckets::new(2).unwrap();
        let mut runs = Runs::default();
        counted.iter().for_each(|run| runs.add_counted(&[Run(*run)]));
        kept.iter().for_each(|(run, number)| runs.add_bucket(&[Run(*run)], *number, two));
        runs
    }

    #[test]
    fn ok_what_is_missing_and_what_is_there_twice() {
        for (counted, kept, missing, are_repeated) in [
            (&[1][..], &[(1, 0), (1, 1)][..], 0, false),
            (&[1], &[(1, 0)], 1, false),
            (&[1], &[], 1, false),
            (&[], &[(1, 0)], 1, false),
            (&[1, 2], &[(1, 0), (1, 1), (2, 1)], 1, false),
            (&[1], &[(1, 0), (1, 1), (1, 1)], 0, true),
            (&[1, 1], &[(1, 0), (1, 1)], 2, true),
            (&[1, 1], &[(1, 0), (1, 1), (1, 0), (1, 1)], 0, true),
        ] {
            let runs = runs(counted, kept);
            assert_eq!((runs.missing(), runs.are_repeated()), (missing, are_repeated), "{runs:?}");
        }
    }
}
