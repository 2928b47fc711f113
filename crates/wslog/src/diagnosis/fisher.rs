//! Fisher's exact test: do two groups differ by more than chance?
//!
//! R. A. Fisher, "On the interpretation of χ² from contingency tables, and the calculation of P",
//! Journal of the Royal Statistical Society 85 (1922). Exact also for the small counts that a
//! night's handshakes are.

use statrs::stats_tests::Alternative;
use statrs::stats_tests::fisher::fishers_exact;

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
    let table =
        [group.failed, others.failed, group.total - group.failed, others.total - others.failed];
    fishers_exact(&table, Alternative::Greater).map_or(1.0, |p| p.clamp(0.0, 1.0))
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
