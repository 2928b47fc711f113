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
    /// A partial that has something of the run.
    partials: BTreeMap<Run, String>,
}

impl Runs {
    pub(super) fn add_counted(&mut self, runs: &[Run], partial: &str) {
        runs.iter().for_each(|run| *self.counted.entry(*run).or_default() += 1);
        self.remember(runs, partial);
    }

    pub(super) fn add_bucket(&mut self, runs: &[Run], (number, of): (u16, Buckets), partial: &str) {
        for run in runs {
            let buckets = self.kept.entry((*run, of)).or_default();
            *buckets.entry(number).or_default() += 1;
        }
        self.remember(runs, partial);
    }

    fn remember(&mut self, runs: &[Run], partial: &str) {
        for run in runs {
            self.partials.entry(*run).or_insert_with(|| partial.to_owned());
        }
    }

    /// A partial of which something is there twice.
    pub(super) fn repeated(&self) -> Option<&str> {
        let kept = self
            .kept
            .iter()
            .flat_map(|((run, _), buckets)| buckets.values().map(move |count| (run, count)));
        let (run, _) = self.counted.iter().chain(kept).find(|(_, count)| **count > 1)?;
        self.partials.get(run).map(String::as_str)
    }

    /// A partial with which others were written that are not there, and how many.
    pub(super) fn missing(&self) -> Option<(&str, u64)> {
        self.partials.iter().find_map(|(run, partial)| {
            let times = self.counted.get(run).copied().unwrap_or(0);
            let of_run = self.kept.range((*run, Buckets::ONE)..=(*run, Buckets::MOST));
            let (mut whole, mut missing) = (0, 0);
            for ((_, of), buckets) in of_run {
                let most = buckets.values().copied().max().unwrap_or(0);
                whole += most;
                missing += u64::from(of.get()) * most - buckets.values().sum::<u64>();
            }
            missing += times.abs_diff(whole);
            (missing > 0).then_some((partial.as_str(), missing))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(counted: &[u64], kept: &[(u64, u16)]) -> Runs {
        let two = Buckets::new(2).unwrap();
        let mut runs = Runs::default();
        counted.iter().for_each(|run| runs.add_counted(&[Run(*run)], "counted"));
        kept.iter().for_each(|(run, number)| runs.add_bucket(&[Run(*run)], (*number, two), "kept"));
        runs
    }

    #[test]
    fn ok_a_run_that_counts_twice_may_be_parted_in_two_ways() {
        let mut runs = runs(&[1, 1], &[(1, 0), (1, 1)]);
        runs.add_bucket(&[Run(1)], (0, Buckets::ONE), "kept");
        assert_eq!(runs.missing(), None);
    }

    #[test]
    fn ok_what_is_missing_and_what_is_there_twice() {
        for (counted, kept, missing, are_repeated) in [
            (&[1][..], &[(1, 0), (1, 1)][..], 0, false),
            (&[1], &[(1, 0)], 1, false),
            (&[1], &[], 1, false),
            (&[], &[(1, 0)], 2, false),
            (&[1, 2], &[(1, 0), (1, 1), (2, 1)], 1, false),
            (&[1], &[(1, 0), (1, 1), (1, 1)], 2, true),
            (&[1, 1], &[(1, 0), (1, 1)], 1, true),
            (&[1, 1], &[(1, 0), (1, 1), (1, 0), (1, 1)], 0, true),
        ] {
            let runs = runs(counted, kept);
            let found = runs.missing().map_or(0, |(_, count)| count);
            assert_eq!((found, runs.repeated().is_some()), (missing, are_repeated), "{runs:?}");
        }
    }
}
