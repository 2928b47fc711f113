//! Wilson's interval: within which rates a share that was counted is likely to lie.
//!
//! E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
//! American Statistical Association 22 (1927). It holds for small counts too, and never leaves 0 to 1.

use crate::diagnosis::fisher::Group;
use crate::diagnosis::phrase::share;

/// The 97.5 % quantile of the normal distribution: an interval that holds the rate 95 times of 100.
const Z: f64 = 1.959_964;

/// The rates from which to which the failures of a group suggest; 0 to 1 of an empty one.
pub(crate) fn interval(group: Group) -> (f64, f64) {
    if group.total == 0 {
        return (0.0, 1.0);
    }
    #[expect(clippy::cast_precision_loss, reason = "an interval of more than 2^53 is a point")]
    let (failed, total) = (group.failed as f64, group.total as f64);
    let rate = failed / total;
    let spread = Z * (rate * (1.0 - rate) / total + Z * Z / (4.0 * total * total)).sqrt();
    let (middle, scale) = (rate + Z * Z / (2.0 * total), 1.0 + Z * Z / total);
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}

/// `12 of 40 (30.0%, 95% CI 18.1 to 45.4%)`.
pub(crate) fn rate(group: Group) -> String {
    let (low, high) = interval(group);
    let counted = share(group.failed, group.total);
    let counted = counted.strip_suffix(')').unwrap_or(&counted);
    format!("{counted}, 95% CI {:.1} to {:.1}%)", low * 100.0, high * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first three from R. G. Newcombe, "Two-sided confidence intervals for the single proportion",
    /// Statistics in Medicine 17 (1998), table I, method 3.
    #[test]
    fn ok_intervals_are_those_of_the_literature() {
        for (failed, total, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)]
        {
            let found = interval(Group { failed, total });
            assert!((found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5, "{found:?}");
        }
        assert_eq!(interval(Group { failed: 0, total: 0 }), (0.0, 1.0));
        assert!(interval(Group { failed: 7, total: 7 }).1 <= 1.0);
    }

    #[test]
    fn ok_a_rate_in_words() {
        let rate = rate(Group { failed: 12, total: 40 });
        assert_eq!(rate, "12 of 40 (30.0%, 95% CI 18.1 to 45.4%)");
    }
}
