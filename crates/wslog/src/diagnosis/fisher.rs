//! Fisher's exact test: do two groups differ by more than chance?
//!
//! R. A. Fisher, "On the interpretation of χ² from contingency tables, and the calculation of P",
//! Journal of the Royal Statistical Society 85 (1922). Exact also for the small counts that a
//! night's handshakes are.

use statrs::function::factorial::ln_binomial;

/// Failures among all of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) failed: u64,
    pub(crate) total: u64,
}

/// The probability that the first group fails this much more often by chance alone; 1 when a
/// group is empty.
pub(crate) fn fails_more(group: Group, others: Group) -> f64 {
    if group.total == 0 || others.total == 0 {
        return 1.0;
    }
    Failures { all: group.total + others.total, failed: group.failed + others.failed, group }
        .at_least()
        .clamp(0.0, 1.0)
}

/// How many failures fall on the first group when the failures are dealt out by chance: the
/// hypergeometric distribution.
struct Failures {
    all: u64,
    failed: u64,
    group: Group,
}

impl Failures {
    /// The probability of as many as there are, or more.
    ///
    /// Only the tail that they are in is summed up: its terms fall off so fast that a few hundred
    /// are enough, however large the counts.
    fn at_least(&self) -> f64 {
        let Failures { all, failed, group } = *self;
        let expected = as_f64(group.total) * as_f64(failed) / as_f64(all);
        if as_f64(group.failed) > expected {
            let most = group.total.min(failed);
            return self.sum(group.failed..=most, |x| {
                as_f64(failed - x) * as_f64(group.total - x)
                    / (as_f64(x + 1) * as_f64(self.spared(x + 1)))
            });
        }
        let least = (group.total + failed).saturating_sub(all);
        let fewer = (least..group.failed).rev();
        1.0 - self.sum(fewer, |x| {
            as_f64(x) * as_f64(self.spared(x))
                / (as_f64(failed - x + 1) * as_f64(group.total - x + 1))
        })
    }

    /// The sum of the probabilities of these counts, each of which is the one before it times a
    /// ratio.
    fn sum(&self, mut counts: impl Iterator<Item = u64>, ratio: impl Fn(u64) -> f64) -> f64 {
        let Some(mut count) = counts.next() else { return 0.0 };
        let mut term = self.probability(count);
        let mut sum = term;
        for next in counts {
            term *= ratio(count);
            sum += term;
            if term <= sum * f64::EPSILON {
                break;
            }
            count = next;
        }
        sum
    }

    /// The probability of exactly so many.
    fn probability(&self, count: u64) -> f64 {
        let Failures { all, failed, group } = *self;
        let ways = ln_binomial(failed, count) + ln_binomial(all - failed, group.total - count);
        (ways - ln_binomial(all, group.total)).exp()
    }

    /// How many of the others do not fail when so many of the group do.
    fn spared(&self, count: u64) -> u64 {
        self.all + count - self.failed - self.group.total
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines stay far below 2^53")]
pub(crate) fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(failed: u64, total: u64, other_failed: u64, other_total: u64) -> f64 {
        fails_more(Group { failed, total }, Group { failed: other_failed, total: other_total })
    }

    /// Values of `scipy.stats.fisher_exact(…, alternative="greater")`.
    #[test]
    fn ok_agrees_with_scipy() {
        for ((failed, total, other_failed, other_total), expected) in [
            ((3, 3, 0, 1), 0.25),
            ((8, 10, 1, 6), 0.024_475_524_475_524),
            ((20, 27, 15, 44), 0.001_097_284_551_574),
            ((0, 5, 5, 5), 1.0),
            ((5, 5, 0, 5), 0.003_968_253_968_254),
            ((2, 10, 20, 40), 0.983_930_058_428),
            ((510, 1000, 480, 1000), 0.097_311_985_202),
            ((50_500, 100_000, 50_000, 100_000), 0.012_819_798_313),
        ] {
            let p = p(failed, total, other_failed, other_total);
            assert!((p - expected).abs() < 1e-6, "{p} {expected}");
        }
    }

    #[test]
    fn ok_nothing_to_compare_with_is_no_difference() {
        assert!(p(3, 3, 0, 0) >= 1.0);
        assert!(p(0, 0, 3, 3) >= 1.0);
    }

    #[test]
    fn ok_large_counts_end() {
        assert!(p(900_000, 1_000_000, 100_000, 5_000_000) < 1e-9);
    }
}
