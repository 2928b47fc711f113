//! Fisher's exact test within strata: do two groups differ by more than what sets the strata apart?
//!
//! C. R. Mehta, N. R. Patel, R. Gray, "Computing an exact confidence interval for the common odds ratio in
//! several 2 x 2 contingency tables", Journal of the American Statistical Association 80 (1985). Of many
//! failures its normal approximation is used: N. Mantel, W. Haenszel, "Statistical aspects of the analysis of
//! data from retrospective studies of disease", Journal of the National Cancer Institute 22 (1959).

use statrs::function::erf::erfc;
use statrs::function::factorial::ln_binomial;

use crate::diagnosis::fisher::{Group, as_f64};

/// A group and the others, of what is alike in all but that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stratum {
    pub(crate) own: Group,
    pub(crate) others: Group,
}

/// From this variance on the distribution is normal for all that matters here.
const LARGE: f64 = 50.0;

/// Counts less likely than this are left out.
const NEVER: f64 = 1e-300;

/// The probability that the group fails this much more often, in all strata together, by chance alone.
pub(crate) fn fails_more(strata: &[Stratum]) -> f64 {
    let failed: u64 = strata.iter().map(|it| it.own.failed).sum();
    let variance: f64 = strata.iter().map(Stratum::variance).sum();
    if variance > LARGE {
        let expected: f64 = strata.iter().map(Stratum::expected).sum();
        let distance = (as_f64(failed) - 0.5 - expected) / variance.sqrt();
        return erfc(distance / std::f64::consts::SQRT_2) / 2.0;
    }
    let all = strata.iter().fold(Counts::none(), |all, it| all.and(&it.counts()));
    all.at_least(failed).clamp(0.0, 1.0)
}

/// How many times as often the group fails: the ratio of Mantel and Haenszel, infinite where the others
/// never do.
pub(crate) fn ratio(strata: &[Stratum]) -> f64 {
    let sum = |one: fn(&Stratum) -> (Group, Group)| -> f64 {
        let term = |it: &Stratum| {
            let (failing, beside) = one(it);
            as_f64(failing.failed) * as_f64(beside.total) / as_f64(it.total().max(1))
        };
        strata.iter().map(term).sum()
    };
    sum(|it| (it.own, it.others)) / sum(|it| (it.others, it.own))
}

impl Stratum {
    fn total(&self) -> u64 {
        self.own.total + self.others.total
    }

    fn failed(&self) -> u64 {
        self.own.failed + self.others.failed
    }

    /// How many failures fall on the group, on average, when they are dealt out by chance.
    fn expected(&self) -> f64 {
        as_f64(self.own.total) * as_f64(self.failed()) / as_f64(self.total().max(1))
    }

    fn variance(&self) -> f64 {
        let (all, failed) = (as_f64(self.total()), as_f64(self.failed()));
        let (own, others) = (as_f64(self.own.total), as_f64(self.others.total));
        match self.total() {
            0 | 1 => 0.0,
            _ => own * others * failed * (all - failed) / (all * all * (all - 1.0)),
        }
    }

    /// How likely each number of failures falls on the group.
    fn counts(&self) -> Counts {
        let (all, failed, own) = (self.total(), self.failed(), self.own.total);
        let least = (own + failed).saturating_sub(all);
        let probability = |count: u64| {
            let ways = ln_binomial(failed, count) + ln_binomial(all - failed, own - count);
            (ways - ln_binomial(all, own)).exp()
        };
        let each: Vec<f64> = (least..=own.min(failed)).map(probability).collect();
        Counts::trimmed(least, &each)
    }
}

/// Probabilities of counts, from the first one on.
struct Counts {
    first: u64,
    each: Vec<f64>,
}

impl Counts {
    fn none() -> Counts {
        Counts { first: 0, each: vec![1.0] }
    }

    /// Without those at either end that never are.
    fn trimmed(first: u64, each: &[f64]) -> Counts {
        let is_seen = |probability: &f64| *probability > NEVER;
        let front = each.iter().position(is_seen).unwrap_or(0);
        let back = each.iter().rposition(is_seen).map_or(each.len(), |last| last + 1);
        let each = each.get(front..back).unwrap_or_default().to_vec();
        Counts { first: first + front as u64, each }
    }

