//! Values that several commands take.

use std::num::NonZeroUsize;
use std::time::SystemTime;

use wslog::parse::Millis;
use wslog::{Moment, NoMoment};

pub(super) fn moment(text: &str) -> Result<Moment, NoMoment> {
    Moment::parse(text, SystemTime::now())
}

pub(super) fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|threads: &NonZeroUsize| threads.get() <= 256);
    number.ok_or_else(|| "expected a number from 1 to 256".to_owned())
}

/// `60`, `60s`, `1.5s`, `500ms`, `1m`, `1h`: seconds where there is no unit.
pub(super) fn duration(text: &str) -> Result<Millis, String> {
    let message = || "expected a time like 60s, 1.5s, 500ms or 1m, not below 0".to_owned();
    let end = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit = match unit {
        "ms" => 1.0,
        "" | "s" => 1_000.0,
        "m" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return Err(message()),
    };
    let millis = number.parse::<f64>().map_err(|_| message())? * unit;
    if !(0.0..=1e12).contains(&millis) {
        return Err(message());
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be at most 10^12")]
    #[expect(clippy::cast_sign_loss, reason = "checked not to be below 0")]
    Ok(Millis(millis.round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ok_durations() {
        for (text, millis) in
            [("60", 60_000), ("60s", 60_000), ("1.5s", 1_500), ("500ms", 500), ("2m", 120_000)]
        {
            assert_eq!(duration(text), Ok(Millis(millis)), "{text}");
        }
    }

    #[test]
    fn err_durations() {
        for text in ["", "-1", "-1s", "s", "1d", "inf", "nan", "1e300", "1 s"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
