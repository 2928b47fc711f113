//! A test of two groups whose members come in clusters: do those of one group fail more, whatever those of one
//! cluster have in common?
//!
//! The score test of a common difference within strata, its variance summed over clusters: K.-Y. Liang, S. L.
//! Zeger, "Longitudinal data analysis using generalized linear models", Biometrika 73 (1986). For few clusters
//! that failed, Student's distribution with one degree of freedom fewer than these.

use std::collections::BTreeMap;

use statrs::function::beta::beta_reg;

use crate::diagnosis::fisher::as_f64;

/// One of a stratum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) cluster: u64,
    pub(crate) is_own: bool,
    pub(crate) is_failed: bool,
}

/// What each cluster adds to the difference.
#[derive(Debug, Default)]
pub(crate) struct Clustered {
    scores: BTreeMap<u64, Score>,
}

#[derive(Debug, Default)]
struct Score {
    sum: f64,
    has_failed: bool,
}

impl Clustered {
    /// Adds those that are alike in all but their group.
    pub(crate) fn add(&mut self, stratum: &[Member]) {
        let count = |is_one: fn(&Member) -> bool| {
            as_f64(stratum.iter().filter(|it| is_one(it)).count() as u64)
        };
        let all = as_f64(stratum.len().max(1) as u64);
        let (own, failed) = (count(|it| it.is_own) / all, count(|it| it.is_failed) / all);
        for it in stratum {
            let score = self.scores.entry(it.cluster).or_default();
            let one = |is_one: bool| f64::from(u8::from(is_one));
            score.sum += (one(it.is_failed) - failed) * (one(it.is_own) - own);
            score.has_failed |= it.is_failed;
        }
    }

    /// The probability that the own ones fail this much more often by chance alone.
    pub(crate) fn fails_more(&self) -> f64 {
        let sum: f64 = self.scores.values().map(|it| it.sum).sum();
        let variance: f64 = self.scores.values().map(|it| it.sum * it.sum).sum();
        let failing = self.scores.values().filter(|it| it.has_failed).count() as u64;
        if sum <= 0.0 || variance <= 0.0 || failing < 2 {
            return 1.0;
        }
        let (freedom, squared) = (as_f64(failing - 1), sum * sum / variance);
        0.5 * beta_reg(freedom / 2.0, 0.5, freedom / (freedom + squared))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(members: impl Iterator<Item = (u64, bool, bool)>) -> f64 {
        let members =
            members.map(|(cluster, is_own, is_failed)| Member { cluster, is_own, is_failed });
        let members: Vec<Member> = members.collect();
        let mut all = Clustered::default();
        members.chunks(20).for_each(|stratum| all.add(stratum));
        all.fails_more()
    }

    #[test]
    fn ok_the_same_clients_again_and_again() {
        // Forty clients come by turns; from the middle on every other of the own ones fails.
        let since = |number: u64| number > 400 && number.is_multiple_of(4);
        let all =
            (0..800_u64).map(|number| (number * 7 % 41, number.is_multiple_of(2), since(number)));
        assert!(p(all) < 1e-6);
    }

    #[test]
    fn ok_one_client_is_no_proof() {
        let retries = |number: u64| number.is_multiple_of(10);
        let all = (0..800).map(|number| match retries(number) {
            true => (999, true, true),
            false => (number, number.is_multiple_of(2), false),
        });
        assert!(p(all) > 0.01);
        assert!(p((0..100_u64).map(|number| (number, number.is_multiple_of(2), false))) >= 1.0);
        assert!(p(std::iter::empty()) >= 1.0);
    }

    #[test]
    fn ok_few_that_failed_count_for_few() {
        let all = (0..10).map(|number| (number, number < 5, number < 5));
        // Each adds a quarter: the sum is 2.5, its deviation the root of 10/16.
        let t = 2.5 / (10.0_f64 / 16.0).sqrt();
        let freedom = 4.0;
        let expected = 0.5 * beta_reg(2.0, 0.5, freedom / (freedom + t * t));
        assert!((p(all) - expected).abs() < 1e-12);
    }
}