    /// Those of both together.
    fn and(&self, other: &Counts) -> Counts {
        let mut each = vec![0.0; self.each.len() + other.each.len() - 1];
        for (mine, one) in self.each.iter().enumerate() {
            let sums = each.iter_mut().skip(mine);
            sums.zip(&other.each).for_each(|(sum, two)| *sum += one * two);
        }
        Counts::trimmed(self.first + other.first, &each)
    }

    fn at_least(&self, count: u64) -> f64 {
        let fewer = usize::try_from(count.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.each.iter().skip(fewer).fold(0.0, |sum, it| sum + it)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnosis::fisher;

    fn stratum((failed, total): (u64, u64), (other_failed, other_total): (u64, u64)) -> Stratum {
        Stratum {
            own: Group { failed, total },
            others: Group { failed: other_failed, total: other_total },
        }
    }

    /// Of groups this small every way of dealing out the failures can be looked at.
    fn by_enumeration(strata: &[Stratum]) -> f64 {
        let observed: u64 = strata.iter().map(|it| it.own.failed).sum();
        let mut ways = vec![1.0];
        for it in strata {
            let own = it.own.total;
            let failed = (1_u32 << it.failed()) - 1;
            let is_chosen = |chosen: &u32| u64::from(chosen.count_ones()) == own;
            let chosen = (0..1_u32 << it.total()).filter(is_chosen);
            let mut next = vec![0.0; ways.len() + 16];
            for count in chosen.map(|chosen| (chosen & failed).count_ones() as usize) {
                ways.iter().enumerate().for_each(|(sum, it)| next[sum + count] += it);
            }
            ways = next;
        }
        let more: f64 = ways.iter().skip(observed.try_into().unwrap()).sum();
        more / ways.iter().sum::<f64>()
    }

    proptest! {
        #[test]
        fn ok_as_if_all_ways_were_counted(
            strata in prop::collection::vec((0_u64..4, 0_u64..4, 0_u64..4, 0_u64..4), 0..4),
        ) {
            let strata: Vec<Stratum> = strata
                .into_iter()
                .map(|(a, b, c, d)| stratum((a, a + b), (c, c + d)))
                .collect();
            prop_assert!((fails_more(&strata) - by_enumeration(&strata)).abs() < 1e-9);
        }

        #[test]
        fn ok_one_stratum_is_fishers_test(
            own in (0_u64..200, 0_u64..200),
            others in (0_u64..200, 1_u64..200),
        ) {
            let it = stratum((own.0, own.0 + own.1), (others.0, others.0 + others.1));
            prop_assume!(it.own.total > 0);
            let found = fails_more(&[it]);
            prop_assert!((found - fisher::fails_more(it.own, it.others)).abs() < 1e-6);
        }
    }

    #[test]
    fn ok_many_failures_are_near_the_exact_test() {
        let it = stratum((510, 1000), (480, 1000));
        assert!((fails_more(&[it]) - fisher::fails_more(it.own, it.others)).abs() < 1e-4);
        assert!((ratio(&[it]) - 510.0 / 480.0).abs() < 1e-12);
    }

    /// In each stratum both fail alike, and together the first one fails more.
    #[test]
    fn ok_what_sets_strata_apart_is_no_difference() {
        let strata = [stratum((45, 90), (5, 10)), stratum((1, 10), (9, 90))];
        assert!(fails_more(&strata) > 0.4);
        assert!((ratio(&strata) - 1.0).abs() < 1e-9);
        let pooled = [stratum((46, 100), (14, 100))];
        assert!(fails_more(&pooled) < 1e-6);
    }

    #[test]
    fn ok_whoever_never_fails_leaves_no_ratio() {
        assert!(ratio(&[stratum((3, 3), (0, 9))]).is_infinite());
        assert!(fails_more(&[]) >= 1.0);
    }
}
