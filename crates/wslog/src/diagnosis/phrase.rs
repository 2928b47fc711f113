//! Numbers and lists as the findings' sentences have them.

use std::fmt::Display;

use crate::histogram::width_at;

/// `1 handshake`, `2 handshakes`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

/// `1 handshake was`, `2 handshakes were`.
pub(crate) fn counted_were(count: u64, noun: &str) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { "was" } else { "were" })
}

/// `1 sighting is`, `2 sightings are`.
pub(crate) fn counted_are(count: u64, noun: &str) -> String {
    format!("{} {}", counted(count, noun), if count == 1 { "is" } else { "are" })
}

/// `60.003`, of ms.
pub(crate) fn seconds(millis: u64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

/// `60.003`, or as much of it as is known where it was counted among ages: `300.00`, `86401`.
pub(crate) fn age(millis: u64) -> String {
    let tenths = |unit: u64| (millis + unit / 2) / unit;
    match width_at(millis) {
        ..=16 => seconds(millis),
        17..=64 => format!("{}.{:02}", tenths(10) / 100, tenths(10) % 100),
        65..=512 => format!("{}.{}", tenths(100) / 10, tenths(100) % 10),
        _ => tenths(1000).to_string(),
    }
}

/// Of ms.
#[expect(clippy::cast_precision_loss, reason = "a duration of more than 2^53 ms there is not")]
pub(crate) fn as_seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

/// `0.250`, `1.3e-9`.
pub(crate) fn probability(p: f64) -> String {
    match p {
        0.001.. => format!("{p:.3}"),
        // Less than a number of this size can be.
        0.0 => "0 (less than 1e-300)".to_owned(),
        _ => format!("{p:.1e}"),
    }
}

/// `12 of 40 (30.0%)`.
pub(crate) fn share(part: u64, whole: u64) -> String {
    match permille(part, whole) {
        None => format!("{part} of {whole}"),
        Some(permille) => {
            format!("{part} of {whole} ({}.{}%)", permille / 10, permille % 10)
        }
    }
}

/// Rounded to the nearest, but some is never none, and not all is never all; `None` of nothing.
fn permille(part: u64, whole: u64) -> Option<u128> {
    let (wide_part, wide_whole) = (u128::from(part), u128::from(whole));
    let rounded = (wide_part * 2000 + wide_whole).checked_div(wide_whole * 2)?;
    Some(match part {
        0 => 0,
        _ if part == whole => 1000,
        _ => rounded.clamp(1, 999),
    })
}

/// Four significant digits: what is left over differs from one processor to the next.
pub(crate) fn rounded(p: f64) -> f64 {
    format!("{p:.3e}").parse().unwrap_or(p)
}

/// `a`, `a and b`, `a, b and c`; after `most` of them, `a, b and 7 more`.
pub(crate) fn list<T: Display>(items: &[T], most: usize) -> String {
    let shown = if items.len() > most { most.saturating_sub(1) } else { items.len() };
    let mut words: Vec<String> = items.iter().take(shown).map(T::to_string).collect();
    if shown < items.len() {
        words.push(format!("{} more", items.len() - shown));
    }
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_shares_and_lists() {
        assert_eq!(share(1, 3), "1 of 3 (33.3%)");
        assert_eq!(share(2, 3), "2 of 3 (66.7%)");
        assert_eq!(share(0, 0), "0 of 0");
        let ages = [59_999, 300_000, 3_600_128, 86_401_024].map(age);
        assert_eq!(ages, ["59.999", "300.00", "3600.1", "86401"]);
        assert_eq!(share(9_999, 10_000), "9999 of 10000 (99.9%)");
        assert_eq!(share(1, 10_000), "1 of 10000 (0.1%)");
        assert_eq!(share(u64::MAX, u64::MAX), format!("{0} of {0} (100.0%)", u64::MAX));
        assert_eq!(list(&["a"], 3), "a");
        assert_eq!(list(&["a", "b", "c"], 3), "a, b and c");
        assert_eq!(list(&["a", "b", "c", "d"], 3), "a, b and 2 more");
    }
}
